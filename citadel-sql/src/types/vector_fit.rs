//! Vectors of f32 as other elements, and back.
//!
//! f16 rounds to the nearest, ties to even, and is an error beyond its range, since rounding is what the type is for.
//! An i8 or a bit that would not be the same number is an error when it is stored; CAST rounds to an i8. Nothing clamps.

use half::f16;

use super::bits::Bits;
use super::number_text::real_to_text;
use super::vector_text;
use super::vector_type::{Element, VectorType};
use super::{SqlType, Value};
use crate::error::{Error, Result, SqlState};

/// Fits a vector into a place of a type: the value as the place will hold it.
///
/// # Errors
/// Another dimension; a component that the element cannot hold.
pub(super) fn fit(mut vector: Vec<f32>, to: VectorType) -> Result<Value> {
    vector_text::check_dimension(&vector, to.dim)?;
    check_components(&vector, to.element)?;
    Ok(match to.element {
        Element::F32 | Element::I8 => Value::Vector(vector),
        Element::F16 => {
            vector
                .iter_mut()
                .for_each(|c| *c = f16::from_f32(*c).to_f32());
            Value::Vector(vector)
        }
        Element::Bit => Value::Bits(vector.iter().map(|c| *c != 0.0).collect()),
    })
}

/// As [`fit`], but a fraction is rounded to an i8, halves to even.
pub(super) fn round(mut vector: Vec<f32>, to: VectorType) -> Result<Value> {
    if to.element == Element::I8 {
        vector.iter_mut().for_each(|c| *c = c.round_ties_even());
    }
    fit(vector, to)
}

/// Checks that an element can hold each component; that they are finite is known.
pub(crate) fn check_components(vector: &[f32], element: Element) -> Result<()> {
    let wrong = match element {
        Element::F32 => None,
        Element::F16 => first(vector, |c| f16::from_f32(c).is_finite()),
        Element::I8 => first(vector, |c| c.trunc() == c && (-128.0..=127.0).contains(&c)),
        Element::Bit => first(vector, |c| c == 0.0 || c == 1.0),
    };
    match wrong {
        None => Ok(()),
        Some(at) => Err(misfit(at, vector[at], element)),
    }
}

/// The first component that does not pass.
fn first(vector: &[f32], passes: impl Fn(f32) -> bool) -> Option<usize> {
    vector.iter().position(|&c| !passes(c))
}

#[cold]
fn misfit(at: usize, component: f32, element: Element) -> Error {
    let number = real_to_text(f64::from(component));
    let at = at + 1;
    let error = |what: &str| {
        let message = format!("component {at} of the vector is {number}: {what}");
        Error::sql(SqlState::NUMERIC_OUT_OF_RANGE, message)
    };
    match element {
        Element::F16 => error("an f16 is at most 65504"),
        Element::I8 if (-128.0..=127.0).contains(&component) => {
            error("an i8 is a whole number").hint("scale the vector, or CAST, which rounds")
        }
        Element::I8 => error("an i8 is a whole number from -128 to 127").hint("scale the vector"),
        Element::Bit | Element::F32 => {
            error("a bit is 0 or 1").hint("binary_quantize(…) makes bits of a vector's signs")
        }
    }
}

/// A vector of a type from the bytes of a BLOB: as the element is stored, or as f32 where only that fits.
pub(super) fn from_bytes(bytes: &[u8], to: VectorType) -> Result<Value> {
    let as_f32 = to
        .dim
        .is_some_and(|dim| bytes.len() == usize::from(dim) * 4);
    match to.element {
        Element::Bit => bits_from_bytes(bytes, to.dim).map(Value::Bits),
        Element::F16 if !as_f32 => {
            let (components, rest) = bytes.as_chunks::<2>();
            let vector = components.iter().map(|c| f16::from_le_bytes(*c).to_f32());
            whole(bytes, rest, to)?;
            fit(vector.collect(), to)
        }
        Element::I8 if !as_f32 => {
            let vector = bytes.iter().map(|c| f32::from(c.cast_signed()));
            fit(vector.collect(), to)
        }
        _ => fit(vector_text::from_le_bytes(bytes)?, to),
    }
}

