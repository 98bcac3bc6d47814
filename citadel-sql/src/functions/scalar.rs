//! Scalar functions.

use crate::error::{Error, Result, SqlState};
use crate::types::{ScalarType, SqlType, Value, ValueRef};

/// One scalar function of the registry.
#[derive(Debug)]
pub(crate) struct ScalarFunction {
    /// Lower-case name.
    pub(crate) name: &'static str,
    /// Fewest and most arguments.
    pub(crate) arity: std::ops::RangeInclusive<usize>,
    /// What each argument must be; the last one holds for all that follow.
    pub(crate) arguments: &'static [ArgumentKind],
    /// The result's type from the arguments' types, or what is wrong with them.
    pub(crate) result_type: fn(&[SqlType]) -> Result<SqlType>,
    /// A NULL argument makes the result NULL without a call.
    pub(crate) strict: bool,
    /// What it takes beside its arguments.
    pub(crate) needs: Needs,
    /// Computes one row.
    pub(crate) eval: fn(&[ValueRef<'_>]) -> Result<Value>,
}

/// What a function takes of where it is called: as arguments behind those that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    /// The session's time zone, by name.
    Zone,
    /// A moment, and the session's time zone.
    Clock(Clock),
    /// The type of the elements of the array that it gives, as an empty array.
    Element,
    /// It gives another value each time.
    Volatile,
    /// The sequences that are at hand while a statement runs; it gives another value each time.
    Sequences,
}

/// Which moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// When the transaction began.
    Transaction,
    /// When the statement began.
    Statement,
}

impl Needs {
    /// Gives the function another value each time?
    pub(crate) fn is_volatile(self) -> bool {
        matches!(self, Self::Volatile | Self::Sequences)
    }

    /// How many arguments that are.
    pub(crate) fn hidden(self) -> usize {
        match self {
            Self::Nothing | Self::Volatile | Self::Sequences => 0,
            Self::Zone | Self::Element => 1,
            Self::Clock(_) => 2,
        }
    }
}

/// What an argument must be, and what becomes of a string or parameter whose type nothing else decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArgumentKind {
    /// INTEGER, REAL or NUMERIC; REAL if undecided.
    Number,
    Integer,
    Text,
    /// A DATE, TIMESTAMP or TIMESTAMPTZ; a TIMESTAMP if undecided.
    Moment,
    /// Those, a TIME or an INTERVAL; a TIMESTAMP if undecided.
    Temporal,
    /// An INTERVAL.
    Interval,
    /// What SQLite takes for a time: a text, a number, a DATE, a TIME or a TIMESTAMP.
    TimeValue,
    /// Anything that has a text; TEXT if undecided.
    Shown,
    /// TEXT or BLOB; TEXT if undecided.
    TextOrBlob,
    /// A vector of numbers.
    Vector,
    /// A vector of numbers or bits; of numbers if undecided.
    AnyVector,
    Boolean,
    /// An array; those of a function and its [elements](Self::Element) are of one type.
    Array,
    /// What may be an element of its arrays.
    Element,
    /// An array of INTEGER.
    Integers,
    /// A value of an ENUM type.
    Enum,
    /// Anything.
    Any,
    /// The same type as the other arguments of this kind.
    Same,
}

