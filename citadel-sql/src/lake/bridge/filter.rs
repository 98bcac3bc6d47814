//! Conditions as citadel-lake has them, with SQL's meaning.
//!
//! A constant may be none of its column's type: beyond 32 bits, between two floats, a fraction beside whole numbers. SQL compares by value,
//! so the condition becomes another one of the same meaning. Nothing is negated in them, so that what is unknown may be false.

use std::cmp::Ordering;

use arrow_array::{BinaryArray, FixedSizeBinaryArray, Float32Array, Float64Array};
use arrow_schema::{DataType, SchemaRef};
use citadel_lake::{Filter, LakeTable, Operator, Value as LakeValue};

use super::{Comparison, Condition, of_lake};
use crate::arrow::{Placed, Units};
use crate::error::{Error, Result};
use crate::types::Value;
use crate::types::numeric::{Decimal, NumericRef};

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
            (DataType::FixedSizeBinary(16), Value::Uuid(uuid)) => {
                let uuids = FixedSizeBinaryArray::from(vec![uuid.as_bytes()]);
                constant(LakeValue::new(&uuids))
            }
            (DataType::Float32, Value::Real(value)) => {
                let near = *value as f32;
                let order = f64::from(near).partial_cmp(value);
                let order = order.unwrap_or(Ordering::Equal);
                float(column, op, order, |zero| {
                    Width::Float(signed(near.into(), zero) as f32)
                })
            }
            (DataType::Float64, Value::Real(value)) => float(column, op, Ordering::Equal, |zero| {
                Width::Double(signed(*value, zero))
            }),
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
            (DataType::Float32, Value::Numeric(value)) => {
                let near = value.as_ref().decimal().to_real() as f32;
                let order = beside(near.into(), value.as_ref());
                float(column, op, order, |zero| {
                    Width::Float(signed(near.into(), zero) as f32)
                })
            }
            (DataType::Float64, Value::Numeric(value)) => {
                let near = value.as_ref().decimal().to_real();
                let order = beside(near, value.as_ref());
                float(column, op, order, |zero| Width::Double(signed(near, zero)))
            }
            (kind, value) => {
                let units = Units::of(kind).ok_or_else(unfit)?;
                let placed = units.place(value).ok_or_else(unfit)?;
                whole(column, op, placed, &units)
            }
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

/// A whole number of units compared with a place among them.
fn whole(column: &str, op: Comparison, place: Placed, units: &Units) -> Filter {
    let (least, greatest) = units.range();
    let is_less = matches!(op, Comparison::Lt | Comparison::LtEq | Comparison::NotEq);
    let is_more = matches!(op, Comparison::Gt | Comparison::GtEq | Comparison::NotEq);
    let with = |operator| Filter::Compare {
        column: column.to_owned(),
        operator,
        value: LakeValue::new(&units.array(std::iter::once(Some(place.units)))),
    };
    if place.units < least {
        return if is_more { not_null(column) } else { never() };
    }
    if place.units > greatest {
        return if is_less { not_null(column) } else { never() };
    }
    match (op, place.beyond) {
        (Comparison::Eq, true) => never(),
        (Comparison::NotEq, true) => not_null(column),
        (Comparison::Lt | Comparison::LtEq, true) => with(Operator::LessOrEqual),
        (Comparison::Gt | Comparison::GtEq, true) => with(Operator::Greater),
        (op, false) => with(operator(op)),
    }
}

/// The place of a float beside a decimal number.
fn beside(float: f64, number: NumericRef<'_>) -> Ordering {
    match float.is_finite() {
        true => Decimal::exact(float).compare(&number.decimal()),
        false => float.total_cmp(&0.0),
    }
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
fn float(column: &str, op: Comparison, order: Ordering, near: impl Fn(Zero) -> Width) -> Filter {
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
        (Comparison::Eq, Ordering::Equal) => Filter::All(vec![
            least(Operator::GreaterOrEqual),
            greatest(Operator::LessOrEqual),
        ]),
        (Comparison::NotEq, Ordering::Equal) => {
            Filter::Any(vec![least(Operator::Less), greatest(Operator::Greater)])
        }
        (Comparison::Eq, _) => never(),
        (Comparison::NotEq, _) => not_null(column),
        (Comparison::Lt, Ordering::Equal) => least(Operator::Less),
        (Comparison::GtEq, Ordering::Equal) => least(Operator::GreaterOrEqual),
        (Comparison::LtEq, Ordering::Equal) => greatest(Operator::LessOrEqual),
        (Comparison::Gt, Ordering::Equal) => greatest(Operator::Greater),
        // The float lies below the constant.
        (Comparison::Lt | Comparison::LtEq, Ordering::Less) => greatest(Operator::LessOrEqual),
        (Comparison::Gt | Comparison::GtEq, Ordering::Less) => greatest(Operator::Greater),
        // Above it.
        (Comparison::Lt | Comparison::LtEq, Ordering::Greater) => least(Operator::Less),
        (Comparison::Gt | Comparison::GtEq, Ordering::Greater) => least(Operator::GreaterOrEqual),
    }
}
