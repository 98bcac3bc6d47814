//! Which types an added function takes and gives.

use std::fmt;

use crate::types::{SqlType, Value};

/// Which types a function takes and gives, and how it is called.
///
/// An argument is converted where nothing can be lost: INTEGER to NUMERIC, both to REAL, a string in quotes to anything it is a text of.
/// [`SqlType::Unknown`] takes any type; [`SqlType::VECTOR`] vectors of numbers of any dimension.
///
/// ```
/// use citadel_sql::{Signature, SqlType};
///
/// let signature = Signature::new([SqlType::Text, SqlType::Integer], SqlType::Text);
/// assert_eq!(signature.to_string(), "(TEXT, INTEGER)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub(super) parameters: Vec<SqlType>,
    pub(super) result: SqlType,
    pub(super) variadic: bool,
    pub(super) volatile: bool,
    pub(super) takes_nulls: bool,
}

impl Signature {
    /// The types of the arguments, and that of the result. A NULL among the arguments makes the result NULL without a call; equal
    /// arguments give equal results.
    pub fn new(parameters: impl Into<Vec<SqlType>>, result: SqlType) -> Self {
        Self {
            parameters: parameters.into(),
            result,
            variadic: false,
            volatile: false,
            takes_nulls: false,
        }
    }

    /// The last argument may be there any number of times, or not at all.
    #[must_use]
    pub fn variadic(mut self) -> Self {
        self.variadic = true;
        self
    }

    /// Each call may give another result, so that it is made for each row and never in advance.
    #[must_use]
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// It is called with NULLs too.
    #[must_use]
    pub fn takes_nulls(mut self) -> Self {
        self.takes_nulls = true;
        self
    }

    /// How many arguments there may be.
    pub(crate) fn arity(&self) -> std::ops::RangeInclusive<usize> {
        let count = self.parameters.len();
        match self.variadic {
            true => count.saturating_sub(1)..=usize::MAX,
            false => count..=count,
        }
    }

    /// The type of the argument at a place.
    pub(crate) fn parameter(&self, at: usize) -> SqlType {
        let known = self.parameters.get(at).or(self.parameters.last());
        known.copied().unwrap_or(SqlType::Unknown)
    }

    /// The type of what it gives.
    pub(crate) fn result(&self) -> SqlType {
        self.result
    }
}

/// As it is written behind the name.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (at, ty) in self.parameters.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            match ty {
                SqlType::Unknown => f.write_str("any")?,
                ty => write!(f, "{ty}")?,
            }
        }
        f.write_str(if self.variadic { ", …)" } else { ")" })
    }
}

/// Is the value one of a type, or NULL?
pub(crate) fn is_of(value: &Value, ty: SqlType) -> bool {
    match (value.sql_type(), ty) {
        (SqlType::Unknown, _) | (_, SqlType::Unknown) => true,
        (SqlType::Vector(given), SqlType::Vector(wanted)) => {
            given.is_bits() == wanted.is_bits() && (wanted.dim.is_none() || given.dim == wanted.dim)
        }
        (given, wanted) => given == wanted,
    }
}
