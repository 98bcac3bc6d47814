//! MERGE.
//!
//! All rows of the source are read, and it is decided what is to be done for each, before the first one is written. Then rows
//! are deleted, updated and inserted, in this order; RETURNING gives them as they came.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Changed;
use super::insert::Inserter;
use super::returning::{Returned, column_no, place, push_stored};
use super::sets::Sets;
use crate::batch::{BATCH_ROWS, Batch, Column, ColumnData};
use crate::bind::bound::{ColumnId, Expr, ExprKind, Images, Matching, MergeAction};
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::execute::trigger::{before_delete, before_update, images_of, of_rows};
use crate::expression::{CompiledExpr, Rows};
use crate::plan::{Merge, MergeClause, Returning, named};
use crate::schema::{ColumnNo, RowId, TableDef, TriggerEvent, TriggerSet};
use crate::store::{TableWriter, UpdatedRows};
use crate::types::{SqlType, ValueRef};

/// Merges the rows of a source into a table.
pub(super) struct Merger {
    /// Writes everything.
    inserter: Inserter,
    clauses: Vec<Clause>,
    /// The columns of the source.
    layout: Vec<ColumnId>,
    /// The rows that are updated or deleted.
    ids: FxHashSet<RowId>,
    pub(super) returned: Returned,
    /// Those that fire before a row is updated, and before one is deleted.
    on_update: Option<Arc<TriggerSet>>,
    on_delete: Option<Arc<TriggerSet>>,
}

/// One WHEN clause, and what it is to do.
struct Clause {
    matching: Matching,
    action: Action,
    filter: Option<CompiledExpr>,
    /// New values, for UPDATE and INSERT.
    sets: Sets,
    /// The rows of the table, for UPDATE and DELETE.
    ids: Vec<RowId>,
    /// The columns that an UPDATE names.
    named: Vec<ColumnNo>,
    /// Where triggers have left rows alone: the places of the others.
    kept: Option<Vec<u32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Nothing,
    Delete,
    Update,
    Insert,
}

/// A row of the source for which something is done: the `at`-th of its clause.
struct Task {
    row: u32,
    clause: usize,
    at: usize,
}

/// The rows for which something is done, where RETURNING tells of them.
#[derive(Default)]
struct Tasks {
    source: Batch,
    all: Vec<Task>,
}

impl Merger {
    pub(super) fn new(plan: &Merge) -> Self {
        let inserted = plan.clauses.iter().find_map(|clause| match &clause.action {
            MergeAction::Insert(values) => Some(values.iter().map(|(no, _)| *no).collect()),
            _ => None,
        });
        let columns: Vec<ColumnNo> = inserted.unwrap_or_default();
        let mut inserter = Inserter::appending(&plan.table, &columns);
        inserter.returned = Returned::new(new_rows(plan).as_ref());
        inserter.fire(plan.triggers.as_ref());
        Self {
            inserter,
            clauses: plan.clauses.iter().map(Clause::new).collect(),
            layout: plan.source.layout(),
            ids: FxHashSet::default(),
            returned: Returned::new(plan.returning.as_ref()),
            on_update: of_rows(plan.triggers.as_ref(), TriggerEvent::Update),
            on_delete: of_rows(plan.triggers.as_ref(), TriggerEvent::Delete),
        }
    }

    pub(super) fn writer(&mut self) -> &mut TableWriter {
        &mut self.inserter.writer
    }

    /// The rows that it updated and deleted, by the ids that they had.
    pub(super) fn ids(&self) -> &FxHashSet<RowId> {
        &self.ids
    }

    pub(super) fn run(
        &mut self,
        plan: &Merge,
        source: &mut BoxedOperator,
        batch: &mut Batch,
        context: &mut ExecContext<'_>,
    ) -> Result<Changed> {
        self.returned.begin(context.params)?;
        self.inserter.returned.begin(context.params)?;
        for (clause, planned) in self.clauses.iter_mut().zip(&plan.clauses) {
            clause.begin(planned, &plan.table, &self.layout, context)?;
        }
        let mut tasks = Tasks::default();
        while source.next(context, batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            self.decide(&plan.table, batch, &mut tasks)?;
        }
        let (changed, inserted) = self.write(&plan.table, context)?;
        self.leave_out(&mut tasks);
        if let Some(images) = self.returned.images() {
            self.give(plan, images, &tasks, &inserted)?;
        }
        Ok(changed)
    }

