//! Join with a query that is run for each row of the left side.

use super::by_left::{self, ByLeft, Matching};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::Result;
use crate::execute::apply::{Later, set, with_params};
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::expression::CompiledExpr;
use crate::plan::LateralJoin;
use crate::types::Value;

pub(in crate::execute) struct LateralJoinOp {
    matching: Matching,
    plan: Later,
    /// The parameters of the query, and their values over the left side.
    arguments: Vec<(usize, CompiledExpr)>,
    params: Vec<Value>,
    values: Vec<Column>,
    /// The query of the next left row, if that was begun.
    running: Option<BoxedOperator>,
    given: Batch,
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
        let widths = (left_layout.len(), join.layout.len() - left_layout.len());
        let filter = CompiledExpr::conjunction(&join.filter, &join.layout, params)?;
        Ok(Self {
            matching: Matching::new(left, join.keeps_left, widths, filter),
            plan,
            arguments: arguments.collect::<Result<_>>()?,
            params: params.to_vec(),
            values: Vec::new(),
            running: None,
            given: Batch::default(),
        })
    }
}

impl ByLeft for LateralJoinOp {
    fn matching(&mut self) -> &mut Matching {
        &mut self.matching
    }

    fn prepare(&mut self) -> Result<()> {
        self.values.clear();
        for (_, value) in &self.arguments {
            self.values.push(value.to_column(&self.matching.left_rows)?);
        }
        Ok(())
    }

    fn collect(&mut self, context: &ExecContext<'_>) -> Result<()> {
        while self.matching.wants_more() {
            context.check_interrupt()?;
            let row = self.matching.at;
            let mut running = match self.running.take() {
                Some(running) => running,
                None => {
                    for ((parameter, _), values) in self.arguments.iter().zip(&self.values) {
                        set(&mut self.params, *parameter, values.get(row).to_owned());
                    }
                    self.plan.start(&self.params)?
                }
            };
            let mut inner = with_params(context, &self.params);
            if !running.next(&mut inner, &mut self.given, BATCH_ROWS)? {
                self.matching.at += 1;
                continue;
            }
            self.matching.pair(row, &self.given)?;
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
        by_left::next(self, context, out, wanted)
    }
}
