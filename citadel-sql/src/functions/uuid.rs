//! UUIDs.

use uuid::Uuid;

use super::{Needs, ScalarFunction};
use crate::error::Result;
use crate::types::{SqlType, Value, ValueRef};

const fn fresh(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 0..=0,
        arguments: &[],
        result_type: |_| Ok(SqlType::Uuid),
        strict: true,
        needs: Needs::Volatile,
        eval,
    }
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    fresh("gen_random_uuid", random),
    fresh("uuid", random),
    fresh("uuidv4", random),
    // Those of later milliseconds are greater.
    fresh("uuidv7", |_| Ok(Value::Uuid(Uuid::now_v7()))),
];

fn random(_: &[ValueRef<'_>]) -> Result<Value> {
    Ok(Value::Uuid(Uuid::new_v4()))
}
