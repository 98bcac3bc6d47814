//! The two operators: they find the first rows at the first call, and hand them out batch by batch.

use std::sync::Arc;

use citadel_vector::Neighbor;

use super::approximate::{self, Outcome};
use super::exact::{self, Asked};
use super::nearest::Nearest;
use super::parts::Scanned;
use super::report::VectorReport;
use super::setting::Setting;
use super::within::Within;
use crate::batch::Batch;
use crate::bind::bound::{ColumnId, Expr, ExprKind};
use crate::error::{Error, Result, SqlState};
use crate::execute::fetcher::Fetcher;
use crate::execute::{BoxedOperator, ExecContext, LimitRows, Operator, build};
use crate::expression::Measure;
use crate::expression::constant;
use crate::plan::vector::{AnnTopK, TopK, VectorTopK};
use crate::schema::RowId;
use crate::types::vector_text::dimension_mismatch;
use crate::types::{SqlType, Value, VectorType};

/// What an execution asks for, its constants evaluated.
#[derive(Debug)]
struct Question {
    /// A vector that the metric measures, of the column's dimension. NULL: so is every distance.
    query: Value,
    /// The distances asked for; `None`: any.
    within: Option<Within>,
    offset: usize,
    /// Offset and limit together.
    k: usize,
}

impl Question {
    fn new(top: &TopK, params: &[Value]) -> Result<Self> {
        let rows = LimitRows::evaluate(&top.limit, params)?;
        let count = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        Ok(Self {
            query: query_vector(top, params)?,
            within: match &top.range {
                Some(range) => Some(Within::new(range, params)?),
                None => None,
            },
            offset: count(rows.offset),
            k: rows.total().map_or(usize::MAX, count),
        })
    }
}

impl Question {
    /// Nothing found yet.
    fn nothing(&self, top: &TopK) -> Nearest {
        Nearest::new(self.k, top.order, self.within.clone())
    }
}

/// The vector searched for, of the column's dimension; or NULL.
fn query_vector(top: &TopK, params: &[Value]) -> Result<Value> {
    let wanted = top.key.vector.ty;
    let query = &top.key.query;
    let value = value_of(query, params)?;
    let Some(measure) = Measure::new(top.key.metric, value.as_ref()) else {
        if value.is_null() {
            return Ok(value);
        }
        return Err(Error::sql(
            SqlState::DATATYPE_MISMATCH,
            format!(
                "a distance needs two vectors, not {wanted} and {}",
                value.sql_type()
            ),
        )
        .at(query.position));
    };
    match wanted {
        VectorType { dim: Some(dim), .. } if usize::from(dim) != measure.dim() => {
            Err(dimension_mismatch(measure.dim(), usize::from(dim)).at(query.position))
        }
        _ => Ok(value),
    }
}

/// The value of a constant; a parameter or a literal, which a vector nearly always is, is copied once.
fn value_of(expr: &Expr, params: &[Value]) -> Result<Value> {
    match &expr.kind {
        ExprKind::Parameter(at) if *at < params.len() => Ok(params[*at].clone()),
        ExprKind::Literal(value) => Ok(value.clone()),
        _ => constant(expr, params).map_err(|error| error.at(expr.position)),
    }
}

/// The rows found, on their way out.
#[derive(Debug)]
struct Answer {
    rows: std::vec::IntoIter<Neighbor>,
    fetcher: Fetcher,
    types: Vec<SqlType>,
    with_distance: bool,
}

impl Answer {
    fn new(top: &TopK, found: Nearest, offset: usize) -> Self {
        let mut rows = found.finish();
        rows.drain(..offset.min(rows.len()));
        let is_distance = |id: &ColumnId| id.column == ColumnId::DISTANCE;
        let stored: Vec<_> = top
            .layout
            .iter()
            .filter(|id| !is_distance(id))
            .copied()
            .collect();
        Self {
            rows: rows.into_iter(),
            fetcher: Fetcher::new(&top.table, top.relation, &stored),
            types: top.types(),
            with_distance: top.layout.iter().any(is_distance),
        }
    }

    fn next(
        &mut self,
        context: &ExecContext<'_>,
        out: &mut Batch,
        max_rows: usize,
    ) -> Result<bool> {
        out.reset(&self.types);
        for row in self.rows.by_ref().take(max_rows.max(1)) {
            // A row that a later statement of the same transaction has removed is passed over.
            if !self
                .fetcher
                .fetch_known(context.view(), RowId(row.row_id), out)?
            {
                continue;
            }
            if self.with_distance
                && let Some(distances) = out.columns.last_mut()
            {
                match row.distance {
                    Some(distance) => distances.push_real(f64::from(distance))?,
                    None => distances.push_null(),
                }
            }
        }
        Ok(out.rows > 0)
    }
}

/// `VectorTopKPlan`.
pub(super) struct VectorTopKOp {
    top: Arc<TopK>,
    question: Question,
    /// Gives the row ids that satisfy the WHERE clause; `None`: all rows.
    rows: Option<BoxedOperator>,
    answer: Option<Answer>,
    report: VectorReport,
}

impl VectorTopKOp {
    pub(super) fn new(
        plan: &VectorTopK,
        rows: Option<BoxedOperator>,
        params: &[Value],
    ) -> Result<Self> {
        Ok(Self {
            question: Question::new(&plan.top, params)?,
            top: Arc::clone(&plan.top),
            rows,
            answer: None,
            report: VectorReport::default(),
        })
    }

