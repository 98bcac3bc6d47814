//! Why an index is not used.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};

/// Why an index, or one of its segments, cannot be used. Queries then take the exact plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(Arc<str>);

impl Refusal {
    pub(crate) fn new(reason: impl fmt::Display) -> Self {
        Self(reason.to_string().into())
    }

    /// Bytes of an index that are not what they must be are a refusal: the rows are elsewhere, and the exact plan
    /// answers. Any other error is returned as it is.
    pub(crate) fn of(error: Error) -> Result<Self> {
        if error.is_corrupt() || error.is_tampered() {
            Ok(Self::new(error))
        } else {
            Err(error)
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