fn bits_from_bytes(bytes: &[u8], dim: Option<u16>) -> Result<Bits> {
    let dim = dim.or_else(|| u16::try_from(bytes.len() * 8).ok());
    dim.filter(|dim| *dim > 0)
        .and_then(|dim| Bits::from_bytes(bytes.to_owned(), dim))
        .ok_or_else(|| {
            let to = VectorType {
                dim,
                element: Element::Bit,
            };
            no_vector(bytes, to).hint("eight bits to a byte, the first one highest, the rest 0")
        })
}

fn whole(bytes: &[u8], rest: &[u8], to: VectorType) -> Result<()> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(no_vector(bytes, to))
    }
}

fn no_vector(bytes: &[u8], to: VectorType) -> Error {
    Error::sql(
        SqlState::DATA_EXCEPTION,
        format!(
            "a BLOB of {} bytes is no {}",
            bytes.len(),
            SqlType::Vector(to)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(result: Result<Value>) -> SqlState {
        result.unwrap_err().sqlstate().unwrap()
    }

    #[test]
    fn elements_hold_what_they_can() {
        let f16s = VectorType::any(Element::F16);
        assert_eq!(
            fit(vec![0.1, 65504.0], f16s).unwrap(),
            Value::Vector(vec![f16::from_f32(0.1).to_f32(), 65504.0])
        );
        // 65519.99 rounds down to the largest f16; 65520 would be infinite.
        assert!(fit(vec![65519.0], f16s).is_ok());
        assert_eq!(
            state(fit(vec![65520.0], f16s)),
            SqlState::NUMERIC_OUT_OF_RANGE
        );
        let i8s = VectorType::new(2, Element::I8);
        assert!(fit(vec![-128.0, 127.0], i8s).is_ok());
        for bad in [[0.4, 0.0], [128.0, 0.0], [0.0, -129.0]] {
            assert_eq!(
                state(fit(bad.to_vec(), i8s)),
                SqlState::NUMERIC_OUT_OF_RANGE
            );
        }
        assert_eq!(
            round(vec![0.5, 1.5], i8s).unwrap(),
            Value::Vector(vec![0.0, 2.0])
        );
        assert!(round(vec![127.5, 0.0], i8s).is_err());
        let bits = VectorType::any(Element::Bit);
        assert_eq!(
            fit(vec![1.0, 0.0, -0.0], bits).unwrap(),
            Value::Bits([true, false, false].into_iter().collect())
        );
        assert!(fit(vec![0.5], bits).is_err());
        assert!(fit(vec![f32::NAN], bits).is_err());
        assert!(fit(vec![1.0], i8s).is_err());
    }

    #[test]
    fn blobs_are_read_as_the_element_or_as_f32() {
        let f16s = VectorType::new(2, Element::F16);
        let half: Vec<u8> = [1.5, -2.0]
            .iter()
            .flat_map(|c| f16::from_f32(*c).to_le_bytes())
            .collect();
        let expected = Value::Vector(vec![1.5, -2.0]);
        assert_eq!(from_bytes(&half, f16s).unwrap(), expected);
        let full = vector_text::to_le_bytes(&[1.5, -2.0]);
        assert_eq!(from_bytes(&full, f16s).unwrap(), expected);
        assert!(from_bytes(&half[..3], f16s).is_err());
        assert!(from_bytes(&f16::NAN.to_le_bytes(), VectorType::any(Element::F16)).is_err());
        let i8s = VectorType::new(2, Element::I8);
        let expected = Value::Vector(vec![-1.0, 127.0]);
        assert_eq!(from_bytes(&[0xFF, 0x7F], i8s).unwrap(), expected);
        let bits = VectorType::new(3, Element::Bit);
        assert!(from_bytes(&[0b1010_0000], bits).is_ok());
        assert!(from_bytes(&[0b1010_0001], bits).is_err());
        assert!(from_bytes(&[], VectorType::any(Element::Bit)).is_err());
    }
}
