//! Gathering statistics: what the planner estimates from, found in a bounded sample of rows.
//!
//! A table of up to [`SAMPLE_ROWS`](sample::SAMPLE_ROWS) rows is read whole. Of a larger one as many are read, a few from
//! each of many leaves that lie evenly over its tree: the same ones whenever they are asked for, so that statistics depend
//! on the rows alone. What they are then is in [`schema`](crate::schema::TableStatistics); there they are kept.
//!
//! [`analyze`] does so at once, in the transaction of ANALYZE. [`Refresher`] does it again in the background for tables
//! that have changed much since.

mod column;
mod distinct;
mod due;
mod gather;
mod refresher;
mod sample;

use citadel_txn::WriteTxn;

use crate::error::Result;
use crate::schema::{ColumnNo, SchemaChange, TableDef, TableStatistics};

use due::is_due;
pub(crate) use due::is_wanted;
use gather::gather;
pub(crate) use refresher::Refresher;

/// Gathers statistics of a table and keeps them, in place of those of the same columns.
///
/// # Errors
/// Storage errors; what `watch` says, which is asked now and then whether to go on.
pub(crate) fn analyze(
    txn: &mut WriteTxn,
    table: &TableDef,
    columns: Option<&[ColumnNo]>,
    watch: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let found = gather(txn, table, columns, watch)?;
    let found = match (&table.statistics, columns) {
        (Some(older), Some(_)) => found.over(older),
        _ => found,
    };
    keep(txn, table, &found)
}

/// Writes statistics into the catalog.
fn keep(txn: &mut WriteTxn, table: &TableDef, found: &TableStatistics) -> Result<()> {
    let mut change = SchemaChange::begin(txn)?;
    change.put_statistics(table.id, found)?;
    change.finish()
}
