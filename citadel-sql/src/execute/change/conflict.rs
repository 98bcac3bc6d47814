//! ON CONFLICT: rows whose keys other rows have.
//!
//! Each row is looked at after those before it were written. Updates of rows that are there are gathered and done together,
//! which gives the same as one by one: none can touch a row twice, and where one may change a key, it is done at once.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Changed;
use super::returning::{Origin, Returned, origins};
use super::sets::Sets;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::ColumnId;
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::execute::fetcher::Fetcher;
use crate::execute::trigger::{before_delete, before_update, of_rows, row as stored_row};
use crate::expression::{CompiledExpr, Rows};
use crate::plan::{Conflict, ConflictUpdate, Insert, Resolution, named};
use crate::schema::{ColumnNo, IndexDef, IndexKind, RowId, TableDef, TriggerEvent, TriggerSet};
use crate::store::{TableWriter, UpdatedRows};
use crate::types::ValueRef;

/// What is to be done with a row.
pub(super) enum Verdict {
    /// Nothing is in its way.
    Insert,
    /// It is left out, or changes another row.
    Skip,
}

/// Resolves the conflicts of one INSERT.
pub(super) struct Resolver {
    conflict: Box<Conflict>,
    updater: Option<Pending>,
    /// Rows that were deleted.
    replaced: Vec<RowId>,
    /// Those that fire before a row is deleted.
    on_delete: Option<Arc<TriggerSet>>,
}

impl Resolver {
    /// For an INSERT that says what becomes of conflicts.
    pub(super) fn new(plan: &Insert) -> Option<Self> {
        let conflict = plan.conflict.clone()?;
        let updater = match &conflict.resolution {
            Resolution::Update(update) => Some(Pending::new(plan, update)),
            _ => None,
        };
        Some(Self {
            conflict,
            updater,
            replaced: Vec::new(),
            on_delete: of_rows(plan.triggers.as_ref(), TriggerEvent::Delete),
        })
    }

    /// Begins a run.
    pub(super) fn begin(
        &mut self,
        plan: &Insert,
        returned: &Returned,
        touched: Option<&FxHashSet<RowId>>,
        context: &ExecContext<'_>,
    ) -> Result<()> {
        self.replaced.clear();
        if let (Some(pending), Resolution::Update(update)) =
            (&mut self.updater, &self.conflict.resolution)
        {
            pending.begin(plan, update, returned, context)?;
            pending.touched.extend(touched.into_iter().flatten());
        }
        Ok(())
    }

    /// The rows that were there and that it changed or deleted, and those that were inserted.
    pub(super) fn touched(&self) -> impl Iterator<Item = RowId> {
        let updated = self.updater.iter().flat_map(|pending| &pending.touched);
        updated.chain(&self.replaced).copied()
    }

