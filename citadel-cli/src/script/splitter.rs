//! Finds where statements end, without parsing them.
//!
//! A statement ends at a `;` outside of quotes (`'…'`, `"…"`, `E'…\'…'`, `$tag$…$tag$`) and comments (`-- …`,
//! nested `/* … */`), and outside of the BEGIN … END of a CREATE TRIGGER. A line that begins with `.` where a statement could begin is a dot-command. Every byte is
//! looked at once, however the text is cut into pieces.

use super::trigger_block::TriggerBlock;

/// What a splitter gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A statement, with its `;` where it had one.
    Statement {
        /// The text from its first word on.
        text: String,
        /// Lines before the statement's first.
        lines_before: usize,
    },
    /// A dot-command, without its line end.
    Command(String),
}

/// Where the scan stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the first word of a statement.
    #[default]
    Between,
    /// In a statement, outside of quotes and comments.
    Plain,
    /// In a quotation that ends at the byte; a doubled one reopens it. A backslash escapes if it says so.
    Quoted { end: u8, backslash: bool },
    /// In `$tag$…`: what ends it.
    Dollar(Vec<u8>),
    /// In `-- …`.
    LineComment,
    /// In `/* … */`, this deep.
    BlockComment(usize),
}

/// Cuts text into statements and dot-commands.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    text: String,
    /// Where the piece at hand begins; what lies before was given out.
    start: usize,
    /// How far the scan has come.
    at: usize,
    state: State,
    /// Was there a word since `start`? Comments alone are no statement.
    words: bool,
    /// Line breaks given out before `start`.
    lines: usize,
    block: TriggerBlock,
}

impl Splitter {
    /// Adds text.
    pub(crate) fn push(&mut self, text: &str) {
        if self.start > self.text.len() / 2 {
            self.text.drain(..self.start);
            self.at -= self.start;
            self.start = 0;
        }
        self.text.push_str(text);
    }

    /// The next whole statement or command, if the text has one.
    pub(crate) fn next_piece(&mut self) -> Option<Piece> {
        while self.at < self.text.len() {
            if !self.words && self.state == State::Between && self.rest().starts_with('.') {
                return self.take_command();
            }
            if self.step()? {
                return Some(self.take_statement());
            }
        }
        None
    }

    /// What is left at the end of all text: a last statement without `;`, or nothing.
    pub(crate) fn finish(&mut self) -> Option<Piece> {
        if self.rest().starts_with('.') && !self.words {
            self.text.push('\n');
            return self.take_command();
        }
        // A lone first byte of what could be a comment or a quote was held back.
        let held_back =
            matches!(self.state, State::Between | State::Plain) && !self.rest().is_empty();
        self.words |= held_back;
        self.at = self.text.len();
        self.words.then(|| self.take_statement())
    }

    /// Is a statement begun and not ended?
    pub(crate) fn is_inside_statement(&self) -> bool {
        self.words || !matches!(self.state, State::Between | State::LineComment)
    }

    /// Counts lines that went another way.
    pub(crate) fn pass_lines(&mut self, lines: usize) {
        self.lines += lines;
    }

