//! CREATE TABLE.

use std::sync::Arc;

use citadel_txn::{TreeOptions, WriteTxn};

use super::create_index::refuse_unordered;
use super::names::{constraint_name, refuse_taken};
use crate::bind::bound;
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    BTreeIndex, Catalog, ColumnDef, ColumnNo, ColumnStorage, IndexDef, IndexKind, IndexOrigin,
    SchemaChange, TableDef,
};
use crate::store::projection::vector_type;
use crate::types::{SqlType, VectorType};

/// Vectors of more bytes than this lie in a tree of their own.
const WIDE_BYTES: usize = 1024;

/// The most columns of a table.
const COLUMNS_MAX: usize = 4096;

/// Makes a table, its trees, and the indexes of its constraints.
///
/// # Errors
/// The name is taken; too many columns; a constraint over a vector; storage errors.
pub(crate) fn create_table(txn: &mut WriteTxn, new: &bound::CreateTable) -> Result<Arc<TableDef>> {
    let catalog = Catalog::load(txn)?;
    refuse_taken(&catalog, &new.name)?;
    if new.columns.len() > COLUMNS_MAX {
        return Err(Error::sql(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!(
                "table \"{}\" would have {} columns; at most {COLUMNS_MAX} are possible",
                new.name,
                new.columns.len()
            ),
        ));
    }
    let mut change = SchemaChange::begin(txn)?;
    let mut table = TableDef {
        id: change.new_table_id(),
        name: new.name.clone(),
        columns: Vec::with_capacity(new.columns.len()),
        rowid_column: rowid_column(new),
        primary_key: new.primary_key.clone(),
        rows: change.txn().create_tree(TreeOptions::default())?,
        indexes: Vec::new(),
        sql: new.sql.clone(),
    };
    for (no, column) in (0..).map(ColumnNo).zip(&new.columns) {
        table.columns.push(ColumnDef {
            name: column.name.clone(),
            ty: column.ty,
            limit: column.limit,
            not_null: column.not_null || new.primary_key.contains(&no),
            default: column.default.clone(),
            storage: storage(change.txn(), column.ty)?,
        });
    }
    change.put_table(&table)?;
    add_constraints(&mut change, &catalog, &mut table, &new.unique)?;
    change.finish()?;
    Ok(Arc::new(table))
}

/// One INTEGER column that is the whole primary key is the row id itself.
fn rowid_column(new: &bound::CreateTable) -> Option<ColumnNo> {
    match new.primary_key[..] {
        [no] if new.columns.get(usize::from(no.0))?.ty == SqlType::Integer => Some(no),
        _ => None,
    }
}

fn storage(txn: &mut WriteTxn, ty: SqlType) -> Result<ColumnStorage> {
    let bytes = vector_type(ty).map_or(0, VectorType::stored_bytes);
    if bytes <= WIDE_BYTES {
        return Ok(ColumnStorage::Row);
    }
    let options = TreeOptions::for_values(txn.page_size(), size_of::<u64>(), bytes);
    Ok(ColumnStorage::Tree(txn.create_tree(options)?))
}

/// Makes the indexes that keep PRIMARY KEY and UNIQUE. The row id needs none.
fn add_constraints(
    change: &mut SchemaChange<'_>,
    catalog: &Catalog,
    table: &mut TableDef,
    unique: &[Vec<ColumnNo>],
) -> Result<()> {
    let rowid = table.rowid_column.map(|no| vec![no]);
    let mut wanted = Vec::new();
    if rowid.is_none() && !table.primary_key.is_empty() {
        wanted.push((IndexOrigin::PrimaryKey, table.primary_key.clone()));
    }
    for columns in unique {
        if rowid.as_ref() != Some(columns) {
            wanted.push((IndexOrigin::Unique, columns.clone()));
        }
    }
    let mut names = vec![table.name.clone()];
    for (origin, columns) in wanted {
        refuse_unordered(table, &columns)?;
        let name = match origin {
            IndexOrigin::PrimaryKey => constraint_name(catalog, &names, table, &[], "_pkey"),
            _ => constraint_name(catalog, &names, table, &columns, "_key"),
        };
        names.push(name.clone());
        let index = IndexDef {
            id: change.new_index_id(),
            name,
            table: table.id,
            origin,
            kind: IndexKind::BTree(BTreeIndex {
                columns,
                unique: true,
                tree: change.txn().create_tree(TreeOptions::default())?,
            }),
            sql: String::new(),
        };
        change.put_index(&index)?;
        table.indexes.push(Arc::new(index));
    }
    Ok(())
}
