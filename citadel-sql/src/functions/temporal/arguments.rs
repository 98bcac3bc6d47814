//! What these functions share: tables of one line each, and their hidden arguments.

use std::ops::RangeInclusive;

use crate::error::Result;
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::temporal::Zone;
use crate::types::{SqlType, TimestampTz, Value, ValueRef};

/// The type of a result, by those of the arguments.
pub(super) type ResultType = fn(&[SqlType]) -> Result<SqlType>;

/// What computes a row.
pub(super) type Eval = fn(&[ValueRef<'_>]) -> Result<Value>;

/// A strict function.
pub(super) const fn function(
    name: &'static str,
    arity: RangeInclusive<usize>,
    arguments: &'static [ArgumentKind],
    result_type: ResultType,
    eval: Eval,
) -> ScalarFunction {
    needing(name, arity, arguments, result_type, (Needs::Nothing, eval))
}

/// A strict function that takes more than its arguments.
pub(super) const fn needing(
    name: &'static str,
    arity: RangeInclusive<usize>,
    arguments: &'static [ArgumentKind],
    result_type: ResultType,
    (needs, eval): (Needs, Eval),
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity,
        arguments,
        result_type,
        strict: true,
        needs,
        eval,
    }
}

pub(super) fn gives_date(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Date)
}

pub(super) fn gives_time(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Time)
}

pub(super) fn gives_timestamp(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Timestamp)
}

pub(super) fn gives_timestamptz(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::TimestampTz)
}

pub(super) fn gives_interval(_: &[SqlType]) -> Result<SqlType> {
    Ok(SqlType::Interval)
}

/// The arguments that are written, and the zone behind them.
pub(super) fn with_zone<'a, 'v>(
    arguments: &'a [ValueRef<'v>],
) -> Result<(&'a [ValueRef<'v>], Zone)> {
    match arguments {
        [written @ .., ValueRef::Text(zone)] => Ok((written, Zone::of_name(zone)?)),
        written => Ok((written, Zone::default())),
    }
}

/// The arguments that are written, and the moment and the zone behind them.
pub(super) fn with_clock<'a, 'v>(
    arguments: &'a [ValueRef<'v>],
) -> Result<(&'a [ValueRef<'v>], Option<TimestampTz>, Zone)> {
    let (arguments, zone) = with_zone(arguments)?;
    match arguments {
        [written @ .., ValueRef::TimestampTz(now)] => Ok((written, Some(*now), zone)),
        written => Ok((written, None, zone)),
    }
}
