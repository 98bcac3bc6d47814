//! Reading PostgreSQL's text format.

use std::io::Read;

use super::bytes::Bytes;
use super::record::{Record, Records};
use super::{TextFormat, malformed};
use crate::error::Result;

/// The line that ends the data.
const END: &[u8] = b"\\.";

/// Reads lines of fields.
pub(super) struct TextReader<'r> {
    bytes: Bytes<'r>,
    format: TextFormat,
    line: Vec<u8>,
}

impl<'r> TextReader<'r> {
    pub(super) fn new(reader: &'r mut dyn Read, format: &TextFormat) -> Self {
        Self {
            bytes: Bytes::new(reader),
            format: format.clone(),
            line: Vec::new(),
        }
    }
}

impl Records for TextReader<'_> {
    fn next(&mut self, record: &mut Record) -> Result<bool> {
        record.begin(self.bytes.line);
        if !self.bytes.take_line(&mut self.line)? || self.line == END {
            return Ok(false);
        }
        let mut rest = &self.line[..];
        loop {
            let length = field_length(rest, self.format.delimiter);
            let (field, behind) = rest.split_at(length);
            let is_null = field == self.format.null.as_bytes();
            if !is_null {
                unescape(field, record)?;
            }
            record.end_field(is_null);
            match behind.split_first() {
                Some((_, behind)) => rest = behind,
                None => return Ok(true),
            }
        }
    }
}

/// Bytes up to the next delimiter without a backslash before it.
fn field_length(rest: &[u8], delimiter: u8) -> usize {
    let mut at = 0;
    while at < rest.len() && rest[at] != delimiter {
        at += 1 + usize::from(rest[at] == b'\\');
    }
    at.min(rest.len())
}

fn unescape(field: &[u8], record: &mut Record) -> Result<()> {
    let mut rest = field;
    loop {
        let plain = rest.iter().position(|byte| *byte == b'\\');
        let plain = plain.unwrap_or(rest.len());
        record.extend(&rest[..plain]);
        let Some((_, behind)) = rest[plain..].split_first() else {
            return Ok(());
        };
        let Some((&sign, behind)) = behind.split_first() else {
            return Err(malformed(
                record.line,
                "a backslash at the end: a line feed inside a field is written \\n",
            ));
        };
        let (byte, digits) = match sign {
            b'b' => (0x08, 0),
            b'f' => (0x0c, 0),
            b'n' => (b'\n', 0),
            b'r' => (b'\r', 0),
            b't' => (b'\t', 0),
            b'v' => (0x0b, 0),
            b'0'..=b'7' => {
                let (value, digits) = number(behind, 8, 2, u32::from(sign - b'0'));
                (value, digits)
            }
            b'x' => match number(behind, 16, 2, 0) {
                (_, 0) => (b'x', 0),
                (value, digits) => (value, digits),
            },
            other => (other, 0),
        };
        record.push(byte);
        rest = &behind[digits..];
    }
}

/// The byte that up to `most` digits tell, and how many there are.
fn number(digits: &[u8], radix: u32, most: usize, first: u32) -> (u8, usize) {
    let mut value = first;
    let mut count = 0;
    while let Some(digit) = digits
        .get(count)
        .and_then(|d| char::from(*d).to_digit(radix))
        && count < most
    {
        value = value * radix + digit;
        count += 1;
    }
    (value as u8, count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::format::Header;
    use super::super::text_writer::write_record;
    use super::*;

    fn format() -> TextFormat {
        TextFormat {
            delimiter: b'\t',
            null: "\\N".to_owned(),
            header: Header::None,
        }
    }

    fn read(text: &[u8]) -> Result<Vec<Vec<Option<Vec<u8>>>>> {
        let mut bytes = text;
        let mut reader = TextReader::new(&mut bytes, &format());
        let (mut record, mut records) = (Record::default(), Vec::new());
        while reader.next(&mut record)? {
            let fields = (0..record.len()).map(|at| record.field(at).map(<[u8]>::to_vec));
            records.push(fields.collect());
        }
        Ok(records)
    }

    #[test]
    fn backslashes_are_read() {
        let given = read(b"a\\tb\t\\N\t\\\\N\t\t\\101\\x42\\x\\q\\\t.\n\\.\nnever\n").unwrap();
        let expected: [Option<&[u8]>; 5] = [
            Some(b"a\tb"),
            None,
            Some(b"\\N"),
            Some(b""),
            Some(b"ABxq\t."),
        ];
        assert_eq!(given, [expected.map(|field| field.map(<[u8]>::to_vec))]);
        assert!(
            read(b"a\\\nb\n")
                .unwrap_err()
                .to_string()
                .contains("line 1")
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of("[a\t\n\r\\\\.N é\u{8}\u{b}]{0,4}"), 2), 0..6)) {
            let mut text = Vec::new();
            for row in &rows {
                write_record(&mut text, &format(), row.iter().map(Option::as_deref));
            }
            let bytes = |field: &Option<String>| field.clone().map(String::into_bytes);
            let expected: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(bytes).collect()).collect();
            prop_assert_eq!(read(&text).unwrap(), expected);
        }
    }
}