    /// Forgets what is not given out yet.
    pub(crate) fn clear(&mut self) {
        let lines = self.lines;
        *self = Self {
            lines,
            ..Self::default()
        };
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Looks at what comes next. `Some(true)`: a statement ends here; `None`: more text is needed to tell.
    fn step(&mut self) -> Option<bool> {
        let bytes = &self.text.as_bytes()[self.at..];
        match &mut self.state {
            State::Between | State::Plain => return self.step_plain(),
            State::Quoted { end, backslash } => {
                if *backslash && bytes[0] == b'\\' {
                    bytes.get(1)?;
                    self.at += 2;
                    return Some(false);
                }
                if bytes[0] == *end {
                    self.state = State::Plain;
                }
            }
            State::Dollar(tag) => {
                if bytes.len() < tag.len() && tag.starts_with(bytes) {
                    return None;
                }
                if bytes.starts_with(tag) {
                    self.at += tag.len();
                    self.state = State::Plain;
                    return Some(false);
                }
            }
            State::LineComment => {
                if bytes[0] == b'\n' {
                    self.leave_comment();
                }
            }
            State::BlockComment(depth) => {
                let two = match bytes[0] {
                    b'*' | b'/' => [bytes[0], *bytes.get(1)?],
                    _ => [0, 0],
                };
                match &two {
                    b"*/" => {
                        *depth -= 1;
                        let over = *depth == 0;
                        self.at += 2;
                        if over {
                            self.leave_comment();
                        }
                        return Some(false);
                    }
                    b"/*" => {
                        *depth += 1;
                        self.at += 2;
                        return Some(false);
                    }
                    _ => {}
                }
            }
        }
        self.at += 1;
        Some(false)
    }

    fn step_plain(&mut self) -> Option<bool> {
        let bytes = &self.text.as_bytes()[self.at..];
        let first = bytes[0];
        match first {
            b';' | b'-' | b'/' => {}
            _ if is_word(first) => self.block.push(first),
            _ => self.block.note_sign(first),
        }
        match first {
            b';' => {
                self.at += 1;
                if self.block.is_inside() {
                    self.block.note_sign(first);
                    return Some(false);
                }
                let ends = self.words;
                if !ends {
                    self.skip_to_here();
                }
                return Some(ends);
            }
            b'-' | b'/' => {
                let comment = match (first, *bytes.get(1)?) {
                    (b'-', b'-') => Some(State::LineComment),
                    (b'/', b'*') => Some(State::BlockComment(1)),
                    _ => None,
                };
                if let Some(comment) = comment {
                    self.block.end_word();
                    self.state = comment;
                    self.at += 2;
                    return Some(false);
                }
                self.block.note_sign(first);
                self.begin_word();
            }
            b'\'' | b'"' => {
                let backslash = first == b'\'' && self.follows_escape_prefix();
                self.begin_word();
                self.state = State::Quoted {
                    end: first,
                    backslash,
                };
            }
            b'$' if !self.follows_word() => {
                let length = bytes[1..].iter().position(|b| !is_word(*b))?;
                let opens = bytes[1 + length] == b'$' && !bytes[1].is_ascii_digit();
                let tag = opens.then(|| bytes[..length + 2].to_vec());
                self.begin_word();
                if let Some(tag) = tag {
                    self.at += tag.len();
                    self.state = State::Dollar(tag);
                    return Some(false);
                }
            }
            _ if first.is_ascii_whitespace() => {
                if !self.words {
                    self.at += 1;
                    self.skip_to_here();
                    return Some(false);
                }
            }
            _ => self.begin_word(),
        }
        self.at += 1;
        Some(false)
    }

    fn begin_word(&mut self) {
        if !self.words {
            self.skip_to_here();
        }
        self.words = true;
        self.state = State::Plain;
    }

    fn leave_comment(&mut self) {
        self.state = if self.words {
            State::Plain
        } else {
            State::Between
        };
    }

    /// Leaves out what lies between the last piece and here.
    fn skip_to_here(&mut self) {
        let passed = &self.text[self.start..self.at];
        self.lines += passed.bytes().filter(|b| *b == b'\n').count();
        self.start = self.at;
    }

    fn follows_word(&self) -> bool {
        let before = self.text.as_bytes()[self.start..self.at].last();
        before.is_some_and(|b| is_word(*b))
    }

    fn follows_escape_prefix(&self) -> bool {
        let before = &self.text.as_bytes()[self.start..self.at];
        match before {
            [.., word, b'e' | b'E'] => !is_word(*word),
            [b'e' | b'E'] => true,
            _ => false,
        }
    }

    fn take_statement(&mut self) -> Piece {
        let text = self.text[self.start..self.at].trim_end().to_owned();
        let lines_before = self.lines;
        self.skip_to_here();
        self.words = false;
        self.state = State::Between;
        self.block = TriggerBlock::default();
        Piece::Statement { text, lines_before }
    }

    fn take_command(&mut self) -> Option<Piece> {
        let end = self.at + self.rest().find('\n')?;
        let text = self.text[self.at..end].trim_end().to_owned();
        self.at = end + 1;
        self.skip_to_here();
        Some(Piece::Command(text))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(chunks: &[&str]) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut out = Vec::new();
        let text = |piece| match piece {
            Piece::Statement { text, lines_before } => format!("{lines_before}:{text}"),
            Piece::Command(text) => text,
        };
        for chunk in chunks {
            splitter.push(chunk);
            while let Some(piece) = splitter.next_piece() {
                out.push(text(piece));
            }
        }
        out.extend(splitter.finish().map(text));
        out
    }

    #[test]
    fn semicolons_in_a_trigger_end_its_statements_alone() {
        let trigger = "-- one;\nCREATE OR REPLACE TRIGGER a AFTER UPDATE OF begin ON t WHEN (NEW.begin > 0)\nBEGIN\n  \
             INSERT INTO log SELECT CASE WHEN NEW.case THEN 'end;' ELSE old.end END; /* END; */ DELETE FROM u;\nEND;";
        let text = format!("{trigger}\nSELECT 1; BEGIN; COMMIT;");
        let (_, bare) = trigger.split_once('\n').unwrap();
        assert_eq!(
            pieces(&[&text]),
            [
                format!("1:{bare}"),
                "5:SELECT 1;".to_owned(),
                "5:BEGIN;".to_owned(),
                "5:COMMIT;".to_owned()
            ]
        );
        let bytes: Vec<String> = text.chars().map(String::from).collect();
        let bytes: Vec<&str> = bytes.iter().map(String::as_str).collect();
        assert_eq!(pieces(&bytes), pieces(&[&text]));
    }

    #[test]
    fn semicolons_in_quotes_and_comments_end_nothing() {
        let script = "SELECT ';' AS \"a;b\"; -- one; two\n/* x; /* y; */ z; */ SELECT $$a;b$$, $t$;$$;$t$;\nSELECT E'\\';' ;";
        assert_eq!(
            pieces(&[script]),
            [
                "0:SELECT ';' AS \"a;b\";",
                "1:SELECT $$a;b$$, $t$;$$;$t$;",
                "2:SELECT E'\\';' ;"
            ]
        );
    }

    #[test]
    fn doubled_quotes_stay_inside() {
        assert_eq!(
            pieces(&["SELECT 'it''s; ok';x"]),
            ["0:SELECT 'it''s; ok';", "0:x"]
        );
    }

    #[test]
    fn the_last_statement_needs_no_semicolon_and_comments_are_none() {
        assert_eq!(pieces(&["SELECT 1"]), ["0:SELECT 1"]);
        assert_eq!(pieces(&["SELECT 1; -- done\n"]), ["0:SELECT 1;"]);
        assert_eq!(pieces(&[" ;;\n/* nothing */ ; "]), Vec::<String>::new());
    }

    #[test]
    fn commands_are_lines_where_a_statement_could_begin() {
        assert_eq!(
            pieces(&["-- intro\n.tables\nSELECT 1\n.5;\n.mode csv"]),
            [".tables", "2:SELECT 1\n.5;", ".mode csv"]
        );
    }

    #[test]
    fn numbered_parameters_are_no_dollar_quotes() {
        assert_eq!(
            pieces(&["SELECT $1; SELECT $2;"]),
            ["0:SELECT $1;", "0:SELECT $2;"]
        );
        assert_eq!(
            pieces(&["SELECT a$b; SELECT 1"]),
            ["0:SELECT a$b;", "0:SELECT 1"]
        );
    }

    #[test]
    fn where_the_text_is_cut_does_not_matter() {
        let script = "SELECT 'a;é' -- x;\n, $q$;$q$ /* ; */;\n.help me\nINSERT INTO t VALUES (E'\\\\', '''');\n\nSELECT 2 - 1";
        let whole = pieces(&[script]);
        assert_eq!(whole.len(), 4);
        for cut in (0..=script.len()).filter(|i| script.is_char_boundary(*i)) {
            assert_eq!(
                pieces(&[&script[..cut], &script[cut..]]),
                whole,
                "cut at {cut}"
            );
        }
        let single: Vec<String> = script.chars().map(String::from).collect();
        let single: Vec<&str> = single.iter().map(String::as_str).collect();
        assert_eq!(pieces(&single), whole);
    }
}
