//! How many rows: from row counts, from what ANALYZE found, and where it found nothing, from the shape of conditions.
//!
//! - [`table`] says how many rows a table has now.
//! - [`column`] says what is known of a column: its statistics, whether its values are unique.
//! - [`condition`] gives the share of rows for which conditions are TRUE, [`join`] that of pairs.
//! - [`relation`] puts these together for a logical plan.
//!
//! An estimate decides between plans that all give the same rows. So it may be wrong, and old statistics make it so.

mod column;
mod condition;
mod join;
mod relation;
mod table;

pub(super) use column::Columns;
pub(super) use condition::share;
pub(super) use join::{JoinSides, join_rows, pair_share};
pub(super) use relation::{
    RECURSION_ROWS, WORKING_ROWS, filtered_rows, grouped_rows, limited_rows, logical_rows, set_rows,
};
pub(super) use table::{partial_rows, table_rows};

/// The share of rows that equal one value, where nothing is known.
const EQUAL: f64 = 0.01;
/// The share of rows on one side of a value.
const RANGE: f64 = 1.0 / 3.0;
/// The share of rows that any other condition leaves.
const OTHER: f64 = 0.5;
/// The share of rows that is never undercut: nothing is so sure.
const LEAST: f64 = 1e-9;
