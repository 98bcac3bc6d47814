//! RAISE of triggers, as the binder writes it down.

use super::{ArgumentKind, Needs, ScalarFunction};
use crate::error::{Error, SqlState};
use crate::types::{SqlType, ValueRef};

/// `RAISE(ABORT, message)`: the statement fails.
pub(crate) static RAISE_ABORT: ScalarFunction = ScalarFunction {
    name: "raise",
    arity: 1..=1,
    arguments: &[ArgumentKind::Text],
    result_type: |_| Ok(SqlType::Boolean),
    strict: false,
    needs: Needs::Volatile,
    eval: |arguments| {
        let message = match arguments {
            [ValueRef::Text(message)] => *message,
            _ => "",
        };
        Err(Error::sql(SqlState::RAISED, message))
    },
};

/// `RAISE(IGNORE)`: the row is left alone. The error is for whoever runs the trigger, and ends there.
pub(crate) static RAISE_IGNORE: ScalarFunction = ScalarFunction {
    name: "raise",
    arity: 0..=0,
    arguments: &[],
    result_type: |_| Ok(SqlType::Boolean),
    strict: false,
    needs: Needs::Volatile,
    eval: |_| Err(Error::sql(SqlState::ROW_IGNORED, "the row is ignored")),
};
