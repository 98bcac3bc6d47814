//! Functions of one vector. Distances are operators, made from their functions by `bind`.

use super::ScalarFunction;
use super::scalar::{ArgumentKind, gives_first, gives_integer, gives_real, wrong_arguments};
use crate::types::number_text::finite;
use crate::types::{Value, ValueRef};

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: "vector_dims",
        arity: 1..=1,
        arguments: &[ArgumentKind::Vector],
        result_type: gives_integer,
        strict: true,
        eval: |a| match a {
            [ValueRef::Vector(v)] => Ok(Value::Integer(i64::try_from(v.len()).unwrap_or(0))),
            _ => Err(wrong_arguments("vector_dims", a)),
        },
    },
    ScalarFunction {
        name: "vector_norm",
        arity: 1..=1,
        arguments: &[ArgumentKind::Vector],
        result_type: gives_real,
        strict: true,
        eval: |a| match a {
            [ValueRef::Vector(v)] => finite(norm(v)).map(Value::Real),
            _ => Err(wrong_arguments("vector_norm", a)),
        },
    },
    ScalarFunction {
        name: "l2_normalize",
        arity: 1..=1,
        arguments: &[ArgumentKind::Vector],
        result_type: gives_first,
        strict: true,
        eval: |a| match a {
            [ValueRef::Vector(v)] => Ok(Value::Vector(normalized(v))),
            _ => Err(wrong_arguments("l2_normalize", a)),
        },
    },
];

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
}
