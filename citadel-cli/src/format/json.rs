//! JSON: an array per result, or an object per line.
//!
//! INTEGER, REAL and NUMERIC are numbers, BOOLEAN true or false, VECTOR an array of numbers (of bits: a string of
//! 0 and 1), dates, times, intervals and UUIDs strings, an array one of its elements, BLOB a string of hexadecimal digits. A second column of the same name is told apart by a number, since a JSON object keeps one of each.

use std::fmt::Write as _;
use std::io::{self, Write};

use citadel_sql::{ArrayRef, Row, ValueRef};

use super::{ResultWriter, text};

/// Writes objects, in an array or one per line.
pub(super) struct JsonWriter<'a> {
    out: &'a mut dyn Write,
    /// Each with its colon.
    keys: Vec<String>,
    array: bool,
    rows: u64,
}

impl<'a> JsonWriter<'a> {
    /// One array.
    pub(super) fn begin_array(names: &[String], out: &'a mut dyn Write) -> io::Result<Self> {
        out.write_all(b"[")?;
        Ok(Self::begin(names, out, true))
    }

    /// One object per line.
    pub(super) fn begin_lines(names: &[String], out: &'a mut dyn Write) -> Self {
        Self::begin(names, out, false)
    }

    fn begin(names: &[String], out: &'a mut dyn Write, array: bool) -> Self {
        Self {
            out,
            keys: distinct(names)
                .iter()
                .map(|n| format!("{}:", string(n)))
                .collect(),
            array,
            rows: 0,
        }
    }
}

impl ResultWriter for JsonWriter<'_> {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let mut line = String::from(if self.array && self.rows > 0 {
            ",\n{"
        } else {
            "{"
        });
        for (column, key) in self.keys.iter().enumerate() {
            if column > 0 {
                line.push(',');
            }
            line.push_str(key);
            line.push_str(&value(row.get_ref(column).map_err(io::Error::other)?));
        }
        line.push('}');
        if !self.array {
            line.push('\n');
        }
        self.rows += 1;
        self.out.write_all(line.as_bytes())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.array {
            self.out.write_all(b"]\n")?;
        }
        Ok(())
    }
}

fn value(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Real(v) if !v.is_finite() => "null".to_owned(),
        ValueRef::Text(v) => string(v),
        ValueRef::Enum(v) => string(v.label()),
        ValueRef::Blob(v) => string(&text::hex(v)),
        ValueRef::Bits(v) => string(&v.to_string()),
        ValueRef::Date(_)
        | ValueRef::Time(_)
        | ValueRef::Timestamp(_)
        | ValueRef::TimestampTz(_)
        | ValueRef::Interval(_)
        | ValueRef::Uuid(_) => string(&text::full(value, "null")),
        ValueRef::Array(v) => array(v),
        other => text::full(other, "null"),
    }
}

/// An array in an array for each dimension.
fn array(array: ArrayRef<'_>) -> String {
    // How many elements a bracket of each depth holds.
    let mut held: Vec<usize> = array.dimensions().iter().map(|d| d.len).collect();
    for depth in (1..held.len()).rev() {
        held[depth - 1] *= held[depth];
    }
    if held.is_empty() {
        return "[]".to_owned();
    }
    let mut out = String::new();
    for (at, element) in array.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let brackets = |at: usize| held.iter().filter(|held| at.is_multiple_of(**held)).count();
        out.push_str(&"[".repeat(brackets(at)));
        out.push_str(&value(element));
        out.push_str(&"]".repeat(brackets(at + 1)));
    }
    out
}

/// A JSON string.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The names, with `_2`, `_3` … after repeated ones.
fn distinct(names: &[String]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let mut candidate = name.clone();
        let mut number = 2;
        while seen.contains(&candidate) {
            candidate = format!("{name}_{number}");
            number += 1;
        }
        seen.push(candidate);
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        assert_eq!(string("a\"b\\c\n\u{1}é"), r#""a\"b\\c\n\u0001é""#);
    }

    #[test]
    fn values_have_their_json_types() {
        assert_eq!(value(ValueRef::Null), "null");
        assert_eq!(value(ValueRef::Boolean(true)), "true");
        assert_eq!(value(ValueRef::Real(1e300)), "1e300");
        assert_eq!(value(ValueRef::Integer(i64::MAX)), "9223372036854775807");
        assert_eq!(value(ValueRef::Blob(&[1, 255])), "\"01ff\"");
        assert_eq!(value(ValueRef::Vector(&[0.5, -1.0])), "[0.5,-1]");
    }

    #[test]
    fn repeated_names_are_told_apart() {
        let names = ["id", "id", "id_2", "id"].map(str::to_owned);
        assert_eq!(distinct(&names), ["id", "id_2", "id_2_2", "id_3"]);
    }
}
