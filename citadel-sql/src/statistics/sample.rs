//! Which rows are looked at.

use citadel_txn::View;

use crate::batch::{Batch, Column};
use crate::error::Result;
use crate::schema::{ColumnNo, TableDef};
use crate::store::{Direction, RowIdRange, TableScan};

/// The most rows that are looked at.
pub(super) const SAMPLE_ROWS: usize = 30_000;

/// From how many places of a table that is larger they are taken.
const PLACES: usize = 1_000;

/// Rows in memory at once: few, since they may be wide.
const BATCH: usize = 64;

/// Shows the sample of a table, batch by batch, with some of its columns.
///
/// # Errors
/// Storage errors; a row that does not decode; what `watch` or `visit` says.
pub(super) fn for_each_batch(
    view: &dyn View,
    table: &TableDef,
    columns: &[ColumnNo],
    watch: &dyn Fn() -> Result<()>,
    visit: &mut dyn FnMut(&Batch) -> Result<()>,
) -> Result<()> {
    let mut batch = Batch {
        columns: columns
            .iter()
            .map(|no| Column::new(table.column(*no).ty, BATCH))
            .collect(),
        rows: 0,
    };
    for (range, mut left) in places(view, table)? {
        let mut scan = TableScan::new(table, columns, range, Direction::Forward);
        while left > 0 {
            watch()?;
            batch.columns.iter_mut().for_each(Column::clear);
            batch.rows = scan.next(view, None, &mut batch.columns, left.min(BATCH))?;
            if batch.rows == 0 {
                break;
            }
            left -= batch.rows;
            visit(&batch)?;
        }
    }
    Ok(())
}

/// Ranges of row ids, and how many rows from the beginning of each are taken at most.
fn places(view: &dyn View, table: &TableDef) -> Result<Vec<(RowIdRange, usize)>> {
    if view.tree_len(table.rows)? <= SAMPLE_ROWS as u64 {
        return Ok(vec![(RowIdRange::ALL, SAMPLE_ROWS)]);
    }
    let ranges = RowIdRange::split(view, table.rows, PLACES)?;
    let each = SAMPLE_ROWS.div_ceil(ranges.len().max(1));
    Ok(ranges.into_iter().map(|range| (range, each)).collect())
}
