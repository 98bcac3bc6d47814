//! Reading CSV, by PostgreSQL's rules: a quote opens and closes wherever it stands, and only what has none is NULL.

use std::io::Read;

use super::CsvFormat;
use super::bytes::Bytes;
use super::malformed;
use super::record::{Record, Records};
use crate::error::Result;

/// Reads records of CSV.
pub(super) struct CsvReader<'r> {
    bytes: Bytes<'r>,
    format: CsvFormat,
}

impl<'r> CsvReader<'r> {
    pub(super) fn new(reader: &'r mut dyn Read, format: &CsvFormat) -> Self {
        Self {
            bytes: Bytes::new(reader),
            format: format.clone(),
        }
    }

    /// Does a field's text stand for NULL?
    fn is_null(&self, record: &Record, is_quoted: bool) -> bool {
        let forced = |columns: &[bool]| columns.get(record.len()).copied().unwrap_or(false);
        record.pending() == self.format.null.as_bytes()
            && match is_quoted {
                true => forced(&self.format.force_null),
                false => !forced(&self.format.force_not_null),
            }
    }

    /// Reads what is in quotes, up to and with the one that closes.
    fn quoted(&mut self, record: &mut Record) -> Result<()> {
        let (quote, escape) = (self.format.quote, self.format.escape);
        loop {
            let buffered = self.bytes.buffered()?;
            if buffered.is_empty() {
                return Err(malformed(
                    record.line,
                    "the quotes of a field are not closed",
                ));
            }
            let is_special = |byte: &u8| *byte == quote || *byte == escape || *byte == b'\n';
            let plain = buffered.iter().position(is_special);
            let plain = plain.unwrap_or(buffered.len());
            record.extend(&buffered[..plain]);
            let special = buffered.get(plain).copied();
            self.bytes.take(plain + usize::from(special.is_some()));
            match special {
                None => {}
                Some(b'\n') => {
                    self.bytes.line += 1;
                    record.push(b'\n');
                }
                Some(byte) if byte == escape => match self.bytes.peek()? {
                    Some(next) if next == quote || next == escape => {
                        self.bytes.take(1);
                        record.push(next);
                    }
                    _ if escape == quote => return Ok(()),
                    _ => record.push(escape),
                },
                Some(_) => return Ok(()),
            }
        }
    }
}

impl Records for CsvReader<'_> {
    fn next(&mut self, record: &mut Record) -> Result<bool> {
        record.begin(self.bytes.line);
        if self.bytes.peek()?.is_none() {
            return Ok(false);
        }
        let (quote, delimiter) = (self.format.quote, self.format.delimiter);
        let mut is_quoted = false;
        loop {
            let buffered = self.bytes.buffered()?;
            let is_special =
                |byte: &u8| *byte == delimiter || *byte == quote || matches!(byte, b'\n' | b'\r');
            let plain = buffered.iter().position(is_special);
            let plain = plain.unwrap_or(buffered.len());
            record.extend(&buffered[..plain]);
            let special = buffered.get(plain).copied();
            let is_end = buffered.is_empty();
            self.bytes.take(plain + usize::from(special.is_some()));
            match special {
                Some(byte) if byte == quote => {
                    is_quoted = true;
                    self.quoted(record)?;
                }
                Some(byte) if byte == delimiter => {
                    record.end_field(self.is_null(record, is_quoted));
                    is_quoted = false;
                }
                Some(byte) => {
                    self.bytes.end_line(byte)?;
                    record.end_field(self.is_null(record, is_quoted));
                    return Ok(true);
                }
                None if is_end => {
                    record.end_field(self.is_null(record, is_quoted));
                    return Ok(true);
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::format::Header;
    use super::*;

    fn format() -> CsvFormat {
        CsvFormat {
            delimiter: b',',
            quote: b'"',
            escape: b'"',
            null: String::new(),
            header: Header::None,
            force_quote: Vec::new(),
            force_not_null: Vec::new(),
            force_null: Vec::new(),
        }
    }

    fn read(text: &str, format: &CsvFormat) -> Result<Vec<(u64, Vec<Option<String>>)>> {
        let mut bytes = text.as_bytes();
        let mut reader = CsvReader::new(&mut bytes, format);
        let (mut record, mut records) = (Record::default(), Vec::new());
        while reader.next(&mut record)? {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let fields = (0..record.len()).map(|at| record.field(at).map(text));
            records.push((record.line, fields.collect()));
        }
        Ok(records)
    }

    fn fields(text: &str) -> Vec<Vec<Option<String>>> {
        let records = read(text, &format()).unwrap();
        records.into_iter().map(|(_, fields)| fields).collect()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn an_empty_field_is_null_and_empty_quotes_are_a_text() {
        assert_eq!(
            fields("a,,\"\"\r\n1,\"x\"\"y\",\"p\nq\"\n"),
            [
                [some("a"), None, some("")],
                [some("1"), some("x\"y"), some("p\nq")]
            ]
        );
        assert_eq!(fields("a"), [[some("a")]], "without an end of line");
        assert_eq!(fields("\n"), [[None]]);
        assert_eq!(fields("a\"b,c\"d\n"), [[some("ab,cd")]], "quotes inside");
        assert_eq!(fields("\u{feff}a\rb\r"), [[some("a")], [some("b")]]);
        assert!(fields("").is_empty());
    }

    #[test]
    fn lines_are_counted_also_inside_quotes() {
        let records = read("a\n\"b\nb\"\nc\n", &format()).unwrap();
        let lines: Vec<u64> = records.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 4]);
        let error = read("a\n\"b\nc", &format()).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn other_signs_and_forced_columns() {
        let other = CsvFormat {
            delimiter: b';',
            quote: b'\'',
            escape: b'\\',
            null: "NULL".to_owned(),
            force_not_null: vec![true, false, false],
            force_null: vec![false, false, true],
            ..format()
        };
        let records = read("NULL;NULL;'NULL'\n'a\\'b';'c\\\\d\\e';\n", &other).unwrap();
        assert_eq!(records[0].1, [some("NULL"), None, None]);
        assert_eq!(records[1].1, [some("a'b"), some("c\\d\\e"), some("")]);
    }

    proptest! {
        /// Whatever is written is read as it was.
        #[test]
        fn what_is_written_is_read(rows in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of("[a,\"\n\r\\\\ é]{0,4}"), 3), 0..6)) {
            let mut text = Vec::new();
            let format = format();
            for row in &rows {
                let fields = row.iter().map(Option::as_deref);
                super::super::csv_writer::write_record(&mut text, &format, fields, |_| false);
            }
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(fields(&text), rows);
        }
    }
}
