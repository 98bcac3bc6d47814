//! From a pushed-down condition to a predicate of a segment: constants get their values, and conditions by value their
//! truths.

use std::ops::Bound;

use citadel_vector::{AttributeValue, Predicate, Segment, Truth};
use uuid::Uuid;

use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::Expr;
use crate::expression::{CompiledExpr, Rows, constant};
use crate::plan::vector::{Comparison, Condition, Filter, FilterPlace};
use crate::types::numeric::Decimal;
use crate::types::{
    Date, LikePattern, LikeTail, SqlType, Time, Timestamp, TimestampTz, Value, ValueRef,
};

/// Makes predicates of one segment.
pub(super) struct Resolver<'a> {
    pub(super) segment: &'a Segment,
    pub(super) params: &'a [Value],
}

impl Resolver<'_> {
    /// The predicate that means the same. `None`: a constant has no value (`1 / 0`), or one that the column is not compared with,
    /// or there are too many distinct values; then the rows decide.
    pub(super) fn predicate(&self, condition: &Condition) -> Option<Predicate> {
        let predicate = match condition {
            Condition::And(parts) => return self.all(parts).map(Predicate::And),
            Condition::Or(parts) => return self.all(parts).map(Predicate::Or),
            Condition::Not(inner) => {
                return self.predicate(inner).map(Box::new).map(Predicate::Not);
            }
            Condition::Constant(expr) => match constant(expr, self.params).ok()? {
                Value::Boolean(true) => Predicate::True,
                Value::Boolean(false) => Predicate::Not(Box::new(Predicate::True)),
                Value::Null => Predicate::Unknown,
                _ => return None,
            },
            Condition::Compare { filter, op, value } => {
                compare(place(*filter), *op, self.value(*filter, value)?)
            }
            Condition::In { filter, list } => {
                let list = list.iter().map(|expr| self.value(*filter, expr));
                Predicate::In(place(*filter), list.collect::<Option<_>>()?)
            }
            Condition::Between { filter, low, high } => Predicate::Range {
                column: place(*filter),
                lower: Bound::Included(self.value(*filter, low)?),
                upper: Bound::Included(self.value(*filter, high)?),
            },
            Condition::IsDistinct { filter, value } => {
                is_distinct(place(*filter), self.value(*filter, value)?)
            }
            Condition::IsNull(filter) => Predicate::IsNull(place(*filter)),
            Condition::Like {
                filter,
                pattern,
                escape,
                expr,
            } => match self.prefix(*filter, pattern, *escape)? {
                (predicate, true) => predicate,
                (_, false) => self.by_value(*filter, expr)?,
            },
            Condition::ByValue { filter, expr } => self.by_value(*filter, expr)?,
        };
        self.segment.can_answer(&predicate).ok()?;
        Some(predicate)
    }

    /// A predicate that is true wherever the condition is, where there is one that says anything.
    pub(super) fn implied(&self, condition: &Condition) -> Option<Predicate> {
        if let Some(predicate) = self.predicate(condition) {
            return Some(predicate);
        }
        match condition {
            Condition::And(parts) => {
                let parts: Vec<_> = parts.iter().filter_map(|part| self.implied(part)).collect();
                (!parts.is_empty()).then_some(Predicate::And(parts))
            }
            Condition::Or(parts) => {
                let parts = parts.iter().map(|part| self.implied(part));
                parts.collect::<Option<_>>().map(Predicate::Or)
            }
            Condition::Like {
                filter,
                pattern,
                escape,
                ..
            } => {
                let (predicate, _) = self.prefix(*filter, pattern, *escape)?;
                self.segment.can_answer(&predicate).ok()?;
                Some(predicate)
            }
            _ => None,
        }
    }

    fn all(&self, conditions: &[Condition]) -> Option<Vec<Predicate>> {
        conditions
            .iter()
            .map(|condition| self.predicate(condition))
            .collect()
    }

    /// A constant as the filter column is compared with it; the types are those that SQL compares.
    fn value(&self, filter: Filter, expr: &Expr) -> Option<AttributeValue> {
        let value = constant(expr, self.params).ok()?;
        let value = as_held(value, filter.ty)?;
        let ty = value.sql_type();
        let is_compared =
            value.is_null() || ty == filter.ty || (ty.is_numeric() && filter.ty.is_numeric());
        crate::ann::attribute_value(value.as_ref()).filter(|_| is_compared)
    }

    /// Strings that begin as the pattern does, and whether those are all that match it.
    fn prefix(
        &self,
        filter: Filter,
        pattern: &Expr,
        escape: Option<char>,
    ) -> Option<(Predicate, bool)> {
        let pattern = match constant(pattern, self.params).ok()? {
            Value::Text(text) => LikePattern::new(&text, escape, false).ok()?,
            Value::Null => return Some((Predicate::Unknown, true)),
            _ => return None,
        };
        let column = place(filter);
        let (prefix, tail) = pattern.prefix();
        let prefix = prefix.into_bytes();
        if tail == LikeTail::Nothing {
            return Some((Predicate::Eq(column, AttributeValue::Bytes(prefix)), true));
        }
        let mut end = prefix.clone();
        let upper = match end.last_mut() {
            // No byte of UTF-8 is 255.
            Some(last) => {
                *last = last.saturating_add(1);
                Bound::Excluded(AttributeValue::Bytes(end))
            }
            None => Bound::Unbounded,
        };
        let range = Predicate::Range {
            column,
            lower: Bound::Included(AttributeValue::Bytes(prefix)),
            upper,
        };
        Some((range, tail == LikeTail::Anything))
    }

    /// The condition for NULL and each distinct value, where one batch holds them.
    fn by_value(&self, filter: Filter, expr: &Expr) -> Option<Predicate> {
        let FilterPlace::Attribute(place) = filter.place else {
            return None;
        };
        let column = &self.segment.attributes().get(place)?.column;
        if column.distinct()? >= BATCH_ROWS {
            return None;
        }
        let mut values = Column::new(filter.ty, BATCH_ROWS);
        values.push_null();
        for value in column.distinct_values()? {
            push(&mut values, filter.ty, &value)?;
        }
        let rows = Rows::All(values.len());
        let batch = Batch {
            rows: values.len(),
            columns: vec![values],
        };
        let compiled = CompiledExpr::compile(expr, &[filter.column], self.params).ok()?;
        let results = compiled.evaluate(&batch, rows).ok()?;
        let truth = |at| match results.get(at) {
            ValueRef::Boolean(truth) => Some(Some(truth)),
            ValueRef::Null => Some(None),
            _ => None,
        };
        Some(Predicate::ByValue {
            column: place,
            truths: (0..batch.rows).map(truth).collect::<Option<Vec<Truth>>>()?,
        })
    }
}

