//! Values as scripts write them.

use citadel_sql::Value;

use crate::text;

/// A value as SQLite's C driver writes it in a column of this type letter.
pub(crate) fn c_driver(value: &Value, letter: char) -> String {
    match (letter, value) {
        (_, Value::Null) => "NULL".into(),
        ('I', value) => whole(value).to_string(),
        ('R', value) => format!("{:.3}", real(value)),
        (_, Value::Boolean(v)) => u8::from(*v).to_string(),
        (_, Value::Real(v)) => significant(*v, 15),
        (_, Value::Text(v)) => printable(v),
        (_, Value::Blob(v)) => printable(&String::from_utf8_lossy(v)),
        (_, other) => printable(&text::value(other)),
    }
}

/// A value in the form by which values are compared; what scripts of other engines list is brought to the same form.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Boolean(v) => u8::from(*v).to_string(),
        Value::Integer(v) => v.to_string(),
        Value::Real(v) => canonical_text(&format!("{v:?}")),
        Value::Text(v) if v.is_empty() => "(empty)".into(),
        Value::Text(v) => canonical_text(v),
        Value::Blob(v) => {
            let digits: String = v.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\\x{digits}")
        }
        other => canonical_text(&text::value(other)),
    }
}

/// The same for a value that is text already.
pub(crate) fn canonical_text(text: &str) -> String {
    let text = text.trim();
    match text {
        "t" | "true" => return "1".into(),
        "f" | "false" => return "0".into(),
        _ => {}
    }
    if let Some(number) = canonical_number(text) {
        return number;
    }
    if text.starts_with(['{', '[']) {
        return text.chars().filter(|c| !c.is_whitespace()).collect();
    }
    without_trailing_zeros(text)
}

/// A number by its value: whole numbers exactly, others to fifteen digits.
fn canonical_number(text: &str) -> Option<String> {
    let first = text.trim_start_matches(['-', '+']).chars().next()?;
    if !first.is_ascii_digit() && first != '.' {
        return None;
    }
    if let Ok(whole) = text.parse::<i128>() {
        return Some(whole.to_string());
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().all(|byte| byte == b'0')
        && let Ok(whole) = whole.parse::<i128>()
    {
        return Some(whole.to_string());
    }
    let number: f64 = text.parse().ok()?;
    if number.fract() == 0.0 && number.abs() < 1e18 {
        return Some((number as i128).to_string());
    }
    number.is_finite().then(|| format!("{number:.14e}"))
}

/// Trailing zeros of fractional seconds say nothing.
fn without_trailing_zeros(text: &str) -> String {
    match text.rsplit_once('.') {
        Some((before, after))
            if before.contains(':') && after.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            let digits = after.trim_end_matches('0');
            let point = if digits.is_empty() { "" } else { "." };
            format!("{before}{point}{digits}")
        }
        _ => text.to_owned(),
    }
}

fn whole(value: &Value) -> i64 {
    match value {
        Value::Integer(v) => *v,
        Value::Boolean(v) => i64::from(*v),
        Value::Real(v) => *v as i64,
        Value::Text(v) => {
            let end = v
                .char_indices()
                .find(|(at, c)| !(c.is_ascii_digit() || *at == 0 && *c == '-'))
                .map_or(v.len(), |(at, _)| at);
            v[..end].parse().unwrap_or(0)
        }
        _ => 0,
    }
}

fn real(value: &Value) -> f64 {
    match value {
        Value::Real(v) => *v,
        Value::Text(v) => v.parse().unwrap_or(0.0),
        other => whole(other) as f64,
    }
}

/// `%.15g` of C, with a point in it as SQLite has.
fn significant(value: f64, digits: usize) -> String {
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-5..digits as i32).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        let plain = format!("{value:.decimals$}");
        let plain = match plain.contains('.') {
            true => plain.trim_end_matches('0').trim_end_matches('.'),
            false => &plain,
        };
        return if plain.contains('.') {
            plain.to_owned()
        } else {
            format!("{plain}.0")
        };
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}e{exponent:+03}")
}

fn printable(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".into();
    }
    text.bytes()
        .map(|byte| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '@',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_form() {
        for (left, right) in [
            ("2", "2.0000"),
            ("t", "true"),
            ("0.33333333333333333333", "0.3333333333333333"),
            ("[1, 2]", "[1,2]"),
            ("2020-01-01 10:00:00.500", "2020-01-01 10:00:00.5"),
        ] {
            assert_eq!(canonical_text(left), canonical_text(right), "{left}");
        }
        assert_eq!(canonical(&Value::Real(2.0)), canonical(&Value::Integer(2)));
        assert_ne!(canonical(&Value::Text("NULL ".into())), "(empty)");
        assert_ne!(canonical_text("2.5"), canonical_text("2.5000001"));
        assert_ne!(
            canonical_text("9007199254740993"),
            canonical_text("9007199254740992")
        );
    }

    #[test]
    fn the_c_driver_formats_by_letters() {
        assert_eq!(c_driver(&Value::Real(2.9), 'I'), "2");
        assert_eq!(c_driver(&Value::Integer(2), 'R'), "2.000");
        assert_eq!(c_driver(&Value::Text(String::new()), 'T'), "(empty)");
        assert_eq!(c_driver(&Value::Text("a\tb".into()), 'T'), "a@b");
        assert_eq!(c_driver(&Value::Real(1.5), 'T'), "1.5");
        assert_eq!(c_driver(&Value::Real(100.0), 'T'), "100.0");
        assert_eq!(c_driver(&Value::Null, 'R'), "NULL");
    }
}
