//! `FOR SYSTEM_TIME AS OF x` and `FOR SYSTEM_VERSION AS OF x` behind a table's name, which sqlparser does not read in this dialect.
//!
//! The clause is taken out of the tokens, and found again by the name before it. `x` is a constant, a parameter, or anything in
//! parentheses.

use std::cell::Cell;

use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::exclusions::is_word;
use super::locator::Locator;
use super::syntax_error::syntax_error;
use crate::error::{Position, Result};

/// What a clause names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AsOfKind {
    Time,
    Version,
}

/// A clause, where the name before it begins, and the tokens of its value.
#[derive(Debug)]
pub(super) struct AsOfTokens {
    owner: Location,
    used: Cell<bool>,
    pub(super) kind: AsOfKind,
    pub(super) value: Vec<TokenWithSpan>,
}

/// The clauses of a statement.
#[derive(Debug, Default)]
pub(super) struct AsOfs(Vec<AsOfTokens>);

impl AsOfs {
    /// Takes the clauses out of a statement.
    pub(super) fn take_out(tokens: &mut Vec<TokenWithSpan>) -> Self {
        let mut taken = Vec::new();
        let mut at = 1;
        while at < tokens.len() {
            if let Some((kind, value)) = clause(tokens, at) {
                taken.push(AsOfTokens {
                    owner: tokens[at - 1].span.start,
                    used: Cell::new(false),
                    kind,
                    value: tokens[value.clone()].to_vec(),
                });
                tokens.drain(at..value.end);
            }
            at += 1;
        }
        Self(taken)
    }

    /// That of the name that begins here.
    pub(super) fn of(&self, owner: Option<Position>) -> Option<&AsOfTokens> {
        let at = owner?;
        let place = (at.line as u64, at.column as u64);
        let mut all = self.0.iter();
        let found = all.find(|clause| (clause.owner.line, clause.owner.column) == place)?;
        found.used.set(true);
        Some(found)
    }

    /// Refuses clauses that stand behind something else than a table.
    pub(super) fn check_used(&self, locator: &Locator) -> Result<()> {
        let Some(unused) = self.0.iter().find(|clause| !clause.used.get()) else {
            return Ok(());
        };
        let at = unused
            .value
            .first()
            .and_then(|token| locator.start_of(token.span));
        Err(syntax_error(
            "syntax error: AS OF stands behind the name of a table in FROM",
            at,
        ))
    }
}

/// The clause at a place, behind a name, and where its value stands.
fn clause(tokens: &[TokenWithSpan], at: usize) -> Option<(AsOfKind, std::ops::Range<usize>)> {
    let is = |at: usize, word: &str| is_word(tokens.get(at), word);
    let kind = match () {
        () if is(at + 1, "SYSTEM_TIME") => AsOfKind::Time,
        () if is(at + 1, "SYSTEM_VERSION") => AsOfKind::Version,
        () => return None,
    };
    let is_clause = matches!(tokens[at - 1].token, Token::Word(_))
        && is(at, "FOR")
        && is(at + 2, "AS")
        && is(at + 3, "OF");
    let first = at + 4;
    if !is_clause || first >= tokens.len() {
        return None;
    }
    let mut depth = 0usize;
    for (place, token) in tokens.iter().enumerate().skip(first) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some((kind, first..place + 1));
        }
    }
    None
}
