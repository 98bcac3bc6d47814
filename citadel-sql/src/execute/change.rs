//! Statements that change something: INSERT, UPDATE, DELETE and definitions.

use std::sync::Arc;

use super::context::ExecContext;
use super::operator::BoxedOperator;
use crate::ann;
use crate::batch::{BATCH_ROWS, Batch, Column, ColumnData};
use crate::bind::bound::CreateIndex;
use crate::error::{Error, Result, SqlState};
use crate::expression::CompiledExpr;
use crate::plan::{Delete, Insert, PhysicalPlan, Update};
use crate::schema::{ColumnNo, IndexDef, IndexKind, RowId, TableDef};
use crate::store::{self, TableWriter};
use crate::types::{SqlType, ValueRef, assign};

/// What a statement did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) rows: u64,
    /// The row id of the last row inserted.
    pub(super) last_rowid: Option<i64>,
}

/// Runs a statement that gives no rows. `source`: the operator of its input, where it has one.
pub(super) fn run(
    plan: &PhysicalPlan,
    source: Option<BoxedOperator>,
    context: &mut ExecContext<'_>,
) -> Result<Changed> {
    match (plan, source) {
        (PhysicalPlan::Insert(plan), Some(source)) => insert(plan, source, context),
        (PhysicalPlan::Update(plan), Some(source)) => update(plan, source, context),
        (PhysicalPlan::Delete(plan), Some(source)) => delete(plan, source, context),
        (PhysicalPlan::CreateTable(create), _) => {
            store::create_table(context.txn.write()?, create)?;
            Ok(Changed::default())
        }
        (PhysicalPlan::DropTable(tables), _) => {
            for table in tables {
                store::drop_table(context.txn.write()?, table)?;
                forget_segments(context, &table.indexes);
            }
            Ok(Changed::default())
        }
        (PhysicalPlan::CreateIndex(create), _) => {
            create_index(create, context)?;
            Ok(Changed::default())
        }
        (PhysicalPlan::DropIndex(indexes), _) => {
            for index in indexes {
                store::drop_index(context.txn.write()?, index)?;
            }
            forget_segments(context, indexes);
            Ok(Changed::default())
        }
        (PhysicalPlan::Nothing, _) => Ok(Changed::default()),
        (plan, _) => Err(not_rows(plan)),
    }
}

fn create_index(create: &CreateIndex, context: &mut ExecContext<'_>) -> Result<()> {
    let (segments, interrupt) = (context.segments, context.interrupt);
    let txn = context.txn.write()?;
    let index = store::create_index(txn, create)?;
    if let IndexKind::Ann(ann) = &index.kind {
        ann::fill_new_index(txn, &create.table, index.id, ann, segments, interrupt)?;
    }
    Ok(())
}

/// Should the drop be rolled back, the segments are loaded again.
fn forget_segments(context: &ExecContext<'_>, indexes: &[Arc<IndexDef>]) {
    for index in indexes {
        context.segments.forget_index(index.id);
    }
}

#[cold]
pub(super) fn not_rows(plan: &PhysicalPlan) -> Error {
    let what = if plan.writes() { "rows" } else { "a change" };
    Error::sql(
        SqlState::INTERNAL_ERROR,
        format!("a plan that does not give {what} was asked for them"),
    )
}

fn insert(
    plan: &Insert,
    mut source: BoxedOperator,
    context: &mut ExecContext<'_>,
) -> Result<Changed> {
    context.txn.write()?;
    let mut inserter = Inserter {
        writer: TableWriter::new(plan.table.clone()),
        table: &plan.table,
        source_of: source_columns(&plan.table, &plan.columns),
        changed: Changed::default(),
    };
    let mut batch = Batch::default();
    if plan.materialize {
        let mut all = Batch::default();
        while source.next(context, &mut batch, BATCH_ROWS)? {
            all.append(&batch)?;
        }
        inserter.insert(&all, context)?;
    } else {
        while source.next(context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            inserter.insert(&batch, context)?;
        }
    }
    Ok(inserter.changed)
}

