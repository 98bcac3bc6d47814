//! Batches as bytes, for rows that do not fit in memory. The bytes live no longer than the query.
//!
//! ```text
//! columns  varint
//! rows     varint
//! each column:
//!   kind   u8
//!   nulls  u8: 1 = a byte for each row follows
//!   values all of one kind, end to end; strings are their ends (u64) and then their bytes
//! ```

use super::bytes::{Bytes, Texts};
use super::{Batch, Column, ColumnData};
use crate::codec::{Decoded, Malformed, Reader, put_varint};

const NULL: u8 = 0;
const BOOLEAN: u8 = 1;
const INTEGER: u8 = 2;
const REAL: u8 = 3;
const TEXT: u8 = 4;
const BLOB: u8 = 5;
const VECTOR: u8 = 6;
const BITS: u8 = 7;

impl Batch {
    /// Appends all rows.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_varint(out, self.columns.len() as u64);
        put_varint(out, self.rows as u64);
        self.columns.iter().for_each(|column| column.encode(out));
    }

    /// The rows that were encoded.
    pub(crate) fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut reader = Reader::new(bytes);
        let columns = reader.varint()?;
        let rows = usize::try_from(reader.varint()?).map_err(|_| Malformed)?;
        let columns = (0..columns)
            .map(|_| Column::decode(&mut reader, rows))
            .collect::<Decoded<_>>()?;
        reader.finish()?;
        Ok(Self { columns, rows })
    }
}

impl Column {
    fn encode(&self, out: &mut Vec<u8>) {
        let kind = match self.data() {
            ColumnData::Null => NULL,
            ColumnData::Boolean(_) => BOOLEAN,
            ColumnData::Integer(_) => INTEGER,
            ColumnData::Real(_) => REAL,
            ColumnData::Text(_) => TEXT,
            ColumnData::Blob(_) => BLOB,
            ColumnData::Vector { .. } => VECTOR,
            ColumnData::Bits { .. } => BITS,
        };
        out.extend([kind, u8::from(!self.nulls().is_empty())]);
        out.extend(self.nulls().iter().map(|&null| u8::from(null)));
        match self.data() {
            ColumnData::Null => {}
            ColumnData::Boolean(values) => out.extend(values.iter().map(|&v| u8::from(v))),
            ColumnData::Integer(values) => put_all(out, values, |v| v.to_le_bytes()),
            ColumnData::Real(values) => put_all(out, values, |v| v.to_le_bytes()),
            ColumnData::Text(texts) => {
                put_all(out, texts.ends(), |end| (end as u64).to_le_bytes());
                out.extend_from_slice(texts.text().as_bytes());
            }
            ColumnData::Blob(blobs) => {
                put_all(out, blobs.ends(), |end| (end as u64).to_le_bytes());
                out.extend_from_slice(blobs.bytes());
            }
            ColumnData::Vector { dim, values } => {
                put_varint(out, *dim as u64);
                put_all(out, values, |v| v.to_le_bytes());
            }
            ColumnData::Bits { dim, bytes } => {
                put_varint(out, u64::from(*dim));
                out.extend_from_slice(bytes);
            }
        }
    }

