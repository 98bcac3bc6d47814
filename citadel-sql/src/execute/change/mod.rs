//! Statements that change something: INSERT, UPDATE, DELETE, MERGE and definitions.
//!
//! What RETURNING gives is computed while the statement runs, and given when all of it is done.
//!
//! A change is made once for a plan and run by one execution after the other; between them it rests, with its buffers.

mod append;
mod conflict;
mod create_as;
mod default;
mod define;
mod delete;
mod insert;
mod merge;
mod returning;
mod sets;
mod update;
mod with_changes;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::build::Builder;
use super::context::ExecContext;
use super::operator::BoxedOperator;
use super::trigger::{AfterRows, TriggerActions, before_statement, fire_after, names, run_instead};
use crate::batch::{Batch, Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::plan::{Events, PhysicalPlan, Plan};
use crate::schema::{KeyGraph, RowId, TableDef, TableId, TriggerEvent, TriggerSet};
use crate::store::{KeyCheck, KeyEvent, TableWriter, settle_keys};
use crate::types::{SqlType, Value, assign};
pub(crate) use append::Append;
use delete::Deleter;
use insert::Inserter;
use merge::Merger;
use update::Updater;
use with_changes::WithRun;

/// What a statement did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) rows: u64,
    /// The row id of the last row inserted.
    pub(super) last_rowid: Option<i64>,
}

/// A statement that changes something, ready to run.
pub(super) struct Change {
    plan: Arc<Plan>,
    /// Of foreign keys: what can be checked later.
    late: Vec<KeyCheck>,
    work: Work,
}

/// What a statement changes.
enum Work {
    Definitions,
    Rows(Box<RowChange>),
    With(Box<WithRun>),
}

/// A change of rows.
struct RowChange {
    /// Its input.
    source: BoxedOperator,
    /// What the input gives.
    batch: Batch,
    writer: Writer,
    triggers: Option<Arc<TriggerSet>>,
}

/// What follows from a change of rows.
#[derive(Default)]
struct Settled {
    /// What of foreign keys can be checked later.
    late: Vec<KeyCheck>,
    /// The rows whose triggers are to fire now.
    after: Vec<AfterRows>,
}

enum Writer {
    Insert(Box<Inserter>),
    Update(Updater),
    Delete(Deleter),
    Merge(Box<Merger>),
    Instead,
    CreateAs,
}

impl Change {
    /// Makes the change of a plan: the plan's root, or what its EXPLAIN explains.
    pub(super) fn new(plan: &Arc<Plan>, builder: &Builder<'_>) -> Result<Self> {
        let work = match (&plan.root, plan.root.inputs().as_slice()) {
            (PhysicalPlan::With(with), _) => Work::With(Box::new(WithRun::new(with, builder))),
            (root, [_]) => {
                let source = RowChange::source(root, builder)?;
                Work::Rows(Box::new(RowChange::with_source(root, source)?))
            }
            _ => Work::Definitions,
        };
        Ok(Self {
            plan: Arc::clone(plan),
            late: Vec::new(),
            work,
        })
    }

    /// Does it.
    pub(super) fn run(&mut self, context: &mut ExecContext<'_>) -> Result<Changed> {
        let root = &self.plan.root;
        match &mut self.work {
            Work::Definitions => define::run(root, context),
            Work::Rows(change) => {
                let changed = change.run(root, context)?;
                let settled = change.settle(root, context)?;
                self.late = settled.late;
                for after in settled.after {
                    fire_after(after, context)?;
                }
                Ok(changed)
            }
            Work::With(run) => {
                let (changed, late) = run.run(context)?;
                self.late = late;
                Ok(changed)
            }
        }
    }

    /// What is left to be checked.
    pub(super) fn take_late(&mut self) -> Vec<KeyCheck> {
        std::mem::take(&mut self.late)
    }

    /// The next rows of RETURNING, once it was done.
    pub(super) fn next_returned(&mut self) -> Option<Batch> {
        match &mut self.work {
            Work::Definitions => None,
            Work::Rows(change) => change.next_returned(),
            Work::With(run) => run.next_returned(),
        }
    }

