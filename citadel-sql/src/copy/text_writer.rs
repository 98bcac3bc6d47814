//! Writing PostgreSQL's text format.

use super::TextFormat;

/// Appends a line.
pub(super) fn write_record<'f>(
    out: &mut Vec<u8>,
    format: &TextFormat,
    fields: impl Iterator<Item = Option<&'f str>>,
) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(format.delimiter);
        }
        match field {
            None => out.extend_from_slice(format.null.as_bytes()),
            Some(text) => write_escaped(out, format, text),
        }
    }
    out.push(b'\n');
}

fn write_escaped(out: &mut Vec<u8>, format: &TextFormat, text: &str) {
    let start = out.len();
    for byte in text.bytes() {
        let sign = match byte {
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x0b => b'v',
            b'\\' => b'\\',
            other if other == format.delimiter => other,
            other => {
                out.push(other);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', sign]);
    }
    // A text that looks like what stands for NULL: a backslash before its first byte means the same.
    let is_like_null = out[start..] == *format.null.as_bytes();
    if is_like_null && start < out.len() {
        let first = format!("\\x{:02x}", out[start]);
        out.splice(start..=start, first.into_bytes());
    }
}
