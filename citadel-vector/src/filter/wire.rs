//! Bytes of a filter column.
//!
//! ```text
//! type u8 | keys u8 | keys of all rows | [plain: bitmap of rows that are not NULL]
//!         | [coded: count u64, then numbers i64 or ends u64 and the bytes themselves]
//! ```

use super::attribute::AttributeType;
use super::column::{AttributeColumn, Dictionary, Keys};
use crate::wire::{Malformed, Reader, ensure, write_len, write_values};

const NARROW: u8 = 1;
const MEDIUM: u8 = 2;
const WIDE: u8 = 3;
const PLAIN: u8 = 4;

impl AttributeColumn {
    /// Appends the column.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.push(type_tag(self.kind));
        match &self.keys {
            Keys::Narrow(codes) => {
                out.push(NARROW);
                out.extend_from_slice(codes);
            }
            Keys::Medium(codes) => {
                out.push(MEDIUM);
                write_values(out, codes, u16::to_le_bytes);
            }
            Keys::Wide(codes) => {
                out.push(WIDE);
                write_values(out, codes, u32::to_le_bytes);
            }
            Keys::Plain { keys, present } => {
                out.push(PLAIN);
                write_values(out, keys, i64::to_le_bytes);
                write_values(out, present, u64::to_le_bytes);
            }
        }
        match &self.dictionary {
            Dictionary::None => {}
            Dictionary::Numbers(numbers) => {
                write_len(out, numbers.len());
                write_values(out, numbers, i64::to_le_bytes);
            }
            Dictionary::Bytes { ends, bytes } => {
                write_len(out, ends.len());
                write_values(out, ends, u64::to_le_bytes);
                out.extend_from_slice(bytes);
            }
        }
    }

    /// Reads a column of `rows` rows.
    pub(crate) fn decode(reader: &mut Reader<'_>, rows: usize) -> Result<Self, Malformed> {
        let kind = type_of(reader.u8()?)?;
        let keys = match reader.u8()? {
            NARROW => Keys::Narrow(reader.bytes(rows)?.to_vec()),
            MEDIUM => Keys::Medium(reader.values(rows, u16::from_le_bytes)?),
            WIDE => Keys::Wide(reader.values(rows, u32::from_le_bytes)?),
            PLAIN => Keys::Plain {
                keys: reader.values(rows, i64::from_le_bytes)?,
                present: reader.values(rows.div_ceil(64), u64::from_le_bytes)?,
            },
            _ => return Err(Malformed("a filter column has keys of unknown width")),
        };
        let dictionary = match (&keys, kind) {
            (Keys::Plain { .. }, AttributeType::Bytes) => {
                return Err(Malformed("a filter column of strings has plain keys"));
            }
            (Keys::Plain { present, .. }, _) => {
                let beyond = present.last().map_or(0, |&last| match rows % 64 {
                    0 => 0,
                    used => last >> used,
                });
                ensure(beyond == 0, "a filter column has rows beyond the segment")?;
                Dictionary::None
            }
            (_, AttributeType::Bytes) => decode_strings(reader)?,
            _ => decode_numbers(reader)?,
        };
        ensure(
            keys.max_code() <= dictionary.len() as u64 || dictionary == Dictionary::None,
            "a filter column has a code beyond its dictionary",
        )?;
        Ok(Self::new(kind, keys, dictionary))
    }
}

fn decode_numbers(reader: &mut Reader<'_>) -> Result<Dictionary, Malformed> {
    let count = reader.len()?;
    let numbers = reader.values(count, i64::from_le_bytes)?;
    ensure(
        numbers.is_sorted_by(|a, b| a < b),
        "a filter dictionary is out of order",
    )?;
    Ok(Dictionary::Numbers(numbers))
}

fn decode_strings(reader: &mut Reader<'_>) -> Result<Dictionary, Malformed> {
    let count = reader.len()?;
    let ends = reader.values(count, u64::from_le_bytes)?;
    ensure(ends.is_sorted(), "a filter dictionary is out of order")?;
    let len = usize::try_from(ends.last().copied().unwrap_or(0))
        .map_err(|_| Malformed("a length beyond memory"))?;
    let bytes = reader.bytes(len)?.to_vec();
    let mut start = 0;
    let strings: Vec<&[u8]> = ends
        .iter()
        .map(|&end| &bytes[std::mem::replace(&mut start, end as usize)..end as usize])
        .collect();
    ensure(
        strings.is_sorted_by(|a, b| a < b),
        "a filter dictionary is out of order",
    )?;
    Ok(Dictionary::Bytes { ends, bytes })
}

impl Keys {
    fn max_code(&self) -> u64 {
        match self {
            Self::Narrow(codes) => codes.iter().max().map_or(0, |&code| u64::from(code)),
            Self::Medium(codes) => codes.iter().max().map_or(0, |&code| u64::from(code)),
            Self::Wide(codes) => codes.iter().max().map_or(0, |&code| u64::from(code)),
            Self::Plain { .. } => 0,
        }
    }
}

fn type_tag(kind: AttributeType) -> u8 {
    match kind {
        AttributeType::Nulls => 0,
        AttributeType::Integer => 1,
        AttributeType::Real => 2,
        AttributeType::Boolean => 3,
        AttributeType::Bytes => 4,
    }
}

fn type_of(tag: u8) -> Result<AttributeType, Malformed> {
    Ok(match tag {
        0 => AttributeType::Nulls,
        1 => AttributeType::Integer,
        2 => AttributeType::Real,
        3 => AttributeType::Boolean,
        4 => AttributeType::Bytes,
        _ => return Err(Malformed("a filter column has an unknown type")),
    })
}