    /// The operator of a search that is done.
    pub(super) fn found(plan: &VectorTopK, found: Nearest, params: &[Value]) -> Result<Self> {
        let mut operator = Self::new(plan, None, params)?;
        let offset = operator.question.offset;
        operator.answer = Some(Answer::new(&plan.top, found, offset));
        Ok(operator)
    }

    fn find(&mut self, context: &mut ExecContext<'_>) -> Result<Nearest> {
        let mut nearest = self.question.nothing(&self.top);
        if self.question.k > 0 {
            let asked = Asked {
                measure: Measure::new(self.top.key.metric, self.question.query.as_ref()),
                nearest: &mut nearest,
            };
            self.report.scanned = find(&self.top, self.rows.as_mut(), context, &mut [asked])?;
        }
        Ok(nearest)
    }
}

/// What the search of a plan finds for each of some sets of parameters, in one pass over the rows.
pub(super) fn search_together(
    plan: &VectorTopK,
    mut rows: Option<BoxedOperator>,
    sets: &[Vec<Value>],
    context: &mut ExecContext<'_>,
) -> Result<Vec<Nearest>> {
    let top = &plan.top;
    let questions: Vec<Question> = sets
        .iter()
        .map(|params| Question::new(top, params))
        .collect::<Result<_>>()?;
    let mut found: Vec<Nearest> = questions.iter().map(|q| q.nothing(top)).collect();
    let asked = questions.iter().zip(&mut found);
    let mut asked: Vec<Asked<'_>> = asked
        .filter(|(question, _)| question.k > 0)
        .map(|(question, nearest)| Asked {
            measure: Measure::new(top.key.metric, question.query.as_ref()),
            nearest,
        })
        .collect();
    if !asked.is_empty() {
        find(top, rows.as_mut(), context, &mut asked)?;
    }
    Ok(found)
}

/// Measures the rows that an operator gives, all rows if there is none, for each question.
fn find(
    top: &TopK,
    rows: Option<&mut BoxedOperator>,
    context: &mut ExecContext<'_>,
    asked: &mut [Asked<'_>],
) -> Result<Scanned> {
    match rows {
        Some(rows) => exact::measure_given(rows, context, top, asked),
        None => exact::measure_table(context, top, asked),
    }
}

impl Operator for VectorTopKOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        max_rows: usize,
    ) -> Result<bool> {
        let mut answer = match self.answer.take() {
            Some(answer) => answer,
            None => {
                let found = self.find(context)?;
                Answer::new(&self.top, found, self.question.offset)
            }
        };
        let more = answer.next(context, out, max_rows)?;
        self.answer = Some(answer);
        Ok(more)
    }

    fn report(&self) -> Vec<(String, String)> {
        self.report.lines()
    }
}

/// `AnnTopKPlan`.
pub(super) struct AnnTopKOp {
    plan: Arc<AnnTopK>,
    question: Question,
    state: State,
    report: VectorReport,
}

enum State {
    Begin,
    Answered(Box<Answer>),
    /// The exact plan answers.
    Exact(Box<VectorTopKOp>),
}

impl AnnTopKOp {
    pub(super) fn new(plan: &Arc<AnnTopK>, params: &[Value]) -> Result<Self> {
        Ok(Self {
            question: Question::new(&plan.exact.top, params)?,
            plan: Arc::clone(plan),
            state: State::Begin,
            report: VectorReport::default(),
        })
    }

    fn begin(&mut self, context: &ExecContext<'_>) -> Result<State> {
        let top = &self.plan.exact.top;
        let Question {
            query, offset, k, ..
        } = &self.question;
        let mut nearest = self.question.nothing(top);
        let outcome = match query {
            _ if *k == 0 => Outcome::Answered,
            Value::Null => Outcome::Exact("the vector searched for is NULL".into()),
            _ if context.ann.exact => Outcome::Exact("ann_exact is on".into()),
            query => approximate::search(
                &Setting::of(context),
                &self.plan,
                query,
                *k,
                &mut nearest,
                &mut self.report,
            )?,
        };
        match outcome {
            Outcome::Answered => Ok(State::Answered(Box::new(Answer::new(
                top, nearest, *offset,
            )))),
            Outcome::Exact(why) => {
                tracing::debug!(index = %self.plan.index.name, why, "the exact plan answers");
                self.report = VectorReport {
                    exact_because: Some(why),
                    ..VectorReport::default()
                };
                let rows = self
                    .plan
                    .exact
                    .input()
                    .map(|rows| build(rows, context.params));
                let exact = VectorTopKOp::new(&self.plan.exact, rows.transpose()?, context.params)?;
                Ok(State::Exact(Box::new(exact)))
            }
        }
    }
}

impl Operator for AnnTopKOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        max_rows: usize,
    ) -> Result<bool> {
        if matches!(self.state, State::Begin) {
            self.state = self.begin(context)?;
        }
        match &mut self.state {
            State::Begin => Ok(false),
            State::Answered(answer) => answer.next(context, out, max_rows),
            State::Exact(exact) => exact.next(context, out, max_rows),
        }
    }

    fn report(&self) -> Vec<(String, String)> {
        let mut lines = self.report.lines();
        if let State::Exact(exact) = &self.state {
            lines.extend(exact.report());
        }
        lines
    }
}
