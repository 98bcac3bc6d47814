//! Values as constants of SQL.

use super::number_text::{boolean_to_text, real_to_text};
use super::{Value, ValueRef, hex, vector_text};

/// A constant in full; one of a vector has the type that its place asks for.
pub(crate) fn quoted(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Boolean(v) => boolean_to_text(v).to_ascii_uppercase(),
        ValueRef::Integer(v) => v.to_string(),
        ValueRef::Real(v) => {
            let text = real_to_text(v);
            let is_real = text.contains(['.', 'e']);
            if is_real { text } else { format!("{text}.0") }
        }
        ValueRef::Text(v) => format!("'{}'", v.replace('\'', "''")),
        ValueRef::Blob(v) => format!("X'{}'", hex(v).to_ascii_uppercase()),
        ValueRef::Date(v) => format!("DATE '{v}'"),
        ValueRef::Time(v) => format!("TIME '{v}'"),
        ValueRef::Timestamp(v) => format!("TIMESTAMP '{v}'"),
        ValueRef::TimestampTz(v) => format!("TIMESTAMPTZ '{v}'"),
        ValueRef::Numeric(v) => v.to_string(),
        ValueRef::Uuid(v) => format!("UUID '{v}'"),
        ValueRef::Interval(v) => format!("INTERVAL '{v}'"),
        ValueRef::Vector(v) => format!("'{}'", vector_text::print(v)),
        ValueRef::Bits(v) => format!("'{v}'"),
        ValueRef::Enum(v) => format!("'{}'", v.label().replace('\'', "''")),
        ValueRef::Array(v) => format!("'{}'", v.to_string().replace('\'', "''")),
    }
}

/// A constant in full, and of its own type wherever it stands.
pub(crate) fn literal_text(value: &Value) -> String {
    let text = quoted(value.as_ref());
    match value {
        Value::Numeric(_) => format!("CAST('{text}' AS NUMERIC)"),
        Value::Enum(_) | Value::Vector(_) | Value::Bits(_) | Value::Array(_) => {
            format!("CAST({text} AS {})", value.sql_type())
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_gives_literals() {
        assert_eq!(quoted(ValueRef::Text("it's")), "'it''s'");
        assert_eq!(quoted(ValueRef::Real(2.0)), "2.0");
        assert_eq!(quoted(ValueRef::Blob(&[255])), "X'FF'");
    }
}
