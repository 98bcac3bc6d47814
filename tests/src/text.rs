//! Values and rows as text, so that any types can be compared and shown.

use citadel_sql::{Connection, Params, Result, Statement, Value};

/// A value as it is written in golden scripts.
pub fn value(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Boolean(v) => v.to_string(),
        Value::Integer(v) => v.to_string(),
        Value::Real(v) => format!("{v:?}"),
        Value::Text(v) if v.is_empty() => "''".into(),
        Value::Text(v) => v.replace('\n', "\\n"),
        Value::Blob(v) => {
            let digits: String = v.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
        Value::Vector(v) => {
            let parts: Vec<String> = v.iter().map(f32::to_string).collect();
            format!("[{}]", parts.join(", "))
        }
        Value::Bits(v) => format!("b'{v}'"),
        Value::Date(v) => v.to_string(),
        Value::Time(v) => v.to_string(),
        Value::Timestamp(v) => v.to_string(),
        Value::TimestampTz(v) => v.to_string(),
        Value::Interval(v) => v.to_string(),
        Value::Numeric(v) => v.to_string(),
        Value::Uuid(v) => v.to_string(),
        Value::Enum(v) => v.to_string(),
        Value::Array(v) => v.to_string().replace('\n', "\\n"),
        other => format!("{other:?}"),
    }
}

/// All rows of a prepared query, each as its values between bars.
///
/// # Errors
/// The statement fails.
pub fn rows_of(statement: &mut Statement<'_>, params: impl Params) -> Result<Vec<String>> {
    rows_shown(statement, params, value)
}

/// The same, each value as `show` writes it.
///
/// # Errors
/// The statement fails.
pub fn rows_shown(
    statement: &mut Statement<'_>,
    params: impl Params,
    show: fn(&Value) -> String,
) -> Result<Vec<String>> {
    let columns = statement.column_count();
    let read = |row: &citadel_sql::Row<'_>| {
        let values = (0..columns).map(|at| row.get::<_, Value>(at).map(|value| show(&value)));
        Ok(values.collect::<Result<Vec<_>>>()?.join(" | "))
    };
    statement.query_map(params, read)?.collect()
}

/// All rows of a query.
///
/// # Errors
/// The query fails.
pub fn rows(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    rows_of(&mut connection.prepare(sql)?, ())
}
