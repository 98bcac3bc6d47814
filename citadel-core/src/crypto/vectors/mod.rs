//! Test vectors as lines of fields: `#` begins a comment, `-` is an empty field, bytes are hexadecimal.

/// The fields of each line.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
}

/// The bytes of a field.
pub(crate) fn hex(field: &str) -> Vec<u8> {
    let digits = field.trim_start_matches('-').as_bytes();
    assert!(digits.len().is_multiple_of(2), "{field}");
    digits
        .chunks_exact(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).unwrap();
            u8::from_str_radix(pair, 16).unwrap()
        })
        .collect()
}
