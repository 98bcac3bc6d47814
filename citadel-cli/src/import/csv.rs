//! Reading comma-separated values (RFC 4180), and tab-separated ones, a record at a time.
//!
//! A field that is empty and not quoted is told apart from `""`: the first is NULL, the second an empty text, as the shell writes them.

use std::io::{self, BufRead};

use super::tsv;

/// One record: `None` is a field that is empty and not quoted.
pub(crate) type Record = Vec<Option<String>>;

/// Why a record cannot be read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The medium.
    Io(io::Error),
    /// The text.
    Form(&'static str),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// How fields stand apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// By commas, quoted where they must be.
    Csv,
    /// By tabs, with escapes.
    Tsv,
}

/// The records of a text.
#[derive(Debug)]
pub(crate) struct Records<R> {
    text: R,
    form: Form,
    /// Lines that were read.
    lines: u64,
}

impl<R: BufRead> Records<R> {
    /// The records of a text of this form.
    pub(crate) fn new(text: R, form: Form) -> Self {
        Self {
            text,
            form,
            lines: 0,
        }
    }

    /// The next record with the number of its first line, counted from 1. Lines without anything on them are passed over.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Record)>, (u64, Fault)> {
        loop {
            let first = self.lines + 1;
            let mut text = String::new();
            if !self.read_line(&mut text).map_err(|fault| (first, fault))? {
                return Ok(None);
            }
            let line = text.trim_end_matches(['\n', '\r']);
            if line.is_empty() {
                continue;
            }
            let record = match self.form {
                Form::Csv => self.record(text),
                Form::Tsv => tsv::record(line).map_err(Fault::Form),
            };
            let record = record.map_err(|fault| (first, fault))?;
            return Ok(Some((first, record)));
        }
    }

    fn read_line(&mut self, text: &mut String) -> Result<bool, Fault> {
        let read = self.text.read_line(text)?;
        self.lines += u64::from(read > 0);
        Ok(read > 0)
    }

    /// Takes the fields off a text; a quotation that does not end in it goes on in the lines that follow.
    fn record(&mut self, mut text: String) -> Result<Record, Fault> {
        let mut record = Vec::new();
        let mut at = 0;
        loop {
            let (field, end) = if text[at..].starts_with('"') {
                let (field, end) = self.quoted(&mut text, at + 1)?;
                (Some(field), end)
            } else {
                let end = text[at..]
                    .find([',', '\n', '\r'])
                    .map_or(text.len(), |len| at + len);
                let field = &text[at..end];
                ((!field.is_empty()).then(|| field.to_owned()), end)
            };
            record.push(field);
            let rest = &text[end..];
            if rest.starts_with(',') {
                at = end + 1;
                continue;
            }
            return match rest {
                "" | "\n" | "\r\n" | "\r" => Ok(record),
                _ if rest.starts_with('\r') => Err(Fault::Form("a carriage return within a line")),
                _ => Err(Fault::Form("text follows a quotation")),
            };
        }
    }

    /// A field from behind its first `"`, and where it ends, behind its last.
    fn quoted(&mut self, text: &mut String, mut at: usize) -> Result<(String, usize), Fault> {
        let mut field = String::new();
        loop {
            match text[at..].find('"') {
                Some(len) => {
                    field.push_str(&text[at..at + len]);
                    at += len + 1;
                    if !text[at..].starts_with('"') {
                        return Ok((field, at));
                    }
                    field.push('"');
                    at += 1;
                }
                None => {
                    field.push_str(&text[at..]);
                    at = text.len();
                    if !self.read_line(text)? {
                        return Err(Fault::Form("a quotation does not end"));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Vec<(u64, Record)>, u64> {
        let mut records = Records::new(text.as_bytes(), Form::Csv);
        let mut found = Vec::new();
        while let Some(record) = records.next().map_err(|(line, _)| line)? {
            found.push(record);
        }
        Ok(found)
    }

    fn some(texts: &[&str]) -> Record {
        texts.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn quoted_fields_hold_commas_quotes_and_line_ends() {
        let text = "a,\"b, c\",\"say \"\"hi\"\"\"\r\n\n\"two\nlines\",,\"\"\nlast";
        let expected = vec![
            (1, some(&["a", "b, c", "say \"hi\""])),
            (
                3,
                vec![Some("two\nlines".into()), None, Some(String::new())],
            ),
            (5, some(&["last"])),
        ];
        assert_eq!(all(text), Ok(expected));
    }

    #[test]
    fn a_quotation_must_end_before_a_comma() {
        assert_eq!(all("a\n\"open\nfor ever"), Err(2));
        assert_eq!(all("\"a\"b,c"), Err(1));
    }
}
