//! Writing a table anew: rows of another shape, in trees of their own.

use std::sync::Arc;

use citadel_txn::{TreeId, TreeOptions, WriteTxn};

use super::sorter::Watch;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{ColumnId, Expr, RelationNo};
use crate::error::{Error, Result, SqlState};
use crate::expression::CompiledExpr;
use crate::schema::{
    Catalog, ColumnNo, IndexDef, RowId, SchemaChange, SequenceDef, SequenceState, TableDef,
    put_sequence_state,
};
use crate::store::{Direction, RowIdRange, TableScan, TableWriter};
use crate::types::{SqlType, Value, ValueRef, assign};

/// What becomes of a column.
pub(super) enum Change {
    /// It has what another column had.
    Kept(ColumnNo),
    /// The same for all rows.
    Value(Value),
    /// Computed over the columns that the relation had.
    Computed(RelationNo, Expr),
    /// The next number of a new sequence.
    Next(Arc<SequenceDef>, SequenceState),
}

/// An empty tree, but for vectors.
pub(super) fn empty_rows(txn: &mut WriteTxn) -> Result<TreeId> {
    Ok(txn.create_tree(TreeOptions::default())?)
}

/// Writes the rows of a table into the trees of another definition, which are empty, and drops its own.
pub(super) fn rewrite(
    txn: &mut WriteTxn,
    old: &TableDef,
    new: Arc<TableDef>,
    (columns, params): (&mut [Change], &[Value]),
    watch: Watch<'_>,
) -> Result<()> {
    let wanted: Vec<ColumnNo> = (0..).map(ColumnNo).take(old.columns.len()).collect();
    let types: Vec<SqlType> = old.columns.iter().map(|column| column.ty).collect();
    let mut computed = Vec::with_capacity(columns.len());
    for change in columns.iter() {
        computed.push(match change {
            Change::Computed(relation, expr) => {
                let layout: Vec<ColumnId> = wanted
                    .iter()
                    .map(|no| ColumnId {
                        relation: *relation,
                        column: u32::from(no.0),
                    })
                    .collect();
                Some(CompiledExpr::compile(expr, &layout, params)?)
            }
            _ => None,
        });
    }
    let mut scan = TableScan::new(old, &wanted, RowIdRange::ALL, Direction::Forward);
    let mut writer = TableWriter::new(Arc::clone(&new));
    let mut ids = Column::new(SqlType::Integer, BATCH_ROWS);
    let mut batch = Batch::default();
    loop {
        watch()?;
        ids.clear();
        batch.reset(&types);
        batch.rows = scan.next(txn, Some(&mut ids), &mut batch.columns, BATCH_ROWS)?;
        if batch.rows == 0 {
            break;
        }
        let values = computed
            .iter()
            .zip(&new.columns)
            .map(|(expr, column)| match expr {
                Some(expr) => fitted(expr.to_column(&batch)?, column.ty).map(Some),
                None => Ok(None),
            })
            .collect::<Result<Vec<_>>>()?;
        for at in 0..batch.rows {
            let mut row: Vec<ValueRef<'_>> = Vec::with_capacity(columns.len());
            for (change, computed) in columns.iter_mut().zip(&values) {
                row.push(match (change, computed) {
                    (_, Some(column)) => column.get(at),
                    (Change::Kept(no), _) => batch.columns[usize::from(no.0)].get(at),
                    (Change::Value(value), _) => value.as_ref(),
                    (Change::Next(sequence, state), _) => ValueRef::Integer(sequence.next(state)?),
                    (Change::Computed(..), None) => ValueRef::Null,
                });
            }
            let id = row_id(&new, &row, ids.get(at))?;
            writer.insert_at(txn, id, &row)?;
        }
    }
    for change in columns {
        if let Change::Next(sequence, state) = change {
            put_sequence_state(txn, sequence.id, *state)?;
        }
    }
    super::drop::drop_all_trees(txn, old)
}

/// The row id that a row has in the new table: the one that it had, unless a column is it.
fn row_id(new: &TableDef, row: &[ValueRef<'_>], was: ValueRef<'_>) -> Result<RowId> {
    let given = match new.rowid_column {
        Some(no) => row[usize::from(no.0)],
        None => was,
    };
    match (given, new.rowid_column) {
        (ValueRef::Integer(id), _) => Ok(RowId(id)),
        (_, Some(no)) => Err(Error::sql(
            SqlState::NOT_NULL_VIOLATION,
            format!(
                "column \"{}\" of table \"{}\" contains null values",
                new.column(no).name,
                new.name
            ),
        )),
        _ => Err(Error::sql(
            SqlState::INTERNAL_ERROR,
            "a row came without its id",
        )),
    }
}

/// The values of a column fitted to a type.
fn fitted(column: Column, ty: SqlType) -> Result<Column> {
    if column.sql_type() == ty || matches!(ty, SqlType::Vector(_)) {
        return Ok(column);
    }
    let mut out = Column::new(ty, column.len());
    for at in 0..column.len() {
        out.push(assign(column.get(at).to_owned(), ty)?.as_ref())?;
    }
    Ok(out)
}

/// Takes all rows out of a table, which gets empty trees. Its sequences may begin anew.
///
/// # Errors
/// Storage errors.
pub(crate) fn truncate(txn: &mut WriteTxn, table: &TableDef, restarts: bool) -> Result<()> {
    if restarts {
        let catalog = Catalog::load(txn)?;
        super::sequence::restart_owned(txn, &catalog, table)?;
    }
    empty(txn, table, |_| ()).map(drop)
}

/// Gives a table empty trees, and what `alter` makes of its definition.
pub(super) fn empty(
    txn: &mut WriteTxn,
    table: &TableDef,
    alter: impl FnOnce(&mut TableDef),
) -> Result<Arc<TableDef>> {
    let mut change = SchemaChange::begin(txn)?;
    let mut new = table.clone();
    new.rows = empty_rows(change.txn())?;
    for column in &mut new.columns {
        column.storage = super::create_table::storage(change.txn(), column.ty)?;
    }
    let mut indexes = Vec::with_capacity(table.indexes.len());
    for index in &table.indexes {
        // Whoever builds a segment from the rows that were there looks for the index that it was.
        change.remove_index(index)?;
        let mut empty = IndexDef::clone(index);
        empty.id = change.new_index_id();
        empty.kind = super::alter_table::emptied(change.txn(), &index.kind)?;
        change.put_index(&empty)?;
        indexes.push(Arc::new(empty));
    }
    new.indexes = indexes;
    alter(&mut new);
    change.put_table(&new)?;
    change.finish()?;
    super::drop::drop_all_trees(txn, table)?;
    Ok(Arc::new(new))
}
