//! SQL types.

use std::fmt;

use super::vector_type::{Element, VectorType};

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
    /// A vector. A column always has a dimension; an expression may have one of any dimension.
    Vector(VectorType),
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

    /// INTEGER or REAL.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Real)
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
            Self::Vector(vector) => vector.fmt(f),
        }
    }
}
