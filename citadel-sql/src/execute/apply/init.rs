//! Queries that are answered once, before what reads their answers starts.

use super::answer::answer;
use super::later::{Later, set, with_params};
use crate::batch::Batch;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::expression::constant;
use crate::plan::Init;
use crate::types::Value;

/// Answers queries, then is its input.
pub(in crate::execute) struct InitOp {
    init: Init,
    input: Later,
    plans: Vec<Later>,
    params: Vec<Value>,
    started: Option<BoxedOperator>,
}

impl InitOp {
    pub(in crate::execute) fn new(
        init: Init,
        input: Later,
        plans: Vec<Later>,
        params: &[Value],
    ) -> Self {
        Self {
            init,
            input,
            plans,
            params: params.to_vec(),
            started: None,
        }
    }

    fn start(&mut self, context: &ExecContext<'_>) -> Result<BoxedOperator> {
        for (what, plan) in self.init.plans.iter().zip(&self.plans) {
            let operand = match &what.operand {
                Some(operand) => constant(operand, &self.params)?,
                None => Value::Null,
            };
            let value = answer(plan, what.kind, operand.as_ref(), &self.params, context)?;
            set(&mut self.params, what.result, value);
        }
        self.input.start(&self.params)
    }
}

impl Operator for InitOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        let mut input = match self.started.take() {
            Some(input) => input,
            None => self.start(context)?,
        };
        let more = input.next(&mut with_params(context, &self.params), out, wanted);
        self.started = Some(input);
        more
    }
}