    /// Does the updates that wait.
    pub(super) fn flush(
        &mut self,
        table: &TableDef,
        writer: &mut TableWriter,
        returned: &mut Returned,
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<()> {
        match &mut self.updater {
            Some(pending) => pending.flush(table, writer, returned, context, changed),
            None => Ok(()),
        }
    }

    /// Are there rows to be updated? With RETURNING they come before the next row that is inserted.
    pub(super) fn is_waiting(&self) -> bool {
        self.updater
            .as_ref()
            .is_some_and(|pending| !pending.ids.is_empty())
    }

    /// Notes that a row was inserted.
    pub(super) fn inserted(&mut self, id: RowId) {
        if let Some(pending) = &mut self.updater {
            pending.touched.insert(id);
        }
    }

    /// Looks at a row: what is in its way is dealt with.
    pub(super) fn judge<'v>(
        &mut self,
        table: &'v TableDef,
        row: &mut [ValueRef<'v>],
        writer: &mut TableWriter,
        context: &mut ExecContext<'_>,
    ) -> Result<Verdict> {
        if matches!(self.conflict.resolution, Resolution::Replace) {
            // As in SQLite, a default stands in for a NULL that may not be.
            for (value, column) in row.iter_mut().zip(&table.columns) {
                if value.is_null() && column.not_null && !column.default.is_null() {
                    *value = column.default.constant();
                }
            }
        }
        let txn = context.txn.write()?;
        if matches!(self.conflict.resolution, Resolution::Replace)
            && let Some(no) = table.rowid_column
        {
            // Its number is chosen while the rows in its way are there, as in SQLite.
            let id = writer.choose_row_id(txn, row)?;
            row[usize::from(no.0)] = ValueRef::Integer(id.0);
        }
        match (writer.examine(txn, row), &self.conflict.resolution) {
            (Err(error), Resolution::Ignore) if error.is_constraint() => return Ok(Verdict::Skip),
            (checked, _) => checked?,
        }
        for arbiter in &self.conflict.arbiters {
            let Some(id) = writer.owner(context.txn.write()?, row, arbiter)? else {
                continue;
            };
            match (&self.conflict.resolution, &mut self.updater) {
                (Resolution::Replace, _) => {
                    let goes = match &self.on_delete {
                        None => true,
                        Some(triggers) => {
                            let old = stored_row(writer, table, id, context)?;
                            before_delete(triggers, table, writer, old, context)?
                        }
                    };
                    if goes {
                        writer.delete(context.txn.write()?, id)?;
                        self.replaced.push(id);
                    }
                }
                (Resolution::Update(_), Some(pending)) => {
                    pending.add(id, row)?;
                    return Ok(Verdict::Skip);
                }
                _ => return Ok(Verdict::Skip),
            }
        }
        Ok(Verdict::Insert)
    }

    /// Must updates be done before the next row is looked at?
    pub(super) fn is_due(&self) -> bool {
        let is_due = |pending: &Pending| {
            // Triggers fire in the order of the rows, and may be in the way of the next one.
            let is_now = pending.changes_keys || pending.fires;
            !pending.ids.is_empty() && (is_now || pending.ids.len() >= BATCH_ROWS)
        };
        self.updater.as_ref().is_some_and(is_due)
    }

    /// Forgets the rows.
    pub(super) fn rest(&mut self) {
        self.replaced = Vec::new();
        if let Some(pending) = &mut self.updater {
            pending.touched.clear();
            pending.ids.clear();
            pending.excluded.rest();
            pending.sets.rest();
            pending.compiled = None;
        }
    }
}

/// Rows that are there and are to be updated.
struct Pending {
    fetcher: Fetcher,
    /// The columns of the rows that were to be inserted, and what they are called.
    wanted: Vec<ColumnNo>,
    layout: Vec<ColumnId>,
    sets: Sets,
    /// An assigned column is one of a key, which a later row may have or not.
    changes_keys: bool,
    compiled: Option<Compiled>,
    ids: Vec<RowId>,
    excluded: Batch,
    /// The table has triggers.
    fires: bool,
    /// Those that fire before a row is updated.
    triggers: Option<Arc<TriggerSet>>,
    /// The columns that DO UPDATE names.
    named: Vec<ColumnNo>,
    /// All rows that the statement inserted or is to update.
    touched: FxHashSet<RowId>,
}

/// The expressions of one run.
struct Compiled {
    filter: Option<CompiledExpr>,
    origins: Vec<Origin>,
}

impl Pending {
    fn new(plan: &Insert, update: &ConflictUpdate) -> Self {
        let table = &plan.table;
        let sets = Sets::new(&update.assignments);
        let is_key = |no: &ColumnNo| {
            let in_index = |index: &IndexDef| match &index.kind {
                IndexKind::BTree(btree) => btree.unique && btree.any_column(|read| read == *no),
                IndexKind::Ann(_) => false,
            };
            table.rowid_column == Some(*no) || table.indexes.iter().any(|index| in_index(index))
        };
        let fetcher = Fetcher::new(table, plan.relation, &update.existing);
        let excluded = update.excluded.iter();
        let wanted = excluded.filter_map(|id| u16::try_from(id.column).ok().map(ColumnNo));
        let layout = fetcher.layout().iter().chain(&update.excluded);
        Self {
            wanted: wanted.collect(),
            layout: layout.copied().collect(),
            changes_keys: sets.columns().iter().any(is_key),
            fetcher,
            sets,
            compiled: None,
            ids: Vec::new(),
            excluded: Batch::default(),
            fires: plan.triggers.is_some(),
            triggers: of_rows(plan.triggers.as_ref(), TriggerEvent::Update),
            named: named(&update.assignments, update.named),
            touched: FxHashSet::default(),
        }
    }

