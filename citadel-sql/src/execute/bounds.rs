//! Constants of a plan as bounds of keys: exact, whatever their types.
//!
//! `id < 8.5` is `id <= 8`, and `id = 8.5` is nothing; a REAL column compared with 2^53 + 1 is compared with the
//! nearest REAL on the right side. A bound that is NULL is satisfied by nothing.

use std::cmp::Ordering;
use std::ops::Bound;

use crate::bind::bound::Expr;
use crate::error::{Error, Result, SqlState};
use crate::expression::constant;
use crate::plan::{LimitBounds, Points, Range, RangeEnd};
use crate::schema::RowId;
use crate::store::RowIdRange;
use crate::types::numeric::{Decimal, Rounding};
use crate::types::{Numeric, NumericRef, SqlType, Value, compare_integer_real};

/// 2^63: one above the greatest INTEGER, and exact.
const INTEGER_LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// LIMIT and OFFSET of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LimitRows {
    /// Rows to skip.
    pub(crate) offset: u64,
    /// Rows to give after them.
    pub(crate) limit: Option<u64>,
}

impl LimitRows {
    /// Evaluates both. NULL means none; a negative number is an error.
    pub(crate) fn evaluate(bounds: &LimitBounds, params: &[Value]) -> Result<Self> {
        Ok(Self {
            offset: count(bounds.offset.as_ref(), "OFFSET", params)?.unwrap_or(0),
            limit: count(bounds.limit.as_ref(), "LIMIT", params)?,
        })
    }

    /// Skipped and given rows together; `None`: all.
    pub(crate) fn total(self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_add(self.offset))
    }
}

fn count(expr: Option<&Expr>, clause: &str, params: &[Value]) -> Result<Option<u64>> {
    let Some(expr) = expr else {
        return Ok(None);
    };
    match constant(expr, params)? {
        Value::Null => Ok(None),
        Value::Integer(rows) => u64::try_from(rows).map(Some).map_err(|_| {
            Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("{clause} must not be negative"),
            )
            .at(expr.position)
        }),
        other => Err(Error::sql(
            SqlState::DATATYPE_MISMATCH,
            format!("{clause} must be INTEGER, not {}", other.sql_type()),
        )
        .at(expr.position)),
    }
}

