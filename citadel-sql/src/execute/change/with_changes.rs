//! Changes in WITH, and the statement that they stand in.
//!
//! What reads no rows of a change is read to its end before the first one is written, and held in memory; so are tables that
//! the rest reads and that change before. Then the changes are made one after the other, whoever reads their rows. A row
//! that one of them has changed is left alone by those after it. Foreign keys are looked at when all is done.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Changed, RowChange};
use crate::batch::{BATCH_ROWS, Batch, ColumnData};
use crate::error::Result;
use crate::execute::build::Builder;
use crate::execute::context::ExecContext;
use crate::execute::explain::Profile;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::execute::recursion::Working;
use crate::execute::trigger::fire_after;
use crate::plan::{PhysicalPlan, WithChanges};
use crate::schema::{RowId, TableId};
use crate::store::KeyCheck;
use crate::types::Value;

/// One run of such a statement.
pub(super) struct WithRun {
    plan: Arc<WithChanges>,
    params: Vec<Value>,
    /// Of each plan, in the order in which EXPLAIN shows them.
    profiles: Option<Vec<Profile>>,
    /// Rows that are there when it starts.
    outer: Vec<Working>,
    returned: VecDeque<Batch>,
}

/// What was read of a change's source before the first change, and the place of the change in the profile.
struct Read {
    slot: Option<usize>,
    batches: Vec<Batch>,
}

/// A change that was made, and what of its foreign keys is to be looked at.
struct Made<'p> {
    root: &'p PhysicalPlan,
    change: RowChange,
}

impl WithRun {
    pub(super) fn new(plan: &Arc<WithChanges>, builder: &Builder<'_>) -> Self {
        let keep = |profile: &Profile| plan.plans().map(|(root, _)| profile.keep(root)).collect();
        Self {
            profiles: builder.profile.map(keep),
            plan: Arc::clone(plan),
            params: builder.params.to_vec(),
            outer: builder.working.to_vec(),
            returned: VecDeque::new(),
        }
    }

    /// The next rows that the statement gives, once it was run.
    pub(super) fn next_returned(&mut self) -> Option<Batch> {
        self.returned.pop_front()
    }

    /// Runs all of it. Gives what its main statement changed, and what is left to be checked.
    pub(super) fn run(
        &mut self,
        context: &mut ExecContext<'_>,
    ) -> Result<(Changed, Vec<KeyCheck>)> {
        let plan = Arc::clone(&self.plan);
        let given = plan.parts.iter().map(|part| part.no);
        let earlier = plan.earlier.iter().map(|rows| rows.no);
        let mut working: Vec<Working> = earlier.chain(given).map(Working::new).collect();
        working.extend(self.outer.iter().cloned());
        let (of_earlier, of_parts) = working.split_at(plan.earlier.len());
        for (at, (rows, working)) in plan.earlier.iter().zip(of_earlier).enumerate() {
            working.set(self.read(at, &rows.plan, context)?);
        }
        let first = plan.earlier.len();
        let mut sources = Vec::with_capacity(plan.parts.len());
        for (at, part) in plan.parts.iter().enumerate() {
            let early =
                (!part.is_late).then(|| self.read_source(first + at, &part.plan.root, context));
            sources.push(early.transpose()?);
        }
        let (main, main_at) = (&plan.main.root, first + plan.parts.len());
        let mut main_source = match (main.writes(), plan.is_late) {
            (true, false) => Some(self.read_source(main_at, main, context)?),
            (false, false) => {
                self.returned = self.read(main_at, main, context)?.into();
                None
            }
            (_, true) => None,
        };
        let mut touched = Touched::default();
        let mut made = Vec::with_capacity(plan.parts.len() + 1);
        for (at, ((part, source), working_rows)) in
            plan.parts.iter().zip(sources).zip(of_parts).enumerate()
        {
            let root = &part.plan.root;
            let (mut change, _) =
                self.make(first + at, root, source, (&working, &mut touched), context)?;
            let given = std::iter::from_fn(|| change.next_returned());
            working_rows.set(given.collect());
            made.push(Made { root, change });
        }
        let mut changed = Changed::default();
        if main.writes() {
            let (mut change, done) = self.make(
                main_at,
                main,
                main_source.take(),
                (&working, &mut touched),
                context,
            )?;
            changed = done;
            let given = std::iter::from_fn(|| change.next_returned());
            self.returned = given.collect();
            made.push(Made { root: main, change });
        } else if plan.is_late {
            let builder = self.builder(main_at, &working);
            let operator = builder.build(main)?;
            self.returned = read_all(operator, context)?.into();
        }
        let (mut late, mut after) = (Vec::new(), Vec::new());
        for Made { root, mut change } in made {
            let settled = change.settle(root, context)?;
            late.extend(settled.late);
            after.extend(settled.after);
        }
        for after in after {
            fire_after(after, context)?;
        }
        Ok((changed, late))
    }

