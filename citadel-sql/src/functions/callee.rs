//! What an expression calls.

use std::ops::Deref;
use std::sync::Arc;

use super::added::{AddedScalar, AddedTable};
use super::{ScalarFunction, TableFunction};
use crate::error::Result;
use crate::types::{Value, ValueRef};

/// A scalar function as expressions hold it. What plans ask of it is what it dereferences to.
#[derive(Clone, Debug)]
pub(crate) enum Callee {
    /// One that is known everywhere.
    Known(&'static ScalarFunction),
    /// One that the program added.
    Added(Arc<AddedScalar>),
}

impl Callee {
    /// Its lower-case name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Known(function) => function.name,
            Self::Added(function) => function.name(),
        }
    }

    /// Computes one row.
    ///
    /// # Errors
    /// Those of the function.
    pub(crate) fn call(&self, arguments: &[ValueRef<'_>]) -> Result<Value> {
        match self {
            Self::Known(function) => (function.eval)(arguments),
            Self::Added(function) => function.call(arguments),
        }
    }

    /// Is it this one?
    pub(crate) fn is(&self, known: &'static ScalarFunction) -> bool {
        matches!(self, Self::Known(function) if std::ptr::eq(*function, known))
    }
}

impl Deref for Callee {
    type Target = ScalarFunction;

    fn deref(&self) -> &ScalarFunction {
        match self {
            Self::Known(function) => function,
            Self::Added(function) => function.traits(),
        }
    }
}

impl From<&'static ScalarFunction> for Callee {
    fn from(function: &'static ScalarFunction) -> Self {
        Self::Known(function)
    }
}

impl PartialEq for Callee {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => std::ptr::eq(*a, *b),
            (Self::Added(a), Self::Added(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// A function as FROM holds it.
#[derive(Clone, Debug)]
pub(crate) enum TableCallee {
    /// One that is known everywhere.
    Known(TableFunction),
    /// One that the program added.
    Added(Arc<AddedTable>),
}

impl TableCallee {
    /// Its lower-case name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Known(function) => function.name(),
            Self::Added(function) => function.name(),
        }
    }

    /// Is it this one?
    pub(crate) fn is(&self, known: TableFunction) -> bool {
        matches!(self, Self::Known(function) if *function == known)
    }
}

impl From<TableFunction> for TableCallee {
    fn from(function: TableFunction) -> Self {
        Self::Known(function)
    }
}
