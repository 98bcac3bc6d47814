//! Values of filter columns, as the caller gives them.

use super::AttributeColumn;
use super::number::{Number, real_key};

/// One value of a filter column, or one literal of a predicate.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// SQL NULL.
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A double. NaN is allowed: it equals itself and is greater than every number.
    Real(f64),
    /// A boolean; false is less than true.
    Boolean(bool),
    /// A string or blob as its canonical key under the column's collation, made by the caller: equal values give equal bytes,
    /// and bytes compare as the values do.
    Bytes(Vec<u8>),
}

/// The type of a filter column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeType {
    /// Only NULLs: no comparison is true.
    Nulls,
    /// Integers.
    Integer,
    /// Doubles.
    Real,
    /// Booleans.
    Boolean,
    /// Canonical keys of strings or blobs.
    Bytes,
}

impl AttributeValue {
    /// The type of a column that holds this value, or `None` for NULL.
    pub(super) fn kind(&self) -> Option<AttributeType> {
        match self {
            Self::Null => None,
            Self::Integer(_) => Some(AttributeType::Integer),
            Self::Real(_) => Some(AttributeType::Real),
            Self::Boolean(_) => Some(AttributeType::Boolean),
            Self::Bytes(_) => Some(AttributeType::Bytes),
        }
    }

    /// The order-preserving key of a number or boolean.
    pub(super) fn number_key(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Real(value) => Some(real_key(*value)),
            Self::Boolean(value) => Some(i64::from(*value)),
            Self::Null | Self::Bytes(_) => None,
        }
    }

    /// A literal whose type was checked, as a number.
    pub(super) fn as_number(&self) -> Number {
        match self {
            Self::Real(value) => Number::Real(*value),
            other => Number::Integer(other.number_key().unwrap_or(0)),
        }
    }
}

/// A filter column: its name and one value for each row.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The column's name, as the segment's header records it.
    pub name: String,
    /// The values, in the order of the rows given to the build, then of the undefined rows.
    pub column: AttributeColumn,
}

/// A filter column holds values of two types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "value {index} of a filter column is {found:?} where the values before it are {expected:?}"
)]
pub struct MixedTypes {
    /// Which value, counted from zero.
    pub index: usize,
    /// The type of the values before it.
    pub expected: AttributeType,
    /// Its own type.
    pub found: AttributeType,
}
