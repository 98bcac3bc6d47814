//! Rows by the values of their key columns: for grouping, distinct and hash joins.
//!
//! Keys that SQL calls equal are one key: 1 and 1.0, 0.0 and -0.0; NULL is a key of its own.

use std::collections::HashMap;
use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use crate::batch::{Column, ColumnData};
use crate::types::numeric::key_of;
use crate::types::{NumericRef, ValueRef};

/// The number of a distinct key, from 0 in the order of first appearance.
pub(super) type KeyNo = u32;

/// Numbers distinct keys.
#[derive(Debug, Default)]
pub(super) struct KeyTable {
    /// Single keys that are whole numbers: by far the most.
    integers: FxHashMap<i64, KeyNo>,
    others: HashMap<Box<[u8]>, KeyNo>,
    /// Bytes of the others' keys.
    other_bytes: usize,
    len: KeyNo,
    buffer: Vec<u8>,
}

impl KeyTable {
    /// How many distinct keys there are.
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// About how many bytes of memory it takes.
    pub(super) fn heap_bytes(&self) -> usize {
        let of_integers = self.integers.capacity() * (size_of::<(i64, KeyNo)>() + 1);
        let of_others = self.others.capacity() * (size_of::<(Box<[u8]>, KeyNo)>() + 1);
        of_integers + of_others + self.other_bytes
    }

    /// The number of a row's key; a new one if it was not seen before.
    pub(super) fn insert(&mut self, columns: &[Column], row: usize) -> KeyNo {
        let next = self.len;
        let number = match single_integer(columns, row) {
            Some(key) => *self.integers.entry(key).or_insert(next),
            None => {
                encode(columns, row, &mut self.buffer);
                match self.others.get(self.buffer.as_slice()) {
                    Some(number) => *number,
                    None => {
                        self.other_bytes += self.buffer.len();
                        self.others.insert(self.buffer.as_slice().into(), next);
                        next
                    }
                }
            }
        };
        if number == next {
            self.len = next.checked_add(1).unwrap_or_else(|| too_many());
        }
        number
    }

    /// The number of a row's key, if it was seen.
    pub(super) fn find(&mut self, columns: &[Column], row: usize) -> Option<KeyNo> {
        match single_integer(columns, row) {
            Some(key) => self.integers.get(&key).copied(),
            None => {
                encode(columns, row, &mut self.buffer);
                self.others.get(self.buffer.as_slice()).copied()
            }
        }
    }
}

#[cold]
fn too_many() -> ! {
    panic!("2^32 distinct keys in memory")
}

/// A key of one column whose value is a whole number.
fn single_integer(columns: &[Column], row: usize) -> Option<i64> {
    let [column] = columns else {
        return None;
    };
    if column.is_null(row) {
        return None;
    }
    match column.data() {
        ColumnData::Integer(values) => Some(values[row]),
        ColumnData::Real(values) => whole(values[row]),
        ColumnData::Numeric(values) => values.get(row).as_integer(),
        _ => None,
    }
}

/// The INTEGER that equals a REAL.
fn whole(real: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    ((-LIMIT..LIMIT).contains(&real) && real.trunc() == real).then_some(real as i64)
}

/// A hash of a row's key, the same for equal keys; another one for each `seed`.
pub(super) fn key_hash(columns: &[Column], row: usize, seed: u32, buffer: &mut Vec<u8>) -> u64 {
    encode(columns, row, buffer);
    let mut hasher = FxHasher::default();
    hasher.write_u32(seed);
    hasher.write(buffer);
    hasher.finish()
}

fn encode(columns: &[Column], row: usize, out: &mut Vec<u8>) {
    out.clear();
    for column in columns {
        encode_value(column.get(row), out);
    }
}

/// Appends a value so that equal values, and only they, give equal bytes.
fn encode_value(value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => out.push(0),
        ValueRef::Boolean(v) => out.extend([1, u8::from(v)]),
        ValueRef::Integer(v) => encode_integer(v, out),
        ValueRef::Real(v) => match whole(v) {
            Some(v) => encode_integer(v, out),
            None => {
                out.push(3);
                out.extend(v.to_bits().to_le_bytes());
            }
        },
        ValueRef::Text(v) => encode_bytes(4, v.as_bytes(), out),
        ValueRef::Blob(v) => encode_bytes(5, v, out),
        ValueRef::Date(v) => encode_micros(8, i64::from(v.days()), out),
        ValueRef::Time(v) => encode_micros(9, v.micros(), out),
        ValueRef::Timestamp(v) => encode_micros(10, v.micros(), out),
        ValueRef::TimestampTz(v) => encode_micros(11, v.micros(), out),
        ValueRef::Numeric(v) => encode_numeric(v, out),
        ValueRef::Uuid(v) => {
            out.push(14);
            out.extend(v.as_bytes());
        }
        ValueRef::Interval(v) => {
            out.push(12);
            out.extend(v.span().to_le_bytes());
        }
        ValueRef::Vector(v) => {
            out.push(6);
            out.extend((v.len() as u64).to_le_bytes());
            // Adding zero makes -0.0 the same as 0.0.
            v.iter().for_each(|c| out.extend((c + 0.0).to_le_bytes()));
        }
        ValueRef::Bits(v) => {
            out.push(7);
            out.extend((v.dim() as u64).to_le_bytes());
            out.extend_from_slice(v.as_bytes());
        }
        ValueRef::Enum(v) => {
            out.push(16);
            out.extend(v.enum_type().id().to_le_bytes());
            out.extend(v.place().to_le_bytes());
        }
        ValueRef::Array(v) => {
            out.push(15);
            let dimensions = v.dimensions();
            out.push(dimensions.len() as u8);
            for dimension in dimensions {
                out.extend((dimension.len as u64).to_le_bytes());
                out.extend(dimension.lower.to_le_bytes());
            }
            v.iter().for_each(|element| encode_value(element, out));
        }
    }
}

/// As the number of another type that equals it, if there is one.
fn encode_numeric(value: NumericRef<'_>, out: &mut Vec<u8>) {
    if let Some(whole) = value.as_integer() {
        return encode_integer(whole, out);
    }
    let real = value.decimal().to_real();
    if real.is_finite() && value.compare_real(real).is_eq() {
        return encode_value(ValueRef::Real(real), out);
    }
    out.push(13);
    key_of(out, value);
}

fn encode_micros(tag: u8, micros: i64, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend(micros.to_le_bytes());
}

fn encode_integer(value: i64, out: &mut Vec<u8>) {
    out.push(2);
    out.extend(value.to_le_bytes());
}

fn encode_bytes(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}
