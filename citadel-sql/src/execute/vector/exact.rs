//! The exact plan: every row that satisfies the WHERE clause is measured.

use std::sync::{Mutex, PoisonError};

use citadel_txn::View;

use super::nearest::Nearest;
use super::parts::{self, Scanned};
use super::setting::Setting;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::{Error, Result, SqlState};
use crate::execute::{BoxedOperator, ExecContext};
use crate::expression::Measure;
use crate::plan::vector::TopK;
use crate::schema::RowId;
use crate::store::{Direction, RowIdRange, TableScan, VectorSource};
use crate::types::{SqlType, StoredVector, ValueRef};

/// A question that rows are measured for.
pub(super) struct Asked<'a> {
    /// `None`: the vector searched for is NULL, and so is every distance.
    pub(super) measure: Option<Measure<'a>>,
    pub(super) nearest: &'a mut Nearest,
}

impl Asked<'_> {
    /// The same question.
    fn again(&mut self) -> Asked<'_> {
        Asked {
            measure: self.measure,
            nearest: self.nearest,
        }
    }

    /// Offers a row by its vector; `ahead` is to be read soon.
    #[inline(always)]
    fn offer(&mut self, row: RowId, vector: StoredVector<'_>, ahead: &[u8]) -> Result<()> {
        let distance = match &self.measure {
            Some(measure) => measure.distance_ahead(vector, ahead)?,
            None => None,
        };
        self.nearest.push(distance, row);
        Ok(())
    }
}

/// Measures all rows of the table for each question, in one pass that the threads of the statement share.
pub(super) fn measure_table(
    context: &ExecContext<'_>,
    top: &TopK,
    asked: &mut [Asked<'_>],
) -> Result<Scanned> {
    let view = context.view();
    let source = VectorSource::new(&top.table, &top.key.vector)?;
    let mut measuring: Vec<Asked<'_>> = asked
        .iter_mut()
        .filter(|asked| asked.measure.is_some())
        .map(Asked::again)
        .collect();
    let scanned = if measuring.is_empty() {
        Scanned::default()
    } else {
        scan_vectors(context, top, &source, &mut measuring)?
    };
    // The scan passes over rows whose vector is NULL.
    let rows = view.tree_len(top.table.rows)?;
    for Asked { measure, nearest } in asked {
        if !nearest.wants_undefined() {
            continue;
        }
        match measure {
            None => add_undefined(context, top, nearest, |_| Ok(true))?,
            Some(_) if scanned.vectors < rows => add_undefined(context, top, nearest, |row| {
                Ok(source.fetch_stored(view, row, |_| ())?.is_none())
            })?,
            Some(_) => {}
        }
    }
    Ok(scanned)
}

/// Offers every vector that is not NULL; tells how many there are.
fn scan_vectors(
    context: &ExecContext<'_>,
    top: &TopK,
    source: &VectorSource,
    asked: &mut [Asked<'_>],
) -> Result<Scanned> {
    let Setting {
        view, interrupt, ..
    } = Setting::of(context);
    let tree = source.tree(&top.table);
    let parts = parts::cut(view, top, tree, RowIdRange::ALL, context.threads)?;
    parts::measure(&parts, context.threads, asked, |part, asked| {
        let mut measured = 0;
        source.for_each(view, &top.table, part, |row, vector, mut ahead| {
            if measured % BATCH_ROWS as u64 == 0 {
                interrupt.check()?;
            }
            measured += 1;
            for asked in asked.iter_mut() {
                asked.offer(row, vector, std::mem::take(&mut ahead))?;
            }
            Ok(())
        })?;
        Ok(measured)
    })
}

/// Measures the rows that an operator gives for each question; the threads of the statement share them, where the operator can
/// be divided.
pub(super) fn measure_given(
    rows: &mut BoxedOperator,
    context: &mut ExecContext<'_>,
    top: &TopK,
    asked: &mut [Asked<'_>],
) -> Result<Scanned> {
    let vectors = VectorSource::new(&top.table, &top.key.vector)?;
    let span = rows.span().unwrap_or(RowIdRange::NONE);
    let parts = parts::cut(context.view(), top, top.table.rows, span, context.threads)?;
    if parts.len() < 2 {
        return Ok(Scanned {
            vectors: measure_batches(rows, context, &vectors, asked)?,
            threads: 1,
        });
    }
    let setting = Setting::of(context);
    // An operator is of one thread; this one only says how its parts begin.
    let rows = Mutex::new(rows);
    parts::measure(&parts, context.threads, asked, |part, asked| {
        let rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
        let part = rows.part(part);
        drop(rows);
        let mut part = part.ok_or_else(|| {
            Error::sql(
                SqlState::INTERNAL_ERROR,
                "an operator with a span has no parts",
            )
        })?;
        measure_batches(&mut part, &mut setting.context(), &vectors, asked)
    })
}

fn measure_batches(
    rows: &mut BoxedOperator,
    context: &mut ExecContext<'_>,
    vectors: &VectorSource,
    asked: &mut [Asked<'_>],
) -> Result<u64> {
    let mut batch = Batch::default();
    let mut ids = Vec::new();
    let mut measured = 0;
    while rows.next(context, &mut batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        ids.clear();
        ids.extend(batch.columns.first().into_iter().flat_map(row_ids));
        measured += measure_rows(context.view(), vectors, &ids, asked)?;
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
    while scan.next(context.view(), Some(&mut ids), &mut [], BATCH_ROWS)? > 0 {
        context.check_interrupt()?;
        for row in row_ids(&ids) {
            if !nearest.takes_undefined(row) {
                return Ok(());
            }
            if is_undefined(row)? {
                nearest.push(None, row);
            }
        }
        ids.clear();
    }
    Ok(())
}

/// Measures some rows, which exist, for each question; cheapest where they ascend. Tells how many have a vector.
pub(super) fn measure_rows(
    view: &dyn View,
    vectors: &VectorSource,
    rows: &[RowId],
    asked: &mut [Asked<'_>],
) -> Result<u64> {
    if asked.iter().all(|asked| asked.measure.is_none()) {
        for row in rows {
            asked
                .iter_mut()
                .for_each(|asked| asked.nearest.push(None, *row));
        }
        return Ok(0);
    }
    let mut measured = 0;
    vectors.fetch_several(view, rows, |row, vector, mut ahead| {
        measured += u64::from(vector.is_some());
        for asked in asked.iter_mut() {
            match vector {
                Some(vector) => asked.offer(row, vector, std::mem::take(&mut ahead))?,
                None => asked.nearest.push(None, row),
            }
        }
        Ok(())
    })?;
    Ok(measured)
}

/// A column of row ids.
pub(super) fn row_ids(column: &Column) -> impl Iterator<Item = RowId> + '_ {
    (0..column.len()).filter_map(|at| match column.get(at) {
        ValueRef::Integer(id) => Some(RowId(id)),
        _ => None,
    })
}
