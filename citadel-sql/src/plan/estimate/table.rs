//! How many rows a table has.

use crate::bind::bound::{ExprKind, TableSample};
use crate::error::Result;
use crate::plan::PlanContext;
use crate::plan::lake::LAKE_ROWS;
use crate::plan::logical::LogicalScan;
use crate::schema::{BTreeIndex, TableDef};

/// A table is planned for as if it had at least this many rows: a plan outlives the moment it was made in.
const ROWS_MIN: f64 = 1000.0;

/// The same for one that was analyzed, as plans are made anew when its statistics are.
const ANALYZED_ROWS_MIN: f64 = 20.0;

/// The part of a table that is sampled, where that is not known yet.
const SAMPLED: f64 = 0.1;

/// Rows of a table, as the snapshot has it, and never few.
pub(in crate::plan) fn table_rows(scan: &LogicalScan, context: &PlanContext<'_>) -> Result<f64> {
    let rows = rows_of(&scan.table, context)?;
    Ok(match &scan.sample {
        Some(sample) => (rows * sampled_share(sample)).max(1.0),
        None => rows,
    })
}

/// The part of its table that a sample takes.
fn sampled_share(sample: &TableSample) -> f64 {
    let percentage = match &sample.percentage.kind {
        ExprKind::Literal(value) => TableSample::number(value),
        _ => None,
    };
    percentage.map_or(SAMPLED, |percentage| (percentage / 100.0).clamp(0.0, 1.0))
}

pub(super) fn rows_of(table: &TableDef, context: &PlanContext<'_>) -> Result<f64> {
    if table.lake.is_some() {
        return Ok(LAKE_ROWS);
    }
    let rows = context.view.tree_len(table.rows)? as f64;
    Ok(rows.max(match table.statistics {
        Some(_) => ANALYZED_ROWS_MIN,
        None => ROWS_MIN,
    }))
}

/// Rows of an index that is not of all rows, as the snapshot has it, and never few.
pub(in crate::plan) fn partial_rows(
    scan: &LogicalScan,
    btree: &BTreeIndex,
    context: &PlanContext<'_>,
) -> Result<f64> {
    let entries = context.view.tree_len(btree.tree)? as f64;
    let rows = table_rows(scan, context)?;
    if scan.table.statistics.is_some() {
        return Ok(entries.clamp(1.0, rows));
    }
    // As if a tenth of the least table had an entry.
    Ok(entries.max(ROWS_MIN / 10.0).min(rows))
}
