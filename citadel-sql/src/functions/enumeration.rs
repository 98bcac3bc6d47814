//! Functions of ENUM types. Where the value is NULL its type alone matters.

use super::scalar::wrong_arguments;
use super::{ArgumentKind, Needs, ScalarFunction};
use crate::error::Result;
use crate::types::{Array, EnumType, EnumValue, ScalarType, SqlType, Value, ValueRef};

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: "enum_first",
        arity: 1..=1,
        arguments: &[ArgumentKind::Enum],
        result_type: |types| Ok(of_enum(types).unwrap_or(SqlType::Unknown)),
        strict: false,
        needs: Needs::Element,
        eval: |a| {
            let (ty, _) = with_type("enum_first", a)?;
            Ok(ty.values().next().map_or(Value::Null, Value::Enum))
        },
    },
    ScalarFunction {
        name: "enum_last",
        arity: 1..=1,
        arguments: &[ArgumentKind::Enum],
        result_type: |types| Ok(of_enum(types).unwrap_or(SqlType::Unknown)),
        strict: false,
        needs: Needs::Element,
        eval: |a| {
            let (ty, _) = with_type("enum_last", a)?;
            Ok(ty.values().next_back().map_or(Value::Null, Value::Enum))
        },
    },
    ScalarFunction {
        name: "enum_range",
        arity: 1..=2,
        arguments: &[ArgumentKind::Enum],
        result_type: |types| {
            let element = of_enum(types).and_then(SqlType::scalar);
            Ok(element.map_or(SqlType::Unknown, SqlType::Array))
        },
        strict: false,
        needs: Needs::Element,
        eval: range,
    },
];

fn of_enum(types: &[SqlType]) -> Option<SqlType> {
    let mut types = types.iter();
    types.find(|ty| matches!(ty, SqlType::Enum(_))).copied()
}

/// The type, and the arguments that are written.
fn with_type<'a, 'v>(
    name: &str,
    arguments: &'a [ValueRef<'v>],
) -> Result<(EnumType, &'a [ValueRef<'v>])> {
    match arguments.split_last() {
        Some((ValueRef::Array(empty), written)) => match empty.element_type() {
            ScalarType::Enum(ty) => Ok((ty, written)),
            _ => Err(wrong_arguments(name, arguments)),
        },
        _ => Err(wrong_arguments(name, arguments)),
    }
}

/// All values, or those from one to another; an end that is NULL is none.
fn range(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (ty, written) = with_type("enum_range", arguments)?;
    let end = |at: usize| match written.get(at) {
        Some(ValueRef::Enum(value)) => Some(value.place()),
        _ => None,
    };
    let (first, last) = match written.len() {
        1 => (None, None),
        _ => (end(0), end(1)),
    };
    let is_within = |value: &EnumValue| {
        first.is_none_or(|first| first <= value.place())
            && last.is_none_or(|last| value.place() <= last)
    };
    let values = ty.values().filter(is_within).map(Value::Enum);
    Array::new(ScalarType::Enum(ty), values).map(Value::Array)
}
