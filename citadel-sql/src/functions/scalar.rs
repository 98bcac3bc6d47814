//! Scalar functions.

use crate::error::Result;
use crate::types::{SqlType, Value, ValueRef};

/// One scalar function of the registry.
#[derive(Debug)]
pub(crate) struct ScalarFunction {
    /// Lower-case name.
    pub(crate) name: &'static str,
    /// Fewest and most arguments.
    pub(crate) arity: std::ops::RangeInclusive<usize>,
    /// The result's type from the arguments' types, or what is wrong with them.
    pub(crate) result_type: fn(&[SqlType]) -> Result<SqlType>,
    /// A NULL argument makes the result NULL without a call.
    pub(crate) strict: bool,
    /// Computes one row.
    pub(crate) eval: fn(&[ValueRef<'_>]) -> Result<Value>,
}