    /// Decides what is done for the rows of a batch.
    fn decide(&mut self, table: &TableDef, batch: &Batch, tasks: &mut Tasks) -> Result<()> {
        let mut chosen: Vec<(u32, usize, usize)> = Vec::new();
        for matching in [Matching::Both, Matching::Source, Matching::Target] {
            let mut rows = rows_of(batch, matching);
            for (no, clause) in self.clauses.iter_mut().enumerate() {
                if clause.matching != matching || rows.is_empty() {
                    continue;
                }
                let mut taken = Vec::new();
                match &clause.filter {
                    Some(filter) => filter.select(batch, Rows::Selected(&rows), &mut taken)?,
                    None => taken.clone_from(&rows),
                }
                rows.retain(|row| taken.binary_search(row).is_err());
                let first = clause.len();
                clause.take(table, batch, &taken, &mut self.ids)?;
                if clause.action != Action::Nothing {
                    let places = (first..).zip(&taken);
                    chosen.extend(places.map(|(at, row)| (*row, no, at)));
                }
            }
        }
        if !self.returned.is_wanted() || chosen.is_empty() {
            return Ok(());
        }
        chosen.sort_unstable_by_key(|(row, ..)| *row);
        let rows: Vec<u32> = chosen.iter().map(|(row, ..)| *row).collect();
        let first = u32::try_from(tasks.source.rows).map_err(|_| too_many())?;
        tasks.source.append_rows(batch, &rows)?;
        let chosen = (first..).zip(chosen);
        tasks
            .all
            .extend(chosen.map(|(row, (_, clause, at))| Task { row, clause, at }));
        Ok(())
    }

    /// Writes, and gives what RETURNING reads of the rows that were inserted, for each clause.
    fn write(
        &mut self,
        table: &TableDef,
        context: &mut ExecContext<'_>,
    ) -> Result<(Changed, Vec<Batch>)> {
        let interrupt = context.interrupt;
        let mut changed = Changed::default();
        let writer = &mut self.inserter.writer;
        let clauses = self.clauses.iter_mut();
        for clause in clauses.filter(|c| c.action == Action::Delete) {
            if let Some(triggers) = &self.on_delete {
                changed.rows += clause.delete_fired(table, triggers, writer, context)?;
                continue;
            }
            for id in &clause.ids {
                interrupt.check()?;
                changed.rows += u64::from(writer.delete(context.txn.write()?, *id)?);
            }
        }
        let clauses = self.clauses.iter_mut();
        for clause in clauses.filter(|c| c.action == Action::Update) {
            if let Some(triggers) = &self.on_update {
                clause.fire(table, triggers, writer, context)?;
            }
            writer.name_columns(&clause.named);
            writer.update_watched(
                context.txn.write()?,
                clause.sets.columns(),
                &clause.ids,
                clause.sets.values(),
                &mut || interrupt.check(),
            )?;
            changed.rows += clause.ids.len() as u64;
        }
        let mut inserted = Vec::with_capacity(self.clauses.len());
        for clause in &mut self.clauses {
            if clause.action == Action::Insert {
                let rows = Batch {
                    columns: clause.sets.values().to_vec(),
                    rows: clause.len(),
                };
                if self.inserter.fires() {
                    self.inserter.keep_places();
                }
                self.inserter.insert(table, &rows, context, &mut changed)?;
                self.inserter.returned.compute()?;
                clause.kept = self.inserter.take_places();
            }
            let mut new = Batch::default();
            while let Some(batch) = self.inserter.returned.next() {
                new.append(&batch)?;
            }
            inserted.push(new);
        }
        Ok((changed, inserted))
    }

    /// Leaves out the rows that triggers have left alone, and finds the others where they are now.
    fn leave_out(&self, tasks: &mut Tasks) {
        let clauses = &self.clauses;
        tasks.all.retain_mut(|task| {
            let Some(kept) = &clauses[task.clause].kept else {
                return true;
            };
            let place = kept.iter().position(|at| *at as usize == task.at);
            task.at = place.unwrap_or_default();
            place.is_some()
        });
    }

