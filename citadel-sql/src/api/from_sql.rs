//! From SQL values to Rust values.

use std::rc::Rc;
use std::sync::Arc;

use crate::error::FromSqlError;
use crate::types::{
    Bits, BitsRef, Date, Interval, Numeric, SqlType, Time, Timestamp, TimestampTz, Value, ValueRef,
};

/// The result of a conversion from SQL.
pub type FromSqlResult<T> = Result<T, FromSqlError>;

/// A Rust type that a result column can be read as.
///
/// Conversions are exact: INTEGER is read as any integer type that holds it and as `f64` (as `f64` does for
/// literals), REAL as `f64` or `f32`, TEXT and labels of ENUM types as `String`, BLOB as `Vec<u8>` or `[u8; N]`, BOOLEAN as `bool`,
/// VECTOR as `Vec<f32>` or `[f32; N]`, and as `Vec` of [`half::f16`] or `i8` where each component is one exactly, as
/// it is in columns of those; VECTOR of bits as [`Bits`] or `Vec<bool>`; DATE as [`Date`] or [`jiff::civil::Date`], TIME as
/// [`Time`] or [`jiff::civil::Time`], TIMESTAMP as [`Timestamp`] or [`jiff::civil::DateTime`], TIMESTAMPTZ as [`TimestampTz`]
/// or [`jiff::Timestamp`], INTERVAL as [`Interval`] or [`jiff::Span`], NUMERIC as
/// [`Numeric`], UUID as [`uuid::Uuid`]; an array as [`Array`](crate::Array) or `Vec` ([`ArrayElement`](crate::ArrayElement)). NULL is read as `Option`; everything is read
/// as [`Value`].
pub trait FromSql: Sized {
    /// Converts one value.
    ///
    /// # Errors
    /// The value is of another type or does not fit.
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self>;
}

macro_rules! from_integer {
    ($($ty:ty),* $(,)?) => {$(
        impl FromSql for $ty {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let integer = i64::column_result(value)?;
                <$ty>::try_from(integer).map_err(|_| FromSqlError::OutOfRange(integer))
            }
        }
    )*};
}

from_integer!(i8, i16, i32, isize, u8, u16, u32, u64, usize, i128, u128);

macro_rules! from_variant {
    ($($ty:ty: $pattern:pat => $result:expr),* $(,)?) => {$(
        impl FromSql for $ty {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value {
                    $pattern => Ok($result),
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }
    )*};
}

from_variant! {
    i64: ValueRef::Integer(v) => v,
    bool: ValueRef::Boolean(v) => v,
    Box<str>: ValueRef::Text(v) => v.into(),
    Rc<str>: ValueRef::Text(v) => v.into(),
    Arc<str>: ValueRef::Text(v) => v.into(),
    Vec<u8>: ValueRef::Blob(v) => v.to_owned(),
    Box<[u8]>: ValueRef::Blob(v) => v.into(),
    Vec<f32>: ValueRef::Vector(v) => v.to_owned(),
    Box<[f32]>: ValueRef::Vector(v) => v.into(),
    Bits: ValueRef::Bits(v) => v.to_owned(),
    Date: ValueRef::Date(v) => v,
    Time: ValueRef::Time(v) => v,
    Timestamp: ValueRef::Timestamp(v) => v,
    TimestampTz: ValueRef::TimestampTz(v) => v,
    Interval: ValueRef::Interval(v) => v,
    Numeric: ValueRef::Numeric(v) => v.to_owned(),
    uuid::Uuid: ValueRef::Uuid(v) => v,
    Vec<bool>: ValueRef::Bits(v) => v.iter().collect(),
}

/// TEXT, or the label of an ENUM type.
impl FromSql for String {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(text) => Ok(text.to_owned()),
            ValueRef::Enum(value) => Ok(value.label().to_owned()),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

macro_rules! from_ours {
    ($($theirs:ty: $ours:ty),* $(,)?) => {$(
        impl FromSql for $theirs {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                <$ours>::column_result(value)?.try_into()
            }
        }
    )*};
}

from_ours! {
    jiff::civil::Date: Date,
    jiff::civil::Time: Time,
    jiff::civil::DateTime: Timestamp,
    jiff::Timestamp: TimestampTz,
    jiff::Span: Interval,
}

impl FromSql for f64 {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Real(v) => Ok(v),
            ValueRef::Integer(v) => Ok(v as f64),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

impl FromSql for Vec<half::f16> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let narrow = |v: &f32| {
            let half = half::f16::from_f32(*v);
            (half.to_f32() == *v).then_some(half)
        };
        value
            .as_vector()?
            .iter()
            .map(narrow)
            .collect::<Option<_>>()
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for Vec<i8> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        // A cast from f32 saturates, so what is not an i8 does not come back.
        let narrow = |v: &f32| (f32::from(*v as i8) == *v).then_some(*v as i8);
        value
            .as_vector()?
            .iter()
            .map(narrow)
            .collect::<Option<_>>()
            .ok_or(FromSqlError::InvalidType)
    }
}