    /// As [`Operator::rest`](super::operator::Operator::rest).
    pub(super) fn rest(&mut self) -> bool {
        let Work::Rows(change) = &mut self.work else {
            return false;
        };
        change.batch.rest();
        change.writer.rest() && change.source.rest()
    }

    /// As [`Operator::restart`](super::operator::Operator::restart).
    pub(super) fn restart(&mut self, params: &[Value]) -> Result<()> {
        match &mut self.work {
            Work::Rows(change) => change.source.restart(params),
            Work::Definitions | Work::With(_) => Ok(()),
        }
    }
}

impl RowChange {
    /// The source of a plan that changes rows.
    fn source(root: &PhysicalPlan, builder: &Builder<'_>) -> Result<BoxedOperator> {
        match root.inputs().as_slice() {
            [input] => builder.build(input),
            _ => Err(not_rows(root)),
        }
    }

    fn with_source(root: &PhysicalPlan, source: BoxedOperator) -> Result<Self> {
        Ok(Self {
            source,
            batch: Batch::default(),
            writer: Writer::new(root)?,
            triggers: triggers(root).cloned(),
        })
    }

    /// Writes. What foreign keys say of it is [settled](Self::settle) afterwards.
    fn run(&mut self, root: &PhysicalPlan, context: &mut ExecContext<'_>) -> Result<Changed> {
        context.txn.write()?;
        if let Some(writer) = self.writer.table_writer() {
            writer.listen(context.listener.as_ref());
        }
        if let Some((_, graph)) = keys(root) {
            self.writer.watch_keys(graph);
        }
        if let Some(triggers) = &self.triggers {
            begin(triggers, root, context)?;
            if triggers.needs_rows()
                && let Some(writer) = self.writer.table_writer()
            {
                writer.watch_rows();
            }
        }
        let (source, batch) = (&mut self.source, &mut self.batch);
        match (&mut self.writer, root) {
            (Writer::Insert(inserter), PhysicalPlan::Insert(plan)) => {
                inserter.run(plan, source, batch, context)
            }
            (Writer::Update(updater), PhysicalPlan::Update(plan)) => {
                updater.run(plan, source, batch, context)
            }
            (Writer::Delete(deleter), PhysicalPlan::Delete(plan)) => {
                deleter.run(plan, source, batch, context)
            }
            (Writer::Merge(merger), PhysicalPlan::Merge(plan)) => {
                merger.run(plan, source, batch, context)
            }
            (Writer::Instead, PhysicalPlan::Instead(plan)) => Ok(Changed {
                rows: run_instead(plan, source, batch, context)?,
                last_rowid: None,
            }),
            (Writer::CreateAs, PhysicalPlan::CreateTableAs(plan)) => {
                create_as::run(plan, source, batch, context)
            }
            (_, root) => Err(not_rows(root)),
        }
    }

    /// Does what foreign keys ask for, and checks them. Gives what can be checked later, and the rows of which triggers are
    /// to hear now.
    fn settle(&mut self, root: &PhysicalPlan, context: &mut ExecContext<'_>) -> Result<Settled> {
        let mut settled = match keys(root) {
            None => Settled::default(),
            Some((table, graph)) => settle(graph, (table, self.writer.take_key_events()), context)?,
        };
        if let (Some(triggers), Some(table)) = (&self.triggers, target(root)) {
            let rows = self.writer.table_writer();
            let own = AfterRows {
                table: Arc::clone(table),
                triggers: Arc::clone(triggers),
                statement: events(root),
                rows: rows.map_or_else(Vec::new, TableWriter::take_row_events),
            };
            settled.after.insert(0, own);
        }
        Ok(settled)
    }

    fn next_returned(&mut self) -> Option<Batch> {
        match &mut self.writer {
            Writer::Insert(inserter) => inserter.returned.next(),
            Writer::Update(updater) => updater.returned.next(),
            Writer::Delete(deleter) => deleter.returned.next(),
            Writer::Merge(merger) => merger.returned.next(),
            Writer::Instead | Writer::CreateAs => None,
        }
    }

