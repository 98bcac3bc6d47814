//! `SET a[1] = x`, which sqlparser does not read: only names stand to the left of its assignments.
//!
//! The subscripts are taken out of the tokens, and found again by the name before them.

use std::cell::Cell;

use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::exclusions::is_word;
use super::locator::Locator;
use super::syntax_error::syntax_error;
use crate::error::{Position, Result};

/// Words before which a list of assignments cannot have begun.
const OTHER_LISTS: [&str; 9] = [
    "SELECT",
    "RETURNING",
    "WHERE",
    "FROM",
    "BY",
    "VALUES",
    "ON",
    "USING",
    "WITH",
];

/// The subscripts of one column that is assigned to.
#[derive(Debug)]
struct Part {
    owner: Location,
    used: Cell<bool>,
    /// The name, and the subscripts.
    tokens: Vec<TokenWithSpan>,
}

/// The parts of arrays that a statement assigns to.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Part>);

impl Parts {
    /// Takes the subscripts out of a statement.
    pub(super) fn take_out(tokens: &mut Vec<TokenWithSpan>) -> Self {
        let mut taken = Vec::new();
        let mut at = 1;
        while at < tokens.len() {
            if let Some(end) = subscripts(tokens, at)
                && is_assigned(tokens, at)
            {
                taken.push(Part {
                    owner: tokens[at].span.start,
                    used: Cell::new(false),
                    tokens: tokens[at..end].to_vec(),
                });
                tokens.drain(at + 1..end);
            }
            at += 1;
        }
        Self(taken)
    }

    /// The name that begins here, and its subscripts.
    pub(super) fn of(&self, owner: Option<Position>) -> Option<&[TokenWithSpan]> {
        let at = owner?;
        let place = (at.line as u64, at.column as u64);
        let mut all = self.0.iter();
        let found = all.find(|part| (part.owner.line, part.owner.column) == place)?;
        found.used.set(true);
        Some(&found.tokens)
    }

    /// Refuses subscripts of which no assignment was made.
    pub(super) fn check_used(&self, locator: &Locator) -> Result<()> {
        let Some(unused) = self.0.iter().find(|part| !part.used.get()) else {
            return Ok(());
        };
        let at = unused.tokens.first();
        Err(syntax_error(
            "syntax error: a subscript does not stand here",
            at.and_then(|token| locator.start_of(token.span)),
        ))
    }
}

/// Where the subscripts end that stand between the name at a place and `=`.
fn subscripts(tokens: &[TokenWithSpan], name: usize) -> Option<usize> {
    let is = |at: usize, wanted: &Token| tokens.get(at).is_some_and(|token| token.token == *wanted);
    if !matches!(tokens[name].token, Token::Word(_)) || !is(name + 1, &Token::LBracket) {
        return None;
    }
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(name + 1) {
        match token.token {
            Token::LBracket => depth += 1,
            Token::RBracket => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 && !is(at + 1, &Token::LBracket) {
            return is(at + 1, &Token::Eq).then_some(at + 1);
        }
    }
    None
}

/// Does the name stand in the list behind SET, where an assignment begins?
fn is_assigned(tokens: &[TokenWithSpan], name: usize) -> bool {
    let before = tokens.get(name - 1);
    if is_word(before, "SET") {
        return true;
    }
    if before.is_none_or(|token| token.token != Token::Comma) {
        return false;
    }
    let mut depth = 0usize;
    for at in (0..name).rev() {
        match tokens[at].token {
            Token::RParen | Token::RBracket => depth += 1,
            Token::LParen | Token::LBracket if depth == 0 => return false,
            Token::LParen | Token::LBracket => depth -= 1,
            _ if depth > 0 => {}
            _ if is_word(tokens.get(at), "SET") => return true,
            _ if OTHER_LISTS.iter().any(|word| is_word(tokens.get(at), word)) => return false,
            _ => {}
        }
    }
    false
}
