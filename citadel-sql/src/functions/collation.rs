//! What COLLATE means to expressions.

use super::scalar::{ArgumentKind, gives_text, wrong_arguments};
use super::{Added, Callee, Needs, ScalarFunction};
use crate::error::{Error, SqlState};
use crate::types::{Collation, Value, ValueRef};

/// `x COLLATE c`: x itself. Whoever compares it finds the collation there.
pub(crate) static COLLATED: ScalarFunction = ScalarFunction {
    name: "collate",
    arity: 2..=2,
    arguments: &[ArgumentKind::Text],
    result_type: gives_text,
    strict: true,
    needs: Needs::Nothing,
    eval: |arguments| match arguments {
        [ValueRef::Text(text), ValueRef::Text(_)] => Ok(Value::Text((*text).to_owned())),
        _ => Err(wrong_arguments("collate", arguments)),
    },
};

/// What stands for a text where it is compared by a collation.
pub(crate) static COLLATION_KEY: ScalarFunction = ScalarFunction {
    name: "collation_key",
    arity: 2..=2,
    arguments: &[ArgumentKind::Text],
    result_type: gives_text,
    strict: true,
    needs: Needs::Nothing,
    eval: |arguments| match arguments {
        [ValueRef::Text(text), ValueRef::Text(name)] => match Collation::named(name) {
            Some(collation) => Ok(Value::Text(collation.key(text).into_owned())),
            None => Err(unknown_collation(name)),
        },
        _ => Err(wrong_arguments("collation_key", arguments)),
    },
};

/// There is no collation of this name.
pub(crate) fn unknown_collation(name: &str) -> Error {
    Error::sql(
        SqlState::UNDEFINED_OBJECT,
        format!("collation \"{name}\" does not exist"),
    )
}

/// The collation of what is written with COLLATE.
pub(crate) fn collated_by(
    function: &Callee,
    name: Option<&Value>,
    added: &Added,
) -> Option<Collation> {
    match name {
        Some(Value::Text(name)) if function.is(&COLLATED) => {
            Collation::named(name).or_else(|| added.collation(name))
        }
        _ => None,
    }
}
