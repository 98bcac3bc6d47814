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
use super::numerics::Numerics;
use super::{Batch, Column, ColumnData};
use crate::codec::{Decoded, Malformed, Reader, put_varint};
use crate::types::{
    ArrayRef, Date, EnumType, EnumValue, Interval, ScalarType, Time, Timestamp, TimestampTz,
};
use uuid::Uuid;

const NULL: u8 = 0;
const BOOLEAN: u8 = 1;
const INTEGER: u8 = 2;
const REAL: u8 = 3;
const TEXT: u8 = 4;
const BLOB: u8 = 5;
const VECTOR: u8 = 6;
const BITS: u8 = 7;
const DATE: u8 = 8;
const TIME: u8 = 9;
const TIMESTAMP: u8 = 10;
const TIMESTAMP_TZ: u8 = 11;
const INTERVAL: u8 = 12;
const NUMERIC: u8 = 13;
const UUID: u8 = 14;
const ARRAY: u8 = 15;
const ENUM: u8 = 16;

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
            ColumnData::Date(_) => DATE,
            ColumnData::Time(_) => TIME,
            ColumnData::Timestamp(_) => TIMESTAMP,
            ColumnData::TimestampTz(_) => TIMESTAMP_TZ,
            ColumnData::Interval(_) => INTERVAL,
            ColumnData::Numeric(_) => NUMERIC,
            ColumnData::Uuid(_) => UUID,
            ColumnData::Vector { .. } => VECTOR,
            ColumnData::Bits { .. } => BITS,
            ColumnData::Array { .. } => ARRAY,
            ColumnData::Enum { .. } => ENUM,
        };
        out.extend([kind, u8::from(!self.nulls().is_empty())]);
        out.extend(self.nulls().iter().map(|&null| u8::from(null)));
        match self.data() {
            ColumnData::Null => {}
            ColumnData::Boolean(values) => out.extend(values.iter().map(|&v| u8::from(v))),
            ColumnData::Integer(values) => put_all(out, values, |v| v.to_le_bytes()),
            ColumnData::Real(values) => put_all(out, values, |v| v.to_le_bytes()),
            ColumnData::Text(texts) => put_strings(out, texts.ends(), texts.text().as_bytes()),
            ColumnData::Blob(blobs) => put_strings(out, blobs.ends(), blobs.bytes()),
            ColumnData::Date(values) => put_all(out, values, |v| v.days().to_le_bytes()),
            ColumnData::Time(values) => put_all(out, values, |v| v.micros().to_le_bytes()),
            ColumnData::Timestamp(values) => put_all(out, values, |v| v.micros().to_le_bytes()),
            ColumnData::TimestampTz(values) => put_all(out, values, |v| v.micros().to_le_bytes()),
            ColumnData::Interval(values) => {
                put_all(out, values, |v| v.months().to_le_bytes());
                put_all(out, values, |v| v.days().to_le_bytes());
                put_all(out, values, |v| v.micros().to_le_bytes());
            }
            ColumnData::Numeric(values) => {
                put_all(out, values.scales(), u16::to_le_bytes);
                put_strings(out, values.units().ends(), values.units().bytes());
            }
            ColumnData::Uuid(values) => put_all(out, values, |v| *v.as_bytes()),
            ColumnData::Vector { dim, values } => {
                put_varint(out, *dim as u64);
                put_all(out, values, |v| v.to_le_bytes());
            }
            ColumnData::Bits { dim, bytes } => {
                put_varint(out, u64::from(*dim));
                out.extend_from_slice(bytes);
            }
            ColumnData::Array { element, arrays } => {
                out.push(element.code());
                if let ScalarType::Enum(ty) = element {
                    put_varint(out, ty.number());
                }
                put_strings(out, arrays.ends(), arrays.bytes());
            }
            // Places are above 0.
            ColumnData::Enum { ty, values } => {
                put_varint(out, ty.number());
                put_all(out, values, |v| v.map_or(0, EnumValue::place).to_le_bytes());
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
            DATE => ColumnData::Date(take_some(reader, rows, |v| {
                Date::from_days(i32::from_le_bytes(v))
            })?),
            TIME => ColumnData::Time(take_some(reader, rows, |v| {
                Time::from_micros(i64::from_le_bytes(v))
            })?),
            TIMESTAMP => ColumnData::Timestamp(take_some(reader, rows, |v| {
                Timestamp::from_micros(i64::from_le_bytes(v))
            })?),
            TIMESTAMP_TZ => ColumnData::TimestampTz(take_some(reader, rows, |v| {
                TimestampTz::from_micros(i64::from_le_bytes(v))
            })?),
            INTERVAL => {
                let months = take_all(reader, rows, i32::from_le_bytes)?;
                let days = take_all(reader, rows, i32::from_le_bytes)?;
                let micros = take_all(reader, rows, i64::from_le_bytes)?;
                let parts = months.into_iter().zip(days).zip(micros);
                let intervals =
                    parts.map(|((months, days), micros)| Interval::new(months, days, micros));
                ColumnData::Interval(intervals.collect())
            }
            NUMERIC => {
                let scales = take_all(reader, rows, u16::from_le_bytes)?;
                let (ends, bytes) = take_strings(reader, rows)?;
                let units = Bytes::from_parts(ends, bytes.to_vec()).ok_or(Malformed)?;
                ColumnData::Numeric(Numerics::from_parts(units, scales))
            }
            UUID => ColumnData::Uuid(take_all(reader, rows, Uuid::from_bytes)?),
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
            ARRAY => {
                let element = match ScalarType::of_code(reader.byte()?) {
                    Some(element) => element,
                    None => {
                        let ty = EnumType::of_number(reader.varint()?);
                        ScalarType::Enum(ty.ok_or(Malformed)?)
                    }
                };
                let (ends, bytes) = take_strings(reader, rows)?;
                let arrays = Bytes::from_parts(ends, bytes.to_vec()).ok_or(Malformed)?;
                for row in 0..rows {
                    let is_null = nulls.get(row).copied().unwrap_or(false);
                    if !is_null && ArrayRef::from_bytes(element, arrays.get(row)).is_none() {
                        return Err(Malformed);
                    }
                }
                ColumnData::Array { element, arrays }
            }
            ENUM => {
                let ty = EnumType::of_number(reader.varint()?).ok_or(Malformed)?;
                let places = take_all(reader, rows, u64::from_le_bytes)?;
                let values = places.into_iter().map(|place| match place {
                    0 => Ok(None),
                    place => ty.at(place).map(Some).ok_or(Malformed),
                });
                ColumnData::Enum {
                    ty,
                    values: values.collect::<Decoded<_>>()?,
                }
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

/// The same for bytes that are not always a value.
fn take_some<T, const N: usize>(
    reader: &mut Reader<'_>,
    count: usize,
    value: impl Fn([u8; N]) -> Option<T>,
) -> Decoded<Vec<T>> {
    let values = take_all(reader, count, value)?;
    values.into_iter().collect::<Option<_>>().ok_or(Malformed)
}

fn put_strings(out: &mut Vec<u8>, ends: &[usize], bytes: &[u8]) {
    put_all(out, ends, |end| (end as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn take_strings<'a>(reader: &mut Reader<'a>, rows: usize) -> Decoded<(Vec<usize>, &'a [u8])> {
    let ends = take_all(reader, rows, |bytes| u64::from_le_bytes(bytes) as usize)?;
    let bytes = reader.take(ends.last().copied().unwrap_or(0))?;
    Ok((ends, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::testing::of_type;
    use crate::types::{Bits, Numeric, SqlType, Value};
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
            of((-9_999..9_999i32)
                .prop_map(|v| Value::Date(Date::from_days(v).unwrap()))
                .boxed()),
            of((0..86_400_000_000i64)
                .prop_map(|v| Value::Time(Time::from_micros(v).unwrap()))
                .boxed()),
            of((-9_999_999..9_999_999i64)
                .prop_map(|v| Value::Timestamp(Timestamp::from_micros(v).unwrap()))
                .boxed()),
            of((-9_999_999..9_999_999i64)
                .prop_map(|v| Value::TimestampTz(TimestampTz::from_micros(v).unwrap()))
                .boxed()),
            of(any::<(i32, i32, i64)>()
                .prop_map(|(months, days, micros)| Value::Interval(Interval::new(
                    months, days, micros
                )))
                .boxed()),
            of((any::<i128>(), 0..30u16)
                .prop_map(|(units, scale)| Value::Numeric(
                    Numeric::from_units(units, scale).unwrap()
                ))
                .boxed()),
            of(any::<u128>()
                .prop_map(|v| Value::Uuid(Uuid::from_u128(v)))
                .boxed()),
            of(proptest::collection::vec(-1.0f32..1.0, 3)
                .prop_map(Value::Vector)
                .boxed()),
            of(proptest::collection::vec(any::<bool>(), 11)
                .prop_map(|bits| Value::Bits(bits.into_iter().collect::<Bits>()))
                .boxed()),
            of(of_type(SqlType::Array(ScalarType::Text))),
            of(of_type(SqlType::Array(ScalarType::Interval))),
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