    fn decode(reader: &mut Reader<'_>, rows: usize) -> Decoded<Self> {
        let (kind, has_nulls) = (reader.byte()?, reader.byte()?);
        let nulls = match has_nulls {
            0 => Vec::new(),
            _ => reader.take(rows)?.iter().map(|&null| null != 0).collect(),
        };
        let data = match kind {
            NULL => ColumnData::Null,
            BOOLEAN => ColumnData::Boolean(reader.take(rows)?.iter().map(|&v| v != 0).collect()),
            INTEGER => ColumnData::Integer(take_all(reader, rows, i64::from_le_bytes)?),
            REAL => ColumnData::Real(take_all(reader, rows, f64::from_le_bytes)?),
            TEXT => {
                let (ends, bytes) = take_strings(reader, rows)?;
                let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
                ColumnData::Text(Texts::from_parts(ends, text.to_owned()).ok_or(Malformed)?)
            }
            BLOB => {
                let (ends, bytes) = take_strings(reader, rows)?;
                ColumnData::Blob(Bytes::from_parts(ends, bytes.to_vec()).ok_or(Malformed)?)
            }
            VECTOR => {
                let dim = usize::try_from(reader.varint()?).map_err(|_| Malformed)?;
                let count = rows.checked_mul(dim).ok_or(Malformed)?;
                let values = take_all(reader, count, f32::from_le_bytes)?;
                ColumnData::Vector { dim, values }
            }
            BITS => {
                let dim = u16::try_from(reader.varint()?).map_err(|_| Malformed)?;
                let len = rows.checked_mul(super::column::bytes_of(dim));
                let bytes = reader.take(len.ok_or(Malformed)?)?.to_vec();
                ColumnData::Bits { dim, bytes }
            }
            _ => return Err(Malformed),
        };
        Ok(Self::from_data(data, rows).with_nulls(nulls))
    }
}

fn put_all<T: Copy, const N: usize>(out: &mut Vec<u8>, values: &[T], bytes: impl Fn(T) -> [u8; N]) {
    out.reserve(values.len() * N);
    values
        .iter()
        .for_each(|&value| out.extend_from_slice(&bytes(value)));
}

fn take_all<T, const N: usize>(
    reader: &mut Reader<'_>,
    count: usize,
    value: impl Fn([u8; N]) -> T,
) -> Decoded<Vec<T>> {
    let bytes = reader.take(count.checked_mul(N).ok_or(Malformed)?)?;
    let (chunks, _) = bytes.as_chunks::<N>();
    Ok(chunks.iter().map(|chunk| value(*chunk)).collect())
}

fn take_strings<'a>(reader: &mut Reader<'a>, rows: usize) -> Decoded<(Vec<usize>, &'a [u8])> {
    let ends = take_all(reader, rows, |bytes| u64::from_le_bytes(bytes) as usize)?;
    let bytes = reader.take(ends.last().copied().unwrap_or(0))?;
    Ok((ends, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Bits, Value};
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Vec<Value>> {
        let of = |value: BoxedStrategy<Value>| {
            proptest::collection::vec(prop_oneof![1 => Just(Value::Null), 3 => value], 7)
        };
        prop_oneof![
            of(Just(Value::Null).boxed()),
            of(any::<bool>().prop_map(Value::Boolean).boxed()),
            of(any::<i64>().prop_map(Value::Integer).boxed()),
            of((-1e9..1e9).prop_map(Value::Real).boxed()),
            of("[a-zäß]{0,5}".prop_map(Value::Text).boxed()),
            of(proptest::collection::vec(any::<u8>(), 0..5)
                .prop_map(Value::Blob)
                .boxed()),
            of(proptest::collection::vec(-1.0f32..1.0, 3)
                .prop_map(Value::Vector)
                .boxed()),
            of(proptest::collection::vec(any::<bool>(), 11)
                .prop_map(|bits| Value::Bits(bits.into_iter().collect::<Bits>()))
                .boxed()),
        ]
    }

    proptest! {
        #[test]
        fn batches_come_back(columns in proptest::collection::vec(values(), 0..5), cut in any::<prop::sample::Index>()) {
            let mut batch = Batch { columns: Vec::new(), rows: 7 };
            for values in &columns {
                let mut column = Column::default();
                values.iter().for_each(|value| column.push(value.as_ref()).unwrap());
                batch.columns.push(column);
            }
            let mut bytes = Vec::new();
            batch.encode(&mut bytes);
            let decoded = Batch::decode(&bytes).unwrap();
            prop_assert_eq!(decoded.rows, 7);
            for (column, values) in decoded.columns.iter().zip(&columns) {
                let read: Vec<Value> = (0..7).map(|row| column.get(row).to_owned()).collect();
                prop_assert_eq!(&read, values);
            }
            let shorter = &bytes[..cut.index(bytes.len())];
            prop_assert!(Batch::decode(shorter).is_err());
        }
    }
}
