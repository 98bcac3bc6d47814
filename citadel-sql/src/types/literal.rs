//! Values as constants of SQL.

use super::number_text::real_to_text;
use super::{Value, hex, vector_text};

/// A constant in full, and of its own type wherever it stands.
pub(crate) fn literal_text(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(true) => "TRUE".to_owned(),
        Value::Boolean(false) => "FALSE".to_owned(),
        Value::Integer(v) => v.to_string(),
        Value::Real(v) => real_to_text(*v),
        Value::Text(v) => format!("'{}'", v.replace('\'', "''")),
        Value::Blob(v) => format!("X'{}'", hex(v)),
        Value::Vector(vector) => {
            let text = vector_text::print(vector);
            format!("CAST('{text}' AS {})", value.sql_type())
        }
        Value::Bits(bits) => format!("CAST('{bits}' AS {})", value.sql_type()),
    }
}
