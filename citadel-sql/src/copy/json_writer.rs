//! Writing JSON lines.

use crate::error::Result;
use crate::types::temporal::Zone;
use crate::types::{ArrayRef, SqlType, Value, ValueRef, cast_in};

/// Appends an object. Numbers, truth values, vectors of numbers and arrays are JSON's own, all else is text.
pub(super) fn write_record<'v>(
    out: &mut Vec<u8>,
    names: &[Vec<u8>],
    values: impl Iterator<Item = ValueRef<'v>>,
    zone: &Zone,
) -> Result<()> {
    out.push(b'{');
    for (at, (name, value)) in names.iter().zip(values).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(name);
        out.push(b':');
        write_value(out, value, zone)?;
    }
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> Vec<u8> {
    serde_json::Value::from(text).to_string().into_bytes()
}

fn write_value(out: &mut Vec<u8>, value: ValueRef<'_>, zone: &Zone) -> Result<()> {
    match value {
        ValueRef::Null => out.extend_from_slice(b"null"),
        ValueRef::Boolean(value) => out.extend_from_slice(match value {
            true => b"true",
            false => b"false",
        }),
        ValueRef::Text(text) => out.extend_from_slice(&quoted(text)),
        // JSON's arrays begin at no other subscript.
        ValueRef::Array(array) if array.dimensions().iter().all(|of| of.lower == 1) => {
            write_array(out, array, zone)?;
        }
        value => {
            let is_bare = matches!(
                value,
                ValueRef::Integer(_)
                    | ValueRef::Real(_)
                    | ValueRef::Numeric(_)
                    | ValueRef::Vector(_)
            );
            if let Value::Text(text) = cast_in(value, SqlType::Text, zone, None)? {
                match is_bare {
                    true => out.extend_from_slice(text.as_bytes()),
                    false => out.extend_from_slice(&quoted(&text)),
                }
            }
        }
    }
    Ok(())
}

/// The elements in as many lists inside one another as the array has dimensions.
fn write_array(out: &mut Vec<u8>, array: ArrayRef<'_>, zone: &Zone) -> Result<()> {
    let lengths: Vec<usize> = array
        .dimensions()
        .into_iter()
        .map(|dimension| dimension.len)
        .collect();
    if lengths.is_empty() {
        out.extend_from_slice(b"[]");
        return Ok(());
    }
    for (at, value) in array.iter().enumerate() {
        // Of how many dimensions does a row begin, or go on, with this element?
        let mut rows = at;
        let starts = lengths.iter().rev().take_while(|length| {
            let starts = rows % **length == 0;
            rows /= **length;
            starts
        });
        let starts = starts.count();
        if at > 0 {
            out.extend(std::iter::repeat_n(b']', starts));
            out.push(b',');
        }
        out.extend(std::iter::repeat_n(b'[', starts));
        write_value(out, value, zone)?;
    }
    out.extend(std::iter::repeat_n(b']', lengths.len()));
    Ok(())
}
