//! DELETE.

use rustc_hash::FxHashSet;

use super::returning::Returned;
use super::{Changed, keep_first, push_row_ids};
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::{ExecContext, check_interrupt};
use crate::execute::operator::BoxedOperator;
use crate::plan::Delete;
use crate::schema::RowId;
use crate::store::TableWriter;

/// Deletes the rows of a source.
pub(super) struct Deleter {
    pub(super) writer: TableWriter,
    ids: Vec<RowId>,
    pub(super) returned: Returned,
}

impl Deleter {
    pub(super) fn new(plan: &Delete) -> Self {
        Self {
            writer: TableWriter::new(plan.table.clone()),
            ids: Vec::new(),
            returned: Returned::new(plan.returning.as_ref()),
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
        while source.next(context, batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            if plan.joined {
                keep_first(batch, &mut seen)?;
            }
            push_row_ids(batch, &mut self.ids)?;
            self.returned.push_batch(&layout, batch)?;
        }
        let mut changed = Changed::default();
        let interrupt = context.interrupt;
        let txn = context.txn.write()?;
        for id in &self.ids {
            check_interrupt(interrupt)?;
            changed.rows += u64::from(self.writer.delete(txn, *id)?);
        }
        Ok(changed)
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
