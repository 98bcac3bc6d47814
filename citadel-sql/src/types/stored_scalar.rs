//! Single values as bytes: in rows, and as elements of arrays.
//!
//! ```text
//! BOOLEAN   1 byte, 0 or 1             TEXT, BLOB   length (varint), bytes
//! INTEGER   signed varint              DATE         days since 2000-01-01, signed varint
//! REAL      8 bytes, little-endian     INTERVAL     months, days, microseconds: signed varints
//! TIME      microseconds, varint       UUID         16 bytes
//! NUMERIC   scale (varint), and the units as bytes: length, two's complement, little-endian, as few as possible
//! ENUM      the value's place, varint
//! TIMESTAMP, TIMESTAMPTZ               microseconds since 2000-01-01: 8 bytes, little-endian, signed
//! ```

use uuid::Uuid;

use super::{Date, Interval, NumericRef, ScalarType, Time, Timestamp, TimestampTz, ValueRef};
use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_signed, put_varint};

/// Appends a value; `false`: it is none of these types.
#[inline]
pub(crate) fn put_scalar(out: &mut Vec<u8>, value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Boolean(v) => out.push(u8::from(v)),
        ValueRef::Integer(v) => put_signed(out, v),
        ValueRef::Real(v) => out.extend_from_slice(&v.to_le_bytes()),
        ValueRef::Text(v) => put_bytes(out, v.as_bytes()),
        ValueRef::Blob(v) => put_bytes(out, v),
        ValueRef::Date(v) => put_signed(out, i64::from(v.days())),
        ValueRef::Time(v) => put_varint(out, v.micros().unsigned_abs()),
        ValueRef::Timestamp(v) => out.extend_from_slice(&v.micros().to_le_bytes()),
        ValueRef::TimestampTz(v) => out.extend_from_slice(&v.micros().to_le_bytes()),
        ValueRef::Numeric(v) => {
            put_varint(out, u64::from(v.scale()));
            put_bytes(out, v.as_bytes());
        }
        ValueRef::Uuid(v) => out.extend_from_slice(v.as_bytes()),
        ValueRef::Enum(v) => put_varint(out, v.place()),
        ValueRef::Interval(v) => {
            put_signed(out, i64::from(v.months()));
            put_signed(out, i64::from(v.days()));
            put_signed(out, v.micros());
        }
        ValueRef::Null | ValueRef::Vector(_) | ValueRef::Bits(_) | ValueRef::Array(_) => {
            return false;
        }
    }
    true
}

/// Reads a value. Once for each value of a scan: its type is known to the caller's branch.
#[inline(always)]
pub(crate) fn read_scalar<'a>(from: &mut Reader<'a>, ty: ScalarType) -> Decoded<ValueRef<'a>> {
    Ok(match ty {
        ScalarType::Boolean => ValueRef::Boolean(match from.byte()? {
            0 => false,
            1 => true,
            _ => return Err(Malformed),
        }),
        ScalarType::Integer => ValueRef::Integer(from.signed()?),
        ScalarType::Real => {
            let real = f64::from_le_bytes(from.array()?);
            if !real.is_finite() {
                return Err(Malformed);
            }
            ValueRef::Real(real)
        }
        ScalarType::Text => ValueRef::Text(from.text()?),
        ScalarType::Blob => ValueRef::Blob(from.bytes()?),
        ScalarType::Date => {
            let days = i32::try_from(from.signed()?).ok();
            ValueRef::Date(days.and_then(Date::from_days).ok_or(Malformed)?)
        }
        ScalarType::Time => {
            let micros = i64::try_from(from.varint()?).ok();
            ValueRef::Time(micros.and_then(Time::from_micros).ok_or(Malformed)?)
        }
        ScalarType::Timestamp => {
            let micros = i64::from_le_bytes(from.array()?);
            ValueRef::Timestamp(Timestamp::from_micros(micros).ok_or(Malformed)?)
        }
        ScalarType::TimestampTz => {
            let micros = i64::from_le_bytes(from.array()?);
            ValueRef::TimestampTz(TimestampTz::from_micros(micros).ok_or(Malformed)?)
        }
        ScalarType::Numeric => {
            let scale = from.varint()?;
            ValueRef::Numeric(NumericRef::from_bytes(from.bytes()?, scale).ok_or(Malformed)?)
        }
        ScalarType::Uuid => ValueRef::Uuid(Uuid::from_bytes(from.array()?)),
        ScalarType::Enum(ty) => ValueRef::Enum(ty.at(from.varint()?).ok_or(Malformed)?),
        ScalarType::Interval => {
            let months = i32::try_from(from.signed()?).map_err(|_| Malformed)?;
            let days = i32::try_from(from.signed()?).map_err(|_| Malformed)?;
            ValueRef::Interval(Interval::new(months, days, from.signed()?))
        }
    })
}

/// Passes over a value.
#[inline(always)]
pub(crate) fn skip_scalar(from: &mut Reader<'_>, ty: ScalarType) -> Decoded<()> {
    match ty {
        ScalarType::Boolean => drop(from.byte()?),
        ScalarType::Integer | ScalarType::Date | ScalarType::Time | ScalarType::Enum(_) => {
            from.skip_varint()?;
        }
        ScalarType::Real | ScalarType::Timestamp | ScalarType::TimestampTz => drop(from.take(8)?),
        ScalarType::Text | ScalarType::Blob => drop(from.bytes()?),
        ScalarType::Numeric => {
            from.skip_varint()?;
            from.bytes()?;
        }
        ScalarType::Uuid => drop(from.take(16)?),
        ScalarType::Interval => {
            for _ in 0..3 {
                from.skip_varint()?;
            }
        }
    }
    Ok(())
}
