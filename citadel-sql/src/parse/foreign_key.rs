//! What sqlparser does not know of foreign keys: the columns of `ON DELETE SET NULL (a, b)`, and SET CONSTRAINTS.
//!
//! Columns are taken out of the tokens, and found again by the place of their constraint among those that say FOREIGN KEY.

use std::cell::Cell;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::exclusions::is_word;
use super::locator::Locator;
use super::words::Words;
use crate::ast::{Identifier, StatementKind};
use crate::error::Result;

/// The columns that an action of a constraint sets.
#[derive(Clone, Debug)]
pub(super) struct SetColumns {
    pub(super) on_update: bool,
    pub(super) columns: Vec<Identifier>,
}

/// Those of a statement.
#[derive(Debug, Default)]
pub(super) struct KeyColumns {
    /// Of each FOREIGN KEY, in order.
    keys: Vec<Vec<SetColumns>>,
    used: Cell<usize>,
}

impl KeyColumns {
    /// Takes them out of a statement.
    pub(super) fn take_out(tokens: &mut Vec<TokenWithSpan>, locator: &Locator) -> Self {
        let mut taken = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            let is = |offset: usize, word| is_word(tokens.get(at + offset), word);
            if is(0, "FOREIGN") && is(1, "KEY") {
                taken.keys.push(Vec::new());
            }
            let sets = is(0, "ON")
                && (is(1, "DELETE") || is(1, "UPDATE"))
                && is(2, "SET")
                && (is(3, "NULL") || is(3, "DEFAULT"));
            if sets
                && let Some(key) = taken.keys.last_mut()
                && let Some((columns, end)) = names(tokens, at + 4, locator)
            {
                key.push(SetColumns {
                    on_update: is(1, "UPDATE"),
                    columns,
                });
                tokens.drain(at + 4..end);
            }
            at += 1;
        }
        taken
    }

    /// Those of the next FOREIGN KEY.
    pub(super) fn next(&self) -> Vec<SetColumns> {
        let at = self.used.get();
        self.used.set(at + 1);
        self.keys.get(at).cloned().unwrap_or_default()
    }
}

/// `(a, b)`, and where it ends.
fn names(
    tokens: &[TokenWithSpan],
    open: usize,
    locator: &Locator,
) -> Option<(Vec<Identifier>, usize)> {
    if tokens.get(open)?.token != Token::LParen {
        return None;
    }
    let mut columns = Vec::new();
    let mut at = open + 1;
    loop {
        let Token::Word(word) = &tokens.get(at)?.token else {
            return None;
        };
        columns.push(Identifier {
            name: word.value.clone(),
            position: locator.start_of(tokens[at].span),
        });
        match tokens.get(at + 1)?.token {
            Token::Comma => at += 2,
            Token::RParen => return Some((columns, at + 2)),
            _ => return None,
        }
    }
}

/// `SET CONSTRAINTS {ALL | name, …} {DEFERRED | IMMEDIATE}`, from the second word on.
pub(super) fn parse_set(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("CONSTRAINTS");
    let mut names = Vec::new();
    if !words.take("ALL") {
        loop {
            names.push(words.take_name("the name of a constraint, or ALL")?);
            match words.tokens.first().map(|token| &token.token) {
                Some(Token::Comma) => words.tokens = &words.tokens[1..],
                _ => break,
            }
        }
    }
    let deferred = words.take("DEFERRED");
    if !deferred && !words.take("IMMEDIATE") {
        return Err(words.expected("DEFERRED or IMMEDIATE"));
    }
    words.finish()?;
    Ok(StatementKind::SetConstraints { names, deferred })
}