    /// Gives what RETURNING says of the rows.
    fn give(
        &mut self,
        plan: &Merge,
        images: Images,
        tasks: &Tasks,
        inserted: &[Batch],
    ) -> Result<()> {
        let mut stored = Vec::new();
        for some in tasks.all.chunks(BATCH_ROWS) {
            let mut columns = Vec::with_capacity(self.returned.layout().len());
            for id in self.returned.layout() {
                let mut column = Column::default();
                for task in some {
                    let of = Of {
                        clauses: &self.clauses,
                        layout: &self.layout,
                        plan,
                        images,
                        inserted,
                        new_columns: self.inserter.returned.layout(),
                    };
                    of.push(&mut column, *id, &tasks.source, task, &mut stored)?;
                }
                columns.push(column);
            }
            self.returned.push_columns(columns, some.len())?;
        }
        Ok(())
    }
}

/// Where the values come from that RETURNING reads.
struct Of<'a> {
    clauses: &'a [Clause],
    layout: &'a [ColumnId],
    plan: &'a Merge,
    images: Images,
    /// Of each clause, with the columns of `new_columns`.
    inserted: &'a [Batch],
    new_columns: &'a [ColumnId],
}

impl Of<'_> {
    /// Appends the value of a column for a task.
    fn push(
        &self,
        column: &mut Column,
        id: ColumnId,
        source: &Batch,
        task: &Task,
        stored: &mut Vec<u8>,
    ) -> Result<()> {
        let action = self.clauses[task.clause].action;
        let relation = self.plan.relation;
        if id.relation == self.images.action {
            return column.push_text(match action {
                Action::Insert => "INSERT",
                Action::Update => "UPDATE",
                Action::Delete => "DELETE",
                Action::Nothing => "",
            });
        }
        let is_new = id.relation == self.images.new;
        let is_own = is_new || id.relation == relation;
        if is_new && action == Action::Delete {
            column.push_null();
            return Ok(());
        }
        if is_own && action != Action::Delete && self.push_new(column, id, task, stored)? {
            return Ok(());
        }
        let id = match is_own || id.relation == self.images.old {
            true => ColumnId { relation, ..id },
            false => id,
        };
        let at = place(self.layout, id)?;
        column.push(source.columns[at].get(task.row as usize))
    }

    /// Appends a value that was written. False: the column has kept that of the row.
    fn push_new(
        &self,
        column: &mut Column,
        id: ColumnId,
        task: &Task,
        stored: &mut Vec<u8>,
    ) -> Result<bool> {
        let table = &*self.plan.table;
        let clause = &self.clauses[task.clause];
        if clause.action == Action::Insert {
            let relation = self.plan.relation;
            let at = place(self.new_columns, ColumnId { relation, ..id })?;
            column.push(self.inserted[task.clause].columns[at].get(task.at))?;
            return Ok(true);
        }
        let Some(no) = column_no(id).or(table.rowid_column) else {
            return Ok(false);
        };
        let slot = clause.sets.columns().iter().position(|set| *set == no);
        match slot {
            Some(slot) => {
                let value = clause.sets.values()[slot].get(task.at);
                push_stored(column, table.column(no).ty, value, stored)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

impl Clause {
    fn new(planned: &MergeClause) -> Self {
        let (action, sets) = match &planned.action {
            MergeAction::Nothing => (Action::Nothing, [].as_slice()),
            MergeAction::Delete => (Action::Delete, [].as_slice()),
            MergeAction::Update(sets) => (Action::Update, sets.as_slice()),
            MergeAction::Insert(sets) => (Action::Insert, sets.as_slice()),
        };
        Self {
            matching: planned.matching,
            action,
            filter: None,
            sets: Sets::new(sets),
            ids: Vec::new(),
            named: named(sets, planned.named),
            kept: None,
        }
    }

    fn begin(
        &mut self,
        planned: &MergeClause,
        table: &TableDef,
        layout: &[ColumnId],
        context: &ExecContext<'_>,
    ) -> Result<()> {
        let condition = planned.condition.as_ref();
        self.filter = condition
            .map(|condition| CompiledExpr::compile(condition, layout, context.params))
            .transpose()?;
        if let MergeAction::Update(sets) | MergeAction::Insert(sets) = &planned.action {
            self.sets.begin(sets, layout, context.params)?;
        }
        self.sets.clear(table);
        Ok(())
    }

    /// Deletes the rows that their triggers do not leave alone; tells how many.
    fn delete_fired(
        &mut self,
        table: &TableDef,
        triggers: &TriggerSet,
        writer: &mut TableWriter,
        context: &mut ExecContext<'_>,
    ) -> Result<u64> {
        let mut gone: Vec<u32> = Vec::new();
        let found = images_of(writer, table, &self.ids, context)?;
        for (at, old) in (0u32..).zip(found) {
            let id = old.id;
            context.check_interrupt()?;
            if before_delete(triggers, table, writer, old, context)?
                && writer.delete(context.txn.write()?, id)?
            {
                gone.push(at);
            }
        }
        let deleted = gone.len() as u64;
        self.kept = Some(gone);
        Ok(deleted)
    }

    /// Fires triggers for the rows that are to be updated.
    fn fire(
        &mut self,
        table: &TableDef,
        triggers: &TriggerSet,
        writer: &mut TableWriter,
        context: &mut ExecContext<'_>,
    ) -> Result<()> {
        let mut rows = UpdatedRows {
            named: self.named.clone(),
            columns: self.sets.columns().to_vec(),
            ids: std::mem::take(&mut self.ids),
            values: std::mem::take(self.sets.values_mut()),
        };
        self.kept = before_update(triggers, table, writer, &mut rows, context)?;
        self.ids = rows.ids;
        *self.sets.values_mut() = rows.values;
        Ok(())
    }

    /// For how many rows it is to do something.
    fn len(&self) -> usize {
        match self.action {
            Action::Insert => self.sets.len(),
            _ => self.ids.len(),
        }
    }

    /// Takes rows of a batch.
    fn take(
        &mut self,
        table: &TableDef,
        batch: &Batch,
        rows: &[u32],
        touched: &mut FxHashSet<RowId>,
    ) -> Result<()> {
        if rows.is_empty() || self.action == Action::Nothing {
            return Ok(());
        }
        if self.action != Action::Insert {
            for row in rows {
                let Some(ValueRef::Integer(id)) =
                    batch.columns.first().map(|c| c.get(*row as usize))
                else {
                    return Err(without_row_id());
                };
                if !touched.insert(RowId(id)) {
                    return Err(twice());
                }
                self.ids.push(RowId(id));
            }
        }
        if self.action != Action::Delete {
            let mut some = batch.clone();
            some.keep(rows);
            self.sets.compute(table, &some)?;
        }
        Ok(())
    }
}

/// What RETURNING reads of rows that are inserted, as columns of the table.
fn new_rows(plan: &Merge) -> Option<Arc<Returning>> {
    let Returning { layout, images, .. } = plan.returning.as_deref()?;
    let relation = plan.relation;
    let mut columns: Vec<ColumnId> = Vec::new();
    for id in layout {
        let own = ColumnId { relation, ..*id };
        let is_own = id.relation == relation || id.relation == images.new;
        if is_own && !columns.contains(&own) {
            columns.push(own);
        }
    }
    let output = columns.iter().map(|id| Expr {
        kind: ExprKind::Column(*id),
        ty: column_no(*id).map_or(SqlType::Integer, |no| plan.table.column(no).ty),
        position: None,
    });
    Some(Arc::new(Returning {
        output: output.collect(),
        layout: columns,
        images: *images,
    }))
}

/// The rows of a batch that match so: by their first two columns, the row id and whether there is a row of the source.
fn rows_of(batch: &Batch, matching: Matching) -> Vec<u32> {
    let is_there = |at: usize, row: u32| {
        let column = batch.columns.get(at);
        column.is_some_and(|c| !matches!(c.data(), ColumnData::Null) && !c.is_null(row as usize))
    };
    let rows = (0u32..).take(batch.rows);
    rows.filter(|row| match (is_there(0, *row), is_there(1, *row)) {
        (true, true) => matching == Matching::Both,
        (false, _) => matching == Matching::Source,
        (true, false) => matching == Matching::Target,
    })
    .collect()
}

#[cold]
fn twice() -> Error {
    Error::sql(
        SqlState::CARDINALITY_VIOLATION,
        "MERGE command cannot affect row a second time",
    )
    .hint("more than one row of the source matches a row of the table")
}

#[cold]
fn without_row_id() -> Error {
    Error::sql(
        SqlState::INTERNAL_ERROR,
        "rows to change came without row ids",
    )
}

#[cold]
fn too_many() -> Error {
    Error::sql(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        "MERGE gives more rows than can be counted",
    )
}