impl ArgumentKind {
    /// May an argument of this type be given?
    pub(crate) fn accepts(self, ty: SqlType) -> bool {
        match (self, ty) {
            (Self::Any | Self::Same, _) | (_, SqlType::Unknown) => true,
            (Self::Number, ty) => ty.is_numeric(),
            (Self::Integer, ty) => ty == SqlType::Integer,
            (Self::Boolean, ty) => ty == SqlType::Boolean,
            (Self::Array, ty) => matches!(ty, SqlType::Array(_)),
            (Self::Element, ty) => ty.scalar().is_some(),
            (Self::Enum, ty) => matches!(ty, SqlType::Enum(_)),
            (Self::Integers, ty) => ty == SqlType::Array(ScalarType::Integer),
            (Self::Text, ty) => ty == SqlType::Text,
            (Self::Moment, ty) => ty.is_moment(),
            (Self::Temporal, ty) => {
                ty.is_moment() || matches!(ty, SqlType::Time | SqlType::Interval)
            }
            (Self::Interval, ty) => ty == SqlType::Interval,
            (Self::TimeValue, ty) => {
                ty.is_moment() || ty.is_numeric() || matches!(ty, SqlType::Text | SqlType::Time)
            }
            (Self::Shown, ty) => !matches!(ty, SqlType::Vector(_) | SqlType::Blob),
            (Self::TextOrBlob, ty) => matches!(ty, SqlType::Text | SqlType::Blob),
            (Self::Vector, ty) => matches!(ty, SqlType::Vector(vector) if !vector.is_bits()),
            (Self::AnyVector, ty) => matches!(ty, SqlType::Vector(_)),
        }
    }

    /// The type of an undecided argument; `None` leaves it open.
    pub(crate) fn default_type(self) -> Option<SqlType> {
        match self {
            Self::Number => Some(SqlType::Real),
            Self::Integer => Some(SqlType::Integer),
            Self::Boolean => Some(SqlType::Boolean),
            Self::Integers => Some(SqlType::Array(ScalarType::Integer)),
            Self::Text | Self::TextOrBlob | Self::TimeValue => Some(SqlType::Text),
            Self::Moment | Self::Temporal => Some(SqlType::Timestamp),
            Self::Interval => Some(SqlType::Interval),
            Self::Vector | Self::AnyVector => Some(SqlType::VECTOR),
            Self::Array | Self::Element | Self::Enum => None,
            Self::Any | Self::Same | Self::Shown => None,
        }
    }
}

impl ScalarFunction {
    /// Does the zone that it takes make no difference to arguments of these types?
    pub(crate) fn ignores_zone(&self, types: impl IntoIterator<Item = SqlType>) -> bool {
        let is_local = [
            "extract",
            "date_part",
            "to_char",
            "to_date",
            "array_to_string",
        ]
        .contains(&self.name);
        let moments = [
            SqlType::TimestampTz,
            SqlType::Array(ScalarType::TimestampTz),
        ];
        is_local && types.into_iter().all(|ty| !moments.contains(&ty))
    }

    /// What the argument at a place must be.
    pub(crate) fn argument_kind(&self, at: usize) -> ArgumentKind {
        self.arguments
            .get(at)
            .or(self.arguments.last())
            .copied()
            .unwrap_or(ArgumentKind::Any)
    }
}

/// Arguments that the types rule out; only a value of undecided type can get here.
pub(super) fn wrong_arguments(function: &str, arguments: &[ValueRef<'_>]) -> Error {
    let types: Vec<String> = arguments
        .iter()
        .map(|argument| argument.sql_type().to_string())
        .collect();
    Error::sql(
        SqlState::UNDEFINED_FUNCTION,
        format!("function {function}({}) does not exist", types.join(", ")),
    )
}

/// A result that would take too much memory.
pub(crate) fn check_size(bytes: usize) -> Result<()> {
    /// The longest text or blob that a function makes.
    const BYTES_MAX: usize = 1 << 28;
    if bytes > BYTES_MAX {
        return Err(Error::sql(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("the result is longer than {BYTES_MAX} bytes"),
        ));
    }
    Ok(())
}

pub(super) fn gives_integer(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Integer)
}

pub(super) fn gives_real(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Real)
}

pub(super) fn gives_text(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Text)
}

pub(super) fn gives_boolean(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Boolean)
}

pub(super) fn gives_blob(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Blob)
}

/// The type of the first argument.
pub(super) fn gives_first(types: &[SqlType]) -> Result<SqlType> {
    Ok(types.first().copied().unwrap_or(SqlType::Unknown))
}

/// INTEGER if all are, NUMERIC if none is REAL, else that.
pub(super) fn gives_number(types: &[SqlType]) -> Result<SqlType> {
    let types = types.iter().copied();
    Ok(types
        .reduce(SqlType::common_number)
        .unwrap_or(SqlType::Real))
}