    /// Other parts of the statement have changed these rows; from now on it notes its own.
    fn note_ids(&mut self, ids: FxHashSet<RowId>) {
        if let Writer::Insert(inserter) = &mut self.writer {
            inserter.note_ids(ids);
        }
    }

    /// The rows that it changed.
    fn take_ids(&mut self) -> FxHashSet<RowId> {
        match &mut self.writer {
            Writer::Insert(inserter) => inserter.take_ids(),
            Writer::Update(updater) => updater.ids().iter().copied().collect(),
            Writer::Delete(deleter) => deleter.ids().iter().copied().collect(),
            Writer::Merge(merger) => merger.ids().clone(),
            Writer::Instead | Writer::CreateAs => FxHashSet::default(),
        }
    }
}

impl Writer {
    fn new(plan: &PhysicalPlan) -> Result<Self> {
        Ok(match plan {
            PhysicalPlan::Insert(plan) => Self::Insert(Box::new(Inserter::new(plan))),
            PhysicalPlan::Update(plan) => Self::Update(Updater::new(plan)),
            PhysicalPlan::Delete(plan) => Self::Delete(Deleter::new(plan)),
            PhysicalPlan::Merge(plan) => Self::Merge(Box::new(Merger::new(plan))),
            PhysicalPlan::Instead(_) => Self::Instead,
            PhysicalPlan::CreateTableAs(_) => Self::CreateAs,
            other => return Err(not_rows(other)),
        })
    }

    fn watch_keys(&mut self, graph: &KeyGraph) {
        if let Some(writer) = self.table_writer() {
            writer.watch_keys(graph);
        }
    }

    fn take_key_events(&mut self) -> Vec<KeyEvent> {
        match self.table_writer() {
            Some(writer) => writer.take_key_events(),
            None => Vec::new(),
        }
    }

    fn table_writer(&mut self) -> Option<&mut TableWriter> {
        match self {
            Self::Insert(inserter) => Some(&mut inserter.writer),
            Self::Update(updater) => Some(&mut updater.writer),
            Self::Delete(deleter) => Some(&mut deleter.writer),
            Self::Merge(merger) => Some(merger.writer()),
            Self::Instead | Self::CreateAs => None,
        }
    }

    /// Forgets the rows, and what is known of the table. False: too much memory would lie idle.
    fn rest(&mut self) -> bool {
        match self {
            Self::Insert(inserter) => inserter.rest(),
            Self::Update(updater) => updater.rest(),
            Self::Delete(deleter) => deleter.rest(),
            Self::Merge(_) | Self::Instead | Self::CreateAs => false,
        }
    }
}

/// The table whose rows a plan changes.
fn target(plan: &PhysicalPlan) -> Option<&Arc<TableDef>> {
    match plan {
        PhysicalPlan::Insert(plan) => Some(&plan.table),
        PhysicalPlan::Update(plan) => Some(&plan.table),
        PhysicalPlan::Delete(plan) => Some(&plan.table),
        PhysicalPlan::Merge(plan) => Some(&plan.table),
        _ => None,
    }
}

/// The table that a plan changes, and those that foreign keys tie it to, where some are about it.
fn keys(plan: &PhysicalPlan) -> Option<(TableId, &Arc<KeyGraph>)> {
    let keys = match plan {
        PhysicalPlan::Insert(plan) => &plan.keys,
        PhysicalPlan::Update(plan) => &plan.keys,
        PhysicalPlan::Delete(plan) => &plan.keys,
        PhysicalPlan::Merge(plan) => &plan.keys,
        _ => return None,
    };
    Some((target(plan)?.id, keys.as_ref()?))
}

