//! Comparisons. INTEGER and REAL columns against a constant or each other run over plain slices.

use std::cmp::Ordering;

use super::node::CompareOp;
use super::values::booleans;
use super::values::{Rows, Values};
use crate::batch::{Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::types::{self, Value, ValueRef};

impl CompareOp {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::NotEq => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::LtEq => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::GtEq => order.is_ge(),
        }
    }

    /// The operator with its operands exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Eq | Self::NotEq => self,
            Self::Lt => Self::Gt,
            Self::LtEq => Self::GtEq,
            Self::Gt => Self::Lt,
            Self::GtEq => Self::LtEq,
        }
    }
}

/// The order of two values; `None` if either is NULL; values of types that do not compare are an error.
pub(super) fn order(left: ValueRef<'_>, right: ValueRef<'_>) -> Result<Option<Ordering>> {
    match types::compare(left, right) {
        None if !left.is_null() && !right.is_null() => Err(incomparable(left, right)),
        order => Ok(order),
    }
}

/// Are two values equal? `None` if either is NULL.
pub(super) fn equal(left: ValueRef<'_>, right: ValueRef<'_>) -> Result<Option<bool>> {
    Ok(order(left, right)?.map(Ordering::is_eq))
}

#[cold]
fn incomparable(left: ValueRef<'_>, right: ValueRef<'_>) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!(
            "values of types {} and {} do not compare",
            left.sql_type(),
            right.sql_type()
        ),
    )
}

/// `left op right`.
pub(super) fn compare(
    op: CompareOp,
    left: &Values<'_>,
    right: &Values<'_>,
    rows: Rows<'_>,
) -> Result<Column> {
    if let (Some(column), Values::Constant(constant)) = (left.as_column(), right) {
        if let Some(result) = with_constant(op, column, constant) {
            return Ok(result);
        }
    } else if let (Values::Constant(constant), Some(column)) = (left, right.as_column()) {
        if let Some(result) = with_constant(op.mirrored(), column, constant) {
            return Ok(result);
        }
    } else if let (Some(left), Some(right)) = (left.as_column(), right.as_column())
        && let Some(result) = columns(op, left, right)
    {
        return Ok(result);
    }
    booleans(rows, |i| {
        Ok(order(left.get(i), right.get(i))?.map(|order| op.holds(order)))
    })
}

fn with_constant(op: CompareOp, column: &Column, constant: &Value) -> Option<Column> {
    let flags = match (column.data(), constant) {
        (ColumnData::Integer(values), Value::Integer(constant)) => against(op, values, constant),
        (ColumnData::Real(values), Value::Real(constant)) => against(op, values, constant),
        _ => return None,
    };
    Some(Column::from_booleans(flags).with_nulls(column.nulls().to_vec()))
}

/// One loop for each operator, so that each is a plain vector compare.
fn against<T: PartialOrd + Copy>(op: CompareOp, values: &[T], constant: &T) -> Vec<bool> {
    let c = *constant;
    match op {
        CompareOp::Eq => values.iter().map(|&v| v == c).collect(),
        CompareOp::NotEq => values.iter().map(|&v| v != c).collect(),
        CompareOp::Lt => values.iter().map(|&v| v < c).collect(),
        CompareOp::LtEq => values.iter().map(|&v| v <= c).collect(),
        CompareOp::Gt => values.iter().map(|&v| v > c).collect(),
        CompareOp::GtEq => values.iter().map(|&v| v >= c).collect(),
    }
}

fn columns(op: CompareOp, left: &Column, right: &Column) -> Option<Column> {
    let flags = match (left.data(), right.data()) {
        (ColumnData::Integer(a), ColumnData::Integer(b)) => pairwise(op, a, b),
        (ColumnData::Real(a), ColumnData::Real(b)) => pairwise(op, a, b),
        _ => return None,
    };
    Some(Column::from_booleans(flags).with_nulls(union(left.nulls(), right.nulls())))
}

fn pairwise<T: PartialOrd>(op: CompareOp, left: &[T], right: &[T]) -> Vec<bool> {
    let pairs = left.iter().zip(right);
    match op {
        CompareOp::Eq => pairs.map(|(a, b)| a == b).collect(),
        CompareOp::NotEq => pairs.map(|(a, b)| a != b).collect(),
        CompareOp::Lt => pairs.map(|(a, b)| a < b).collect(),
        CompareOp::LtEq => pairs.map(|(a, b)| a <= b).collect(),
        CompareOp::Gt => pairs.map(|(a, b)| a > b).collect(),
        CompareOp::GtEq => pairs.map(|(a, b)| a >= b).collect(),
    }
}

/// Rows that are NULL on either side; empty lists mean none.
pub(super) fn union(left: &[bool], right: &[bool]) -> Vec<bool> {
    match (left.is_empty(), right.is_empty()) {
        (true, _) => right.to_vec(),
        (_, true) => left.to_vec(),
        _ => left.iter().zip(right).map(|(a, b)| a | b).collect(),
    }
}

/// `left IS [NOT] DISTINCT FROM right`: never NULL.
pub(super) fn is_distinct(
    left: &Values<'_>,
    right: &Values<'_>,
    negated: bool,
    rows: Rows<'_>,
) -> Column {
    let flags = (0..rows.len()).map(|i| {
        let equal = types::total_order(left.get(i), right.get(i)).is_eq();
        equal == negated
    });
    Column::from_booleans(flags.collect())
}

/// `operand [NOT] BETWEEN low AND high`.
pub(super) fn between(
    operand: &Values<'_>,
    low: &Values<'_>,
    high: &Values<'_>,
    negated: bool,
    rows: Rows<'_>,
) -> Result<Column> {
    booleans(rows, |i| {
        let value = operand.get(i);
        let above = order(value, low.get(i))?.map(Ordering::is_ge);
        let below = order(value, high.get(i))?.map(Ordering::is_le);
        let inside = match (above, below) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        Ok(inside.map(|inside| inside != negated))
    })
}

/// `operand [NOT] IN (list)`.
pub(super) fn in_list(
    operand: &Values<'_>,
    list: &[Values<'_>],
    negated: bool,
    rows: Rows<'_>,
) -> Result<Column> {
    booleans(rows, |i| {
        let value = operand.get(i);
        let mut found = Some(false);
        for item in list {
            match equal(value, item.get(i))? {
                Some(true) => return Ok(Some(!negated)),
                Some(false) => {}
                None => found = None,
            }
        }
        Ok(found.map(|found| found != negated))
    })
}
