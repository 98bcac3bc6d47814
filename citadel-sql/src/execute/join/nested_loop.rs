//! Join on any condition: every left row meets every right row, which are held in memory.

use super::pairs::Pairs;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::expression::CompiledExpr;
use crate::plan::NestedLoopJoin;
use crate::types::Value;

pub(in crate::execute) struct NestedLoopOp {
    left: BoxedOperator,
    right: Option<BoxedOperator>,
    filter: Option<CompiledExpr>,
    right_rows: Batch,
    left_rows: Batch,
    left_at: usize,
    right_at: usize,
    pairs: Pairs,
}

impl NestedLoopOp {
    pub(in crate::execute) fn new(
        (left, right): (BoxedOperator, BoxedOperator),
        plan: &NestedLoopJoin,
        params: &[Value],
    ) -> Result<Self> {
        let both = [plan.left.layout(), plan.right.layout()].concat();
        Ok(Self {
            left,
            right: Some(right),
            filter: CompiledExpr::conjunction(&plan.filter, &both, params)?,
            right_rows: Batch::default(),
            left_rows: Batch::default(),
            left_at: 0,
            right_at: 0,
            pairs: Pairs::default(),
        })
    }

    /// Collects up to a batch of pairs. False: the left side is at its end.
    fn collect(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        self.pairs.clear();
        context.check_interrupt()?;
        if self.left_at >= self.left_rows.rows {
            (self.left_at, self.right_at) = (0, 0);
            if !self.left.next(context, &mut self.left_rows, BATCH_ROWS)? {
                self.left_rows.rows = 0;
                return Ok(false);
            }
        }
        while self.left_at < self.left_rows.rows && self.pairs.len() < BATCH_ROWS {
            let room = BATCH_ROWS - self.pairs.len();
            let end = self.right_rows.rows.min(self.right_at + room);
            for right in self.right_at..end {
                self.pairs.push(self.left_at as u32, right as u32);
            }
            self.right_at = end;
            if end == self.right_rows.rows {
                self.right_at = 0;
                self.left_at += 1;
            }
        }
        Ok(true)
    }
}

impl Operator for NestedLoopOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        if let Some(mut right) = self.right.take() {
            let mut batch = Batch::default();
            while right.next(context, &mut batch, BATCH_ROWS)? {
                self.right_rows.append(&batch)?;
            }
        }
        out.rows = 0;
        if self.right_rows.rows == 0 {
            return Ok(false);
        }
        while self.collect(context)? {
            let filter = self.filter.as_ref();
            if self
                .pairs
                .emit(&self.left_rows, &self.right_rows, filter, out)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
