//! The types that the elements of an array can have.

use super::{EnumType, SqlType};

/// A type of single values: what an array may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScalarType {
    /// TRUE or FALSE.
    Boolean,
    /// A signed 64-bit integer.
    Integer,
    /// A 64-bit IEEE 754 number.
    Real,
    /// UTF-8 text.
    Text,
    /// Bytes.
    Blob,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A date and a time of day.
    Timestamp,
    /// A moment.
    TimestampTz,
    /// A span of time.
    Interval,
    /// An exact decimal number.
    Numeric,
    /// A universally unique identifier.
    Uuid,
    /// A label of an ENUM type.
    Enum(EnumType),
}

impl ScalarType {
    /// All but ENUM types; the place of each is its number in stored bytes.
    pub(crate) const ALL: [Self; 12] = [
        Self::Boolean,
        Self::Integer,
        Self::Real,
        Self::Text,
        Self::Blob,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::TimestampTz,
        Self::Interval,
        Self::Numeric,
        Self::Uuid,
    ];

    /// The type of such values outside of arrays.
    pub const fn sql_type(self) -> SqlType {
        match self {
            Self::Boolean => SqlType::Boolean,
            Self::Integer => SqlType::Integer,
            Self::Real => SqlType::Real,
            Self::Text => SqlType::Text,
            Self::Blob => SqlType::Blob,
            Self::Date => SqlType::Date,
            Self::Time => SqlType::Time,
            Self::Timestamp => SqlType::Timestamp,
            Self::TimestampTz => SqlType::TimestampTz,
            Self::Interval => SqlType::Interval,
            Self::Numeric => SqlType::Numeric,
            Self::Uuid => SqlType::Uuid,
            Self::Enum(ty) => SqlType::Enum(ty),
        }
    }

    /// The type of elements that are of this type; none, where arrays have no such ones.
    #[cfg(feature = "lake")]
    pub(crate) fn of(ty: SqlType) -> Option<Self> {
        match ty {
            SqlType::Enum(ty) => Some(Self::Enum(ty)),
            ty => Self::ALL.into_iter().find(|known| known.sql_type() == ty),
        }
    }

    /// The number of the type in stored bytes; that of ENUM types is behind all others.
    pub(crate) fn code(self) -> u8 {
        let place = Self::ALL.iter().position(|known| *known == self);
        let place = place.unwrap_or(Self::ALL.len());
        u8::try_from(place).unwrap_or(u8::MAX)
    }

    /// The type of a number.
    pub(crate) fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl SqlType {
    /// The type as one of elements; `None`: an array cannot be made of it.
    pub fn scalar(self) -> Option<ScalarType> {
        if let Self::Enum(ty) = self {
            return Some(ScalarType::Enum(ty));
        }
        ScalarType::ALL
            .into_iter()
            .find(|scalar| scalar.sql_type() == self)
    }

    /// The type of an array's elements.
    pub fn element(self) -> Option<ScalarType> {
        match self {
            Self::Array(element) => Some(element),
            _ => None,
        }
    }
}
