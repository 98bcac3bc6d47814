//! One run of a plan.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::build::Builder;
use super::change::{self, Changed};
use super::context::ExecContext;
use super::explain::Profile;
use super::operator::BoxedOperator;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::plan::{PhysicalPlan, Plan, explain};
use crate::types::{SqlType, Value};

/// Rows asked for at first: the reader may want no more than a few.
const FIRST_ROWS: usize = 64;

/// A statement that runs: rows are pulled from it, or it changes something at the first pull.
pub(crate) struct Execution {
    state: State,
    wanted: usize,
    changed: Changed,
}

enum State {
    /// Gives rows.
    Rows(BoxedOperator),
    /// Changes something, and gives none.
    Change {
        plan: Arc<Plan>,
        source: Option<BoxedOperator>,
    },
    /// Gives the lines of a plan.
    Explain {
        plan: Arc<Plan>,
        params: Vec<Value>,
    },
    Done,
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Rows(_) => "rows",
            State::Change { .. } => "change",
            State::Explain { .. } => "explain",
            State::Done => "done",
        };
        f.debug_struct("Execution")
            .field("state", &state)
            .field("changed", &self.changed)
            .finish()
    }
}

impl Execution {
    /// Prepares a run with the values of its parameters, each already of its place's type. Nothing is read yet.
    ///
    /// # Errors
    /// A bound of an access path, a LIMIT or an OFFSET does not evaluate.
    pub(crate) fn start(plan: &Arc<Plan>, params: &[Value]) -> Result<Self> {
        let builder = Builder {
            params,
            profile: None,
        };
        let state = match &plan.root {
            PhysicalPlan::Explain { .. } => State::Explain {
                plan: plan.clone(),
                params: params.to_vec(),
            },
            root if is_change(root) => State::Change {
                source: source(root, &builder)?,
                plan: plan.clone(),
            },
            root => State::Rows(builder.build(root)?),
        };
        Ok(Self {
            state,
            wanted: FIRST_ROWS,
            changed: Changed::default(),
        })
    }

    /// The next rows; `None` at the end, and from then on. A statement that changes something does all of it in the
    /// first call.
    ///
    /// # Errors
    /// Whatever computing the rows meets. The execution is then over.
    pub(crate) fn next(&mut self, context: &mut ExecContext<'_>) -> Result<Option<Batch>> {
        let mut batch = Batch::default();
        Ok(self.next_into(context, &mut batch)?.then_some(batch))
    }

    /// As [`next`](Self::next), into a batch whose memory is used again. False: the end.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn next_into(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
    ) -> Result<bool> {
        if let State::Rows(root) = &mut self.state {
            let more = root.next(context, out, self.wanted);
            self.wanted = BATCH_ROWS;
            if !matches!(more, Ok(true)) {
                self.state = State::Done;
            }
            return more;
        }
        out.rows = 0;
        match std::mem::replace(&mut self.state, State::Done) {
            State::Change { plan, source } => {
                self.changed = change::run(&plan.root, source, context)?;
                Ok(false)
            }
            State::Explain { plan, params } => {
                self.explain(&plan.root, &params, context, out)?;
                Ok(true)
            }
            State::Rows(_) | State::Done => Ok(false),
        }
    }

    /// Rows inserted, updated or deleted.
    pub(crate) fn rows_changed(&self) -> u64 {
        self.changed.rows
    }

    /// The row id of the last row inserted.
    pub(crate) fn last_rowid(&self) -> Option<i64> {
        self.changed.last_rowid
    }

    fn explain(
        &mut self,
        root: &PhysicalPlan,
        params: &[Value],
        context: &mut ExecContext<'_>,
        out: &mut Batch,
    ) -> Result<()> {
        let PhysicalPlan::Explain { analyze, plan } = root else {
            return Err(change::not_rows(root));
        };
        let measures = if *analyze {
            Some(self.analyze(&plan.root, params, context)?)
        } else {
            None
        };
        out.reset(&[SqlType::Text]);
        for line in explain(plan, measures.as_deref()) {
            out.columns[0].push_text(&line)?;
            out.rows += 1;
        }
        Ok(())
    }

    /// Runs a plan to its end and measures its nodes.
    fn analyze(
        &mut self,
        root: &PhysicalPlan,
        params: &[Value],
        context: &mut ExecContext<'_>,
    ) -> Result<Vec<crate::plan::NodeMeasure>> {
        let profile = Profile::default();
        let builder = Builder {
            params,
            profile: Some(&profile),
        };
        if is_change(root) {
            let slot = profile.enter();
            let start = Instant::now();
            let source = source(root, &builder)?;
            self.changed = change::run(root, source, context)?;
            profile.change(|nodes| {
                nodes[slot].time = start.elapsed();
                nodes[slot].rows = self.changed.rows;
                nodes[slot].batches = 1;
            });
        } else {
            let mut operator = builder.build(root)?;
            let mut batch = Batch::default();
            while operator.next(context, &mut batch, BATCH_ROWS)? {}
        }
        Ok(profile.take())
    }
}

/// Gives the plan no rows, but a change?
fn is_change(plan: &PhysicalPlan) -> bool {
    plan.writes() || matches!(plan, PhysicalPlan::Nothing)
}

/// The operator of a change's input.
fn source(plan: &PhysicalPlan, builder: &Builder<'_>) -> Result<Option<BoxedOperator>> {
    match plan.inputs().as_slice() {
        [source] => builder.build(source).map(Some),
        _ => Ok(None),
    }
}
