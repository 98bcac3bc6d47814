//! A query that is answered for each row.

use super::by_key::ByKeyAnswers;
use super::each::EachAnswers;
use super::later::Later;
use crate::batch::{Batch, Column};
use crate::bind::bound::{Expr, SubqueryKind};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::expression::CompiledExpr;
use crate::plan::{Apply, ApplyMethod};
use crate::types::Value;

/// Adds a column to its input: the answers for its rows.
pub(in crate::execute) struct ApplyOp {
    input: BoxedOperator,
    read: Batch,
    /// What the query reads of a row; the operand, if there is one, comes last.
    reads: Vec<CompiledExpr>,
    params: Vec<Value>,
    answers: Answers,
}

/// The way to answer.
pub(in crate::execute) enum Answers {
    Each(Box<EachAnswers>),
    ByKey(Box<ByKeyAnswers>),
}

impl Answers {
    /// By running a plan for each set of values of parameters.
    pub(in crate::execute) fn each(
        kind: SubqueryKind,
        plan: Later,
        parameters: Vec<usize>,
    ) -> Result<Self> {
        Ok(Self::Each(Box::new(EachAnswers::new(
            kind, plan, parameters,
        ))))
    }

    /// From a table of all answers.
    pub(in crate::execute) fn by_key(
        kind: SubqueryKind,
        plan: Later,
        otherwise: Option<Later>,
    ) -> Result<Self> {
        Ok(Self::ByKey(Box::new(ByKeyAnswers::new(
            kind, plan, otherwise,
        ))))
    }
}

impl ApplyOp {
    pub(in crate::execute) fn new(
        input: BoxedOperator,
        answers: Answers,
        plan: &Apply,
        params: &[Value],
    ) -> Result<Self> {
        let layout = plan.input.layout();
        let compile = |expr: &Expr| CompiledExpr::compile(expr, &layout, params);
        let mut reads: Vec<CompiledExpr> = match &plan.method {
            ApplyMethod::Each { arguments, .. } => arguments
                .iter()
                .map(|(_, value)| compile(value))
                .collect::<Result<_>>()?,
            ApplyMethod::ByKey(by_key) => by_key.keys.iter().map(compile).collect::<Result<_>>()?,
        };
        if let Some(operand) = &plan.operand {
            reads.push(compile(operand)?);
        }
        Ok(Self {
            input,
            read: Batch::default(),
            reads,
            params: params.to_vec(),
            answers,
        })
    }
}

impl Operator for ApplyOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        out.rows = 0;
        if !self.input.next(context, &mut self.read, wanted)? {
            return Ok(false);
        }
        let rows = self.read.rows;
        let reads = self.reads.iter().map(|expr| expr.to_column(&self.read));
        let reads: Vec<Column> = reads.collect::<Result<_>>()?;
        let answers = match &mut self.answers {
            Answers::Each(each) => each.answer(&reads, rows, &mut self.params, context)?,
            Answers::ByKey(by_key) => by_key.answer(&reads, rows, &self.params, context)?,
        };
        out.columns.clear();
        out.columns.append(&mut self.read.columns);
        out.columns.push(answers);
        out.rows = rows;
        self.read.rows = 0;
        Ok(true)
    }
}
