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
        let (left_layout, right_layout) = (plan.left.layout(), plan.right.layout());
        let both = [left_layout.as_slice(), &right_layout].concat();
        Ok(Self {
            left,
            right: Some(right),
            filter: CompiledExpr::conjunction(&plan.filter, &both, params)?,
            right_rows: Batch::default(),
            left_rows: Batch::default(),
            left_at: 0,
            right_at: 0,
            pairs: Pairs::new(plan.outer, (left_layout.len(), right_layout.len())),
        })
    }

    /// Goes on to other left rows. False: there are none.
    fn advance(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        (self.left_at, self.right_at) = (0, 0);
        if !self.left.next(context, &mut self.left_rows, BATCH_ROWS)? {
            self.left_rows.rows = 0;
        }
        self.pairs.begin_left(self.left_rows.rows);
        Ok(self.left_rows.rows > 0)
    }

    /// Collects up to a batch of pairs of the left rows at hand.
    fn collect(&mut self) {
        self.pairs.clear();
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
            self.pairs.begin_right(self.right_rows.rows);
        }
        out.rows = 0;
        if self.right_rows.rows == 0 && !self.pairs.keeps_left() {
            return Ok(false);
        }
        loop {
            context.check_interrupt()?;
            let (left, right) = (&self.left_rows, &self.right_rows);
            if self.left_at >= left.rows {
                if self.pairs.emit_lonely_left(left, right, out)? {
                    return Ok(true);
                }
                if !self.advance(context)? {
                    let (left, right) = (&self.left_rows, &self.right_rows);
                    return self.pairs.emit_lonely_right(left, right, out);
                }
            }
            self.collect();
            let (left, right) = (&self.left_rows, &self.right_rows);
            if self.pairs.len() > 0 && self.pairs.emit(left, right, self.filter.as_ref(), out)? {
                return Ok(true);
            }
        }
    }
}
