//! Conditions as citadel-lake has them, with SQL's meaning.
//!
//! A constant may be none of its column's type: beyond 32 bits, between two floats, a fraction beside whole numbers. SQL compares by value,
//! so the condition becomes another one of the same meaning. Nothing is negated in them, so that what is unknown may be false.

use arrow_array::{BinaryArray, Float32Array, Float64Array, Int32Array, Int64Array};
use arrow_schema::{DataType, SchemaRef};
use citadel_lake::{Filter, LakeTable, Operator, Value as LakeValue};

use super::{Comparison, Condition, of_lake};
use crate::error::{Error, Result};
use crate::types::Value;

/// Makes filters of conditions on a table's columns.
pub(super) struct Filters {
    schema: SchemaRef,
}

impl Filters {
    pub(super) fn of(table: &LakeTable) -> Result<Self> {
        Ok(Self {
            schema: table.schema().map_err(of_lake)?,
        })
    }

    pub(super) fn filter(&self, condition: &Condition<Value>) -> Result<Filter> {
        Ok(match condition {
            Condition::Compare { column, op, value } => self.compare(column, *op, value)?,
            Condition::In { column, list } => Filter::Any(
                list.iter()
                    .map(|value| self.compare(column, Comparison::Eq, value))
                    .collect::<Result<_>>()?,
            ),
            Condition::IsNull(column) => Filter::IsNull(column.clone()),
            Condition::IsNotNull(column) => not_null(column),
            Condition::All(parts) => Filter::All(self.all(parts)?),
            Condition::Any(parts) => Filter::Any(self.all(parts)?),
        })
    }

    fn all(&self, parts: &[Condition<Value>]) -> Result<Vec<Filter>> {
        parts.iter().map(|part| self.filter(part)).collect()
    }

    fn compare(&self, column: &str, op: Comparison, value: &Value) -> Result<Filter> {
        let unfit = || {
            Error::unsupported(format!(
                "a comparison of the lake's column \"{column}\" with a value of type {}",
                value.sql_type()
            ))
        };
        let field = self.schema.field_with_name(column).map_err(|_| unfit())?;
        let constant = |value: LakeValue| Filter::Compare {
            column: column.to_owned(),
            operator: operator(op),
            value,
        };
        Ok(match (field.data_type(), value) {
            (_, Value::Null) => never(),
            (DataType::Boolean, Value::Boolean(value)) => constant((*value).into()),
            (DataType::Utf8, Value::Text(text)) => constant(text.as_str().into()),
            (DataType::LargeBinary, Value::Blob(bytes)) => {
                constant(LakeValue::new(&BinaryArray::from(vec![bytes.as_slice()])))
            }
            (DataType::Int32, Value::Integer(value)) => {
                whole(column, op, i128::from(*value), false, Whole::Int)
            }
            (DataType::Int64, Value::Integer(value)) => {
                whole(column, op, i128::from(*value), false, Whole::Long)
            }
            (DataType::Int32, Value::Real(value)) => fraction(column, op, *value, Whole::Int),
            (DataType::Int64, Value::Real(value)) => fraction(column, op, *value, Whole::Long),
            (DataType::Float32, Value::Real(value)) => {
                let near = *value as f32;
                let order = f64::from(near).partial_cmp(value);
                let order = order.unwrap_or(std::cmp::Ordering::Equal);
                float(column, op, order, |zero| {
                    Width::Float(signed(near.into(), zero) as f32)
                })
            }
            (DataType::Float64, Value::Real(value)) => {
                float(column, op, std::cmp::Ordering::Equal, |zero| {
                    Width::Double(signed(*value, zero))
                })
            }
            (DataType::Float32, Value::Integer(value)) => {
                let near = *value as f32;
                let order = exact(near.into()).cmp(&i128::from(*value));
                float(column, op, order, |zero| {
                    Width::Float(signed(near.into(), zero) as f32)
                })
            }
            (DataType::Float64, Value::Integer(value)) => {
                let near = *value as f64;
                let order = exact(near).cmp(&i128::from(*value));
                float(column, op, order, |zero| Width::Double(signed(near, zero)))
            }
            _ => return Err(unfit()),
        })
    }
}

fn operator(op: Comparison) -> Operator {
    match op {
        Comparison::Eq => Operator::Equal,
        Comparison::NotEq => Operator::NotEqual,
        Comparison::Lt => Operator::Less,
        Comparison::LtEq => Operator::LessOrEqual,
        Comparison::Gt => Operator::Greater,
        Comparison::GtEq => Operator::GreaterOrEqual,
    }
}

/// No row.
fn never() -> Filter {
    Filter::Any(Vec::new())
}

fn not_null(column: &str) -> Filter {
    Filter::Not(Box::new(Filter::IsNull(column.to_owned())))
}

