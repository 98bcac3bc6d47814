//! Statistics as bytes.
//!
//! ```text
//! form 1 | rows | rows looked at | columns* | indexes*
//! column    number | share of NULLs | width | distinct | common* (value, share) | bounds* (value)
//! index     index id | prefixes* (distinct)
//! distinct  0 and how many, or 1 and how many for each row
//! ```
//!
//! A value of an ENUM type is told by its place: the column knows the type. Shares, widths and counts of values are REAL. A record of a form that is not known here is as if there were none: it is
//! gathered again.

use super::{ColumnStatistics, Distinct, IndexStatistics, TableStatistics};
use crate::codec::{Decoded, Malformed, Reader, put_varint};
use crate::schema::encoded_value::{put_value, value};
use crate::schema::{ColumnDef, ColumnNo, IndexId};
use crate::types::{SqlType, Value};

/// The form that this code writes.
const VERSION: u8 = 1;

const COUNT: u8 = 0;
const PER_ROW: u8 = 1;

/// The bytes of a table's statistics; its id is their key.
pub(in crate::schema) fn encode(statistics: &TableStatistics) -> Vec<u8> {
    let mut out = vec![VERSION];
    put_varint(&mut out, statistics.rows);
    put_varint(&mut out, statistics.sampled);
    put_varint(&mut out, statistics.columns.len() as u64);
    for (no, column) in &statistics.columns {
        put_varint(&mut out, u64::from(no.0));
        put_column(&mut out, column);
    }
    put_varint(&mut out, statistics.indexes.len() as u64);
    for index in &statistics.indexes {
        put_varint(&mut out, index.index.0);
        put_varint(&mut out, index.prefixes.len() as u64);
        for prefix in &index.prefixes {
            put_distinct(&mut out, *prefix);
        }
    }
    out
}

/// Statistics of a table with these columns; `None`: of a form that is not known.
pub(in crate::schema) fn decode(
    columns: &[ColumnDef],
    bytes: &[u8],
) -> Decoded<Option<TableStatistics>> {
    let mut from = Reader::new(bytes);
    if from.byte()? != VERSION {
        return Ok(None);
    }
    let mut statistics = TableStatistics {
        rows: from.varint()?,
        sampled: from.varint()?,
        columns: Vec::new(),
        indexes: Vec::new(),
    };
    for _ in 0..from.count()? {
        let no = u16::try_from(from.varint()?).map_err(|_| Malformed)?;
        let of = columns.get(usize::from(no)).ok_or(Malformed)?;
        let found = column(&mut from, of.ty)?;
        statistics.columns.push((ColumnNo(no), found));
    }
    for _ in 0..from.count()? {
        let index = IndexId(from.varint()?);
        let prefixes = (0..from.count()?)
            .map(|_| distinct(&mut from))
            .collect::<Decoded<_>>()?;
        statistics.indexes.push(IndexStatistics { index, prefixes });
    }
    from.finish()?;
    let is_sorted = statistics.columns.is_sorted_by(|(a, _), (b, _)| a < b)
        && statistics.indexes.is_sorted_by(|a, b| a.index < b.index);
    match is_sorted {
        true => Ok(Some(statistics)),
        false => Err(Malformed),
    }
}

fn put_column(out: &mut Vec<u8>, column: &ColumnStatistics) {
    put_real(out, column.nulls);
    put_real(out, column.width);
    put_distinct(out, column.distinct);
    put_varint(out, column.common.len() as u64);
    for (value, share) in &column.common {
        put_sample(out, value);
        put_real(out, *share);
    }
    put_varint(out, column.bounds.len() as u64);
    for bound in &column.bounds {
        put_sample(out, bound);
    }
}

fn column(from: &mut Reader<'_>, ty: SqlType) -> Decoded<ColumnStatistics> {
    Ok(ColumnStatistics {
        nulls: share(from)?,
        width: real(from)?,
        distinct: distinct(from)?,
        common: (0..from.count()?)
            .map(|_| Ok((sample(from, ty)?, share(from)?)))
            .collect::<Decoded<_>>()?,
        bounds: (0..from.count()?)
            .map(|_| sample(from, ty))
            .collect::<Decoded<_>>()?,
    })
}

fn put_sample(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Enum(v) => put_value(out, &Value::Integer(v.place() as i64)),
        value => put_value(out, value),
    }
}

fn sample(from: &mut Reader<'_>, ty: SqlType) -> Decoded<Value> {
    match (ty, value(from)?) {
        (SqlType::Enum(ty), Value::Integer(place)) => {
            let place = u64::try_from(place).map_err(|_| Malformed)?;
            Ok(Value::Enum(ty.at(place).ok_or(Malformed)?))
        }
        (_, value) => Ok(value),
    }
}

fn put_distinct(out: &mut Vec<u8>, distinct: Distinct) {
    let (kind, number) = match distinct {
        Distinct::Count(count) => (COUNT, count),
        Distinct::PerRow(share) => (PER_ROW, share),
    };
    out.push(kind);
    put_real(out, number);
}

fn distinct(from: &mut Reader<'_>) -> Decoded<Distinct> {
    Ok(match from.byte()? {
        COUNT => Distinct::Count(real(from)?),
        PER_ROW => Distinct::PerRow(share(from)?),
        _ => return Err(Malformed),
    })
}

fn put_real(out: &mut Vec<u8>, number: f64) {
    out.extend_from_slice(&number.to_le_bytes());
}

/// A number from 0 on.
fn real(from: &mut Reader<'_>) -> Decoded<f64> {
    let number = f64::from_le_bytes(from.array()?);
    match number.is_finite() && number >= 0.0 {
        true => Ok(number),
        false => Err(Malformed),
    }
}

/// A number from 0 to 1.
fn share(from: &mut Reader<'_>) -> Decoded<f64> {
    let share = real(from)?;
    match share <= 1.0 {
        true => Ok(share),
        false => Err(Malformed),
    }
}
