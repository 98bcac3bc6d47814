//! One run of a plan.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::build::Builder;
use super::change::{self, Change, Changed};
use super::context::ExecContext;
use super::explain::Profile;
use super::operator::BoxedOperator;
use super::recursion::Working;
use super::vector::Nearest;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::plan::{PhysicalPlan, Plan, Surroundings, explain};
use crate::store::KeyCheck;
use crate::types::{SqlType, Value};

/// Rows asked for at first: the reader may want no more than a few.
const FIRST_ROWS: usize = 64;

/// A statement that runs: rows are pulled from it, or it changes something at the first pull.
pub(crate) struct Execution {
    state: State,
    wanted: usize,
    changed: Changed,
    /// The change is done; rows of it may be left to be given.
    is_done: bool,
    is_over: bool,
}

enum State {
    /// Gives rows.
    Rows(BoxedOperator),
    /// Changes something, and gives what RETURNING says.
    Change(Change),
    /// Gives the lines of a plan.
    Explain { plan: Arc<Plan>, params: Vec<Value> },
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Rows(_) => "rows",
            State::Change(_) => "change",
            State::Explain { .. } => "explain",
        };
        f.debug_struct("Execution")
            .field("state", &state)
            .field("is_over", &self.is_over)
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
        Self::begin(plan, params, None, &[])
    }

    /// As [`start`](Self::start), with what the plan's exact vector search is to find.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub(super) fn start_with(plan: &Arc<Plan>, params: &[Value], found: Nearest) -> Result<Self> {
        Self::begin(plan, params, Some(&Cell::new(Some(found))), &[])
    }

    /// As [`start`](Self::start), for a plan that reads rows which are there when it starts.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub(super) fn start_inside(
        plan: &Arc<Plan>,
        params: &[Value],
        working: &[Working],
    ) -> Result<Self> {
        Self::begin(plan, params, None, working)
    }

    fn begin(
        plan: &Arc<Plan>,
        params: &[Value],
        found: Option<&Cell<Option<Nearest>>>,
        working: &[Working],
    ) -> Result<Self> {
        let builder = Builder {
            params,
            profile: None,
            found,
            working,
        };
        let state = match &plan.root {
            PhysicalPlan::Explain { .. } => State::Explain {
                plan: Arc::clone(plan),
                params: params.to_vec(),
            },
            root if is_change(root) => State::Change(Change::new(plan, &builder)?),
            root => State::Rows(builder.build(root)?),
        };
        Ok(Self {
            state,
            wanted: FIRST_ROWS,
            changed: Changed::default(),
            is_done: false,
            is_over: false,
        })
    }

    /// Ends the run, whether or not it is over, and lets go of all that it read. False: it cannot be
    /// [restarted](Self::restart), and is of no more use.
    pub(crate) fn rest(&mut self) -> bool {
        self.is_over = true;
        match &mut self.state {
            State::Rows(root) => root.rest(),
            State::Change(change) => change.rest(),
            State::Explain { .. } => false,
        }
    }

    /// Prepares another run of the same plan, after [`rest`](Self::rest).
    ///
    /// # Errors
    /// As [`start`](Self::start). It is then of no more use.
    pub(crate) fn restart(&mut self, params: &[Value]) -> Result<()> {
        match &mut self.state {
            State::Rows(root) => root.restart(params)?,
            State::Change(change) => change.restart(params)?,
            State::Explain { .. } => {}
        }
        self.wanted = FIRST_ROWS;
        self.changed = Changed::default();
        self.is_done = false;
        self.is_over = false;
        Ok(())
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
        if std::mem::replace(&mut self.is_over, true) {
            out.rows = 0;
            return Ok(false);
        }
        match &mut self.state {
            State::Rows(root) => {
                let more = root.next(context, out, self.wanted)?;
                self.wanted = BATCH_ROWS;
                self.is_over = !more;
                Ok(more)
            }
            State::Change(change) => {
                if !std::mem::replace(&mut self.is_done, true) {
                    self.changed = change.run(context)?;
                }
                let returned = change.next_returned();
                self.is_over = returned.is_none();
                *out = returned.unwrap_or_default();
                Ok(!self.is_over)
            }
            State::Explain { plan, params } => {
                let (plan, params) = (Arc::clone(plan), std::mem::take(params));
                self.explain(&plan.root, &params, context, out)?;
                Ok(true)
            }
        }
    }

    /// Rows inserted, updated or deleted.
    pub(crate) fn rows_changed(&self) -> u64 {
        self.changed.rows
    }

    /// What of foreign keys is left to be checked.
    pub(crate) fn take_late_checks(&mut self) -> Vec<KeyCheck> {
        match &mut self.state {
            State::Change(change) => change.take_late(),
            State::Rows(_) | State::Explain { .. } => Vec::new(),
        }
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
        let PhysicalPlan::Explain { explain: how, plan } = root else {
            return Err(change::not_rows(root));
        };
        let measures = if how.analyze {
            Some(self.analyze(plan, params, context)?)
        } else {
            None
        };
        out.reset(&[SqlType::Text]);
        let surroundings = Surroundings {
            view: context.view(),
            ann: context.ann,
            threads: context.threads,
        };
        for line in explain(plan, how.format, surroundings, measures)? {
            out.columns[0].push_text(&line)?;
            out.rows += 1;
        }
        Ok(())
    }

    /// Runs a plan to its end and measures its nodes.
    fn analyze(
        &mut self,
        plan: &Arc<Plan>,
        params: &[Value],
        context: &mut ExecContext<'_>,
    ) -> Result<Vec<crate::plan::NodeMeasure>> {
        let profile = Profile::default();
        let builder = Builder {
            params,
            profile: Some(&profile),
            found: None,
            working: &[],
        };
        if is_change(&plan.root) {
            let slot = profile.enter();
            let start = Instant::now();
            self.changed = Change::new(plan, &builder)?.run(context)?;
            profile.change(|nodes| {
                nodes[slot].time = start.elapsed();
                nodes[slot].rows = self.changed.rows;
                nodes[slot].batches = 1;
            });
        } else {
            let mut operator = builder.build(&plan.root)?;
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