impl FromSql for f32 {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        f64::column_result(value).map(|v| v as f32)
    }
}

macro_rules! from_array {
    ($($element:ty: $variant:ident),* $(,)?) => {$(
        impl<const N: usize> FromSql for [$element; N] {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value {
                    ValueRef::$variant(v) => v.try_into().map_err(|_| FromSqlError::InvalidLength {
                        expected: N,
                        got: v.len(),
                    }),
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }
    )*};
}

from_array! { u8: Blob, f32: Vector }

impl<T: FromSql> FromSql for Option<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::column_result(value).map(Some),
        }
    }
}

impl FromSql for Value {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(value.to_owned())
    }
}

impl<'a> ValueRef<'a> {
    /// The integer of an INTEGER.
    ///
    /// # Errors
    /// The value is of another type.
    pub fn as_i64(self) -> FromSqlResult<i64> {
        i64::column_result(self)
    }

    /// The number of a REAL or INTEGER.
    ///
    /// # Errors
    /// The value is of another type.
    pub fn as_f64(self) -> FromSqlResult<f64> {
        f64::column_result(self)
    }

    /// The text of a TEXT, without copying.
    ///
    /// # Errors
    /// The value is of another type.
    pub fn as_str(self) -> FromSqlResult<&'a str> {
        match self {
            Self::Text(v) => Ok(v),
            _ => Err(FromSqlError::InvalidType),
        }
    }

    /// The bytes of a BLOB, without copying.
    ///
    /// # Errors
    /// The value is of another type.
    pub fn as_blob(self) -> FromSqlResult<&'a [u8]> {
        match self {
            Self::Blob(v) => Ok(v),
            _ => Err(FromSqlError::InvalidType),
        }
    }

    /// The components of a VECTOR, without copying.
    ///
    /// # Errors
    /// The value is of another type.
    pub fn as_vector(self) -> FromSqlResult<&'a [f32]> {
        match self {
            Self::Vector(v) => Ok(v),
            _ => Err(FromSqlError::InvalidType),
        }
    }

    /// The bits of a VECTOR of bits, without copying.
    ///
    /// # Errors
    /// The value is of another type.
    pub fn as_bits(self) -> FromSqlResult<BitsRef<'a>> {
        match self {
            Self::Bits(v) => Ok(v),
            _ => Err(FromSqlError::InvalidType),
        }
    }

    /// The type's name in SQL; `NULL` for NULL.
    pub(crate) fn type_name(self) -> String {
        match self.sql_type() {
            SqlType::Unknown => "NULL".to_owned(),
            ty => ty.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_what_holds_them() {
        let value = ValueRef::Integer(300);
        assert_eq!(i32::column_result(value).unwrap(), 300);
        assert_eq!(f64::column_result(value).unwrap(), 300.0);
        assert!(matches!(
            u8::column_result(value),
            Err(FromSqlError::OutOfRange(300))
        ));
        assert!(matches!(
            u64::column_result(ValueRef::Integer(-1)),
            Err(FromSqlError::OutOfRange(-1))
        ));
    }

    #[test]
    fn another_type_is_an_error_and_null_needs_an_option() {
        assert!(String::column_result(ValueRef::Integer(1)).is_err());
        assert!(i64::column_result(ValueRef::Real(1.0)).is_err());
        assert!(bool::column_result(ValueRef::Integer(1)).is_err());
        assert!(i64::column_result(ValueRef::Null).is_err());
        assert_eq!(Option::<i64>::column_result(ValueRef::Null).unwrap(), None);
    }

    #[test]
    fn vectors_come_out_as_vecs_and_arrays() {
        let value = ValueRef::Vector(&[1.0, 2.0]);
        assert_eq!(Vec::<f32>::column_result(value).unwrap(), [1.0, 2.0]);
        assert_eq!(<[f32; 2]>::column_result(value).unwrap(), [1.0, 2.0]);
        assert_eq!(Vec::<i8>::column_result(value).unwrap(), [1, 2]);
        assert!(Vec::<i8>::column_result(ValueRef::Vector(&[0.5])).is_err());
        assert!(Vec::<i8>::column_result(ValueRef::Vector(&[300.0])).is_err());
        let halves = Vec::<half::f16>::column_result(ValueRef::Vector(&[0.5])).unwrap();
        assert_eq!(halves, [half::f16::from_f32(0.5)]);
        assert!(Vec::<half::f16>::column_result(ValueRef::Vector(&[0.1])).is_err());
        let bits: Bits = [true, false].into_iter().collect();
        let value = ValueRef::Bits(bits.as_ref());
        assert_eq!(Vec::<bool>::column_result(value).unwrap(), [true, false]);
        assert!(Vec::<f32>::column_result(value).is_err());
        let value = ValueRef::Vector(&[1.0, 2.0]);
        assert!(matches!(
            <[f32; 3]>::column_result(value),
            Err(FromSqlError::InvalidLength {
                expected: 3,
                got: 2
            })
        ));
    }
}
