//! Compiled expressions: evaluated over whole batches, typed where it counts.
//!
//! An expression is compiled once per execution against the layout of the rows that it will see: columns become
//! positions, parameters become constants, and every subtree without columns is folded. A fold that fails (say
//! `1 / 0`) stays unfolded, since an error belongs to the rows that reach it, and there may be none.
//!
//! What always holds:
//! 1. An operand is evaluated for no row that SQL excludes: the right side of AND only where the left is not false,
//!    a branch of CASE only where its condition holds. The rows in question travel down as [`Rows`].
//! 2. The value of row i does not depend on the other rows, nor on how rows are cut into batches.
//! 3. Logic is three-valued; a filter keeps a row only if its condition is TRUE.

mod arithmetic;
mod array;
mod compare;
mod compile;
mod distance;
mod evaluate;
mod fold;
mod in_list;
mod literals;
mod logic;
mod measure;
mod node;
#[cfg(test)]
mod oracle;
mod values;

use crate::batch::{Batch, Column};
use crate::bind::bound::{ColumnId, Expr, ExprKind};
use crate::error::{Error, Position, Result, SqlState};
use crate::types::{SqlType, Value, ValueRef, assign};

pub(crate) use literals::fold_literals;
pub(crate) use measure::Measure;
use node::Node;
pub(crate) use values::{Rows, Values};

/// An expression, ready for rows of one layout.
#[derive(Debug)]
pub(crate) struct CompiledExpr {
    node: Node,
    ty: SqlType,
    position: Option<Position>,
}

impl CompiledExpr {
    /// Compiles against the columns that input batches will have, with the values of this execution's parameters.
    pub(crate) fn compile(expr: &Expr, layout: &[ColumnId], params: &[Value]) -> Result<Self> {
        Ok(Self {
            node: compile::compile(expr, layout, params)?,
            ty: expr.ty,
            position: expr.position,
        })
    }

    /// Compiles the conjunction of several conditions; no condition at all is `None`.
    pub(crate) fn conjunction(
        conjuncts: &[Expr],
        layout: &[ColumnId],
        params: &[Value],
    ) -> Result<Option<Self>> {
        let Some(first) = conjuncts.first() else {
            return Ok(None);
        };
        let nodes = conjuncts
            .iter()
            .map(|conjunct| compile::compile(conjunct, layout, params))
            .collect::<Result<Vec<_>>>()?;
        Ok(Some(Self {
            node: compile::and(nodes),
            ty: SqlType::Boolean,
            position: first.position,
        }))
    }

    /// The position in the input that this is, if it is nothing but a column.
    pub(crate) fn as_column(&self) -> Option<usize> {
        match self.node {
            Node::Column(at) => Some(at),
            _ => None,
        }
    }

    /// The value, if it is the same for all rows.
    pub(crate) fn as_constant(&self) -> Option<&Value> {
        match &self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Evaluates for some rows of a batch.
    pub(crate) fn evaluate<'a>(&'a self, input: &'a Batch, rows: Rows<'a>) -> Result<Values<'a>> {
        self.node.evaluate(input, rows)
    }

    /// Evaluates for all rows of a batch, into a column of its own.
    pub(crate) fn to_column(&self, input: &Batch) -> Result<Column> {
        let rows = Rows::All(input.rows);
        self.evaluate(input, rows)?
            .into_column(self.ty, rows.len())
            .map_err(|error| error.at(self.position))
    }

    /// The rows, in order, for which this condition is TRUE.
    pub(crate) fn select(
        &self,
        input: &Batch,
        rows: Rows<'_>,
        selected: &mut Vec<u32>,
    ) -> Result<()> {
        selected.clear();
        self.node.select(input, rows, selected)
    }
}

/// Appends the value of an expression without columns, fitted losslessly to a type.
pub(crate) fn push_constant(
    expr: &Expr,
    params: &[Value],
    column: &mut Column,
    ty: SqlType,
) -> Result<()> {
    if let Some(value) = at_hand(expr, params) {
        return push_fitted(value.as_ref(), expr, column, ty);
    }
    push_fitted(constant(expr, params)?.as_ref(), expr, column, ty)
}

fn push_fitted(value: ValueRef<'_>, expr: &Expr, column: &mut Column, ty: SqlType) -> Result<()> {
    if value.is_null() || value.sql_type() == ty {
        return column.push(value);
    }
    let fitted = assign(value.to_owned(), ty).map_err(|error| error.at(expr.position))?;
    column.push(fitted.as_ref())
}

/// The value of a literal or a parameter: what most constants are, and nothing has to be compiled for it.
pub(crate) fn at_hand<'a>(expr: &'a Expr, params: &'a [Value]) -> Option<&'a Value> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(value),
        ExprKind::Parameter(at) => params.get(*at),
        _ => None,
    }
}

/// The value of an expression without columns.
pub(crate) fn constant(expr: &Expr, params: &[Value]) -> Result<Value> {
    if let Some(value) = at_hand(expr, params) {
        return Ok(value.clone());
    }
    let compiled = CompiledExpr::compile(expr, &[], params)?;
    if let Some(value) = compiled.as_constant() {
        return Ok(value.clone());
    }
    let no_columns = Batch {
        columns: Vec::new(),
        rows: 1,
    };
    let values = compiled.evaluate(&no_columns, Rows::All(1))?;
    Ok(values.get(0).to_owned())
}

/// The result of a condition, where it is not NULL.
fn truth(value: ValueRef<'_>) -> Result<Option<bool>> {
    match value {
        ValueRef::Boolean(value) => Ok(Some(value)),
        ValueRef::Null => Ok(None),
        other => Err(Error::sql(
            SqlState::DATATYPE_MISMATCH,
            format!("a condition must be BOOLEAN, not {}", other.sql_type()),
        )),
    }
}
