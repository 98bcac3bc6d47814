//! Functions and collations that a program adds to a connection.
//!
//! They stand beside those that are known everywhere, never in their place, and are no part of the database: a definition
//! that is stored cannot call them. What is known here is replaced as a whole when something is added or removed, so that
//! statements at work keep what they were prepared with.

mod aggregate;
mod scalar;
mod signature;
mod table;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::error::{Error, SqlState};
use crate::types::{Collation, SqlType, Value};

pub use aggregate::Aggregate;
pub(crate) use aggregate::{AddedAggregate, State};
pub(crate) use scalar::AddedScalar;
pub use signature::Signature;
pub(crate) use table::{AddedTable, MadeRows};

/// What is added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Added {
    /// By lower-case name.
    scalars: FxHashMap<Box<str>, Arc<AddedScalar>>,
    aggregates: FxHashMap<Box<str>, Arc<AddedAggregate>>,
    tables: FxHashMap<Box<str>, Arc<AddedTable>>,
    /// What makes the keys of collations; [`Collation::Added`] counts them.
    collations: Vec<Arc<AddedScalar>>,
}

impl Added {
    /// A scalar function by its lower-case name.
    pub(crate) fn scalar(&self, name: &str) -> Option<&Arc<AddedScalar>> {
        self.scalars.get(name)
    }

    /// An aggregate by its lower-case name.
    pub(crate) fn aggregate(&self, name: &str) -> Option<&Arc<AddedAggregate>> {
        self.aggregates.get(name)
    }

    /// A function in FROM by its lower-case name.
    pub(crate) fn table(&self, name: &str) -> Option<&Arc<AddedTable>> {
        self.tables.get(name)
    }

    /// The names of all functions in FROM.
    pub(crate) fn table_names(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(|name| &**name)
    }

    /// The names of all functions that can be called in an expression.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.scalars.keys().chain(self.aggregates.keys());
        names.map(|name| &**name)
    }

    /// A collation by its name, ASCII case folded.
    pub(crate) fn collation(&self, name: &str) -> Option<Collation> {
        let mut all = self.collations.iter();
        let at = all.position(|key| key.name().eq_ignore_ascii_case(name))?;
        u16::try_from(at).ok().map(Collation::Added)
    }

    /// What makes the keys of an added collation.
    pub(crate) fn key_of(&self, collation: Collation) -> Option<&Arc<AddedScalar>> {
        match collation {
            Collation::Added(at) => self.collations.get(usize::from(at)),
            _ => None,
        }
    }

    /// Makes the function the keys of a collation?
    pub(crate) fn is_key(&self, function: &Arc<AddedScalar>) -> bool {
        self.collations.iter().any(|key| Arc::ptr_eq(key, function))
    }

    /// The names of all collations.
    pub(crate) fn collation_names(&self) -> impl Iterator<Item = &str> {
        self.collations.iter().map(|key| key.name())
    }

    /// The same with one more collation, or another one of its name. `key` takes and gives a TEXT.
    pub(crate) fn with_collation(&self, key: AddedScalar) -> Self {
        let mut all = self.clone();
        match self.collation(key.name()) {
            Some(Collation::Added(at)) => all.collations[usize::from(at)] = Arc::new(key),
            _ => all.collations.push(Arc::new(key)),
        }
        all
    }

    /// The same with one more scalar function, or another one of its name.
    pub(crate) fn with_scalar(&self, function: AddedScalar) -> Self {
        let mut all = self.clone();
        all.aggregates.remove(function.name());
        all.scalars
            .insert(function.name().into(), Arc::new(function));
        all
    }

    /// The same with one more aggregate, or another one of its name.
    pub(crate) fn with_aggregate(&self, function: AddedAggregate) -> Self {
        let mut all = self.clone();
        all.scalars.remove(function.name());
        all.aggregates
            .insert(function.name().into(), Arc::new(function));
        all
    }

    /// The same with one more function in FROM, or another one of its name.
    pub(crate) fn with_table(&self, function: AddedTable) -> Self {
        let mut all = self.clone();
        all.tables
            .insert(function.name().into(), Arc::new(function));
        all
    }

    /// The same without the function of a lower-case name; `None`: there is none.
    pub(crate) fn without_function(&self, name: &str) -> Option<Self> {
        let mut all = self.clone();
        let known = [
            all.scalars.remove(name).is_some(),
            all.aggregates.remove(name).is_some(),
            all.tables.remove(name).is_some(),
        ];
        known.contains(&true).then_some(all)
    }
}

/// A function gave what it had not said.
fn gave(name: &str, value: &Value, wanted: SqlType) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("function {name} gave {}, not {wanted}", value.sql_type()),
    )
}
