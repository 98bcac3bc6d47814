//! Arithmetic over columns: typed loops for INTEGER and REAL, value by value for the rest.

use super::compare::union;
use super::node::ArithmeticOp;
use super::values::{Rows, Values};
use crate::batch::{Column, ColumnData};
use crate::error::Result;
use crate::types::arithmetic as scalar;
use crate::types::number_text::finite;
use crate::types::{SqlType, Value, ValueRef};

/// `-x`.
pub(super) fn negate(operand: &Values<'_>, rows: Rows<'_>) -> Result<Column> {
    collect(rows, |i| scalar::negate(operand.get(i)))
}

/// `left op right`.
pub(super) fn arithmetic(
    op: ArithmeticOp,
    left: &Values<'_>,
    right: &Values<'_>,
    rows: Rows<'_>,
) -> Result<Column> {
    if let (Some(a), Some(b)) = (Side::integers(left), Side::integers(right))
        && let Some(f) = on_integers(op)
    {
        return typed(&a, &b, rows, f, Column::from_integers);
    }
    if let (Some(a), Some(b)) = (Side::reals(left), Side::reals(right))
        && let Some(f) = on_reals(op)
    {
        return typed(&a, &b, rows, f, Column::from_reals);
    }
    let f = on_values(op);
    collect(rows, |i| f(left.get(i), right.get(i)))
}

/// Values of one type without their enum.
enum Side<'a, T> {
    Column(&'a [T], &'a [bool]),
    Constant(T),
}

impl<'a> Side<'a, i64> {
    fn integers(values: &'a Values<'_>) -> Option<Self> {
        match values {
            Values::Constant(Value::Integer(v)) => Some(Self::Constant(*v)),
            values => match values.as_column()?.data() {
                ColumnData::Integer(v) => Some(Self::Column(v, values.as_column()?.nulls())),
                _ => None,
            },
        }
    }
}

impl<'a> Side<'a, f64> {
    fn reals(values: &'a Values<'_>) -> Option<Self> {
        match values {
            Values::Constant(Value::Real(v)) => Some(Self::Constant(*v)),
            values => match values.as_column()?.data() {
                ColumnData::Real(v) => Some(Self::Column(v, values.as_column()?.nulls())),
                _ => None,
            },
        }
    }
}

impl<T: Copy> Side<'_, T> {
    fn get(&self, i: usize) -> T {
        match self {
            Self::Column(values, _) => values[i],
            Self::Constant(value) => *value,
        }
    }

    fn nulls(&self) -> &[bool] {
        match self {
            Self::Column(_, nulls) => nulls,
            Self::Constant(_) => &[],
        }
    }
}

fn typed<T: Copy + Default>(
    a: &Side<'_, T>,
    b: &Side<'_, T>,
    rows: Rows<'_>,
    f: impl Fn(T, T) -> Result<T>,
    column: impl Fn(Vec<T>) -> Column,
) -> Result<Column> {
    let nulls = union(a.nulls(), b.nulls());
    let mut out = Vec::with_capacity(rows.len());
    for i in 0..rows.len() {
        let null = nulls.get(i).copied().unwrap_or(false);
        out.push(if null {
            T::default()
        } else {
            f(a.get(i), b.get(i))?
        });
    }
    Ok(column(out).with_nulls(nulls))
}

fn on_integers(op: ArithmeticOp) -> Option<fn(i64, i64) -> Result<i64>> {
    Some(match op {
        ArithmeticOp::Add => scalar::add_integers,
        ArithmeticOp::Subtract => scalar::subtract_integers,
        ArithmeticOp::Multiply => scalar::multiply_integers,
        ArithmeticOp::Divide => scalar::divide_integers,
        ArithmeticOp::Modulo => scalar::modulo_integers,
        ArithmeticOp::Concat => return None,
    })
}

fn on_reals(op: ArithmeticOp) -> Option<fn(f64, f64) -> Result<f64>> {
    Some(match op {
        ArithmeticOp::Add => |a, b| finite(a + b),
        ArithmeticOp::Subtract => |a, b| finite(a - b),
        ArithmeticOp::Multiply => |a, b| finite(a * b),
        ArithmeticOp::Divide => scalar::divide_reals,
        ArithmeticOp::Modulo => scalar::modulo_reals,
        ArithmeticOp::Concat => return None,
    })
}

fn on_values(op: ArithmeticOp) -> fn(ValueRef<'_>, ValueRef<'_>) -> Result<Value> {
    match op {
        ArithmeticOp::Add => scalar::add,
        ArithmeticOp::Subtract => scalar::subtract,
        ArithmeticOp::Multiply => scalar::multiply,
        ArithmeticOp::Divide => scalar::divide,
        ArithmeticOp::Modulo => scalar::modulo,
        ArithmeticOp::Concat => scalar::concat,
    }
}

fn collect(rows: Rows<'_>, mut value: impl FnMut(usize) -> Result<Value>) -> Result<Column> {
    let mut out = Column::new(SqlType::Unknown, rows.len());
    for i in 0..rows.len() {
        out.push(value(i)?.as_ref())?;
    }
    Ok(out)
}