/// The triggers of the table that a plan changes.
fn triggers(plan: &PhysicalPlan) -> Option<&Arc<TriggerSet>> {
    match plan {
        PhysicalPlan::Insert(plan) => plan.triggers.as_ref(),
        PhysicalPlan::Update(plan) => plan.triggers.as_ref(),
        PhysicalPlan::Delete(plan) => plan.triggers.as_ref(),
        PhysicalPlan::Merge(plan) => plan.triggers.as_ref(),
        _ => None,
    }
}

/// What a plan does with rows, and the columns that it names.
fn events(plan: &PhysicalPlan) -> Events {
    match plan {
        PhysicalPlan::Insert(insert) => insert.events(),
        PhysicalPlan::Update(update) => update.events(),
        PhysicalPlan::Delete(_) => vec![(TriggerEvent::Delete, Vec::new())],
        PhysicalPlan::Merge(merge) => merge.events(),
        _ => Events::new(),
    }
}

/// Fires the triggers of a statement that begins.
fn begin(triggers: &TriggerSet, root: &PhysicalPlan, context: &mut ExecContext<'_>) -> Result<()> {
    let Some(table) = target(root) else {
        return Ok(());
    };
    for (event, columns) in events(root) {
        before_statement(triggers, event, &names(table, &columns), context)?;
    }
    Ok(())
}

/// Does what foreign keys ask for, with the triggers of the tables that this changes.
fn settle(
    graph: &Arc<KeyGraph>,
    events: (TableId, Vec<KeyEvent>),
    context: &mut ExecContext<'_>,
) -> Result<Settled> {
    let (interrupt, listener) = (context.interrupt, context.listener.clone());
    let watch = &mut || interrupt.check();
    if !graph.has_triggers() {
        let txn = context.txn.write()?;
        return Ok(Settled {
            late: settle_keys(txn, graph, events, None, listener.as_ref(), watch)?,
            after: Vec::new(),
        });
    }
    let (txn, apart) = context.apart()?;
    let mut actions = TriggerActions::new(graph, apart);
    let late = settle_keys(
        txn,
        graph,
        events,
        Some(&mut actions),
        listener.as_ref(),
        watch,
    )?;
    Ok(Settled {
        late,
        after: actions.into_rows(),
    })
}

#[cold]
pub(super) fn not_rows(plan: &PhysicalPlan) -> Error {
    let what = if plan.writes() { "rows" } else { "a change" };
    Error::sql(
        SqlState::INTERNAL_ERROR,
        format!("a plan that does not give {what} was asked for them"),
    )
}

/// The values of a column fitted to the type that they are stored as, each the same value, or an error. `None`: they are
/// of that type already.
fn fitted(column: &Column, ty: SqlType) -> Result<Option<Column>> {
    let (from, is_null) = (column.sql_type(), matches!(column.data(), ColumnData::Null));
    if from == ty || is_null || matches!((from, ty), (SqlType::Vector(_), SqlType::Vector(_))) {
        return Ok(None);
    }
    let mut out = Column::new(ty, column.len());
    for row in 0..column.len() {
        out.push(assign(column.get(row).to_owned(), ty)?.as_ref())?;
    }
    Ok(Some(out))
}

/// The first column of a batch: the row ids of the rows to change.
fn push_row_ids(batch: &Batch, ids: &mut Vec<RowId>) -> Result<()> {
    match batch.columns.first().map(Column::data) {
        Some(ColumnData::Integer(values)) => {
            ids.extend(values.iter().copied().map(RowId));
            Ok(())
        }
        _ => Err(Error::sql(
            SqlState::INTERNAL_ERROR,
            "rows to change came without row ids",
        )),
    }
}

/// Keeps the rows of a batch whose row ids, its first column, were not seen before.
fn keep_first(batch: &mut Batch, seen: &mut FxHashSet<RowId>) -> Result<()> {
    let mut ids = Vec::with_capacity(batch.rows);
    push_row_ids(batch, &mut ids)?;
    let rows = (0u32..).zip(ids).filter(|(_, id)| seen.insert(*id));
    let first: Vec<u32> = rows.map(|(at, _)| at).collect();
    batch.keep(&first);
    Ok(())
}
