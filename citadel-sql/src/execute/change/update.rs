//! UPDATE.

use rustc_hash::FxHashSet;

use super::returning::{Origin, Returned, origins};
use super::sets::Sets;
use super::{Changed, keep_first, push_row_ids};
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::ColumnId;
use crate::error::Result;
use crate::execute::context::{ExecContext, check_interrupt};
use crate::execute::operator::BoxedOperator;
use crate::plan::Update;
use crate::schema::RowId;
use crate::store::TableWriter;

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
        let interrupt = context.interrupt;
        self.writer.update_watched(
            context.txn.write()?,
            self.sets.columns(),
            &self.ids,
            self.sets.values(),
            &mut || check_interrupt(interrupt),
        )?;
        let (values, kept) = (self.sets.values(), &self.kept.columns);
        self.returned
            .push_updated(&origins, &self.ids, values, kept)?;
        Ok(Changed {
            rows: self.ids.len() as u64,
            last_rowid: None,
        })
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
