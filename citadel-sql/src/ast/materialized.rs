//! Materialized views.

use std::ops::Range;

use super::{Identifier, Query};

/// `CREATE MATERIALIZED VIEW [IF NOT EXISTS] name [(a, b)] AS query [WITH [NO] DATA]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateMaterialized {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    /// Fewer than the query's: the others keep their names.
    pub(crate) columns: Vec<Identifier>,
    pub(crate) query: Query,
    /// Where the query stands in the text that was parsed, in bytes.
    pub(crate) text: Range<usize>,
    pub(crate) with_data: bool,
}

/// `REFRESH MATERIALIZED VIEW [CONCURRENTLY] name [WITH [NO] DATA]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refresh {
    pub(crate) name: Identifier,
    pub(crate) concurrently: bool,
    pub(crate) with_data: bool,
}
