//! Functions of the bits of INTEGERs: what `&`, `|`, `#`, `~`, `<<` and `>>` mean.

use super::scalar::{ArgumentKind, gives_integer, wrong_arguments};
use super::{Needs, ScalarFunction};
use crate::error::Result;
use crate::types::{Value, ValueRef};

/// Two integers make one.
const fn of_two(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 2..=2,
        arguments: &[ArgumentKind::Integer],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// One integer makes another.
const fn of_one(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[ArgumentKind::Integer],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

// The operators' are called as in PostgreSQL.
pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    of_two("int8and", |a| both("int8and", a, |x, y| x & y)),
    of_two("int8or", |a| both("int8or", a, |x, y| x | y)),
    of_two("int8xor", |a| both("int8xor", a, |x, y| x ^ y)),
    of_two("int8shl", |a| both("int8shl", a, shift_left)),
    of_two("int8shr", |a| {
        both("int8shr", a, |x, by| match by.checked_neg() {
            Some(by) => shift_left(x, by),
            None => 0,
        })
    }),
    of_one("int8not", |a| one("int8not", a, |x| !x)),
    of_one("bit_count", |a| {
        one("bit_count", a, |x| i64::from(x.count_ones()))
    }),
];

fn both(name: &str, arguments: &[ValueRef<'_>], of: fn(i64, i64) -> i64) -> Result<Value> {
    match arguments {
        [ValueRef::Integer(x), ValueRef::Integer(y)] => Ok(Value::Integer(of(*x, *y))),
        _ => Err(wrong_arguments(name, arguments)),
    }
}

fn one(name: &str, arguments: &[ValueRef<'_>], of: fn(i64) -> i64) -> Result<Value> {
    match arguments {
        [ValueRef::Integer(x)] => Ok(Value::Integer(of(*x))),
        _ => Err(wrong_arguments(name, arguments)),
    }
}

/// Nothing is left of a number that is shifted by 64 or more, but its sign to the right; a negative count shifts the other way.
fn shift_left(x: i64, by: i64) -> i64 {
    match by {
        0..64 => x << by,
        64.. => 0,
        -63..0 => x >> -by,
        _ => x >> 63,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_by_any_count() {
        for (x, by, left) in [
            (1, 3, 8),
            (1, 63, i64::MIN),
            (1, 64, 0),
            (-8, -1, -4),
            (-8, -64, -1),
            (7, i64::MIN, 0),
        ] {
            assert_eq!(shift_left(x, by), left, "{x} << {by}");
        }
    }
}
