//! From Rust values to SQL values.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use crate::error::{Error, Result, SqlState};
use crate::types::vector_text::{DIMENSION_MAX, too_long};
use crate::types::{
    Array, Bits, Date, Interval, Numeric, Time, Timestamp, TimestampTz, Value, ValueRef,
};

/// A Rust value that can be bound to a parameter.
///
/// Integers become INTEGER, `f32` and `f64` REAL, strings TEXT, `bool` BOOLEAN, byte slices BLOB,
/// slices and arrays of `f32`, [`half::f16`] and `i8` VECTOR, of `bool` and [`Bits`] VECTOR of bits, `None` NULL. Dates, times
/// and spans of `jiff` become DATE, TIME, TIMESTAMP, TIMESTAMPTZ and INTERVAL, as do [`Date`], [`Time`], [`Timestamp`],
/// [`TimestampTz`] and [`Interval`]; [`Numeric`] becomes NUMERIC, [`uuid::Uuid`] UUID. Lists
/// of `Option`s and of all but the types above are arrays ([`ArrayElement`](crate::ArrayElement)), as is [`Array`].
pub trait ToSql {
    /// The SQL value.
    ///
    /// # Errors
    /// The value has no SQL counterpart, such as a `u64` beyond `i64::MAX`.
    fn to_sql(&self) -> Result<ToSqlOutput<'_>>;
}

/// What [`ToSql::to_sql`] gives: a value borrowed from its source, or an owned one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToSqlOutput<'a> {
    /// Borrowed from the source.
    Borrowed(ValueRef<'a>),
    /// Made for the occasion.
    Owned(Value),
}

impl ToSqlOutput<'_> {
    /// The value, owned.
    pub fn into_value(self) -> Value {
        match self {
            Self::Borrowed(value) => value.to_owned(),
            Self::Owned(value) => value,
        }
    }
}

impl ToSql for ToSqlOutput<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match self {
            ToSqlOutput::Borrowed(value) => ToSqlOutput::Borrowed(*value),
            ToSqlOutput::Owned(value) => ToSqlOutput::Borrowed(value.as_ref()),
        })
    }
}

impl<'a, T: ?Sized> From<&'a T> for ToSqlOutput<'a>
where
    &'a T: Into<ValueRef<'a>>,
{
    fn from(value: &'a T) -> Self {
        ToSqlOutput::Borrowed(value.into())
    }
}

impl From<Value> for ToSqlOutput<'_> {
    fn from(value: Value) -> Self {
        ToSqlOutput::Owned(value)
    }
}

macro_rules! value_from {
    ($($from:ty => $variant:ident as $to:ty),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(<$to>::from(value))
            }
        }
    )*};
}

value_from! {
    bool => Boolean as bool,
    i8 => Integer as i64, i16 => Integer as i64, i32 => Integer as i64, i64 => Integer as i64,
    u8 => Integer as i64, u16 => Integer as i64, u32 => Integer as i64,
    f32 => Real as f64, f64 => Real as f64,
    String => Text as String, &str => Text as String,
    Vec<u8> => Blob as Vec<u8>, &[u8] => Blob as Vec<u8>,
    Vec<f32> => Vector as Vec<f32>, &[f32] => Vector as Vec<f32>, Bits => Bits as Bits,
    Date => Date as Date, Time => Time as Time, Timestamp => Timestamp as Timestamp,
    TimestampTz => TimestampTz as TimestampTz, Interval => Interval as Interval,
    Numeric => Numeric as Numeric, uuid::Uuid => Uuid as uuid::Uuid, Array => Array as Array,
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! value_ref_from {
    ($($from:ty => $variant:ident),* $(,)?) => {$(
        impl<'a> From<&'a $from> for ValueRef<'a> {
            fn from(value: &'a $from) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}

value_ref_from! { str => Text, [u8] => Blob, [f32] => Vector }

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        value.as_ref()
    }
}

macro_rules! to_sql_by_copy {
    ($($ty:ty),* $(,)?) => {$(
        impl ToSql for $ty {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Owned(Value::from(*self)))
            }
        }
    )*};
}

to_sql_by_copy!(bool, i8, i16, i32, i64, u8, u16, u32, f32, f64);
to_sql_by_copy!(Date, Time, Timestamp, TimestampTz, Interval, uuid::Uuid);

impl ToSql for Numeric {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Numeric(self.as_ref())))
    }
}

macro_rules! to_sql_as_ours {
    ($($theirs:ty: $ours:ty),* $(,)?) => {$(
        impl ToSql for $theirs {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                let ours = <$ours>::try_from(*self)?;
                Ok(ToSqlOutput::Owned(Value::from(ours)))
            }
        }
    )*};
}

to_sql_as_ours! {
    jiff::civil::Date: Date,
    jiff::civil::DateTime: Timestamp,
    jiff::Timestamp: TimestampTz,
    jiff::Span: Interval,
}

impl ToSql for jiff::civil::Time {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Time(Time::from(*self))))
    }
}

