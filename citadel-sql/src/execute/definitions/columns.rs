//! `information_schema.columns`.

use super::objects::plain_tables;
use super::{number, qualified, text, yes_or_no};
use crate::bind::{self, BindContext, bound};
use crate::parse;
use crate::schema::{Catalog, ColumnDef, TableDef, ViewDef, quoted};
use crate::types::{Limit, SqlType, Value};

pub(super) fn columns(catalog: &Catalog) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for table in plain_tables(catalog) {
        let columns = (1..).zip(&table.columns);
        rows.extend(columns.map(|(at, column)| of_table(catalog, table, column, at)));
    }
    for view in catalog.views() {
        let columns = (1..).zip(output(catalog, view));
        rows.extend(columns.map(|(at, (name, ty))| of_view(view, &name, ty, at)));
    }
    rows
}

fn of_table(catalog: &Catalog, table: &TableDef, column: &ColumnDef, at: i64) -> Vec<Value> {
    let identity = column.sequences.identity;
    // What an identity column draws from is its own.
    let default = match column.default.is_null() || identity.is_some() {
        true => Value::Null,
        false => text(column.default.sql(catalog.sequences())),
    };
    let is_key = table.rowid_column.is_some_and(|no| {
        let key = table.column(no);
        std::ptr::eq(key, column)
    });
    let mut row = beginning(&table.name, &column.name, at);
    row.extend([default, yes_or_no(!column.not_null && !is_key)]);
    row.extend(type_columns(column.ty, column.limit));
    row.extend([
        yes_or_no(identity.is_some()),
        match identity {
            Some(identity) if identity.always => text("ALWAYS"),
            Some(_) => text("BY DEFAULT"),
            None => Value::Null,
        },
        text(match column.generated {
            Some(_) => "ALWAYS",
            None => "NEVER",
        }),
        match &column.generated {
            Some(expression) => text(expression.sql(table, quoted)),
            None => Value::Null,
        },
        yes_or_no(column.generated.is_none()),
        match column.limit {
            Some(Limit::Domain(domain)) if column.ty.element().is_none() => {
                text(&*domain.def().name)
            }
            _ => Value::Null,
        },
    ]);
    row
}

fn of_view(view: &ViewDef, name: &str, ty: SqlType, at: i64) -> Vec<Value> {
    let mut row = beginning(&view.name, name, at);
    row.extend([Value::Null, yes_or_no(true)]);
    row.extend(type_columns(ty, None));
    row.extend([
        yes_or_no(false),
        Value::Null,
        text("NEVER"),
        Value::Null,
        yes_or_no(false),
        Value::Null,
    ]);
    row
}

fn beginning(relation: &str, column: &str, at: i64) -> Vec<Value> {
    let mut row = qualified(relation).to_vec();
    row.extend([text(column), number(at)]);
    row
}

/// The columns of a view; none of one that cannot be read.
fn output(catalog: &Catalog, view: &ViewDef) -> Vec<(String, SqlType)> {
    let sql = format!("SELECT * FROM {}", quoted(&view.name));
    let Ok(parsed) = parse::parse(&sql) else {
        return Vec::new();
    };
    let statements = parsed.iter();
    let mut bound = statements
        .filter_map(|one| bind::bind(&one.statement, &sql, catalog, &BindContext::default()).ok());
    match bound.next().map(|bound| bound.statement) {
        Some(bound::Statement::Query(query)) => {
            let columns = query.output.into_iter();
            columns
                .map(|column| (column.name, column.expr.ty))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The name of the type, its bounds, and the name that it has here.
pub(super) fn type_columns(ty: SqlType, limit: Option<Limit>) -> [Value; 6] {
    let limit = limit.and_then(Limit::without_domains);
    let name = match (ty, limit) {
        (SqlType::Integer, Some(Limit::Int16)) => "smallint",
        (SqlType::Integer, Some(Limit::Int32)) => "integer",
        (SqlType::Integer, _) => "bigint",
        (SqlType::Real, _) => "double precision",
        (SqlType::Text, Some(Limit::Characters(_))) => "character varying",
        (SqlType::Blob, _) => "bytea",
        (SqlType::Time, _) => "time without time zone",
        (SqlType::Timestamp, _) => "timestamp without time zone",
        (SqlType::TimestampTz, _) => "timestamp with time zone",
        (SqlType::Array(_), _) => "ARRAY",
        (SqlType::Enum(_) | SqlType::Vector(_), _) => "USER-DEFINED",
        _ => "",
    };
    let name = match name {
        "" => text(ty.to_string().to_ascii_lowercase()),
        name => text(name),
    };
    let (mut characters, mut precision, mut scale, mut fraction) =
        (Value::Null, Value::Null, Value::Null, Value::Null);
    match limit {
        Some(Limit::Characters(most)) => characters = number(most),
        Some(Limit::Digits {
            precision: digits,
            scale: behind,
        }) => (precision, scale) = (number(digits), number(behind)),
        Some(Limit::Fraction { digits, .. }) => fraction = number(digits),
        Some(Limit::Int16) => (precision, scale) = (number(16), number(0)),
        Some(Limit::Int32) => (precision, scale) = (number(32), number(0)),
        None | Some(Limit::Domain(_)) => match ty {
            SqlType::Integer => (precision, scale) = (number(64), number(0)),
            SqlType::Real => precision = number(53),
            SqlType::Time | SqlType::Timestamp | SqlType::TimestampTz | SqlType::Interval => {
                fraction = number(6);
            }
            _ => {}
        },
    }
    [
        name,
        characters,
        precision,
        scale,
        fraction,
        text(ty.to_string()),
    ]
}
