//! Aggregates of values in an order: percentiles, and the value that is there most often.
//!
//! The values of a group come in their order, and how many there are is known before: so no more of them are held than are
//! asked for. One group comes after the other.

use crate::error::{Error, Result, SqlState};
use crate::functions::AggregateFunction;
use crate::types::arithmetic::{add, multiply, subtract};
use crate::types::{ArrayBuilder, SqlType, Value, ValueRef, total_order};

#[derive(Clone, Debug)]
pub(super) struct OrderedSet {
    function: AggregateFunction,
    /// A fraction of the values, or an array of them.
    fraction: Value,
    ty: SqlType,
    /// Values of the group at hand.
    count: u64,
    /// Those that have come.
    seen: u64,
    /// The places that are asked for, ascending, and the values at those that have come.
    places: Vec<u64>,
    picked: Vec<Value>,
    /// Equal values that come now, and the most that have come.
    run: Option<(Value, u64)>,
    most: Option<(Value, u64)>,
}

/// Where a percentile is: between two places, so far on the way.
#[derive(Clone, Copy, Debug)]
struct Place {
    below: u64,
    above: u64,
    share: f64,
}

impl OrderedSet {
    pub(super) fn new(function: &AggregateFunction, argument: SqlType, fraction: &Value) -> Self {
        let is_continuous = *function == AggregateFunction::Percentile { continuous: true };
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
            function: function.clone(),
            fraction: fraction.clone(),
            ty,
            count: 0,
            seen: 0,
            places: Vec::new(),
            picked: Vec::new(),
            run: None,
            most: None,
        }
    }

    pub(super) fn result_type(&self) -> SqlType {
        self.ty
    }

    /// Begins a group of so many values.
    pub(super) fn begin(&mut self, count: u64) {
        self.count = count;
        self.seen = 0;
        self.places.clear();
        self.picked.clear();
        (self.run, self.most) = (None, None);
        if count == 0 || self.function == AggregateFunction::Mode {
            return;
        }
        // What is no fraction is told with the result.
        let mut places: Vec<u64> = Vec::new();
        let mut note = |fraction: ValueRef<'_>| {
            if let Ok(Some(place)) = self.place(fraction) {
                places.extend([place.below, place.above]);
            }
        };
        match &self.fraction {
            Value::Array(fractions) => fractions.as_ref().iter().for_each(&mut note),
            fraction => note(fraction.as_ref()),
        }
        places.sort_unstable();
        places.dedup();
        self.places = places;
    }

    /// The next value, which is not NULL.
    pub(super) fn add(&mut self, value: ValueRef<'_>) {
        if self.function == AggregateFunction::Mode {
            match &mut self.run {
                Some((of, count)) if total_order(of.as_ref(), value).is_eq() => *count += 1,
                _ => {
                    self.end_run();
                    self.run = Some((value.to_owned(), 1));
                }
            }
        } else if self.places.get(self.picked.len()) == Some(&self.seen) {
            self.picked.push(value.to_owned());
        }
        self.seen += 1;
    }

    /// Of equally long runs the first one stays.
    fn end_run(&mut self) {
        if let Some((value, count)) = self.run.take()
            && self.most.as_ref().is_none_or(|(_, most)| count > *most)
        {
            self.most = Some((value, count));
        }
    }

    pub(super) fn result(&self) -> Result<Value> {
        if self.count == 0 {
            return Ok(Value::Null);
        }
        if self.function == AggregateFunction::Mode {
            let mut whole = self.clone();
            whole.end_run();
            return Ok(whole.most.map_or(Value::Null, |(value, _)| value));
        }
        let Value::Array(fractions) = &self.fraction else {
            return self.percentile(self.fraction.as_ref());
        };
        let element = self.ty.element().ok_or_else(|| wrong(self.ty))?;
        let fractions = fractions.as_ref();
        let mut builder = ArrayBuilder::new(element);
        for fraction in fractions {
            builder.push(self.percentile(fraction)?.as_ref())?;
        }
        Ok(Value::Array(builder.finish(&fractions.shape())))
    }

    fn percentile(&self, fraction: ValueRef<'_>) -> Result<Value> {
        let Some(place) = self.place(fraction)? else {
            return Ok(Value::Null);
        };
        let (below, above) = (self.at(place.below)?, self.at(place.above)?);
        if self.function == (AggregateFunction::Percentile { continuous: false }) {
            return Ok(below.clone());
        }
        between(below, above, place.share)
    }

    /// `None`: the fraction is NULL.
    fn place(&self, fraction: ValueRef<'_>) -> Result<Option<Place>> {
        let fraction = match fraction {
            ValueRef::Null => return Ok(None),
            ValueRef::Real(fraction) if (0.0..=1.0).contains(&fraction) => fraction,
            ValueRef::Real(fraction) => {
                return Err(Error::sql(
                    SqlState::NUMERIC_OUT_OF_RANGE,
                    format!("percentile value {fraction} is not between 0 and 1"),
                ));
            }
            other => return Err(wrong(other.sql_type())),
        };
        let last = self.count.saturating_sub(1);
        if self.function == (AggregateFunction::Percentile { continuous: false }) {
            let place = (fraction * self.count as f64).ceil() as u64;
            let place = place.saturating_sub(1).min(last);
            return Ok(Some(Place {
                below: place,
                above: place,
                share: 0.0,
            }));
        }
        let place = fraction * last as f64;
        Ok(Some(Place {
            below: (place.floor() as u64).min(last),
            above: (place.ceil() as u64).min(last),
            share: place - place.floor(),
        }))
    }

    /// The value at a place that was asked for.
    fn at(&self, place: u64) -> Result<&Value> {
        let at = self.places.binary_search(&place).ok();
        at.and_then(|at| self.picked.get(at)).ok_or_else(|| {
            Error::sql(
                SqlState::INTERNAL_ERROR,
                "a percentile is of other values than were counted",
            )
        })
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

fn wrong(ty: SqlType) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("a fraction is {}, not {ty}", SqlType::Real),
    )
}
