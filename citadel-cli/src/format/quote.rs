//! Values as SQL literals.

use std::io::{self, Write};

use citadel_sql::{Row, ValueRef};

use super::{ResultWriter, Style, text};

/// Writes rows that could stand in `VALUES (…)`.
pub(super) struct QuoteWriter<'a> {
    out: &'a mut dyn Write,
}

impl<'a> QuoteWriter<'a> {
    /// Names become quoted identifiers.
    pub(super) fn begin(
        style: &Style,
        names: &[String],
        out: &'a mut dyn Write,
    ) -> io::Result<Self> {
        if style.header {
            let names: Vec<String> = names
                .iter()
                .map(|n| format!("\"{}\"", n.replace('"', "\"\"")))
                .collect();
            writeln!(out, "{}", names.join(","))?;
        }
        Ok(Self { out })
    }
}

impl ResultWriter for QuoteWriter<'_> {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let values: Result<Vec<String>, _> = (0..row.column_count())
            .map(|column| row.get_ref(column).map(literal))
            .collect();
        let values = values.map_err(io::Error::other)?;
        writeln!(self.out, "{}", values.join(","))
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A literal that reads back as the same value.
pub(crate) fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Text(v) => format!("'{}'", v.replace('\'', "''")),
        ValueRef::Blob(v) => format!("X'{}'", text::hex(v)),
        ValueRef::Vector(v) => format!("'{}'", text::vector(v)),
        ValueRef::Bits(v) => format!("'{v}'"),
        ValueRef::Date(v) => format!("DATE '{v}'"),
        ValueRef::Time(v) => format!("TIME '{v}'"),
        ValueRef::Timestamp(v) => format!("TIMESTAMP '{v}'"),
        ValueRef::TimestampTz(v) => format!("TIMESTAMPTZ '{v}'"),
        ValueRef::Uuid(v) => format!("UUID '{v}'"),
        ValueRef::Interval(v) => format!("INTERVAL '{v}'"),
        ValueRef::Enum(v) => format!("'{}'", v.label().replace('\'', "''")),
        ValueRef::Array(v) => {
            let text = v.to_string().replace('\'', "''");
            format!("CAST('{text}' AS {})", v.sql_type())
        }
        other => text::full(other, "NULL").to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_sql() {
        assert_eq!(literal(ValueRef::Text("it's")), "'it''s'");
        assert_eq!(literal(ValueRef::Blob(&[0, 10])), "X'000a'");
        assert_eq!(literal(ValueRef::Boolean(false)), "FALSE");
        assert_eq!(literal(ValueRef::Vector(&[1.0])), "'[1]'");
    }
}
