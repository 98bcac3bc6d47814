//! Reading JSON lines: an object a line, its members by the names of columns.

use std::collections::HashMap;
use std::io::Read;

use serde_json::value::RawValue;

use super::bytes::Bytes;
use super::malformed;
use super::record::{Record, Records};
use crate::error::Result;
use crate::types::SqlType;

/// Dimensions of an array.
const DIMENSIONS_MAX: usize = 6;

/// Reads objects.
pub(super) struct JsonReader<'r> {
    bytes: Bytes<'r>,
    line: Vec<u8>,
    /// The columns wanted.
    columns: Vec<(String, SqlType)>,
}

impl<'r> JsonReader<'r> {
    pub(super) fn new(reader: &'r mut dyn Read, columns: Vec<(String, SqlType)>) -> Self {
        Self {
            bytes: Bytes::new(reader),
            line: Vec::new(),
            columns,
        }
    }
}

impl Records for JsonReader<'_> {
    /// A column without a member is NULL; a member without a column is an error.
    fn next(&mut self, record: &mut Record) -> Result<bool> {
        loop {
            record.begin(self.bytes.line);
            if !self.bytes.take_line(&mut self.line)? {
                return Ok(false);
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        let line = record.line;
        let members: HashMap<String, Box<RawValue>> = serde_json::from_slice(&self.line)
            .map_err(|error| malformed(line, format_args!("no JSON object: {error}")))?;
        let is_known = |name: &&String| {
            let mut columns = self.columns.iter();
            columns.any(|(column, _)| column.eq_ignore_ascii_case(name))
        };
        if let Some(name) = members.keys().find(|name| !is_known(name)) {
            return Err(malformed(
                line,
                format_args!("there is no column \"{name}\" to copy into"),
            ));
        }
        for (column, ty) in &self.columns {
            let exact = members.get(column);
            let value = exact.or_else(|| {
                let mut members = members.iter();
                let found = members.find(|(name, _)| name.eq_ignore_ascii_case(column));
                found.map(|(_, value)| value)
            });
            let is_null = match value.map(|value| value.get()) {
                None | Some("null") => true,
                Some(value) => {
                    push_text(value, *ty, line, record)?;
                    false
                }
            };
            record.end_field(is_null);
        }
        Ok(true)
    }
}

/// Appends the text that stands for a value: that of a string, the elements of an array as SQL writes them, and else JSON's.
fn push_text(value: &str, ty: SqlType, line: u64, record: &mut Record) -> Result<()> {
    let wrong = |error: serde_json::Error| malformed(line, error);
    if value.starts_with('"') {
        let text: String = serde_json::from_str(value).map_err(wrong)?;
        record.extend(text.as_bytes());
    } else if value.starts_with('[') && ty.element().is_some() {
        let mut text = String::new();
        push_array(value, DIMENSIONS_MAX, &mut text).map_err(wrong)?;
        record.extend(text.as_bytes());
    } else {
        record.extend(value.as_bytes());
    }
    Ok(())
}

/// `[1, "a", null, [2]]` as `{1,"a",NULL,{2}}`. What lies deeper than any array of SQL is left as it is, and refused later.
fn push_array(value: &str, depth: usize, out: &mut String) -> serde_json::Result<()> {
    let elements: Vec<&RawValue> = serde_json::from_str(value)?;
    out.push('{');
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        match element.get() {
            "null" => out.push_str("NULL"),
            inner if inner.starts_with('[') && depth > 1 => push_array(inner, depth - 1, out)?,
            text if text.starts_with('"') => {
                let text: String = serde_json::from_str(text)?;
                out.push('"');
                for sign in text.chars() {
                    if matches!(sign, '"' | '\\') {
                        out.push('\\');
                    }
                    out.push(sign);
                }
                out.push('"');
            }
            other => out.push_str(other),
        }
    }
    out.push('}');
    Ok(())
}