macro_rules! to_sql_checked {
    ($($ty:ty),* $(,)?) => {$(
        impl ToSql for $ty {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                let value = i64::try_from(*self).map_err(|_| {
                    Error::sql(
                        SqlState::NUMERIC_OUT_OF_RANGE,
                        format!("parameter value {self} is out of range for INTEGER"),
                    )
                })?;
                Ok(ToSqlOutput::Owned(Value::Integer(value)))
            }
        }
    )*};
}

to_sql_checked!(isize, usize, u64, i128, u128);

macro_rules! to_sql_by_ref {
    ($($ty:ty),* $(,)?) => {$(
        impl ToSql for $ty {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::from(self)))
            }
        }
    )*};
}

to_sql_by_ref!(str, [u8], [f32], Value);

macro_rules! to_sql_by_deref {
    ($($ty:ty),* $(,)?) => {$(
        impl ToSql for $ty {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                self[..].to_sql()
            }
        }
    )*};
}

to_sql_by_deref!(
    String,
    Vec<u8>,
    Vec<f32>,
    Vec<half::f16>,
    Vec<i8>,
    Vec<bool>
);

macro_rules! to_sql_by_array {
    ($($element:ty),* $(,)?) => {$(
        impl<const N: usize> ToSql for [$element; N] {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                self[..].to_sql()
            }
        }
    )*};
}

to_sql_by_array!(u8, f32, half::f16, i8, bool);

impl ToSql for [half::f16] {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let widened = self.iter().map(|v| v.to_f32()).collect();
        Ok(ToSqlOutput::Owned(Value::Vector(widened)))
    }
}

impl ToSql for [i8] {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let widened = self.iter().map(|v| f32::from(*v)).collect();
        Ok(ToSqlOutput::Owned(Value::Vector(widened)))
    }
}

impl ToSql for [bool] {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        if self.len() > DIMENSION_MAX {
            return Err(too_long(self.len()));
        }
        let bits = self.iter().copied().collect();
        Ok(ToSqlOutput::Owned(Value::Bits(bits)))
    }
}

impl ToSql for Bits {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Bits(self.as_ref())))
    }
}

impl ToSql for ValueRef<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(*self))
    }
}

impl ToSql for () {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Null))
    }
}

impl<T: ToSql> ToSql for Option<T> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Some(value) => value.to_sql(),
            None => Ok(ToSqlOutput::Owned(Value::Null)),
        }
    }
}

macro_rules! to_sql_through {
    ($($pointer:ident),* $(,)?) => {$(
        impl<T: ToSql + ?Sized> ToSql for $pointer<T> {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                (**self).to_sql()
            }
        }
    )*};
}

to_sql_through!(Box, Rc, Arc);

impl<T: ToSql + ?Sized> ToSql for &T {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        (**self).to_sql()
    }
}

impl<T: ToSql + ToOwned + ?Sized> ToSql for Cow<'_, T> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        (**self).to_sql()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(value: &dyn ToSql) -> Value {
        value.to_sql().unwrap().into_value()
    }

    #[test]
    fn rust_values_become_their_sql_counterparts() {
        assert_eq!(sql(&7_u8), Value::Integer(7));
        assert_eq!(sql(&i64::MIN), Value::Integer(i64::MIN));
        assert_eq!(sql(&1.5_f32), Value::Real(1.5));
        assert_eq!(sql(&true), Value::Boolean(true));
        assert_eq!(sql(&"word"), Value::Text("word".to_owned()));
        assert_eq!(sql(&Cow::Borrowed("word")), Value::Text("word".to_owned()));
        assert_eq!(sql(&[1_u8, 2]), Value::Blob(vec![1, 2]));
        assert_eq!(sql(&None::<i64>), Value::Null);
        assert_eq!(sql(&Some(&3_i16)), Value::Integer(3));
    }

    #[test]
    fn slices_arrays_and_vecs_of_floats_are_vectors() {
        let expected = Value::Vector(vec![1.0, -2.5]);
        assert_eq!(sql(&[1.0_f32, -2.5]), expected);
        assert_eq!(sql(&vec![1.0_f32, -2.5]), expected);
        assert_eq!(sql(&&[1.0_f32, -2.5][..]), expected);
        assert_eq!(sql(&[1.0, -2.5].map(half::f16::from_f32)), expected);
        assert_eq!(sql(&[1_i8, -2]), Value::Vector(vec![1.0, -2.0]));
        let bits: Bits = [true, false].into_iter().collect();
        assert_eq!(sql(&[true, false]), Value::Bits(bits.clone()));
        assert_eq!(sql(&bits), Value::Bits(bits));
        assert!(vec![true; 65_536].to_sql().is_err());
    }

    #[test]
    fn an_integer_beyond_64_bits_with_sign_is_refused() {
        assert_eq!(sql(&(i64::MAX as u64)), Value::Integer(i64::MAX));
        let error = u64::MAX.to_sql().unwrap_err();
        assert_eq!(error.sqlstate().unwrap().as_str(), "22003");
    }
}
