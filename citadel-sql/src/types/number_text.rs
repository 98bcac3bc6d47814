//! Numbers and truth values as text, both ways.

use std::fmt::Write as _;

use super::SqlType;
use crate::error::{Error, Result, SqlState};

/// The most characters of a bad input that an error repeats.
const QUOTED_CHARS_MAX: usize = 40;

/// The shortest text that reads back as the same REAL: `1`, `0.1`, `1e300`.
pub(crate) fn real_to_text(real: f64) -> String {
    let mut text = String::new();
    push_real(&mut text, real);
    text
}

/// Appends the text of [`real_to_text`].
pub(crate) fn push_real(out: &mut String, real: f64) {
    // Writing into a String does not fail.
    let _ = write!(out, "{real:?}");
    if out.ends_with(".0") {
        out.truncate(out.len() - 2);
    }
}

/// Reads an INTEGER; white space around it is ignored.
pub(crate) fn parse_integer(text: &str) -> Result<i64> {
    let trimmed = text.trim_ascii();
    trimmed.parse().map_err(|error: std::num::ParseIntError| {
        use std::num::IntErrorKind::{NegOverflow, PosOverflow};
        match error.kind() {
            PosOverflow | NegOverflow => out_of_range(SqlType::Integer),
            _ => invalid_input(SqlType::Integer, text),
        }
    })
}

/// Reads a finite REAL; white space around it is ignored.
pub(crate) fn parse_real(text: &str) -> Result<f64> {
    let trimmed = text.trim_ascii();
    // Rust also reads "inf", "infinity" and "nan"; a REAL is always finite.
    if trimmed
        .bytes()
        .any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E'))
    {
        return Err(invalid_input(SqlType::Real, text));
    }
    let real: f64 = trimmed
        .parse()
        .map_err(|_| invalid_input(SqlType::Real, text))?;
    finite(real)
}

/// Reads a BOOLEAN as PostgreSQL does: `true`, `false`, `yes`, `no`, prefixes of these, `on`, `off`, `1`, `0`.
pub(crate) fn parse_boolean(text: &str) -> Result<bool> {
    let word = text.trim_ascii().to_ascii_lowercase();
    let is_prefix_of = |whole: &str| !word.is_empty() && whole.starts_with(&word);
    if is_prefix_of("true") || is_prefix_of("yes") || word == "on" || word == "1" {
        Ok(true)
    } else if is_prefix_of("false")
        || is_prefix_of("no")
        || word == "off"
        || word == "of"
        || word == "0"
    {
        Ok(false)
    } else {
        Err(invalid_input(SqlType::Boolean, text))
    }
}

/// The text of a BOOLEAN.
pub(crate) fn boolean_to_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// A REAL as it is, unless it is NaN or infinite.
pub(crate) fn finite(real: f64) -> Result<f64> {
    if real.is_finite() {
        Ok(real)
    } else {
        Err(out_of_range(SqlType::Real))
    }
}

/// The value does not fit the type.
pub(crate) fn out_of_range(ty: SqlType) -> Error {
    Error::sql(
        SqlState::NUMERIC_OUT_OF_RANGE,
        format!("{ty} value out of range"),
    )
}

/// The text is not one of the type.
pub(crate) fn invalid_input(ty: SqlType, text: &str) -> Error {
    Error::sql(
        SqlState::INVALID_TEXT_REPRESENTATION,
        format!("invalid input for type {ty}: \"{}\"", shown(text)),
    )
}

/// A bad input as an error repeats it.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reals_print_short() {
        for (real, text) in [
            (1.0, "1"),
            (-0.5, "-0.5"),
            (0.1, "0.1"),
            (1e300, "1e300"),
            (1e-7, "1e-7"),
            (100.0, "100"),
        ] {
            assert_eq!(real_to_text(real), text);
        }
    }

    #[test]
    fn bad_numbers_are_refused() {
        for text in ["", " ", "1x", "1.5", "0x10", "--1", "1 2", "é"] {
            let error = parse_integer(text).unwrap_err();
            assert_eq!(
                error.sqlstate(),
                Some(SqlState::INVALID_TEXT_REPRESENTATION),
                "{text}"
            );
        }
        assert_eq!(
            parse_integer("9223372036854775808").unwrap_err().sqlstate(),
            Some(SqlState::NUMERIC_OUT_OF_RANGE)
        );
        for text in ["", "nan", "inf", "-Infinity", "1e", "e", "1_0"] {
            assert!(parse_real(text).is_err(), "{text}");
        }
        assert_eq!(
            parse_real("1e400").unwrap_err().sqlstate(),
            Some(SqlState::NUMERIC_OUT_OF_RANGE)
        );
    }

    #[test]
    fn booleans_read_as_in_postgresql() {
        for text in ["t", "TRUE", " yes ", "y", "on", "1"] {
            assert!(parse_boolean(text).unwrap(), "{text}");
        }
        for text in ["f", "False", "n", "no", "off", "0"] {
            assert!(!parse_boolean(text).unwrap(), "{text}");
        }
        for text in ["", "o", "2", "truee"] {
            assert!(parse_boolean(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_real_survives_its_text(real in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO) {
            let back = parse_real(&real_to_text(real)).unwrap();
            prop_assert_eq!(back.to_bits(), real.to_bits());
        }

        #[test]
        fn readers_never_panic(text in ".*") {
            let _ = (parse_integer(&text), parse_real(&text), parse_boolean(&text));
        }
    }
}
