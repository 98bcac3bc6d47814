//! UUIDs as text.

use uuid::Uuid;

use super::SqlType;
use super::number_text::invalid_input;
use crate::error::Result;

/// Reads 32 hexadecimal digits, with a hyphen after any four of them, and braces around them or none.
pub(crate) fn parse_uuid(text: &str) -> Result<Uuid> {
    read(text.trim_ascii()).ok_or_else(|| invalid_input(SqlType::Uuid, text))
}

fn read(text: &str) -> Option<Uuid> {
    let inner = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}')?,
        None => text,
    };
    let (mut value, mut digits) = (0_u128, 0);
    let mut follows_hyphen = true;
    for c in inner.chars() {
        if c == '-' {
            if follows_hyphen || digits % 4 != 0 || digits == 32 {
                return None;
            }
            follows_hyphen = true;
            continue;
        }
        follows_hyphen = false;
        digits += 1;
        if digits > 32 {
            return None;
        }
        value = value << 4 | u128::from(c.to_digit(16)?);
    }
    (digits == 32).then(|| Uuid::from_u128(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_in_many_forms() {
        let expected = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
        for text in [
            expected,
            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
        ] {
            assert_eq!(parse_uuid(text).unwrap().to_string(), expected, "{text}");
        }
        for text in [
            "",
            "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11-",
            "a0e-ebc999c0b4ef8bb6d6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a1",
            "a0eebc999c0b4ef8bb6d6bb9bd380a111",
            "g0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0ee--bc999c0b4ef8bb6d6bb9bd380a11",
        ] {
            assert!(parse_uuid(text).is_err(), "{text}");
        }
    }
}
