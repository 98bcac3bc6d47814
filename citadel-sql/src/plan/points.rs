//! The values of a column that a scan goes to.

use crate::bind::bound::Expr;
use crate::types::{SqlType, Value};

/// Elements of an array that is only known when a plan runs: a guess.
const ELEMENTS: usize = 10;

/// Constants that a key is equal to one of.
#[derive(Clone, Debug)]
pub(crate) enum Points {
    List(Vec<Expr>),
    /// Each element of an array.
    Elements(Box<Expr>),
}

impl Points {
    /// How many there are, by estimate where that is not known.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::List(list) => list.len(),
            Self::Elements(_) => ELEMENTS,
        }
    }

    /// The only one.
    pub(crate) fn only(&self) -> Option<&Expr> {
        match self {
            Self::List(list) => match list.as_slice() {
                [only] => Some(only),
                _ => None,
            },
            Self::Elements(_) => None,
        }
    }

    /// The constants or the array, whose value tells the [points](Self::values_of).
    pub(crate) fn exprs(&self) -> &[Expr] {
        match self {
            Self::List(list) => list,
            Self::Elements(array) => std::slice::from_ref(array),
        }
    }

    /// The values that the value of one of its expressions stands for.
    pub(crate) fn values_of(&self, value: Value) -> Vec<Value> {
        match (self, value) {
            (Self::Elements(_), Value::Array(array)) => array
                .as_ref()
                .iter()
                .map(|value| value.to_owned())
                .collect(),
            (Self::Elements(_), _) => Vec::new(),
            (Self::List(_), value) => vec![value],
        }
    }
}

/// The type of what a constant is compared with, where each element of it is.
pub(super) fn element_type(array: &Expr) -> SqlType {
    array
        .ty
        .element()
        .map_or(SqlType::Unknown, |element| element.sql_type())
}
