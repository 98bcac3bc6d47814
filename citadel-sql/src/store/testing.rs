//! What the tests of this folder share: small databases, tables by a few words, and rows read back whole.

use std::sync::Arc;

use citadel_txn::{Database, Key, MemoryStorage, Options, PageSize, View, WriteTxn};

use super::row_text;
use super::{Direction, RowIdRange, TableScan, check_all, create_index, create_table};
use crate::batch::Column;
use crate::bind::bound::{
    CreateIndex, CreateTable, NewColumn, NewDefault, NewIndex, NewUnique, RelationNo,
};
use crate::schema::{Catalog, ColumnNo, IndexDef, TableDef};
use crate::types::{SqlType, Value, ValueRef};

/// An empty database in memory.
pub(crate) fn database(page_bytes: u32) -> Database {
    let options = Options {
        page_size: PageSize::new(page_bytes).unwrap(),
        ..Options::default()
    };
    let storage = Arc::new(MemoryStorage::new());
    Database::create(storage, &Key::raw([7; 32]), options).unwrap()
}

/// `CREATE TABLE name (c0 …, c1 …, …)`.
pub(crate) fn new_table(name: &str, types: &[SqlType]) -> CreateTable {
    let columns = types.iter().enumerate().map(|(at, ty)| NewColumn {
        name: format!("c{at}"),
        ty: *ty,
        limit: None,
        not_null: false,
        default: NewDefault::default(),
        sequences: Default::default(),
        counts: false,
        generated: None,
        collation: Default::default(),
    });
    CreateTable {
        name: name.to_owned(),
        columns: columns.collect(),
        sql: format!("CREATE TABLE {name}"),
        ..CreateTable::default()
    }
}

/// `UNIQUE (columns)`.
pub(crate) fn unique(columns: &[u16]) -> NewUnique {
    NewUnique {
        name: None,
        columns: columns.iter().copied().map(ColumnNo).collect(),
        nulls_distinct: true,
    }
}

/// Makes the table.
pub(crate) fn make(txn: &mut WriteTxn, new: &CreateTable) -> Arc<TableDef> {
    create_table(txn, new).unwrap();
    reload(txn, &new.name)
}

/// `CREATE [UNIQUE] INDEX name ON table (columns)`.
pub(crate) fn new_btree(
    name: &str,
    table: &Arc<TableDef>,
    columns: &[u16],
    unique: bool,
) -> CreateIndex {
    CreateIndex {
        name: name.to_owned(),
        table: Arc::clone(table),
        kind: NewIndex::BTree {
            relation: RelationNo(0),
            keys: columns
                .iter()
                .map(|no| row_text::column(table, ColumnNo(*no), RelationNo(0)))
                .collect(),
            condition: None,
            unique,
            nulls_distinct: true,
        },
        sql: format!("CREATE INDEX {name}"),
    }
}

/// Makes the index; gives its table as it is then.
pub(crate) fn index(txn: &mut WriteTxn, new: &CreateIndex) -> (Arc<TableDef>, Arc<IndexDef>) {
    let index = create_index(txn, new, &mut || Ok(())).unwrap();
    (reload(txn, &new.table.name), index)
}

/// A table as the transaction sees it.
pub(crate) fn reload(view: &dyn View, name: &str) -> Arc<TableDef> {
    Arc::clone(Catalog::load(view).unwrap().table(name).unwrap())
}

/// The values, borrowed.
pub(crate) fn refs(row: &[Value]) -> Vec<ValueRef<'_>> {
    row.iter().map(Value::as_ref).collect()
}

/// All rows with their ids, as a scan finds them.
pub(crate) fn rows(
    view: &dyn View,
    table: &TableDef,
    direction: Direction,
    batch: usize,
) -> Vec<(i64, Vec<Value>)> {
    let wanted: Vec<_> = (0..).map(ColumnNo).take(table.columns.len()).collect();
    let mut scan = TableScan::new(table, &wanted, RowIdRange::ALL, direction);
    let mut ids = Column::new(SqlType::Integer, batch);
    let mut columns: Vec<_> = table
        .columns
        .iter()
        .map(|c| Column::new(c.ty, batch))
        .collect();
    while scan
        .next(view, Some(&mut ids), &mut columns, batch)
        .unwrap()
        > 0
    {}
    (0..ids.len())
        .map(|row| {
            let ValueRef::Integer(id) = ids.get(row) else {
                panic!("a row id is an INTEGER");
            };
            (id, columns.iter().map(|c| c.get(row).to_owned()).collect())
        })
        .collect()
}

/// Rows, indexes and vectors agree.
pub(crate) fn assert_sound(view: &dyn View) {
    let findings = check_all(view, &Catalog::load(view).unwrap()).unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
}
