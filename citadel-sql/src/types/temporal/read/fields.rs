//! Cutting a text into fields.

use super::Bad;

/// A piece of a text that says something by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// `1999-01-08`, `1/8/99`, `8-Jan-1999`: parts between `-`, `/` or `.`.
    Date(&'a str),
    /// `04:05:06.7`
    Time(&'a str),
    /// Digits, and perhaps a point with more of them.
    Number(&'a str),
    /// Letters; a name of a zone with what else is in it.
    Word(&'a str),
    /// `+02:00`, and how much of it there is.
    Offset(&'a str),
    /// A sign before a word: of infinity.
    Minus,
}

/// The fields of a text, from left to right.
pub(super) struct Fields<'a> {
    rest: &'a str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, Bad> {
        let is_between = |c: char| c.is_ascii_whitespace() || c == ',';
        self.rest = self.rest.trim_start_matches(is_between);
        let Some(first) = self.rest.chars().next() else {
            return Ok(None);
        };
        Ok(Some(match first {
            '0'..='9' => self.digits(),
            '+' | '-' => self.signed(first)?,
            'a'..='z' | 'A'..='Z' => self.word(),
            _ => return Err(Bad::Form),
        }))
    }

    /// Takes so many bytes.
    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }

    fn run(&self, from: usize, is_in: impl Fn(u8) -> bool) -> usize {
        let bytes = self.rest.as_bytes();
        from + bytes[from..].iter().take_while(|b| is_in(**b)).count()
    }

    fn byte(&self, at: usize) -> u8 {
        self.rest.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn digits(&mut self) -> Field<'a> {
        let end = self.run(0, |b| b.is_ascii_digit());
        match self.byte(end) {
            b':' => {
                let end = self.run(end, |b| b.is_ascii_digit() || b == b':' || b == b'.');
                Field::Time(self.take(end))
            }
            b'.' => {
                let after = self.run(end + 1, |b| b.is_ascii_digit());
                if self.byte(after) == b'.' {
                    let end = self.run(after, |b| b.is_ascii_alphanumeric() || b == b'.');
                    return Field::Date(self.take(end));
                }
                Field::Number(self.take(after))
            }
            delimiter @ (b'-' | b'/') => {
                // After the last part a letter is that of a time, or a zone's.
                let mut end = end;
                for _ in 0..2 {
                    if self.byte(end) != delimiter {
                        break;
                    }
                    let next = self.byte(end + 1);
                    end = if next.is_ascii_digit() {
                        self.run(end + 1, |b| b.is_ascii_digit())
                    } else {
                        self.run(end + 1, |b| b.is_ascii_alphabetic())
                    };
                }
                Field::Date(self.take(end))
            }
            _ => Field::Number(self.take(end)),
        }
    }

    fn signed(&mut self, sign: char) -> Result<Field<'a>, Bad> {
        let next = self.byte(1);
        if next.is_ascii_digit() {
            let end = self.run(1, |b| b.is_ascii_digit() || b == b':');
            return Ok(Field::Offset(self.take(end)));
        }
        if next.is_ascii_alphabetic() {
            self.take(1);
            return if sign == '-' {
                Ok(Field::Minus)
            } else {
                self.next()?.ok_or(Bad::Form)
            };
        }
        Err(Bad::Form)
    }

    fn word(&mut self) -> Field<'a> {
        let end = self.run(0, |b| b.is_ascii_alphabetic());
        let is_j = end == 1 && matches!(self.byte(0), b'j' | b'J');
        if is_j && self.byte(1).is_ascii_digit() {
            let end = self.run(1, |b| b.is_ascii_digit() || b == b'.');
            return Field::Word(self.take(end));
        }
        // Jan-08-1999, but America/New_York and EST5EDT.
        if end == 3 && self.byte(3) == b'-' && self.byte(4).is_ascii_digit() {
            let end = self.run(3, |b| b.is_ascii_digit() || b == b'-');
            return Field::Date(self.take(end));
        }
        if matches!(self.byte(end), b'/' | b'_') || end > 2 && self.byte(end).is_ascii_digit() {
            let is_named =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
            let end = self.run(end, is_named);
            return Field::Word(self.take(end));
        }
        Field::Word(self.take(end))
    }
}
