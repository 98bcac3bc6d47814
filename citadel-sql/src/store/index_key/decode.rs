//! Reading the columns of an index key back.

use uuid::Uuid;

use super::array::read_array;
use super::{NOT_NULL, NULL, row_key};
use crate::codec::{Decoded, Malformed, Reader};
use crate::error::{Error, Result};
use crate::schema::{BTreeIndex, IndexDef, TableDef};
use crate::types::numeric::numeric_of_key;
use crate::types::{Date, Interval, SqlType, Time, Timestamp, TimestampTz, Value, cast};

/// The columns of a key as text, for messages: `(a, b)=(1, x)`.
///
/// # Errors
/// The key does not decode.
pub(crate) fn describe_key(
    table: &TableDef,
    index: &IndexDef,
    btree: &BTreeIndex,
    key: &[u8],
) -> Result<String> {
    let mut from = Reader::new(key);
    let mut names = Vec::new();
    let mut values = Vec::new();
    for part in &btree.keys {
        let value = read_key_column(&mut from, part.sql_type(table)).map_err(|Malformed| {
            Error::Corrupt(format!("index \"{}\" has a malformed key", index.name))
        })?;
        names.push(part.text(table));
        values.push(as_text(&value)?);
    }
    Ok(format!("({})=({})", names.join(", "), values.join(", ")))
}

/// A value as a message shows it, cut where it is long.
fn as_text(value: &Value) -> Result<String> {
    const SHOWN: usize = 100;
    match cast(value.as_ref(), SqlType::Text)? {
        Value::Text(text) => match text.char_indices().nth(SHOWN) {
            Some((end, _)) => Ok(format!("{}…", &text[..end])),
            None => Ok(text),
        },
        _ => Ok("NULL".to_owned()),
    }
}

/// Reads one column of a key. A REAL −0 comes back as 0, an INTERVAL as another of its length, a NUMERIC
/// without zeros at its end.
pub(super) fn read_key_column(from: &mut Reader<'_>, ty: SqlType) -> Decoded<Value> {
    match from.byte()? {
        NOT_NULL => {}
        NULL => return Ok(Value::Null),
        _ => return Err(Malformed),
    }
    Ok(match ty {
        SqlType::Boolean => Value::Boolean(from.byte()? != 0),
        SqlType::Integer => Value::Integer(row_key::parse(&from.array::<8>()?)?.0),
        SqlType::Real => Value::Real(real(from.array()?)),
        SqlType::Text => Value::Text(String::from_utf8(unescaped(from)?).map_err(|_| Malformed)?),
        SqlType::Blob => Value::Blob(unescaped(from)?),
        SqlType::Date => {
            let days = i32::from_be_bytes(from.array()?) ^ i32::MIN;
            Value::Date(Date::from_days(days).ok_or(Malformed)?)
        }
        SqlType::Time => Value::Time(Time::from_micros(micros(from)?).ok_or(Malformed)?),
        SqlType::Timestamp => {
            Value::Timestamp(Timestamp::from_micros(micros(from)?).ok_or(Malformed)?)
        }
        SqlType::TimestampTz => {
            Value::TimestampTz(TimestampTz::from_micros(micros(from)?).ok_or(Malformed)?)
        }
        SqlType::Numeric => {
            let mut rest = *from;
            let (value, len) = numeric_of_key(rest.rest()).ok_or(Malformed)?;
            rest.take(len)?;
            *from = rest;
            Value::Numeric(value)
        }
        SqlType::Uuid => Value::Uuid(Uuid::from_bytes(from.array()?)),
        SqlType::Interval => {
            let span = i128::from_be_bytes(from.array()?) ^ i128::MIN;
            Value::Interval(Interval::of_span(span).ok_or(Malformed)?)
        }
        SqlType::Enum(ty) => {
            let place = u64::from_be_bytes(from.array()?);
            Value::Enum(ty.at(place).ok_or(Malformed)?)
        }
        SqlType::Array(element) => Value::Array(read_array(from, element)?),
        SqlType::Unknown | SqlType::Vector(_) => return Err(Malformed),
    })
}

fn micros(from: &mut Reader<'_>) -> Decoded<i64> {
    Ok(row_key::parse(&from.array::<8>()?)?.0)
}

fn real(key: [u8; 8]) -> f64 {
    let bits = u64::from_be_bytes(key);
    let flip = if bits >> 63 == 1 { 1 << 63 } else { u64::MAX };
    f64::from_bits(bits ^ flip)
}

fn unescaped(from: &mut Reader<'_>) -> Decoded<Vec<u8>> {
    let mut out = Vec::new();
    put_unescaped(from, &mut out)?;
    Ok(out)
}

/// Appends the bytes of a TEXT or BLOB.
pub(super) fn put_unescaped(from: &mut Reader<'_>, out: &mut Vec<u8>) -> Decoded<()> {
    loop {
        match from.byte()? {
            0 => match from.byte()? {
                0xFF => out.push(0),
                1 => return Ok(()),
                _ => return Err(Malformed),
            },
            byte => out.push(byte),
        }
    }
}

/// Passes over one column of a key.
pub(super) fn skip_key_column(from: &mut Reader<'_>, ty: SqlType) -> Decoded<()> {
    let len = match ty {
        SqlType::Boolean => 1,
        SqlType::Integer | SqlType::Real => 8,
        SqlType::Text | SqlType::Blob => 0,
        other => return read_key_column(from, other).map(drop),
    };
    match (from.byte()?, len) {
        (NULL, _) => {}
        (NOT_NULL, 0) => while from.byte()? != 0 || from.byte()? != 1 {},
        (NOT_NULL, len) => drop(from.take(len)?),
        _ => return Err(Malformed),
    }
    Ok(())
}
