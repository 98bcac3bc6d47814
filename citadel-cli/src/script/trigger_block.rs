//! Where CREATE TRIGGER ends: a `;` inside its BEGIN … END ends a statement of its body.

/// No word that matters is longer.
const WORD_BYTES_MAX: usize = 8;

/// How far the statement at hand is one.
#[derive(Debug, Default)]
pub(super) struct TriggerBlock {
    state: State,
    /// BEGIN and CASE that wait for their END.
    depth: usize,
    /// Parentheses that are open.
    parentheses: usize,
    /// The word at hand, in upper case, or its beginning.
    word: Vec<u8>,
    /// A period stands before it: it is the name of a column.
    is_part: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// So many of its words are the first of CREATE OR REPLACE TRIGGER.
    First(usize),
    /// Another statement, or a trigger whose END was read.
    Other,
    /// Before BEGIN.
    Head,
    Body,
}

impl Default for State {
    fn default() -> Self {
        Self::First(0)
    }
}

impl TriggerBlock {
    /// Takes note of a byte of a word.
    pub(super) fn push(&mut self, byte: u8) {
        if self.word.len() < WORD_BYTES_MAX {
            self.word.push(byte.to_ascii_uppercase());
        }
    }

    /// Takes note of a byte outside of words and quotes.
    pub(super) fn note_sign(&mut self, sign: u8) {
        self.end_word();
        if sign.is_ascii_whitespace() {
            return;
        }
        self.is_part = sign == b'.';
        match sign {
            b'(' | b'[' => self.parentheses += 1,
            b')' | b']' => self.parentheses = self.parentheses.saturating_sub(1),
            b';' => self.parentheses = 0,
            _ => {}
        }
        if matches!(self.state, State::First(_)) {
            self.state = State::Other;
        }
    }

    /// Stands a semicolon here inside a body?
    pub(super) fn is_inside(&mut self) -> bool {
        self.end_word();
        self.state == State::Body
    }

    /// The word at hand is over.
    pub(super) fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let is_part = std::mem::take(&mut self.is_part);
        match (&self.state, self.word.as_slice()) {
            (State::First(0), b"CREATE") => self.state = State::First(1),
            (State::First(1), b"OR") => self.state = State::First(2),
            (State::First(2), b"REPLACE") => self.state = State::First(3),
            (State::First(1 | 3), b"TRIGGER") => self.state = State::Head,
            (State::First(_), _) => self.state = State::Other,
            (State::Head, b"BEGIN") if self.parentheses == 0 && !is_part => {
                self.state = State::Body;
                self.depth = 1;
            }
            (State::Body, b"CASE") if !is_part => self.depth += 1,
            (State::Body, b"END") if !is_part => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.state = State::Other;
                }
            }
            _ => {}
        }
        self.word.clear();
    }
}
