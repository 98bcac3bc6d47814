//! Functions of arrays.

mod assign;
mod construct;
mod describe;
mod edit;
mod search;
mod text;

pub(crate) use assign::{ASSIGNED_ELEMENT, ASSIGNED_SLICE};
pub(crate) use construct::{ARRAY, ARRAY_OF_ARRAYS};

use super::ScalarFunction;
use super::scalar::wrong_arguments;
use crate::error::Result;
use crate::types::{ArrayRef, ScalarType, SqlType, ValueRef};

pub(super) const FUNCTIONS: [&[ScalarFunction]; 5] = [
    construct::FUNCTIONS,
    describe::FUNCTIONS,
    edit::FUNCTIONS,
    search::FUNCTIONS,
    text::FUNCTIONS,
];

/// The type of the second argument.
fn gives_second(types: &[SqlType]) -> Result<SqlType> {
    Ok(types.get(1).copied().unwrap_or(SqlType::Unknown))
}

/// The argument as an array; `None`: NULL.
fn array_of<'a>(name: &str, arguments: &[ValueRef<'a>], at: usize) -> Result<Option<ArrayRef<'a>>> {
    match arguments.get(at) {
        Some(ValueRef::Array(array)) => Ok(Some(*array)),
        Some(ValueRef::Null) | None => Ok(None),
        Some(_) => Err(wrong_arguments(name, arguments)),
    }
}

/// The arguments that are written, and the type of elements that the last one tells ([`Needs::Element`](super::Needs)).
fn with_element<'a, 'v>(
    name: &str,
    arguments: &'a [ValueRef<'v>],
) -> Result<(&'a [ValueRef<'v>], ScalarType)> {
    match arguments.split_last() {
        Some((ValueRef::Array(empty), written)) => Ok((written, empty.element_type())),
        _ => Err(wrong_arguments(name, arguments)),
    }
}
