//! The exact plan: every row that satisfies the WHERE clause is measured.

use std::ops::ControlFlow;

use citadel_txn::View;

use super::nearest::Nearest;
use crate::batch::{BATCH_ROWS, Column};
use crate::error::Result;
use crate::execute::ExecContext;
use crate::expression::Measure;
use crate::plan::vector::TopK;
use crate::schema::RowId;
use crate::store::{Direction, RowIdRange, TableScan, VectorReader, VectorScan};
use crate::types::{SqlType, ValueRef};

/// Measures all rows of the table.
pub(super) fn measure_table(
    context: &ExecContext<'_>,
    top: &TopK,
    measure: Option<&Measure<'_>>,
    nearest: &mut Nearest,
) -> Result<u64> {
    let view = context.view();
    let reader = VectorReader::new(&top.table, top.key.column)?;
    let Some(measure) = measure else {
        // The vector searched for is NULL: so is every distance.
        add_undefined(context, top, nearest, |_| Ok(true))?;
        return Ok(0);
    };
    let mut scan = reader.scan();
    let mut measured = 0;
    loop {
        context.check_interrupt()?;
        let before = measured;
        scan.for_each(view, |row, vector| {
            nearest.push(measure.distance_stored(vector)?, row);
            measured += 1;
            Ok(if (measured - before) as usize == BATCH_ROWS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })?;
        if measured - before < BATCH_ROWS as u64 {
            break;
        }
    }
    // The scan passes over rows whose vector is NULL.
    if measured < view.tree_len(top.table.rows)? && nearest.wants_undefined() {
        add_undefined(context, top, nearest, |row| {
            Ok(reader.fetch_stored(view, row, |_| ())?.is_none())
        })?;
    }
    Ok(measured)
}

/// Offers rows without a distance, by ascending row id, until as many are kept as can matter.
fn add_undefined(
    context: &ExecContext<'_>,
    top: &TopK,
    nearest: &mut Nearest,
    is_undefined: impl Fn(RowId) -> Result<bool>,
) -> Result<()> {
    let mut scan = TableScan::new(&top.table, &[], RowIdRange::ALL, Direction::Forward);
    let mut ids = Column::new(SqlType::Integer, BATCH_ROWS);
    while !nearest.is_full_of_undefined()
        && scan.next(context.view(), Some(&mut ids), &mut [], BATCH_ROWS)? > 0
    {
        context.check_interrupt()?;
        for row in row_ids(&ids) {
            if is_undefined(row)? {
                nearest.push(None, row);
            }
        }
        ids.clear();
    }
    Ok(())
}

/// Measures some rows, which exist; cheapest where they ascend.
pub(super) fn measure_rows(
    view: &dyn View,
    vectors: &mut VectorScan,
    measure: Option<&Measure<'_>>,
    rows: impl Iterator<Item = RowId>,
    nearest: &mut Nearest,
) -> Result<u64> {
    let mut measured = 0;
    for row in rows {
        let distance = match measure {
            None => None,
            Some(measure) => {
                measured += 1;
                let distance = vectors.find(view, row, |vector| measure.distance_stored(vector))?;
                distance.transpose()?.flatten()
            }
        };
        nearest.push(distance, row);
    }
    Ok(measured)
}

/// A column of row ids.
pub(super) fn row_ids(column: &Column) -> impl Iterator<Item = RowId> + '_ {
    (0..column.len()).filter_map(|at| match column.get(at) {
        ValueRef::Integer(id) => Some(RowId(id)),
        _ => None,
    })
}