    fn begin(
        &mut self,
        plan: &Insert,
        update: &ConflictUpdate,
        returned: &Returned,
        context: &ExecContext<'_>,
    ) -> Result<()> {
        self.touched.clear();
        self.ids.clear();
        self.excluded = Batch::default();
        self.sets
            .begin(&update.assignments, &self.layout, context.params)?;
        let compile = |expr| CompiledExpr::compile(expr, &self.layout, context.params);
        let target = (&*plan.table, plan.relation);
        self.compiled = Some(Compiled {
            filter: update.filter.as_ref().map(compile).transpose()?,
            origins: origins(
                returned.layout(),
                returned.images(),
                target,
                self.sets.columns(),
                &self.layout,
            )?,
        });
        Ok(())
    }

    /// Adds a row that is there, and the one that was to be inserted.
    fn add(&mut self, id: RowId, row: &[ValueRef<'_>]) -> Result<()> {
        if !self.touched.insert(id) {
            return Err(Error::sql(
                SqlState::CARDINALITY_VIOLATION,
                "ON CONFLICT DO UPDATE cannot change a row a second time",
            )
            .hint("two of the rows to be inserted have the same key"));
        }
        self.ids.push(id);
        let columns = &mut self.excluded.columns;
        columns.resize_with(self.wanted.len(), Column::default);
        for (column, no) in columns.iter_mut().zip(&self.wanted) {
            column.push(row[usize::from(no.0)])?;
        }
        self.excluded.rows += 1;
        Ok(())
    }

    /// Updates the rows that wait for it.
    fn flush(
        &mut self,
        table: &TableDef,
        writer: &mut TableWriter,
        returned: &mut Returned,
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<()> {
        let Some(compiled) = &self.compiled else {
            return Ok(());
        };
        if self.ids.is_empty() {
            return Ok(());
        }
        let mut rows = Batch::default();
        rows.reset(self.fetcher.types());
        for id in &self.ids {
            if !self.fetcher.fetch_known(context.view(), *id, &mut rows)? {
                return Err(Error::sql(
                    SqlState::INTERNAL_ERROR,
                    "a row that has a key is not there",
                ));
            }
        }
        rows.columns.append(&mut self.excluded.columns);
        self.excluded.rows = 0;
        if let Some(filter) = &compiled.filter {
            let mut selected = Vec::new();
            filter.select(&rows, Rows::All(rows.rows), &mut selected)?;
            rows.keep(&selected);
            let kept = selected.iter().map(|&at| self.ids[at as usize]);
            self.ids = kept.collect();
        }
        self.sets.clear(table);
        self.sets.compute(table, &rows)?;
        if let Some(triggers) = &self.triggers {
            let mut updated = UpdatedRows {
                named: self.named.clone(),
                columns: self.sets.columns().to_vec(),
                ids: std::mem::take(&mut self.ids),
                values: std::mem::take(self.sets.values_mut()),
            };
            let kept = before_update(triggers, table, writer, &mut updated, context)?;
            if let Some(kept) = kept {
                rows.keep(&kept);
            }
            self.ids = updated.ids;
            *self.sets.values_mut() = updated.values;
        }
        writer.name_columns(&self.named);
        let interrupt = context.interrupt;
        writer.update_watched(
            context.txn.write()?,
            self.sets.columns(),
            &self.ids,
            self.sets.values(),
            &mut || interrupt.check(),
        )?;
        let values = self.sets.values();
        returned.push_updated(&compiled.origins, &self.ids, values, &rows.columns)?;
        changed.rows += self.ids.len() as u64;
        self.ids.clear();
        Ok(())
    }
}
