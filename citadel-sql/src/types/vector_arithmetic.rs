//! Arithmetic on vectors of numbers: `+`, `-`, `*` by component, `||` end to end.

use super::Value;
use super::vector_text::{check, dimension_mismatch};
use crate::error::{Error, Result, SqlState};

/// Computes each component from those of two vectors of one dimension.
///
/// # Errors
/// The dimensions differ; a component is beyond f32.
pub(crate) fn by_component(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> Result<Value> {
    if a.len() != b.len() {
        return Err(dimension_mismatch(a.len(), b.len()));
    }
    let vector: Vec<f32> = a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect();
    match vector.iter().position(|c| !c.is_finite()) {
        None => Ok(Value::Vector(vector)),
        Some(at) => Err(Error::sql(
            SqlState::NUMERIC_OUT_OF_RANGE,
            format!("component {} of the result is out of range", at + 1),
        )),
    }
}

/// The components of one vector after those of another.
///
/// # Errors
/// There are more than a vector may have.
pub(crate) fn concat(a: &[f32], b: &[f32]) -> Result<Value> {
    let vector = [a, b].concat();
    check(&vector)?;
    Ok(Value::Vector(vector))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_meet_components() {
        let sum = by_component(&[1.0, 2.0], &[0.5, -2.0], |a, b| a + b);
        assert_eq!(sum.unwrap(), Value::Vector(vec![1.5, 0.0]));
        assert!(by_component(&[1.0], &[1.0, 2.0], |a, b| a + b).is_err());
        assert!(by_component(&[f32::MAX], &[2.0], |a, b| a * b).is_err());
        assert_eq!(
            concat(&[1.0], &[2.0]).unwrap(),
            Value::Vector(vec![1.0, 2.0])
        );
        assert!(concat(&vec![0.0; 65_535], &[1.0]).is_err());
    }
}
