//! Aggregates of values in an order: percentiles, and the value that is there most often.

use crate::error::{Error, Result, SqlState};
use crate::functions::AggregateFunction;
use crate::types::arithmetic::{add, multiply, subtract};
use crate::types::{ArrayBuilder, SqlType, Value, ValueRef, total_order};

/// The values of each group, which come in their order.
#[derive(Clone, Debug)]
pub(super) struct OrderedSet {
    function: AggregateFunction,
    /// A fraction of the values, or an array of them.
    fraction: Value,
    groups: Vec<Vec<Value>>,
    ty: SqlType,
}

impl OrderedSet {
    pub(super) fn new(function: AggregateFunction, argument: SqlType, fraction: &Value) -> Self {
        let is_continuous = function == AggregateFunction::Percentile { continuous: true };
        let one = match argument {
            SqlType::Interval => SqlType::Interval,
            _ if is_continuous => SqlType::Real,
            ty => ty,
        };
        let ty = match fraction {
            Value::Array(_) => one.scalar().map_or(SqlType::Unknown, SqlType::Array),
            _ => one,
        };
        Self {
            function,
            fraction: fraction.clone(),
            groups: Vec::new(),
            ty,
        }
    }

    pub(super) fn result_type(&self) -> SqlType {
        self.ty
    }

    /// Bytes of memory of the values, but for long texts.
    pub(super) fn heap_bytes(&self) -> usize {
        let values = self.groups.iter().map(Vec::capacity).sum::<usize>();
        self.groups.capacity() * size_of::<Vec<Value>>() + values * size_of::<Value>()
    }

    pub(super) fn grow(&mut self, groups: usize) {
        self.groups.resize(groups, Vec::new());
    }

    pub(super) fn clear(&mut self, group: usize) {
        self.groups[group].clear();
    }

    /// Appends a value that is not NULL.
    pub(super) fn add(&mut self, group: usize, value: ValueRef<'_>) {
        self.groups[group].push(value.to_owned());
    }

    pub(super) fn result(&self, group: usize) -> Result<Value> {
        let values = &self.groups[group];
        if values.is_empty() {
            return Ok(Value::Null);
        }
        if self.function == AggregateFunction::Mode {
            return Ok(most_frequent(values));
        }
        let Value::Array(fractions) = &self.fraction else {
            return self.percentile(values, self.fraction.as_ref());
        };
        let element = self.ty.element().ok_or_else(|| wrong(self.ty))?;
        let fractions = fractions.as_ref();
        let mut builder = ArrayBuilder::new(element);
        for fraction in fractions {
            builder.push(self.percentile(values, fraction)?.as_ref())?;
        }
        Ok(Value::Array(builder.finish(&fractions.shape())))
    }

    fn percentile(&self, values: &[Value], fraction: ValueRef<'_>) -> Result<Value> {
        let fraction = match fraction {
            ValueRef::Null => return Ok(Value::Null),
            ValueRef::Real(fraction) if (0.0..=1.0).contains(&fraction) => fraction,
            ValueRef::Real(fraction) => {
                return Err(Error::sql(
                    SqlState::NUMERIC_OUT_OF_RANGE,
                    format!("percentile value {fraction} is not between 0 and 1"),
                ));
            }
            other => return Err(wrong(other.sql_type())),
        };
        let last = values.len() - 1;
        if self.function == (AggregateFunction::Percentile { continuous: false }) {
            let place = (fraction * values.len() as f64).ceil() as usize;
            return Ok(values[place.saturating_sub(1).min(last)].clone());
        }
        let place = fraction * last as f64;
        let below = (place.floor() as usize).min(last);
        let above = (place.ceil() as usize).min(last);
        between(&values[below], &values[above], place - place.floor())
    }
}

/// The value so far on the way from one to the other.
fn between(low: &Value, high: &Value, share: f64) -> Result<Value> {
    let number = |value: &Value| match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        Value::Numeric(value) => Some(value.as_ref().decimal().to_real()),
        _ => None,
    };
    if let (Some(low), Some(high)) = (number(low), number(high)) {
        return Ok(Value::Real(match share == 0.0 {
            true => low,
            false => low + (high - low) * share,
        }));
    }
    if share == 0.0 {
        return Ok(low.clone());
    }
    let length = subtract(high.as_ref(), low.as_ref())?;
    let part = multiply(length.as_ref(), ValueRef::Real(share))?;
    add(low.as_ref(), part.as_ref())
}

/// The first of those that are there most often.
fn most_frequent(values: &[Value]) -> Value {
    let mut best: (&Value, usize) = (&Value::Null, 0);
    let runs = values.chunk_by(|a, b| total_order(a.as_ref(), b.as_ref()).is_eq());
    for run in runs {
        if run.len() > best.1 {
            best = (&run[0], run.len());
        }
    }
    best.0.clone()
}

fn wrong(ty: SqlType) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("a fraction is {}, not {ty}", SqlType::Real),
    )
}