/// For each column of the table, the column of the source that fills it.
fn source_columns(table: &TableDef, columns: &[ColumnNo]) -> Vec<Option<usize>> {
    let numbers = (0..).map(ColumnNo).take(table.columns.len());
    numbers
        .map(|no| columns.iter().position(|column| *column == no))
        .collect()
}

struct Inserter<'a> {
    writer: TableWriter,
    table: &'a TableDef,
    source_of: Vec<Option<usize>>,
    changed: Changed,
}

impl Inserter<'_> {
    fn insert(&mut self, batch: &Batch, context: &mut ExecContext<'_>) -> Result<()> {
        let table = self.table;
        let columns = self
            .source_of
            .iter()
            .zip(&table.columns)
            .map(|(source, column)| match source {
                Some(at) => fitted(&batch.columns[*at], column.ty).map(Some),
                None => Ok(None),
            })
            .collect::<Result<Vec<_>>>()?;
        let mut row: Vec<ValueRef<'_>> = Vec::with_capacity(columns.len());
        let txn = context.txn.write()?;
        for at in 0..batch.rows {
            row.clear();
            for (no, column) in columns.iter().enumerate() {
                row.push(match column {
                    Some(column) => column.get(at),
                    None => table.columns[no].default.as_ref(),
                });
            }
            let id = self.writer.insert(txn, &row)?;
            self.changed.rows += 1;
            self.changed.last_rowid = Some(id.0);
        }
        Ok(())
    }
}

/// The values of a column fitted to the type that they are stored as: each the same value, or an error.
fn fitted(column: &Column, ty: SqlType) -> Result<std::borrow::Cow<'_, Column>> {
    let same = column.sql_type() == ty || matches!(column.data(), ColumnData::Null);
    if same
        || matches!(
            (column.sql_type(), ty),
            (SqlType::Vector(_), SqlType::Vector(_))
        )
    {
        return Ok(std::borrow::Cow::Borrowed(column));
    }
    let mut out = Column::new(ty, column.len());
    for row in 0..column.len() {
        out.push(assign(column.get(row).to_owned(), ty)?.as_ref())?;
    }
    Ok(std::borrow::Cow::Owned(out))
}

fn update(
    plan: &Update,
    mut source: BoxedOperator,
    context: &mut ExecContext<'_>,
) -> Result<Changed> {
    context.txn.write()?;
    let layout = plan.source.layout();
    let assigned: Vec<ColumnNo> = plan.assignments.iter().map(|(no, _)| *no).collect();
    let exprs = plan
        .assignments
        .iter()
        .map(|(_, expr)| CompiledExpr::compile(expr, &layout, context.params))
        .collect::<Result<Vec<_>>>()?;
    let mut ids = Vec::new();
    let mut values = Batch {
        columns: assigned
            .iter()
            .map(|no| Column::new(plan.table.column(*no).ty, 0))
            .collect(),
        rows: 0,
    };
    let mut batch = Batch::default();
    while source.next(context, &mut batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        push_row_ids(&batch, &mut ids)?;
        for ((to, expr), no) in values.columns.iter_mut().zip(&exprs).zip(&assigned) {
            let computed = expr.to_column(&batch)?;
            to.append(fitted(&computed, plan.table.column(*no).ty)?.as_ref())?;
        }
    }
    let mut writer = TableWriter::new(plan.table.clone());
    writer.update(context.txn.write()?, &assigned, &ids, &values.columns)?;
    Ok(Changed {
        rows: ids.len() as u64,
        last_rowid: None,
    })
}

fn delete(
    plan: &Delete,
    mut source: BoxedOperator,
    context: &mut ExecContext<'_>,
) -> Result<Changed> {
    context.txn.write()?;
    let mut ids = Vec::new();
    let mut batch = Batch::default();
    while source.next(context, &mut batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        push_row_ids(&batch, &mut ids)?;
    }
    let mut writer = TableWriter::new(plan.table.clone());
    let mut changed = Changed::default();
    let txn = context.txn.write()?;
    for id in ids {
        changed.rows += u64::from(writer.delete(txn, id)?);
    }
    Ok(changed)
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
