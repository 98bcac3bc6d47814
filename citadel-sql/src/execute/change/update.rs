//! UPDATE.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::returning::{Origin, Returned, origins};
use super::sets::Sets;
use super::{Changed, keep_first, push_row_ids};
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::ColumnId;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::execute::trigger::{before_update, of_rows};
use crate::plan::{Update, named};
use crate::schema::{ColumnNo, RowId, TriggerEvent, TriggerSet};
use crate::store::{TableWriter, UpdatedRows};

/// Gives the rows of a source new values.
pub(super) struct Updater {
    pub(super) writer: TableWriter,
    sets: Sets,
    /// The columns of the source.
    layout: Vec<ColumnId>,
    ids: Vec<RowId>,
    /// What the source gave, where RETURNING reads it.
    kept: Batch,
    pub(super) returned: Returned,
    /// Those that fire before a row is updated.
    triggers: Option<Arc<TriggerSet>>,
    /// The columns that the statement names.
    named: Vec<ColumnNo>,
}

impl Updater {
    pub(super) fn new(plan: &Update) -> Self {
        Self {
            writer: TableWriter::new(plan.table.clone()),
            sets: Sets::new(&plan.assignments),
            layout: plan.source.layout(),
            ids: Vec::new(),
            kept: Batch::default(),
            returned: Returned::new(plan.returning.as_ref()),
            triggers: of_rows(plan.triggers.as_ref(), TriggerEvent::Update),
            named: named(&plan.assignments, plan.named),
        }
    }

    pub(super) fn run(
        &mut self,
        plan: &Update,
        source: &mut BoxedOperator,
        batch: &mut Batch,
        context: &mut ExecContext<'_>,
    ) -> Result<Changed> {
        let origins = self.begin(plan, context)?;
        let mut seen = FxHashSet::default();
        while source.next(context, batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            if plan.joined {
                keep_first(batch, &mut seen)?;
            }
            push_row_ids(batch, &mut self.ids)?;
            self.sets.compute(&plan.table, batch)?;
            if origins
                .iter()
                .any(|origin| matches!(origin, Origin::Source(_)))
            {
                self.kept.append(batch)?;
            }
        }
        self.fire(plan, context)?;
        self.writer.name_columns(&self.named);
        let interrupt = context.interrupt;
        self.writer.update_watched(
            context.txn.write()?,
            self.sets.columns(),
            &self.ids,
            self.sets.values(),
            &mut || interrupt.check(),
        )?;
        let (values, kept) = (self.sets.values(), &self.kept.columns);
        self.returned
            .push_updated(&origins, &self.ids, values, kept)?;
        Ok(Changed {
            rows: self.ids.len() as u64,
            last_rowid: None,
        })
    }

    /// Fires triggers for all rows, which may leave some alone and give others other values.
    fn fire(&mut self, plan: &Update, context: &mut ExecContext<'_>) -> Result<()> {
        let Some(triggers) = self.triggers.clone() else {
            return Ok(());
        };
        let mut rows = UpdatedRows {
            named: self.named.clone(),
            columns: self.sets.columns().to_vec(),
            ids: std::mem::take(&mut self.ids),
            values: std::mem::take(self.sets.values_mut()),
        };
        let kept = before_update(&triggers, &plan.table, &mut self.writer, &mut rows, context)?;
        if let Some(kept) = kept
            && !self.kept.columns.is_empty()
        {
            self.kept.keep(&kept);
        }
        self.ids = rows.ids;
        *self.sets.values_mut() = rows.values;
        Ok(())
    }

    fn begin(&mut self, plan: &Update, context: &ExecContext<'_>) -> Result<Vec<Origin>> {
        self.ids.clear();
        self.kept = Batch::default();
        self.sets
            .begin(&plan.assignments, &self.layout, context.params)?;
        self.sets.clear(&plan.table);
        self.returned.begin(context.params)?;
        let target = (&*plan.table, plan.relation);
        let (returned, assigned) = (self.returned.layout(), self.sets.columns());
        origins(
            returned,
            self.returned.images(),
            target,
            assigned,
            &self.layout,
        )
    }

    /// The rows that it changed, by the ids that they had.
    pub(super) fn ids(&self) -> &[RowId] {
        &self.ids
    }

    pub(super) fn rest(&mut self) -> bool {
        self.sets.rest();
        self.kept = Batch::default();
        self.returned.rest();
        self.ids.len() <= BATCH_ROWS && self.writer.rest()
    }
}
