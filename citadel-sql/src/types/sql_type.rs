//! SQL types.

use std::fmt;

use super::vector_type::{Element, VectorType};
use super::{EnumType, ScalarType};

/// The type of a column or an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlType {
    /// Not known at bind time: a bare NULL, or a parameter that nothing around it constrains.
    Unknown,
    /// TRUE or FALSE.
    Boolean,
    /// A signed 64-bit integer.
    Integer,
    /// A 64-bit IEEE 754 number.
    Real,
    /// UTF-8 text, compared by its bytes.
    Text,
    /// Bytes.
    Blob,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A date and a time of day.
    Timestamp,
    /// A moment: `TIMESTAMP WITH TIME ZONE`.
    TimestampTz,
    /// A span of time.
    Interval,
    /// An exact decimal number.
    Numeric,
    /// A universally unique identifier.
    Uuid,
    /// A vector. A column always has a dimension; an expression may have one of any dimension.
    Vector(VectorType),
    /// A label of an ENUM type.
    Enum(EnumType),
    /// An array, of any dimensions.
    Array(ScalarType),
}

impl SqlType {
    /// Vectors of f32, of any dimension.
    pub const VECTOR: Self = Self::Vector(VectorType::any(Element::F32));

    /// `VECTOR(n)`: vectors of f32.
    pub const fn vector(dim: u16) -> Self {
        Self::Vector(VectorType::new(dim, Element::F32))
    }

    /// The type of the values that expressions see: vectors of numbers are of f32 there, however they are stored.
    pub(crate) fn evaluated(self) -> Self {
        match self {
            Self::Vector(vector) => Self::Vector(vector.evaluated()),
            other => other,
        }
    }

    /// DATE, TIMESTAMP or TIMESTAMPTZ: days and moments compare with one another.
    pub(crate) fn is_moment(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampTz)
    }

    /// INTEGER, REAL or NUMERIC.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Real | Self::Numeric)
    }

    /// The type of numbers that are of either type.
    pub(crate) fn common_number(self, other: Self) -> Self {
        match (self, other) {
            (Self::Integer, Self::Integer) => Self::Integer,
            (Self::Integer | Self::Numeric, Self::Integer | Self::Numeric) => Self::Numeric,
            _ => Self::Real,
        }
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("UNKNOWN"),
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::Integer => f.write_str("INTEGER"),
            Self::Real => f.write_str("REAL"),
            Self::Text => f.write_str("TEXT"),
            Self::Blob => f.write_str("BLOB"),
            Self::Date => f.write_str("DATE"),
            Self::Time => f.write_str("TIME"),
            Self::Timestamp => f.write_str("TIMESTAMP"),
            Self::TimestampTz => f.write_str("TIMESTAMPTZ"),
            Self::Interval => f.write_str("INTERVAL"),
            Self::Numeric => f.write_str("NUMERIC"),
            Self::Uuid => f.write_str("UUID"),
            Self::Vector(vector) => vector.fmt(f),
            Self::Enum(ty) => ty.fmt(f),
            Self::Array(element) => write!(f, "{}[]", element.sql_type()),
        }
    }
}
