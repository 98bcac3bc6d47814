//! Scalar functions that are added.

use std::fmt;

use super::Signature;
use super::signature::is_of;
use crate::error::Result;
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::{SqlType, Value, ValueRef};

type Call = Box<dyn Fn(&[ValueRef<'_>]) -> Result<Value> + Send + Sync>;

/// A function of one row.
pub(crate) struct AddedScalar {
    name: String,
    signature: Signature,
    call: Call,
    /// What plans ask of any function.
    traits: ScalarFunction,
}

/// Arguments of an added function are decided by its [`Signature`], so that the kinds say nothing.
const ANY: &[ArgumentKind] = &[ArgumentKind::Any];

impl AddedScalar {
    /// A function of a lower-case name.
    pub(crate) fn new(name: String, signature: Signature, call: Call) -> Self {
        let traits = ScalarFunction {
            name: "",
            arity: signature.arity(),
            arguments: ANY,
            result_type: |_| Ok(SqlType::Unknown),
            strict: !signature.takes_nulls,
            needs: match signature.volatile {
                true => Needs::Volatile,
                false => Needs::Nothing,
            },
            eval: |_| Ok(Value::Null),
        };
        Self {
            name,
            signature,
            call,
            traits,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn signature(&self) -> &Signature {
        &self.signature
    }

    /// What plans ask of any function.
    pub(crate) fn traits(&self) -> &ScalarFunction {
        &self.traits
    }

    /// Computes one row.
    ///
    /// # Errors
    /// Those of the program; a result of another type than the function said.
    pub(crate) fn call(&self, arguments: &[ValueRef<'_>]) -> Result<Value> {
        let value = (self.call)(arguments)?;
        match is_of(&value, self.signature.result) {
            true => Ok(value),
            false => Err(super::gave(&self.name, &value, self.signature.result)),
        }
    }
}

impl fmt::Debug for AddedScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.signature)
    }
}
