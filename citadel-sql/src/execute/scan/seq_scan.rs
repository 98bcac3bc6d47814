//! A table by row id: all of it, or a range.

use super::{TableRows, direction};
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::bounds;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::plan::SeqScan;
use crate::store::{RowIdRange, TableScan};
use crate::types::Value;

/// A table in row id order.
pub(in crate::execute) struct SeqScanOp {
    scan: TableScan,
    rows: TableRows,
}

impl SeqScanOp {
    pub(in crate::execute) fn new(plan: &SeqScan, params: &[Value]) -> Result<Self> {
        let rows = TableRows::of_scan(&plan.source, params)?;
        let range = if rows.is_never() {
            RowIdRange::NONE
        } else {
            bounds::row_id_range(&plan.range, params)?
        };
        Ok(Self {
            scan: TableScan::new(
                &plan.source.table,
                rows.stored(),
                range,
                direction(plan.descending),
            ),
            rows,
        })
    }
}

impl Operator for SeqScanOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        let mut chunk = self.rows.first_chunk(wanted);
        loop {
            context.check_interrupt()?;
            let scan = &mut self.scan;
            let read = self.rows.fill_with_raw(out, |ids, columns, raw| {
                scan.next_with_raw(context.view(), ids, columns, raw, chunk)
            })?;
            if read == 0 {
                return Ok(false);
            }
            if self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
            chunk = (chunk * 2).min(BATCH_ROWS);
        }
    }

    fn span(&self) -> Option<RowIdRange> {
        self.rows.is_divisible().then(|| self.scan.range())
    }

    fn part(&self, rows: RowIdRange) -> Option<BoxedOperator> {
        Some(Box::new(Self {
            scan: self.scan.part(rows),
            rows: self.rows.again()?,
        }))
    }
}
