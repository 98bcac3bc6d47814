//! Tables, views, indexes and sequences.

use std::sync::Arc;

use citadel_txn::View;

use super::{SCHEMA, number, qualified, text, yes_or_no};
use crate::error::Result;
use crate::schema::{
    Catalog, IndexDef, IndexOrigin, IntegerWidth, Materialized, SequenceDef, TableDef, ViewDef,
    sequence_state,
};
use crate::types::Value;

pub(super) fn sqlite_schema(catalog: &Catalog) -> Vec<Vec<Value>> {
    // A tree has no page of its own that one could name.
    let row = |kind: &str, name: &str, table: &str, sql: Value| {
        vec![text(kind), text(name), text(table), number(0), sql]
    };
    let mut rows = Vec::new();
    for table in catalog.tables() {
        let name = &table.name;
        let kind = match table.materialized {
            None => "table",
            Some(_) => "materialized view",
        };
        rows.push(row(kind, name, name, text(&*table.sql)));
        rows.extend(table.indexes.iter().map(|index| {
            let sql = match index.origin {
                IndexOrigin::Statement => text(&*index.sql),
                _ => Value::Null,
            };
            row("index", &index.name, name, sql)
        }));
    }
    for view in catalog.views() {
        rows.push(row("view", &view.name, &view.name, text(&*view.sql)));
    }
    for trigger in catalog.triggers() {
        let table = catalog.relation_of(trigger).unwrap_or_default();
        rows.push(row("trigger", &trigger.name, table, text(&*trigger.sql)));
    }
    rows
}

pub(super) fn tables(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |name: &str, kind: &str, is_writable: bool| {
        let mut row = qualified(name).to_vec();
        row.extend([text(kind), yes_or_no(is_writable)]);
        row
    };
    let tables = plain_tables(catalog);
    let tables = tables.map(|table| row(&table.name, "BASE TABLE", true));
    let views = catalog.views().iter();
    tables
        .chain(views.map(|view| row(&view.name, "VIEW", false)))
        .collect()
}

pub(super) fn views(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |view: &ViewDef| {
        let mut row = qualified(&view.name).to_vec();
        row.push(text(&*view.sql));
        row
    };
    catalog.views().iter().map(|view| row(view)).collect()
}

pub(super) fn sequences(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |sequence: &SequenceDef| {
        let options = sequence.options;
        let mut row = qualified(&sequence.name).to_vec();
        row.push(text(data_type(options.width)));
        let numbers = [options.start, options.min, options.max, options.increment];
        row.extend(numbers.map(|number| text(number.to_string())));
        row.push(yes_or_no(options.cycles));
        row
    };
    catalog.sequences().iter().map(|s| row(s)).collect()
}

/// PostgreSQL's name of the type.
fn data_type(width: IntegerWidth) -> &'static str {
    match width {
        IntegerWidth::Small => "smallint",
        IntegerWidth::Int4 => "integer",
        IntegerWidth::Big => "bigint",
    }
}

pub(super) fn pg_tables(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |table: &TableDef| {
        let has_indexes = !table.indexes.is_empty();
        vec![
            text(SCHEMA),
            text(&*table.name),
            Value::Boolean(has_indexes),
        ]
    };
    plain_tables(catalog).map(|table| row(table)).collect()
}

/// As in PostgreSQL, a materialized view is none of the tables that are told.
pub(super) fn plain_tables(catalog: &Catalog) -> impl Iterator<Item = &Arc<TableDef>> {
    let tables = catalog.tables().iter();
    tables.filter(|table| table.materialized.is_none())
}

pub(super) fn pg_matviews(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |(table, kept): (&Arc<TableDef>, &Materialized)| {
        vec![
            text(SCHEMA),
            text(&*table.name),
            Value::Boolean(!table.indexes.is_empty()),
            Value::Boolean(kept.is_filled),
            text(&*kept.query),
        ]
    };
    catalog.materialized().map(row).collect()
}

pub(super) fn pg_views(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |view: &ViewDef| vec![text(SCHEMA), text(&*view.name), text(&*view.sql)];
    catalog.views().iter().map(|view| row(view)).collect()
}

pub(super) fn pg_indexes(catalog: &Catalog) -> Vec<Vec<Value>> {
    let row = |table: &TableDef, index: &IndexDef| {
        let sql = text(index.statement(table));
        vec![text(SCHEMA), text(&*table.name), text(&*index.name), sql]
    };
    let tables = catalog.tables().iter();
    tables
        .flat_map(|table| table.indexes.iter().map(|index| row(table, index)))
        .collect()
}

pub(super) fn pg_sequences(view: &dyn View, catalog: &Catalog) -> Result<Vec<Vec<Value>>> {
    let row = |sequence: &SequenceDef| {
        let options = sequence.options;
        let state = sequence_state(view, sequence.id)?;
        let numbers = [options.start, options.min, options.max, options.increment];
        let mut row = vec![text(SCHEMA), text(&*sequence.name)];
        row.extend(numbers.map(Value::Integer));
        row.push(Value::Boolean(options.cycles));
        row.push(match state.is_called {
            true => Value::Integer(state.last),
            false => Value::Null,
        });
        Ok(row)
    };
    catalog.sequences().iter().map(|s| row(s)).collect()
}

/// The tables with AUTOINCREMENT that ever had a row, each with the greatest row id that it gave.
pub(super) fn sqlite_sequence(view: &dyn View, catalog: &Catalog) -> Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for table in catalog.tables() {
        if let Some(counter) = table.counter() {
            let counted = sequence_state(view, counter)?.counted();
            if counted != 0 {
                rows.push(vec![text(&*table.name), number(counted)]);
            }
        }
    }
    Ok(rows)
}
