//! Statements that change something: INSERT, UPDATE, DELETE and definitions.
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
mod returning;
mod sets;
mod update;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::build::Builder;
use super::context::{ExecContext, check_interrupt};
use super::operator::BoxedOperator;
use crate::batch::{Batch, Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::plan::{PhysicalPlan, Plan};
use crate::schema::{KeyGraph, RowId, TableId};
use crate::store::{KeyCheck, KeyEvent, TableWriter, settle_keys};
use crate::types::{SqlType, Value, assign};
pub(crate) use append::Append;
use delete::Deleter;
use insert::Inserter;
use update::Updater;

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
    /// None: it changes definitions.
    rows: Option<Box<RowChange>>,
}

/// A change of rows.
struct RowChange {
    /// Its input.
    source: BoxedOperator,
    /// What the input gives.
    batch: Batch,
    writer: Writer,
}

#[expect(clippy::large_enum_variant, reason = "a change of rows is in a box")]
enum Writer {
    Insert(Inserter),
    Update(Updater),
    Delete(Deleter),
    CreateAs,
}

impl Change {
    /// Makes the change of a plan: the plan's root, or what its EXPLAIN explains.
    pub(super) fn new(plan: &Arc<Plan>, builder: &Builder<'_>) -> Result<Self> {
        let rows = match (&plan.root, plan.root.inputs().as_slice()) {
            (root, [input]) => Some(Box::new(RowChange {
                source: builder.build(input)?,
                batch: Batch::default(),
                writer: Writer::new(root)?,
            })),
            _ => None,
        };
        Ok(Self {
            plan: Arc::clone(plan),
            late: Vec::new(),
            rows,
        })
    }

    /// Does it.
    pub(super) fn run(&mut self, context: &mut ExecContext<'_>) -> Result<Changed> {
        let Some(change) = &mut self.rows else {
            return define::run(&self.plan.root, context);
        };
        context.txn.write()?;
        let keys = keys(&self.plan.root);
        if let Some((_, graph)) = keys {
            change.writer.watch_keys(graph);
        }
        let (source, batch) = (&mut change.source, &mut change.batch);
        let changed = match (&mut change.writer, &self.plan.root) {
            (Writer::Insert(inserter), PhysicalPlan::Insert(plan)) => {
                inserter.run(plan, source, batch, context)
            }
            (Writer::Update(updater), PhysicalPlan::Update(plan)) => {
                updater.run(plan, source, batch, context)
            }
            (Writer::Delete(deleter), PhysicalPlan::Delete(plan)) => {
                deleter.run(plan, source, batch, context)
            }
            (Writer::CreateAs, PhysicalPlan::CreateTableAs(plan)) => {
                create_as::run(plan, source, batch, context)
            }
            (_, root) => Err(not_rows(root)),
        }?;
        if let Some((table, graph)) = keys {
            let events = change.writer.take_key_events();
            let interrupt = context.interrupt;
            let watch = &mut || check_interrupt(interrupt);
            let txn = context.txn.write()?;
            self.late = settle_keys(txn, graph, (table, events), watch)?;
        }
        Ok(changed)
    }

    /// What is left to be checked.
    pub(super) fn take_late(&mut self) -> Vec<KeyCheck> {
        std::mem::take(&mut self.late)
    }

    /// The next rows of RETURNING, once it was done.
    pub(super) fn next_returned(&mut self) -> Option<Batch> {
        match &mut self.rows.as_mut()?.writer {
            Writer::Insert(inserter) => inserter.returned.next(),
            Writer::Update(updater) => updater.returned.next(),
            Writer::Delete(deleter) => deleter.returned.next(),
            Writer::CreateAs => None,
        }
    }

    /// As [`Operator::rest`](super::operator::Operator::rest).
    pub(super) fn rest(&mut self) -> bool {
        let Some(change) = &mut self.rows else {
            return false;
        };
        change.batch.rest();
        change.writer.rest() && change.source.rest()
    }

    /// As [`Operator::restart`](super::operator::Operator::restart).
    pub(super) fn restart(&mut self, params: &[Value]) -> Result<()> {
        match &mut self.rows {
            Some(change) => change.source.restart(params),
            None => Ok(()),
        }
    }
}

impl Writer {
    fn new(plan: &PhysicalPlan) -> Result<Self> {
        Ok(match plan {
            PhysicalPlan::Insert(plan) => Self::Insert(Inserter::new(plan)),
            PhysicalPlan::Update(plan) => Self::Update(Updater::new(plan)),
            PhysicalPlan::Delete(plan) => Self::Delete(Deleter::new(plan)),
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
            Self::CreateAs => None,
        }
    }

    /// Forgets the rows, and what is known of the table. False: too much memory would lie idle.
    fn rest(&mut self) -> bool {
        match self {
            Self::Insert(inserter) => inserter.rest(),
            Self::Update(updater) => updater.rest(),
            Self::Delete(deleter) => deleter.rest(),
            Self::CreateAs => false,
        }
    }
}

/// The table that a plan changes, and those that foreign keys tie it to, where some are about it.
fn keys(plan: &PhysicalPlan) -> Option<(TableId, &Arc<KeyGraph>)> {
    let (table, keys) = match plan {
        PhysicalPlan::Insert(plan) => (&plan.table, &plan.keys),
        PhysicalPlan::Update(plan) => (&plan.table, &plan.keys),
        PhysicalPlan::Delete(plan) => (&plan.table, &plan.keys),
        _ => return None,
    };
    Some((table.id, keys.as_ref()?))
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
