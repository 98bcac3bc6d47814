//! Vectors as text: `[1,2.5,-3e-2]`. White space is allowed between tokens; the brackets are not optional.

use std::fmt::Write as _;

use super::SqlType;
use super::number_text::invalid_input;
use crate::error::{Error, Result, SqlState};

/// The most components of a vector.
pub(crate) const DIMENSION_MAX: usize = u16::MAX as usize;

/// Reads a vector; each component must be finite as f32.
pub(crate) fn parse(text: &str) -> Result<Vec<f32>> {
    let invalid =
        || invalid_input(SqlType::VECTOR, text).hint("a vector is written as '[1, 2.5, -3]'");
    let body = text
        .trim_ascii()
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .ok_or_else(invalid)?;
    let mut components = Vec::with_capacity(body.len() / 8);
    for token in body.split(',') {
        let token = token.trim_ascii();
        // Rust also reads "inf" and "nan".
        if !token.ends_with(|c: char| c.is_ascii_digit() || c == '.') {
            return Err(invalid());
        }
        let component: f32 = token.parse().map_err(|_| invalid())?;
        components.push(component);
    }
    check(&components)?;
    Ok(components)
}

/// Prints a vector so that it reads back as the same.
pub(crate) fn print(vector: &[f32]) -> String {
    let mut out = String::with_capacity(vector.len() * 10 + 2);
    out.push('[');
    for (i, component) in vector.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        // Writing into a String does not fail.
        let _ = write!(out, "{component:?}");
        if out.ends_with(".0") {
            out.truncate(out.len() - 2);
        }
    }
    out.push(']');
    out
}

/// Is this a vector that SQL may hold: 1 to 65,535 components, all finite?
pub(crate) fn check(vector: &[f32]) -> Result<()> {
    if vector.is_empty() || vector.len() > DIMENSION_MAX {
        return Err(too_long(vector.len()));
    }
    if let Some(at) = vector.iter().position(|c| !c.is_finite()) {
        return Err(Error::sql(
            SqlState::DATA_EXCEPTION,
            format!("component {} of the vector is not a finite number", at + 1),
        ));
    }
    Ok(())
}

/// A vector of no dimension, or of too many.
pub(crate) fn too_long(dim: usize) -> Error {
    Error::sql(
        SqlState::DATA_EXCEPTION,
        format!("a vector has 1 to {DIMENSION_MAX} components, not {dim}"),
    )
}

/// Checks a vector against the dimension that its place wants.
pub(crate) fn check_dimension(vector: &[f32], wanted: Option<u16>) -> Result<()> {
    check(vector)?;
    match wanted {
        Some(dim) if usize::from(dim) != vector.len() => {
            Err(dimension_mismatch(usize::from(dim), vector.len()))
        }
        _ => Ok(()),
    }
}

/// Two vectors, or a vector and its place, differ in dimension.
pub(crate) fn dimension_mismatch(expected: usize, found: usize) -> Error {
    Error::sql(
        SqlState::DATA_EXCEPTION,
        format!("expected a vector of {expected} dimensions, not {found}"),
    )
}

/// Reads little-endian f32 components.
pub(crate) fn from_le_bytes(bytes: &[u8]) -> Result<Vec<f32>> {
    let (components, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Error::sql(
            SqlState::DATA_EXCEPTION,
            format!(
                "a BLOB of {} bytes is no vector: each component takes 4 bytes",
                bytes.len()
            ),
        ));
    }
    if components.len() > DIMENSION_MAX {
        return Err(too_long(components.len()));
    }
    let vector: Vec<f32> = components.iter().map(|c| f32::from_le_bytes(*c)).collect();
    check(&vector)?;
    Ok(vector)
}

/// The components as little-endian f32.
pub(crate) fn to_le_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|c| c.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn good_texts() {
        for (text, vector) in [
            ("[1,2,3]", vec![1.0, 2.0, 3.0]),
            ("  [ 1.5 ,\t-2e-1 ] ", vec![1.5, -0.2]),
            ("[.5,5.]", vec![0.5, 5.0]),
        ] {
            assert_eq!(parse(text).unwrap(), vector, "{text}");
        }
        assert_eq!(print(&[1.0, -0.5, 1e30]), "[1,-0.5,1e30]");
    }

    #[test]
    fn bad_texts() {
        for text in [
            "",
            "[]",
            "1,2",
            "[1,2",
            "1,2]",
            "[1,,2]",
            "[1,]",
            "[,1]",
            "[nan]",
            "[inf]",
            "[-Infinity]",
            "[1e40]",
            "[1 2]",
            "[[1]]",
            "[x]",
            "[1]]",
            "{1}",
            "]",
            "[",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_must_be_whole_finite_components() {
        assert!(from_le_bytes(&[0; 5]).is_err());
        assert!(from_le_bytes(&[]).is_err());
        assert!(from_le_bytes(&f32::NAN.to_le_bytes()).is_err());
        assert_eq!(
            from_le_bytes(&to_le_bytes(&[1.0, -2.0])).unwrap(),
            [1.0, -2.0]
        );
    }

    proptest! {
        #[test]
        fn a_vector_survives_its_text(
            vector in proptest::collection::vec(
                proptest::num::f32::NORMAL | proptest::num::f32::SUBNORMAL | proptest::num::f32::ZERO,
                1..40,
            )
        ) {
            let back = parse(&print(&vector)).unwrap();
            let bits = |v: &[f32]| v.iter().map(|c| c.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&back), bits(&vector));
        }

        #[test]
        fn reading_never_panics(text in ".*") {
            let _ = parse(&text);
        }
    }
}
