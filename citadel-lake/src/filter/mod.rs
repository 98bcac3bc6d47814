//! Conditions on rows: evaluated over batches, and over what is known of many rows, to leave out those of which none is wanted.

mod evaluate;
mod prune;

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray,
};

pub(crate) use evaluate::{constant, rows_that};
pub(crate) use prune::{Extent, Known, may_match};

/// A condition on a row, by the names of its columns.
///
/// It is true, false or unknown, as in SQL: a comparison with null is unknown, and only rows for which the whole condition is true satisfy
/// it. Floating-point numbers are ordered totally, every NaN above all others.
///
/// ```
/// use citadel_lake::Filter;
///
/// let recent = Filter::greater("day", 20_000).and(Filter::equal("language", "en"));
/// let other = Filter::Not(Box::new(recent.clone())).or(Filter::IsNull("day".to_owned()));
/// # let _ = other;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Filter {
    /// A column compared with a constant.
    Compare {
        /// The column.
        column: String,
        /// How.
        operator: Operator,
        /// With what.
        value: Value,
    },
    /// A column has no value.
    IsNull(String),
    /// A column's value is one of these.
    In(String, Vec<Value>),
    /// The opposite.
    Not(Box<Filter>),
    /// It is not true, be it false or unknown.
    Unless(Box<Filter>),
    /// All of them; of none, true.
    All(Vec<Filter>),
    /// At least one of them; of none, false.
    Any(Vec<Filter>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A constant: an Arrow array of one value, cast to the column's type where it is compared.
#[derive(Clone, Debug)]
pub struct Value(pub(crate) ArrayRef);

impl Value {
    /// The first value of an array.
    ///
    /// # Panics
    /// If the array is empty.
    #[must_use]
    pub fn new(array: &dyn Array) -> Self {
        Self(array.slice(0, 1))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(Arc::new(Int64Array::from(vec![value])))
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self(Arc::new(Int32Array::from(vec![value])))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self(Arc::new(Float64Array::from(vec![value])))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(Arc::new(BooleanArray::from(vec![value])))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self(Arc::new(StringArray::from(vec![value])))
    }
}

impl Filter {
    /// A comparison.
    #[must_use]
    pub fn compare(column: &str, operator: Operator, value: impl Into<Value>) -> Self {
        Self::Compare {
            column: column.to_owned(),
            operator,
            value: value.into(),
        }
    }

    /// `column = value`
    #[must_use]
    pub fn equal(column: &str, value: impl Into<Value>) -> Self {
        Self::compare(column, Operator::Equal, value)
    }

    /// `column < value`
    #[must_use]
    pub fn less(column: &str, value: impl Into<Value>) -> Self {
        Self::compare(column, Operator::Less, value)
    }

    /// `column > value`
    #[must_use]
    pub fn greater(column: &str, value: impl Into<Value>) -> Self {
        Self::compare(column, Operator::Greater, value)
    }

    /// Both conditions.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }

    /// One of the conditions at least.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Any(vec![self, other])
    }

    /// The columns that the condition looks at.
    pub(crate) fn columns(&self, found: &mut Vec<String>) {
        match self {
            Self::Compare { column, .. } | Self::IsNull(column) | Self::In(column, _) => {
                if !found.contains(column) {
                    found.push(column.clone());
                }
            }
            Self::Not(inner) | Self::Unless(inner) => inner.columns(found),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.columns(found);
                }
            }
        }
    }
}
