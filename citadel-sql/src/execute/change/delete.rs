//! DELETE.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::returning::Returned;
use super::{Changed, keep_first, push_row_ids};
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::ColumnId;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::execute::trigger::{before_delete, images_of, of_rows};
use crate::plan::Delete;
use crate::schema::{RowId, TriggerEvent, TriggerSet};
use crate::store::TableWriter;

/// Deletes the rows of a source.
pub(super) struct Deleter {
    pub(super) writer: TableWriter,
    ids: Vec<RowId>,
    pub(super) returned: Returned,
    /// Those that fire before a row is deleted.
    triggers: Option<Arc<TriggerSet>>,
}

impl Deleter {
    pub(super) fn new(plan: &Delete) -> Self {
        Self {
            writer: TableWriter::new(plan.table.clone()),
            ids: Vec::new(),
            returned: Returned::new(plan.returning.as_ref()),
            triggers: of_rows(plan.triggers.as_ref(), TriggerEvent::Delete),
        }
    }

    pub(super) fn run(
        &mut self,
        plan: &Delete,
        source: &mut BoxedOperator,
        batch: &mut Batch,
        context: &mut ExecContext<'_>,
    ) -> Result<Changed> {
        self.ids.clear();
        self.returned.begin(context.params)?;
        let layout = match self.returned.is_wanted() {
            true => plan.source.layout(),
            false => Vec::new(),
        };
        let mut seen = FxHashSet::default();
        let mut waiting = Batch::default();
        while source.next(context, batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            if plan.joined {
                keep_first(batch, &mut seen)?;
            }
            push_row_ids(batch, &mut self.ids)?;
            match &self.triggers {
                Some(_) if self.returned.is_wanted() => waiting.append(batch)?,
                Some(_) => {}
                None => self.returned.push_batch(&layout, batch)?,
            }
        }
        if let Some(triggers) = self.triggers.clone() {
            return self.delete_fired((plan, &triggers), (&layout, &waiting), context);
        }
        let mut changed = Changed::default();
        let interrupt = context.interrupt;
        let txn = context.txn.write()?;
        for id in &self.ids {
            interrupt.check()?;
            changed.rows += u64::from(self.writer.delete(txn, *id)?);
        }
        Ok(changed)
    }

    /// Deletes the rows that their triggers do not leave alone.
    fn delete_fired(
        &mut self,
        (plan, triggers): (&Delete, &TriggerSet),
        (layout, rows): (&[ColumnId], &Batch),
        context: &mut ExecContext<'_>,
    ) -> Result<Changed> {
        let mut gone: Vec<u32> = Vec::new();
        let found = images_of(&self.writer, &plan.table, &self.ids, context)?;
        for (at, old) in (0u32..).zip(found) {
            let id = old.id;
            context.check_interrupt()?;
            if before_delete(triggers, &plan.table, &mut self.writer, old, context)?
                && self.writer.delete(context.txn.write()?, id)?
            {
                gone.push(at);
            }
        }
        if self.returned.is_wanted() {
            for some in gone.chunks(BATCH_ROWS) {
                let mut batch = Batch::default();
                batch.append_rows(rows, some)?;
                self.returned.push_batch(layout, &batch)?;
            }
        }
        let ids = gone.iter().map(|at| self.ids[*at as usize]);
        self.ids = ids.collect();
        Ok(Changed {
            rows: self.ids.len() as u64,
            last_rowid: None,
        })
    }

    /// The rows that it deleted.
    pub(super) fn ids(&self) -> &[RowId] {
        &self.ids
    }

    pub(super) fn rest(&mut self) -> bool {
        self.returned.rest();
        self.ids.len() <= BATCH_ROWS && self.writer.rest()
    }
}
