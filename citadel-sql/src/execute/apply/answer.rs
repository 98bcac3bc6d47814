//! One answer of a query, by running it.

use std::cmp::Ordering;

use super::later::{Later, with_params};
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::{BinaryOp, SubqueryKind};
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::types::{Value, ValueRef, compare};

/// What a query answers. `operand` is what ANY compares.
pub(super) fn answer(
    plan: &Later,
    kind: SubqueryKind,
    operand: ValueRef<'_>,
    params: &[Value],
    context: &ExecContext<'_>,
) -> Result<Value> {
    let mut rows = plan.start(params)?;
    let mut context = with_params(context, params);
    let mut batch = Batch::default();
    match kind {
        SubqueryKind::Exists => rows.next(&mut context, &mut batch, 1).map(Value::Boolean),
        SubqueryKind::Scalar => {
            let mut found = None;
            while rows.next(&mut context, &mut batch, 2)? {
                if batch.rows > 1 || found.is_some() {
                    return Err(too_many_rows());
                }
                found = batch.columns.first().map(|column| column.get(0).to_owned());
            }
            Ok(found.unwrap_or(Value::Null))
        }
        SubqueryKind::Any(op) => {
            let mut any = Value::Boolean(false);
            while rows.next(&mut context, &mut batch, BATCH_ROWS)? {
                context.check_interrupt()?;
                for row in 0..batch.rows {
                    let value = batch.columns.first().map_or(ValueRef::Null, |c| c.get(row));
                    match meets(op, operand, value) {
                        Some(true) => return Ok(Value::Boolean(true)),
                        Some(false) => {}
                        None => any = Value::Null,
                    }
                }
            }
            Ok(any)
        }
    }
}

/// A comparison; `None` where a side is NULL.
pub(super) fn meets(op: BinaryOp, left: ValueRef<'_>, right: ValueRef<'_>) -> Option<bool> {
    let order = compare(left, right)?;
    Some(match op {
        BinaryOp::Eq => order == Ordering::Equal,
        BinaryOp::NotEq => order != Ordering::Equal,
        BinaryOp::Lt => order == Ordering::Less,
        BinaryOp::LtEq => order != Ordering::Greater,
        BinaryOp::Gt => order == Ordering::Greater,
        BinaryOp::GtEq => order != Ordering::Less,
        _ => return None,
    })
}

/// A query that is a value has more than one.
pub(super) fn too_many_rows() -> Error {
    Error::sql(
        SqlState::CARDINALITY_VIOLATION,
        "a query used as a value gave more than one row",
    )
}
