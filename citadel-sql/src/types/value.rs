//! Owned and borrowed SQL values.

use uuid::Uuid;

use super::SqlType;
use super::array::{Array, ArrayRef};
use super::bits::{Bits, BitsRef};
use super::enum_type::EnumValue;
use super::numeric::{Numeric, NumericRef};
use super::temporal::{Date, Interval, Time, Timestamp, TimestampTz};
use super::vector_type::{Element, VectorType};

/// An owned SQL value.
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum Value {
    /// NULL.
    #[default]
    Null,
    /// TRUE or FALSE.
    Boolean(bool),
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT.
    Text(String),
    /// BLOB.
    Blob(Vec<u8>),
    /// DATE.
    Date(Date),
    /// TIME.
    Time(Time),
    /// TIMESTAMP.
    Timestamp(Timestamp),
    /// TIMESTAMPTZ.
    TimestampTz(TimestampTz),
    /// INTERVAL.
    Interval(Interval),
    /// NUMERIC.
    Numeric(Numeric),
    /// UUID.
    Uuid(Uuid),
    /// VECTOR of numbers; as many components as its dimension.
    Vector(Vec<f32>),
    /// VECTOR of bits.
    Bits(Bits),
    /// A label of an ENUM type.
    Enum(EnumValue),
    /// An array.
    Array(Array),
}

/// A borrowed SQL value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// NULL.
    Null,
    /// TRUE or FALSE.
    Boolean(bool),
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT.
    Text(&'a str),
    /// BLOB.
    Blob(&'a [u8]),
    /// DATE.
    Date(Date),
    /// TIME.
    Time(Time),
    /// TIMESTAMP.
    Timestamp(Timestamp),
    /// TIMESTAMPTZ.
    TimestampTz(TimestampTz),
    /// INTERVAL.
    Interval(Interval),
    /// NUMERIC.
    Numeric(NumericRef<'a>),
    /// UUID.
    Uuid(Uuid),
    /// VECTOR of numbers.
    Vector(&'a [f32]),
    /// VECTOR of bits.
    Bits(BitsRef<'a>),
    /// A label of an ENUM type.
    Enum(EnumValue),
    /// An array.
    Array(ArrayRef<'a>),
}

impl Value {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Boolean(v) => ValueRef::Boolean(*v),
            Self::Integer(v) => ValueRef::Integer(*v),
            Self::Real(v) => ValueRef::Real(*v),
            Self::Text(v) => ValueRef::Text(v),
            Self::Blob(v) => ValueRef::Blob(v),
            Self::Date(v) => ValueRef::Date(*v),
            Self::Time(v) => ValueRef::Time(*v),
            Self::Timestamp(v) => ValueRef::Timestamp(*v),
            Self::TimestampTz(v) => ValueRef::TimestampTz(*v),
            Self::Interval(v) => ValueRef::Interval(*v),
            Self::Numeric(v) => ValueRef::Numeric(v.as_ref()),
            Self::Uuid(v) => ValueRef::Uuid(*v),
            Self::Vector(v) => ValueRef::Vector(v),
            Self::Bits(v) => ValueRef::Bits(v.as_ref()),
            Self::Enum(v) => ValueRef::Enum(*v),
            Self::Array(v) => ValueRef::Array(v.as_ref()),
        }
    }

    /// Is it NULL?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The type of the value.
    pub fn sql_type(&self) -> SqlType {
        self.as_ref().sql_type()
    }
}

impl ValueRef<'_> {
    /// The same value, owned.
    pub fn to_owned(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(v) => Value::Boolean(v),
            Self::Integer(v) => Value::Integer(v),
            Self::Real(v) => Value::Real(v),
            Self::Text(v) => Value::Text(v.to_owned()),
            Self::Blob(v) => Value::Blob(v.to_owned()),
            Self::Date(v) => Value::Date(v),
            Self::Time(v) => Value::Time(v),
            Self::Timestamp(v) => Value::Timestamp(v),
            Self::TimestampTz(v) => Value::TimestampTz(v),
            Self::Interval(v) => Value::Interval(v),
            Self::Numeric(v) => Value::Numeric(v.to_owned()),
            Self::Uuid(v) => Value::Uuid(v),
            Self::Vector(v) => Value::Vector(v.to_owned()),
            Self::Bits(v) => Value::Bits(v.to_owned()),
            Self::Enum(v) => Value::Enum(v),
            Self::Array(v) => Value::Array(v.to_owned()),
        }
    }

    /// Is it NULL?
    pub fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }

    /// The type of the value; [`SqlType::Unknown`] for NULL.
    pub fn sql_type(self) -> SqlType {
        match self {
            Self::Null => SqlType::Unknown,
            Self::Boolean(_) => SqlType::Boolean,
            Self::Integer(_) => SqlType::Integer,
            Self::Real(_) => SqlType::Real,
            Self::Text(_) => SqlType::Text,
            Self::Blob(_) => SqlType::Blob,
            Self::Date(_) => SqlType::Date,
            Self::Time(_) => SqlType::Time,
            Self::Timestamp(_) => SqlType::Timestamp,
            Self::TimestampTz(_) => SqlType::TimestampTz,
            Self::Interval(_) => SqlType::Interval,
            Self::Numeric(_) => SqlType::Numeric,
            Self::Uuid(_) => SqlType::Uuid,
            Self::Vector(v) => SqlType::Vector(VectorType {
                dim: u16::try_from(v.len()).ok(),
                element: Element::F32,
            }),
            Self::Bits(v) => SqlType::Vector(v.vector_type()),
            Self::Enum(v) => SqlType::Enum(v.enum_type()),
            Self::Array(v) => v.sql_type(),
        }
    }
}