/// A width of whole numbers.
#[derive(Clone, Copy)]
enum Whole {
    Int,
    Long,
}

impl Whole {
    fn range(self) -> (i128, i128) {
        match self {
            Self::Int => (i32::MIN.into(), i32::MAX.into()),
            Self::Long => (i64::MIN.into(), i64::MAX.into()),
        }
    }

    fn value(self, value: i128) -> LakeValue {
        match self {
            Self::Int => LakeValue::new(&Int32Array::from(vec![value as i32])),
            Self::Long => LakeValue::new(&Int64Array::from(vec![value as i64])),
        }
    }
}

/// A whole number compared with `value`, or with something between that and the next one (`beyond`).
fn whole(column: &str, op: Comparison, value: i128, beyond: bool, width: Whole) -> Filter {
    let (least, greatest) = width.range();
    let is_less = matches!(op, Comparison::Lt | Comparison::LtEq | Comparison::NotEq);
    let is_more = matches!(op, Comparison::Gt | Comparison::GtEq | Comparison::NotEq);
    let with = |operator, value| Filter::Compare {
        column: column.to_owned(),
        operator,
        value: width.value(value),
    };
    if value < least {
        return if is_more { not_null(column) } else { never() };
    }
    if value > greatest {
        return if is_less { not_null(column) } else { never() };
    }
    match (op, beyond) {
        (Comparison::Eq, true) => never(),
        (Comparison::NotEq, true) => not_null(column),
        (Comparison::Lt | Comparison::LtEq, true) => with(Operator::LessOrEqual, value),
        (Comparison::Gt | Comparison::GtEq, true) => with(Operator::Greater, value),
        (op, false) => with(operator(op), value),
    }
}

/// A whole number compared with a fraction.
fn fraction(column: &str, op: Comparison, value: f64, width: Whole) -> Filter {
    let floor = value.floor();
    whole(column, op, exact(floor), floor != value, width)
}

/// A whole float as a number; those beyond any integer become the last one.
fn exact(value: f64) -> i128 {
    value as i128
}

/// Which of the two zeros.
#[derive(Clone, Copy)]
enum Zero {
    Least,
    Greatest,
}

/// The lake tells zeros apart, SQL does not.
fn signed(value: f64, zero: Zero) -> f64 {
    match (value == 0.0, zero) {
        (true, Zero::Least) => -0.0,
        (true, Zero::Greatest) => 0.0,
        (false, _) => value,
    }
}

/// A float of either width.
enum Width {
    Float(f32),
    Double(f64),
}

/// A float compared with a constant, of which `near` is the float at hand, in that order to it.
fn float(
    column: &str,
    op: Comparison,
    order: std::cmp::Ordering,
    near: impl Fn(Zero) -> Width,
) -> Filter {
    let with = |operator, zero| Filter::Compare {
        column: column.to_owned(),
        operator,
        value: match near(zero) {
            Width::Float(value) => LakeValue::new(&Float32Array::from(vec![value])),
            Width::Double(value) => LakeValue::new(&Float64Array::from(vec![value])),
        },
    };
    let least = |operator| with(operator, Zero::Least);
    let greatest = |operator| with(operator, Zero::Greatest);
    match (op, order) {
        (Comparison::Eq, std::cmp::Ordering::Equal) => Filter::All(vec![
            least(Operator::GreaterOrEqual),
            greatest(Operator::LessOrEqual),
        ]),
        (Comparison::NotEq, std::cmp::Ordering::Equal) => {
            Filter::Any(vec![least(Operator::Less), greatest(Operator::Greater)])
        }
        (Comparison::Eq, _) => never(),
        (Comparison::NotEq, _) => not_null(column),
        (Comparison::Lt, std::cmp::Ordering::Equal) => least(Operator::Less),
        (Comparison::GtEq, std::cmp::Ordering::Equal) => least(Operator::GreaterOrEqual),
        (Comparison::LtEq, std::cmp::Ordering::Equal) => greatest(Operator::LessOrEqual),
        (Comparison::Gt, std::cmp::Ordering::Equal) => greatest(Operator::Greater),
        // The float lies below the constant.
        (Comparison::Lt | Comparison::LtEq, std::cmp::Ordering::Less) => {
            greatest(Operator::LessOrEqual)
        }
        (Comparison::Gt | Comparison::GtEq, std::cmp::Ordering::Less) => {
            greatest(Operator::Greater)
        }
        // Above it.
        (Comparison::Lt | Comparison::LtEq, std::cmp::Ordering::Greater) => least(Operator::Less),
        (Comparison::Gt | Comparison::GtEq, std::cmp::Ordering::Greater) => {
            least(Operator::GreaterOrEqual)
        }
    }
}
