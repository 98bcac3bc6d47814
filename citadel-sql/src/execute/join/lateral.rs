//! Join with a query that is run for each row of the left side.

use super::pairs::Pairs;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::Outer;
use crate::error::Result;
use crate::execute::apply::{Later, set, with_params};
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::expression::CompiledExpr;
use crate::plan::LateralJoin;
use crate::types::Value;

pub(in crate::execute) struct LateralJoinOp {
    left: BoxedOperator,
    plan: Later,
    /// The parameters of the query, and their values over the left side.
    arguments: Vec<(usize, CompiledExpr)>,
    filter: Option<CompiledExpr>,
    params: Vec<Value>,
    left_rows: Batch,
    values: Vec<Column>,
    at: usize,
    /// The query of row `at`, if that was begun.
    running: Option<BoxedOperator>,
    given: Batch,
    right_rows: Batch,
    pairs: Pairs,
}

impl LateralJoinOp {
    pub(in crate::execute) fn new(
        left: BoxedOperator,
        plan: Later,
        join: &LateralJoin,
        params: &[Value],
    ) -> Result<Self> {
        let left_layout = join.left.layout();
        let arguments = join.arguments.iter().map(|(parameter, value)| {
            let value = CompiledExpr::compile(value, &left_layout, params)?;
            Ok((*parameter, value))
        });
        let outer = Outer {
            left: join.keeps_left,
            right: false,
        };
        let widths = (left_layout.len(), join.layout.len() - left_layout.len());
        Ok(Self {
            left,
            plan,
            arguments: arguments.collect::<Result<_>>()?,
            filter: CompiledExpr::conjunction(&join.filter, &join.layout, params)?,
            params: params.to_vec(),
            left_rows: Batch::default(),
            values: Vec::new(),
            at: 0,
            running: None,
            given: Batch::default(),
            right_rows: Batch::default(),
            pairs: Pairs::new(outer, widths),
        })
    }

    /// Goes on to other left rows. False: there are none.
    fn advance(&mut self, context: &mut ExecContext<'_>, wanted: usize) -> Result<bool> {
        self.at = 0;
        if !self.left.next(context, &mut self.left_rows, wanted)? {
            self.left_rows.rows = 0;
        }
        self.pairs.begin_left(self.left_rows.rows);
        self.values.clear();
        if self.left_rows.rows > 0 {
            for (_, value) in &self.arguments {
                self.values.push(value.to_column(&self.left_rows)?);
            }
        }
        Ok(self.left_rows.rows > 0)
    }

    /// Collects about a batch of pairs of the left rows at hand.
    fn collect(&mut self, context: &ExecContext<'_>) -> Result<()> {
        self.pairs.clear();
        self.right_rows.rows = 0;
        while self.at < self.left_rows.rows && self.pairs.len() < BATCH_ROWS {
            context.check_interrupt()?;
            let mut running = match self.running.take() {
                Some(running) => running,
                None => {
                    for ((parameter, _), values) in self.arguments.iter().zip(&self.values) {
                        set(&mut self.params, *parameter, values.get(self.at).to_owned());
                    }
                    self.plan.start(&self.params)?
                }
            };
            let mut inner = with_params(context, &self.params);
            if !running.next(&mut inner, &mut self.given, BATCH_ROWS)? {
                self.at += 1;
                continue;
            }
            let base = self.right_rows.rows;
            self.right_rows.append(&self.given)?;
            for right in base..self.right_rows.rows {
                self.pairs.push(self.at as u32, right as u32);
            }
            self.running = Some(running);
        }
        Ok(())
    }
}

impl Operator for LateralJoinOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        out.rows = 0;
        loop {
            let (left, right) = (&self.left_rows, &self.right_rows);
            if self.at >= left.rows {
                if self.pairs.emit_lonely_left(left, right, out)? {
                    return Ok(true);
                }
                if !self.advance(context, wanted)? {
                    return Ok(false);
                }
            }
            self.collect(context)?;
            let (left, right) = (&self.left_rows, &self.right_rows);
            if self.pairs.len() > 0 && self.pairs.emit(left, right, self.filter.as_ref(), out)? {
                return Ok(true);
            }
        }
    }
}
