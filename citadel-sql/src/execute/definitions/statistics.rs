//! What ANALYZE found.

use super::{SCHEMA, number, text};
use crate::error::Result;
use crate::schema::{Catalog, ColumnStatistics, Distinct, IndexKind, TableDef, TableStatistics};
use crate::types::{ArrayBuilder, ScalarType, SqlType, Value, cast};

/// `pg_stats`: a row for each column that was looked at.
pub(super) fn pg_stats(catalog: &Catalog) -> Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (table, found) in analyzed(catalog) {
        for (no, of) in &found.columns {
            let mut row = vec![
                text(SCHEMA),
                text(&*table.name),
                text(&*table.column(*no).name),
            ];
            row.extend(of_column(of)?);
            rows.push(row);
        }
    }
    Ok(rows)
}

fn of_column(of: &ColumnStatistics) -> Result<[Value; 6]> {
    let shares = of.common.iter().map(|(_, share)| Value::Real(*share));
    let common = of.common.iter().map(|(value, _)| value);
    Ok([
        Value::Real(of.nulls),
        number(of.width.round() as i64),
        // As in PostgreSQL, what grows with the table is told as a share of its rows, below zero.
        Value::Real(match of.distinct {
            Distinct::Count(count) => count.round(),
            Distinct::PerRow(share) => -share,
        }),
        texts(common)?,
        array(ScalarType::Real, shares)?,
        texts(of.bounds.iter())?,
    ])
}

fn texts<'a>(values: impl Iterator<Item = &'a Value>) -> Result<Value> {
    let texts = values.map(|value| cast(value.as_ref(), SqlType::Text));
    array(ScalarType::Text, texts.collect::<Result<Vec<_>>>()?)
}

/// NULL where there is nothing.
fn array(element: ScalarType, values: impl IntoIterator<Item = Value>) -> Result<Value> {
    let mut builder = ArrayBuilder::new(element);
    for value in values {
        builder.push(value.as_ref())?;
    }
    match builder.len() {
        0 => Ok(Value::Null),
        _ => Ok(Value::Array(builder.finish_flat()?)),
    }
}

/// `sqlite_stat1`: of each index how many rows there are, and how many of them have the same first column of its key, the
/// same first two, and so on; of a table without one how many rows there are.
pub(super) fn sqlite_stat1(catalog: &Catalog) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for (table, found) in analyzed(catalog) {
        let before = rows.len();
        for index in &table.indexes {
            let (Some(of), IndexKind::BTree(_)) = (found.index(index.id), &index.kind) else {
                continue;
            };
            let entries = found.rows as f64;
            let each = of.prefixes.iter().map(|prefix| {
                let each = entries / prefix.among(entries);
                format!(" {}", each.ceil() as u64)
            });
            let stat = format!("{}{}", found.rows, each.collect::<String>());
            rows.push(vec![text(&*table.name), text(&*index.name), text(stat)]);
        }
        if rows.len() == before {
            rows.push(vec![
                text(&*table.name),
                Value::Null,
                text(found.rows.to_string()),
            ]);
        }
    }
    rows
}

fn analyzed(catalog: &Catalog) -> impl Iterator<Item = (&TableDef, &TableStatistics)> {
    let tables = catalog.tables().iter();
    tables.filter_map(|table| Some((&**table, table.statistics.as_deref()?)))
}
