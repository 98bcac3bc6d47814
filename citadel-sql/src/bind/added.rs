//! Calls of functions that the program added.

use std::sync::Arc;

use super::bound::{Expr, ExprKind};
use super::call::{undefined_for, wrong_count};
use super::expr::ExprBinder;
use super::typing::{self, Strength};
use crate::error::{Error, Position, Result};
use crate::functions::{AddedScalar, Callee, Signature};
use crate::types::SqlType;

impl ExprBinder<'_, '_> {
    /// A call of a scalar function.
    pub(super) fn added(
        &mut self,
        function: &Arc<AddedScalar>,
        mut arguments: Vec<Expr>,
        position: Option<Position>,
    ) -> Result<Expr> {
        let signature = function.signature();
        self.added_arguments((function.name(), signature), &mut arguments, position)?;
        Ok(Expr {
            ty: signature.result(),
            kind: ExprKind::Function {
                function: Callee::Added(Arc::clone(function)),
                arguments,
            },
            position,
        })
    }

    /// Brings arguments to the types that a signature wants.
    ///
    /// # Errors
    /// They cannot be; what is bound is to be stored.
    pub(super) fn added_arguments(
        &mut self,
        (name, signature): (&str, &Signature),
        arguments: &mut [Expr],
        position: Option<Position>,
    ) -> Result<()> {
        if self.binder.stores {
            return Err(kept(name).at(position));
        }
        self.binder.parameters.uses_added = true;
        if !signature.arity().contains(&arguments.len()) {
            return Err(wrong_count(name, arguments.len(), position));
        }
        for (at, argument) in arguments.iter_mut().enumerate() {
            self.decide(argument, signature.parameter(at), Strength::Exact)?;
            typing::settle(argument);
        }
        let types: Vec<SqlType> = arguments.iter().map(|argument| argument.ty).collect();
        for (at, argument) in arguments.iter_mut().enumerate() {
            let wanted = signature.parameter(at);
            if !takes(wanted, argument.ty) {
                return Err(undefined_for(name, &types, position));
            }
            if wanted.is_numeric() {
                self.binder.parameters.convert(argument, wanted)?;
            }
        }
        Ok(())
    }
}

/// A definition that the database keeps outlives what a program adds.
pub(super) fn kept(name: &str) -> Error {
    Error::unsupported(format!(
        "{name}, which the program added to its connection, in a definition that the database keeps"
    ))
}

/// May an argument of a type be given where another is wanted?
fn takes(wanted: SqlType, given: SqlType) -> bool {
    match (wanted, given) {
        (SqlType::Unknown, _) | (_, SqlType::Unknown) => true,
        (SqlType::Real, given) => given.is_numeric(),
        (SqlType::Numeric, given) => matches!(given, SqlType::Numeric | SqlType::Integer),
        (SqlType::Vector(wanted), SqlType::Vector(given)) => {
            wanted.is_bits() == given.is_bits() && (wanted.dim.is_none() || wanted.dim == given.dim)
        }
        (wanted, given) => wanted == given,
    }
}