/// A number as a column of its type is compared with it. `None`: the rows decide.
fn as_held(value: Value, ty: SqlType) -> Option<Value> {
    match (&value, ty) {
        (Value::Integer(number), SqlType::Numeric) => Some(Value::Numeric((*number).into())),
        (Value::Real(number), SqlType::Numeric) => {
            Decimal::exact(*number).finish().ok().map(Value::Numeric)
        }
        (Value::Numeric(number), SqlType::Integer | SqlType::Real) => {
            number.as_ref().as_integer().map(Value::Integer)
        }
        _ => Some(value),
    }
}

fn place(filter: Filter) -> usize {
    match filter.place {
        FilterPlace::Attribute(place) => place,
        FilterPlace::RowId => Predicate::ROW_ID,
    }
}

fn compare(column: usize, op: Comparison, value: AttributeValue) -> Predicate {
    let (lower, upper) = match op {
        Comparison::Eq => return Predicate::Eq(column, value),
        Comparison::Lt => (Bound::Unbounded, Bound::Excluded(value)),
        Comparison::LtEq => (Bound::Unbounded, Bound::Included(value)),
        Comparison::Gt => (Bound::Excluded(value), Bound::Unbounded),
        Comparison::GtEq => (Bound::Included(value), Bound::Unbounded),
    };
    Predicate::Range {
        column,
        lower,
        upper,
    }
}

/// True or false, never unknown.
fn is_distinct(column: usize, value: AttributeValue) -> Predicate {
    let not = |predicate| Predicate::Not(Box::new(predicate));
    match value {
        AttributeValue::Null => not(Predicate::IsNull(column)),
        value => Predicate::Or(vec![
            Predicate::IsNull(column),
            not(Predicate::Eq(column, value)),
        ]),
    }
}

/// Appends a value of a segment as the SQL value that it was made from.
fn push(column: &mut Column, ty: SqlType, value: &AttributeValue) -> Option<()> {
    let value = match value {
        AttributeValue::Null => ValueRef::Null,
        AttributeValue::Integer(value) => match ty {
            SqlType::Date => ValueRef::Date(Date::from_days(i32::try_from(*value).ok()?)?),
            SqlType::Time => ValueRef::Time(Time::from_micros(*value)?),
            SqlType::Timestamp => ValueRef::Timestamp(Timestamp::from_micros(*value)?),
            SqlType::TimestampTz => ValueRef::TimestampTz(TimestampTz::from_micros(*value)?),
            _ => ValueRef::Integer(*value),
        },
        AttributeValue::Real(value) => ValueRef::Real(*value),
        AttributeValue::Boolean(value) => ValueRef::Boolean(*value),
        AttributeValue::Bytes(bytes) if ty == SqlType::Text => {
            ValueRef::Text(std::str::from_utf8(bytes).ok()?)
        }
        // Of what it was made is not known: another interval may have its length, another number its value.
        AttributeValue::Bytes(_) if matches!(ty, SqlType::Interval | SqlType::Numeric) => {
            return None;
        }
        AttributeValue::Bytes(bytes) if ty == SqlType::Uuid => {
            ValueRef::Uuid(Uuid::from_slice(bytes).ok()?)
        }
        AttributeValue::Bytes(bytes) => ValueRef::Blob(bytes),
    };
    column.push(value).ok()
}
