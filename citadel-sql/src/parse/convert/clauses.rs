//! Clauses that are refused where they are present.

use crate::error::{Error, Position, Result};

/// Something that sqlparser's tree may hold or not.
pub(super) trait Clause {
    fn is_present(&self) -> bool;
}

impl Clause for bool {
    fn is_present(&self) -> bool {
        *self
    }
}

impl<T> Clause for Option<T> {
    fn is_present(&self) -> bool {
        self.is_some()
    }
}

impl<T> Clause for Vec<T> {
    fn is_present(&self) -> bool {
        !self.is_empty()
    }
}

/// The place that errors about clauses name.
#[derive(Clone, Copy)]
pub(super) struct Clauses(pub(super) Option<Position>);

impl Clauses {
    /// Fails with the name of the first clause that is present.
    pub(super) fn refuse(self, clauses: &[(&str, &dyn Clause)]) -> Result<()> {
        match clauses.iter().find(|(_, clause)| clause.is_present()) {
            Some((name, _)) => Err(Error::unsupported(name).at(self.0)),
            None => Ok(()),
        }
    }
}