    fn builder<'b>(&'b self, at: usize, working: &'b [Working]) -> Builder<'b> {
        Builder {
            params: &self.params,
            profile: self.profiles.as_ref().map(|profiles| &profiles[at]),
            found: None,
            working,
        }
    }

    /// All rows of a plan that reads no rows of a change.
    fn read(
        &self,
        at: usize,
        plan: &PhysicalPlan,
        context: &mut ExecContext<'_>,
    ) -> Result<Vec<Batch>> {
        read_all(self.builder(at, &self.outer).build(plan)?, context)
    }

    /// All rows of a change's source.
    fn read_source(
        &self,
        at: usize,
        root: &PhysicalPlan,
        context: &mut ExecContext<'_>,
    ) -> Result<Read> {
        let builder = self.builder(at, &self.outer);
        let slot = builder.profile.map(Profile::enter);
        let batches = read_all(RowChange::source(root, &builder)?, context)?;
        Ok(Read { slot, batches })
    }

    /// Makes one change, of the rows that were read of its source or are read now.
    fn make(
        &self,
        at: usize,
        root: &PhysicalPlan,
        source: Option<Read>,
        (working, touched): (&[Working], &mut Touched),
        context: &mut ExecContext<'_>,
    ) -> Result<(RowChange, Changed)> {
        let start = Instant::now();
        let builder = self.builder(at, working);
        let (slot, source): (_, BoxedOperator) = match source {
            Some(read) => (read.slot, Box::new(BatchesOp(read.batches.into()))),
            None => {
                let slot = builder.profile.map(Profile::enter);
                (slot, RowChange::source(root, &builder)?)
            }
        };
        let known = touched.of(root);
        let source = match known {
            Some(ids) if names_rows(root) && !ids.is_empty() => Box::new(UntouchedOp {
                inner: source,
                touched: ids.clone(),
            }),
            _ => source,
        };
        let mut change = RowChange::with_source(root, source)?;
        change.note_ids(known.cloned().unwrap_or_default());
        let changed = change.run(root, context)?;
        touched.add(root, change.take_ids());
        if let (Some(profile), Some(slot)) = (builder.profile, slot) {
            profile.change(|nodes| {
                nodes[slot].time = start.elapsed();
                nodes[slot].rows = changed.rows;
                nodes[slot].batches = 1;
            });
        }
        Ok((change, changed))
    }
}

/// The rows of each table that were changed.
#[derive(Default)]
struct Touched(FxHashMap<TableId, FxHashSet<RowId>>);

impl Touched {
    fn of(&self, root: &PhysicalPlan) -> Option<&FxHashSet<RowId>> {
        self.0.get(&super::target(root)?.id)
    }

    fn add(&mut self, root: &PhysicalPlan, ids: FxHashSet<RowId>) {
        if let Some(table) = super::target(root) {
            self.0.entry(table.id).or_default().extend(ids);
        }
    }
}

/// Is the first column of the source the row id of what is to be changed?
fn names_rows(root: &PhysicalPlan) -> bool {
    !matches!(root, PhysicalPlan::Insert(_))
}

fn read_all(mut operator: BoxedOperator, context: &mut ExecContext<'_>) -> Result<Vec<Batch>> {
    let mut all = Vec::new();
    let mut batch = Batch::default();
    while operator.next(context, &mut batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        all.push(std::mem::take(&mut batch));
    }
    Ok(all)
}

/// Rows that were read before.
struct BatchesOp(VecDeque<Batch>);

impl Operator for BatchesOp {
    fn next(&mut self, _: &mut ExecContext<'_>, out: &mut Batch, _: usize) -> Result<bool> {
        match self.0.pop_front() {
            Some(batch) => {
                *out = batch;
                Ok(true)
            }
            None => {
                out.rows = 0;
                Ok(false)
            }
        }
    }
}

/// The rows whose ids, in the first column, are none of these.
struct UntouchedOp {
    inner: BoxedOperator,
    touched: FxHashSet<RowId>,
}

impl Operator for UntouchedOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        while self.inner.next(context, out, wanted)? {
            if let Some(column) = out.columns.first()
                && let ColumnData::Integer(ids) = column.data()
            {
                let is_free = |(at, id): &(u32, &i64)| {
                    column.is_null(*at as usize) || !self.touched.contains(&RowId(**id))
                };
                let free: Vec<u32> = (0u32..)
                    .zip(ids)
                    .filter(is_free)
                    .map(|(at, _)| at)
                    .collect();
                out.keep(&free);
            }
            if out.rows > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