/// The row ids that are equal to some of the constants: ascending, each once. `ids` is empty before.
pub(super) fn row_ids(keys: &Points, params: &[Value], ids: &mut Vec<RowId>) -> Result<()> {
    for key in keys.exprs() {
        for value in keys.values_of(constant(key, params)?) {
            let id = point(&value, SqlType::Integer).map_err(|e| e.at(key.position))?;
            if let Some(Value::Integer(id)) = id {
                ids.push(RowId(id));
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(())
}

/// The row ids in a range.
pub(super) fn row_id_range(range: &Range, params: &[Value]) -> Result<RowIdRange> {
    let ends = ends(range, SqlType::Integer, params)?;
    let Some((low, high)) = ends else {
        return Ok(RowIdRange::NONE);
    };
    let first = match low {
        Bound::Included(Value::Integer(first)) => Some(first),
        Bound::Excluded(Value::Integer(before)) => before.checked_add(1),
        _ => Some(i64::MIN),
    };
    let last = match high {
        Bound::Included(Value::Integer(last)) => Some(last),
        Bound::Excluded(Value::Integer(after)) => after.checked_sub(1),
        _ => Some(i64::MAX),
    };
    Ok(match (first, last) {
        (Some(first), Some(last)) => RowIdRange { first, last },
        _ => RowIdRange::NONE,
    })
}

/// Both ends of a range as values of the column's type; `None`: nothing is within.
pub(super) fn ends(
    range: &Range,
    ty: SqlType,
    params: &[Value],
) -> Result<Option<(Bound<Value>, Bound<Value>)>> {
    let low = end(range.low.as_ref(), ty, Side::Low, params)?;
    let high = end(range.high.as_ref(), ty, Side::High, params)?;
    Ok(low.zip(high))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Low,
    High,
}

fn end(
    end: Option<&RangeEnd>,
    ty: SqlType,
    side: Side,
    params: &[Value],
) -> Result<Option<Bound<Value>>> {
    let Some(end) = end else {
        return Ok(Some(Bound::Unbounded));
    };
    let value = constant(&end.value, params)?;
    bound(value, end.inclusive, ty, side).map_err(|error| error.at(end.value.position))
}

/// One end as a value of the column's type; `None`: nothing is within.
fn bound(value: Value, inclusive: bool, ty: SqlType, side: Side) -> Result<Option<Bound<Value>>> {
    Ok(match (value, ty) {
        (Value::Null, _) => None,
        (Value::Real(real), SqlType::Integer) => integer_bound(real, inclusive, side),
        (Value::Integer(integer), SqlType::Real) => Some(real_bound(integer, inclusive, side)),
        (Value::Numeric(number), SqlType::Integer) => {
            numeric_bound(number.as_ref(), inclusive, side)
        }
        (Value::Numeric(number), SqlType::Real) => {
            let nearest = number.as_ref().decimal().to_real();
            if !nearest.is_finite() {
                let is_open = (nearest > 0.0) == (side == Side::High);
                return Ok(is_open.then_some(Bound::Unbounded));
            }
            let order = number.as_ref().compare_real(nearest);
            Some(beside(Value::Real(nearest), order, inclusive, side))
        }
        (value, SqlType::Numeric) => {
            exact_numeric(&value)?.map(|number| given(Value::Numeric(number), inclusive))
        }
        (value, ty) if value.sql_type() == ty => Some(given(value, inclusive)),
        (value, ty) => return Err(mismatch(&value, ty)),
    })
}

/// The NUMERIC that a number is, exactly.
fn exact_numeric(value: &Value) -> Result<Option<Numeric>> {
    match value {
        Value::Null => Ok(None),
        Value::Integer(number) => Ok(Some((*number).into())),
        Value::Real(number) if number.is_finite() => Decimal::exact(*number).finish().map(Some),
        Value::Numeric(number) => Ok(Some(number.clone())),
        other => Err(mismatch(other, SqlType::Numeric)),
    }
}

/// `column < 8.5` for an INTEGER column and an exact number.
fn numeric_bound(number: NumericRef<'_>, inclusive: bool, side: Side) -> Option<Bound<Value>> {
    if let Some(whole) = number.as_integer() {
        return Some(given(Value::Integer(whole), inclusive));
    }
    match number.decimal().to_integer(Rounding::Down) {
        // Between this integer and the next.
        Some(below) => Some(match side {
            Side::Low => Bound::Excluded(Value::Integer(below)),
            Side::High => Bound::Included(Value::Integer(below)),
        }),
        None => ((side == Side::Low) == number.is_negative()).then_some(Bound::Unbounded),
    }
}

fn given(value: Value, inclusive: bool) -> Bound<Value> {
    if inclusive {
        Bound::Included(value)
    } else {
        Bound::Excluded(value)
    }
}

/// `column < 8.5` for an INTEGER column.
fn integer_bound(real: f64, inclusive: bool, side: Side) -> Option<Bound<Value>> {
    let (least, greatest) = (
        Bound::Included(Value::Integer(i64::MIN)),
        Bound::Included(Value::Integer(i64::MAX)),
    );
    if real >= INTEGER_LIMIT {
        return (side == Side::High).then_some(greatest);
    }
    if real < -INTEGER_LIMIT {
        return (side == Side::Low).then_some(least);
    }
    let whole = real.trunc();
    let value = Value::Integer(whole as i64);
    Some(match side {
        _ if whole == real => given(value, inclusive),
        // Between two integers: the one toward zero is `whole`.
        Side::Low if real > 0.0 => Bound::Excluded(value),
        Side::Low => Bound::Included(value),
        Side::High if real > 0.0 => Bound::Included(value),
        Side::High => Bound::Excluded(value),
    })
}

/// `column < 9007199254740993` for a REAL column.
fn real_bound(integer: i64, inclusive: bool, side: Side) -> Bound<Value> {
    let nearest = integer as f64;
    let order = compare_integer_real(integer, nearest);
    beside(Value::Real(nearest), order, inclusive, side)
}

/// A bound that is so beside the nearest value that a column can have.
fn beside(value: Value, order: Ordering, inclusive: bool, side: Side) -> Bound<Value> {
    match (order, side) {
        (Ordering::Equal, _) => given(value, inclusive),
        // No REAL is between the constant and the nearest one.
        (Ordering::Greater, Side::Low) | (Ordering::Less, Side::High) => Bound::Excluded(value),
        (Ordering::Greater, Side::High) | (Ordering::Less, Side::Low) => Bound::Included(value),
    }
}

/// The value of the column's type that equals a constant, if there is one.
pub(super) fn point(value: &Value, ty: SqlType) -> Result<Option<Value>> {
    Ok(match (value, ty) {
        (Value::Null, _) => None,
        (Value::Real(real), SqlType::Integer) => {
            let whole = real.trunc();
            let within = (-INTEGER_LIMIT..INTEGER_LIMIT).contains(real);
            (within && whole == *real).then_some(Value::Integer(whole as i64))
        }
        (Value::Integer(integer), SqlType::Real) => {
            let real = *integer as f64;
            compare_integer_real(*integer, real)
                .is_eq()
                .then_some(Value::Real(real))
        }
        (Value::Numeric(number), SqlType::Integer) => {
            number.as_ref().as_integer().map(Value::Integer)
        }
        (Value::Numeric(number), SqlType::Real) => {
            let real = number.as_ref().decimal().to_real();
            let is_it = real.is_finite() && number.as_ref().compare_real(real).is_eq();
            is_it.then_some(Value::Real(real))
        }
        (value, SqlType::Numeric) => exact_numeric(value)?.map(Value::Numeric),
        (value, ty) if value.sql_type() == ty => Some(value.clone()),
        (value, ty) => return Err(mismatch(value, ty)),
    })
}

#[cold]
fn mismatch(value: &Value, ty: SqlType) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!(
            "values of types {ty} and {} do not compare",
            value.sql_type()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types;
    use proptest::prelude::*;

    fn within(value: &Value, low: &Bound<Value>, high: &Bound<Value>) -> bool {
        let order = |a: &Value| types::compare(value.as_ref(), a.as_ref()).unwrap();
        (match low {
            Bound::Unbounded => true,
            Bound::Included(low) => order(low).is_ge(),
            Bound::Excluded(low) => order(low).is_gt(),
        }) && (match high {
            Bound::Unbounded => true,
            Bound::Included(high) => order(high).is_le(),
            Bound::Excluded(high) => order(high).is_lt(),
        })
    }

    fn number() -> impl Strategy<Value = Value> {
        let near = prop_oneof![
            Just(0i64),
            Just(i64::MIN),
            Just(i64::MAX),
            Just(1 << 53),
            Just(-(1 << 53))
        ];
        prop_oneof![
            (near.clone(), -4i64..4).prop_map(|(a, b)| Value::Integer(a.saturating_add(b))),
            (near, -4i64..4, 0usize..4).prop_map(|(a, b, part)| {
                Value::Real(a as f64 + b as f64 + [0.0, 0.25, 0.5, -0.5][part])
            }),
            Just(Value::Real(1e300)),
            Just(Value::Real(-1e300)),
        ]
    }

    proptest! {
        #[test]
        fn bounds_agree_with_comparison(
            constant in number(),
            candidate in number(),
            inclusive in any::<bool>(),
            low in any::<bool>(),
        ) {
            let ty = candidate.sql_type();
            let side = if low { Side::Low } else { Side::High };
            let order = types::compare(candidate.as_ref(), constant.as_ref()).unwrap();
            let wanted = match (side, inclusive) {
                (Side::Low, true) => order.is_ge(),
                (Side::Low, false) => order.is_gt(),
                (Side::High, true) => order.is_le(),
                (Side::High, false) => order.is_lt(),
            };
            let got = match bound(constant.clone(), inclusive, ty, side).unwrap() {
                None => false,
                Some(end) if low => within(&candidate, &end, &Bound::Unbounded),
                Some(end) => within(&candidate, &Bound::Unbounded, &end),
            };
            prop_assert_eq!(got, wanted);
            let equal = point(&constant, ty).unwrap();
            let is_equal = equal.is_some_and(|v| types::compare(v.as_ref(), candidate.as_ref()) == Some(Ordering::Equal));
            prop_assert_eq!(is_equal, order.is_eq());
        }
    }
}
