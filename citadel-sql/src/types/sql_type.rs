//! SQL types.

use std::fmt;

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
    /// A vector of f32. A column always has a dimension; an expression may have one of any dimension.
    Vector(Option<u16>),
}

impl SqlType {
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
            Self::Vector(Some(dim)) => write!(f, "VECTOR({dim})"),
            Self::Vector(None) => f.write_str("VECTOR"),
        }
    }
}
