//! Constraints of tables.

use super::{number, qualified, text, yes_or_no};
use crate::schema::{
    Catalog, ColumnNo, ForeignKeyDef, IndexKind, IndexOrigin, KeyAction, KeyTiming, TableDef,
    quoted,
};
use crate::types::{DomainCheck, Value};

/// A constraint that keeps rows apart: its name, whether it is the primary key, its columns, and whether NULLs are alike.
struct Key {
    name: String,
    is_primary: bool,
    columns: Vec<ColumnNo>,
    nulls_distinct: bool,
}

fn keys(table: &TableDef) -> Vec<Key> {
    let mut keys = Vec::new();
    if let Some(no) = table.rowid_column {
        keys.push(Key {
            name: table.rowid_constraint(),
            is_primary: true,
            columns: vec![no],
            nulls_distinct: true,
        });
    }
    for index in &table.indexes {
        if let IndexKind::BTree(btree) = &index.kind
            && index.origin != IndexOrigin::Statement
            && let Some(columns) = btree.plain_columns()
        {
            keys.push(Key {
                name: index.name.clone(),
                is_primary: index.origin == IndexOrigin::PrimaryKey,
                columns,
                nulls_distinct: btree.nulls_distinct,
            });
        }
    }
    keys
}

/// `information_schema.table_constraints`
pub(super) fn all(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |table: &TableDef, name: &str, kind: &str, timing: KeyTiming, nulls: Value| {
        let mut row = qualified(name).to_vec();
        row.extend(qualified(&table.name));
        row.extend([
            text(kind),
            yes_or_no(timing != KeyTiming::Immediate),
            yes_or_no(timing == KeyTiming::Deferred),
            nulls,
        ]);
        row
    };
    let mut rows = Vec::new();
    for table in catalog.tables() {
        for key in keys(table) {
            let (kind, nulls) = match key.is_primary {
                true => ("PRIMARY KEY", Value::Null),
                false => ("UNIQUE", yes_or_no(key.nulls_distinct)),
            };
            rows.push(row(table, &key.name, kind, KeyTiming::Immediate, nulls));
        }
        for check in &table.checks {
            let timing = KeyTiming::Immediate;
            rows.push(row(table, &check.name, "CHECK", timing, Value::Null));
        }
        for key in &table.foreign_keys {
            rows.push(row(
                table,
                &key.name,
                "FOREIGN KEY",
                key.timing,
                Value::Null,
            ));
        }
    }
    rows
}

/// `information_schema.key_column_usage`
pub(super) fn key_columns(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |table: &TableDef, name: &str, no: ColumnNo, at: i64, place: Value| {
        let mut row = qualified(name).to_vec();
        row.extend(qualified(&table.name));
        row.extend([text(&*table.column(no).name), number(at), place]);
        row
    };
    let mut rows = Vec::new();
    for table in catalog.tables() {
        for key in keys(table) {
            let columns = (1..).zip(&key.columns);
            rows.extend(columns.map(|(at, no)| row(table, &key.name, *no, at, Value::Null)));
        }
        for key in &table.foreign_keys {
            let of_parent = parent_key(catalog, key);
            for ((at, no), parent) in (1..).zip(&key.columns).zip(&key.parent_columns) {
                let place = of_parent
                    .as_ref()
                    .and_then(|(_, columns)| columns.iter().position(|column| column == parent));
                let place = place.map_or(Value::Null, |place| number(place as i64 + 1));
                rows.push(row(table, &key.name, *no, at, place));
            }
        }
    }
    rows
}

/// `information_schema.constraint_column_usage`
pub(super) fn used_columns(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |table: &TableDef, name: &str, no: ColumnNo| {
        let mut row = qualified(&table.name).to_vec();
        row.push(text(&*table.column(no).name));
        row.extend(qualified(name));
        row
    };
    let mut rows = Vec::new();
    for table in catalog.tables() {
        for key in keys(table) {
            rows.extend(key.columns.iter().map(|no| row(table, &key.name, *no)));
        }
        for check in &table.checks {
            let columns = check.condition.columns().into_iter();
            rows.extend(columns.map(|no| row(table, &check.name, no)));
        }
        for key in &table.foreign_keys {
            if let Some(parent) = catalog.table_by_id(key.parent) {
                let columns = key.parent_columns.iter();
                rows.extend(columns.map(|no| row(parent, &key.name, *no)));
            }
        }
    }
    rows
}

/// `information_schema.referential_constraints`
pub(super) fn references(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |key: &ForeignKeyDef| {
        let mut row = qualified(&key.name).to_vec();
        match parent_key(catalog, key) {
            Some((name, _)) => row.extend(qualified(&name)),
            None => row.extend([Value::Null, Value::Null, Value::Null]),
        }
        row.extend([
            text(if key.match_full { "FULL" } else { "NONE" }),
            text(action(&key.on_update)),
            text(action(&key.on_delete)),
        ]);
        row
    };
    let tables = catalog.tables().iter();
    tables
        .flat_map(|table| table.foreign_keys.iter().map(row))
        .collect()
}

/// `information_schema.check_constraints`
pub(super) fn checks(catalog: &Catalog) -> Vec<Vec<Value>> {
    let tables = catalog.tables().iter();
    let rows = tables.flat_map(|table| {
        table.checks.iter().map(|check| {
            let mut row = qualified(&check.name).to_vec();
            row.push(text(check.condition.sql(table, quoted)));
            row
        })
    });
    let of_domain = |check: &DomainCheck| {
        let mut row = qualified(&check.name).to_vec();
        row.push(text(&*check.condition));
        row
    };
    let domains = catalog.domains().iter();
    let of_domains = domains.flat_map(|domain| domain.def().checks.iter().map(of_domain));
    rows.chain(of_domains).collect()
}

/// The constraint of the table that is referred to which keeps its rows apart.
fn parent_key(catalog: &Catalog, key: &ForeignKeyDef) -> Option<(String, Vec<ColumnNo>)> {
    let parent = catalog.table_by_id(key.parent)?;
    let is_it = |columns: &[ColumnNo]| {
        columns.len() == key.parent_columns.len()
            && columns.iter().all(|no| key.parent_columns.contains(no))
    };
    let found = keys(parent).into_iter().find(|known| is_it(&known.columns));
    found.map(|found| (found.name, found.columns))
}

fn action(action: &KeyAction) -> &'static str {
    match action {
        KeyAction::NoAction => "NO ACTION",
        KeyAction::Restrict => "RESTRICT",
        KeyAction::Cascade => "CASCADE",
        KeyAction::SetNull(_) => "SET NULL",
        KeyAction::SetDefault(_) => "SET DEFAULT",
    }
}
