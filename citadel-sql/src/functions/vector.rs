//! Functions of one vector. Distances are operators, made from their functions by `bind`.

use std::ops::Range;

use super::scalar::{ArgumentKind, gives_first, gives_integer, gives_real, wrong_arguments};
use super::{Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::types::number_text::finite;
use crate::types::{Element, SqlType, Value, ValueRef, VectorType};

/// The function whose constant arguments tell the dimension of what it gives.
pub(crate) const SUBVECTOR: &str = "subvector";

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: "vector_dims",
        arity: 1..=1,
        arguments: &[ArgumentKind::AnyVector],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Vector(v)] => Ok(dims(v.len())),
            [ValueRef::Bits(v)] => Ok(dims(v.dim())),
            _ => Err(wrong_arguments("vector_dims", a)),
        },
    },
    ScalarFunction {
        name: "vector_norm",
        arity: 1..=1,
        arguments: &[ArgumentKind::Vector],
        result_type: gives_real,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Vector(v)] => finite(norm(v)).map(Value::Real),
            _ => Err(wrong_arguments("vector_norm", a)),
        },
    },
    ScalarFunction {
        name: "l2_normalize",
        arity: 1..=1,
        arguments: &[ArgumentKind::Vector],
        result_type: gives_numbers,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Vector(v)] => Ok(Value::Vector(normalized(v))),
            _ => Err(wrong_arguments("l2_normalize", a)),
        },
    },
    ScalarFunction {
        name: "binary_quantize",
        arity: 1..=1,
        arguments: &[ArgumentKind::Vector],
        result_type: gives_bits,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Vector(v)] => Ok(Value::Bits(v.iter().map(|c| *c > 0.0).collect())),
            _ => Err(wrong_arguments("binary_quantize", a)),
        },
    },
    ScalarFunction {
        name: SUBVECTOR,
        arity: 3..=3,
        arguments: &[
            ArgumentKind::Vector,
            ArgumentKind::Integer,
            ArgumentKind::Integer,
        ],
        result_type: |_| Ok(SqlType::VECTOR),
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [
                ValueRef::Vector(v),
                ValueRef::Integer(start),
                ValueRef::Integer(count),
            ] => subvector(v, *start, *count).map(Value::Vector),
            _ => Err(wrong_arguments(SUBVECTOR, a)),
        },
    },
];

/// The dimension of the argument, f32.
fn gives_numbers(types: &[SqlType]) -> Result<SqlType> {
    gives_first(types).map(SqlType::evaluated)
}

/// As many bits as the argument has numbers.
fn gives_bits(types: &[SqlType]) -> Result<SqlType> {
    let dim = match types {
        [SqlType::Vector(vector)] => vector.dim,
        _ => None,
    };
    Ok(SqlType::Vector(VectorType {
        dim,
        element: Element::Bit,
    }))
}

fn dims(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(0))
}

/// `count` components from the first, second, … on; those that the vector has not are left out, as substr does.
fn subvector(vector: &[f32], start: i64, count: i64) -> Result<Vec<f32>> {
    let part = part_of_vector(vector.len(), start, count);
    if part.is_empty() {
        return Err(Error::sql(
            SqlState::DATA_EXCEPTION,
            format!(
                "a vector of {} dimensions has no {count} components from {start} on",
                vector.len()
            ),
        ));
    }
    Ok(vector[part].to_vec())
}

/// The places, from 0, of the components of a vector that [`SUBVECTOR`] gives.
pub(crate) fn part_of_vector(dim: usize, start: i64, count: i64) -> Range<usize> {
    let end = start.saturating_add(count.max(0)).saturating_sub(1);
    let place = |at: i64| usize::try_from(at.max(0)).unwrap_or(usize::MAX).min(dim);
    place(start.saturating_sub(1))..place(end)
}

fn norm(vector: &[f32]) -> f64 {
    vector
        .iter()
        .map(|&c| f64::from(c) * f64::from(c))
        .sum::<f64>()
        .sqrt()
}

/// The vector of length 1 in the same direction; a zero vector stays zero.
fn normalized(vector: &[f32]) -> Vec<f32> {
    let norm = norm(vector);
    if norm == 0.0 {
        return vector.to_vec();
    }
    vector
        .iter()
        .map(|&c| (f64::from(c) / norm) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizing() {
        assert_eq!(normalized(&[3.0, 4.0]), [0.6, 0.8]);
        assert_eq!(normalized(&[0.0, 0.0]), [0.0, 0.0]);
        // The squares overflow f32, not f64.
        assert_eq!(normalized(&[f32::MAX, 0.0]), [1.0, 0.0]);
        assert_eq!(norm(&[3.0, 4.0]), 5.0);
    }

    #[test]
    fn parts_of_a_vector() {
        let v = [1.0, 2.0, 3.0];
        assert_eq!(subvector(&v, 2, 2).unwrap(), [2.0, 3.0]);
        assert_eq!(subvector(&v, 0, 2).unwrap(), [1.0]);
        assert_eq!(subvector(&v, 3, i64::MAX).unwrap(), [3.0]);
        for (start, count) in [(4, 1), (1, 0), (1, -1), (i64::MIN, 5)] {
            assert!(subvector(&v, start, count).is_err(), "{start} {count}");
        }
    }
}
