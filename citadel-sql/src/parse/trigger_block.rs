//! Where CREATE TRIGGER ends: a `;` inside its BEGIN … END ends a statement of its body.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::exclusions::is_word;

/// How far the statement at hand is one.
#[derive(Debug, Default)]
pub(super) struct TriggerBlock {
    state: State,
    /// BEGIN and CASE that wait for their END.
    depth: usize,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// These many of its first words are those of CREATE TRIGGER.
    #[default]
    First,
    /// Another statement, or a trigger whose END was read.
    Other,
    /// Before BEGIN.
    Head,
    Body,
}

impl TriggerBlock {
    /// Takes note of a token. `before` are those of the statement before it; `is_open`: it stands in parentheses.
    pub(super) fn note(&mut self, before: &[TokenWithSpan], token: &TokenWithSpan, is_open: bool) {
        let is_part = before
            .last()
            .is_some_and(|last| last.token == Token::Period);
        match self.state {
            State::First => self.state = first(before, token),
            State::Head if !is_open && !is_part && is_word(Some(token), "BEGIN") => {
                self.state = State::Body;
                self.depth = 1;
            }
            State::Body if is_part => {}
            State::Body if is_word(Some(token), "CASE") => self.depth += 1,
            State::Body if is_word(Some(token), "END") => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.state = State::Other;
                }
            }
            State::Head | State::Body | State::Other => {}
        }
    }

    /// Stands a semicolon here inside a body?
    pub(super) fn is_inside(&self) -> bool {
        self.state == State::Body
    }
}

/// What the first words say.
fn first(before: &[TokenWithSpan], token: &TokenWithSpan) -> State {
    let goes_on = match before {
        [] => is_word(Some(token), "CREATE"),
        [_] if is_word(Some(token), "TRIGGER") => return State::Head,
        [_] => is_word(Some(token), "OR"),
        [_, _] => is_word(Some(token), "REPLACE"),
        _ if is_word(Some(token), "TRIGGER") => return State::Head,
        _ => false,
    };
    match goes_on {
        true => State::First,
        false => State::Other,
    }
}
