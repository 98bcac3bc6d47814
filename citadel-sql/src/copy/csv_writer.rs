//! Writing CSV.

use super::CsvFormat;

/// Appends a record; `forced` tells which of the fields take quotes in any case.
pub(super) fn write_record<'f>(
    out: &mut Vec<u8>,
    format: &CsvFormat,
    fields: impl ExactSizeIterator<Item = Option<&'f str>>,
    forced: impl Fn(usize) -> bool,
) {
    let is_only = fields.len() == 1;
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(format.delimiter);
        }
        match field {
            None => out.extend_from_slice(format.null.as_bytes()),
            Some(text) if forced(at) || needs_quotes(text, format, is_only) => {
                write_quoted(out, format, text);
            }
            Some(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
    out.push(b'\n');
}

/// Would the text be read as something else? Alone in its line, `\.` ends the data for some readers.
fn needs_quotes(text: &str, format: &CsvFormat, is_only: bool) -> bool {
    let is_special = |byte: u8| {
        byte == format.delimiter || byte == format.quote || matches!(byte, b'\n' | b'\r')
    };
    text == format.null
        || text.bytes().any(is_special)
        || text.starts_with('\u{feff}')
        || (is_only && text == "\\.")
}

fn write_quoted(out: &mut Vec<u8>, format: &CsvFormat, text: &str) {
    out.push(format.quote);
    for byte in text.bytes() {
        if byte == format.quote || byte == format.escape {
            out.push(format.escape);
        }
        out.push(byte);
    }
    out.push(format.quote);
}
