//! Values as text.

use std::cell::RefCell;
use std::fmt::Write as _;

use citadel_sql::{ArrayRef, Bits, TimestampTz, ValueRef};

/// Components of a vector that a short form shows before the rest is counted.
const VECTOR_SHOWN: usize = 4;

/// Bits of a vector that a short form shows.
const BITS_SHOWN: usize = 32;

/// The whole value; `null` for NULL.
pub(crate) fn full(value: ValueRef<'_>, null: &str) -> String {
    match value {
        ValueRef::Null => null.to_owned(),
        ValueRef::Boolean(v) => v.to_string(),
        ValueRef::Integer(v) => v.to_string(),
        ValueRef::Real(v) => real(v),
        ValueRef::Text(v) => v.to_owned(),
        ValueRef::Blob(v) => hex(v),
        ValueRef::Vector(v) => vector(v),
        ValueRef::Bits(v) => v.to_string(),
        ValueRef::Date(v) => v.to_string(),
        ValueRef::Time(v) => v.to_string(),
        ValueRef::Timestamp(v) => v.to_string(),
        ValueRef::TimestampTz(v) => moment(v),
        ValueRef::Interval(v) => v.to_string(),
        ValueRef::Numeric(v) => v.to_string(),
        ValueRef::Uuid(v) => v.to_string(),
        ValueRef::Enum(v) => v.to_string(),
        ValueRef::Array(v) => array(v),
        other => format!("{other:?}"),
    }
}

thread_local! {
    /// The time zone of the connection whose results are written.
    static ZONE: RefCell<String> = RefCell::new("UTC".to_owned());
}

/// Moments are shown in a time zone from now on.
pub(crate) fn show_times_in(zone: String) {
    ZONE.set(zone);
}

fn moment(moment: TimestampTz) -> String {
    let text = ZONE.with_borrow(|zone| moment.in_zone(zone));
    text.unwrap_or_else(|_| moment.to_string())
}

fn array(array: ArrayRef<'_>) -> String {
    let text = ZONE.with_borrow(|zone| array.in_zone(zone));
    text.unwrap_or_else(|_| array.to_string())
}

/// The value in a form for eyes: long vectors and BLOBs are shortened, control characters made visible.
pub(crate) fn short(value: ValueRef<'_>, null: &str) -> String {
    match value {
        ValueRef::Vector(v) if v.len() > VECTOR_SHOWN + 1 => {
            let shown: Vec<String> = v[..VECTOR_SHOWN]
                .iter()
                .map(|c| format!("{c:.3}"))
                .collect();
            format!("[{}, … +{}]", shown.join(", "), v.len() - VECTOR_SHOWN)
        }
        ValueRef::Bits(v) if v.dim() > BITS_SHOWN => {
            let shown: Bits = v.iter().take(BITS_SHOWN).collect();
            format!("{shown}… +{}", v.dim() - BITS_SHOWN)
        }
        ValueRef::Blob(v) if v.len() > 16 => format!("{}… +{}", hex(&v[..16]), v.len() - 16),
        ValueRef::Text(v) => visible(v),
        other => full(other, null),
    }
}

/// A REAL, so that it reads back as the same number and is never mistaken for an INTEGER.
pub(crate) fn real(value: f64) -> String {
    format!("{value:?}")
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A vector as the engine reads it: `[1,2.5]`.
pub(crate) fn vector(components: &[f32]) -> String {
    let mut text = String::with_capacity(components.len() * 12 + 2);
    text.push('[');
    for (i, component) in components.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{component}");
    }
    text.push(']');
    text
}

/// Text whose control characters cannot move the cursor or break a grid.
fn visible(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control() && c != '\n';
            let plain = (!escaped).then_some(c);
            plain
                .into_iter()
                .chain(escaped.then(|| c.escape_default()).into_iter().flatten())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_type_and_value() {
        assert_eq!(full(ValueRef::Real(1.0), ""), "1.0");
        assert_eq!(full(ValueRef::Real(0.1), ""), "0.1");
        assert_eq!(
            full(ValueRef::Integer(i64::MIN), ""),
            "-9223372036854775808"
        );
        assert_eq!(full(ValueRef::Vector(&[0.1, -2.0]), ""), "[0.1,-2]");
    }

    #[test]
    fn the_short_form_counts_what_it_leaves_out() {
        let long = [0.5_f32; 384];
        assert_eq!(
            short(ValueRef::Vector(&long), ""),
            "[0.500, 0.500, 0.500, 0.500, … +380]"
        );
        assert_eq!(
            short(ValueRef::Blob(&[0xab; 20]), ""),
            format!("{}… +4", "ab".repeat(16))
        );
        assert_eq!(short(ValueRef::Text("a\x1b[2J"), ""), "a\\u{1b}[2J");
    }
}
