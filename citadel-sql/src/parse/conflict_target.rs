//! `ON CONFLICT (expression, …) WHERE condition`: sqlparser takes names alone between the parentheses, and nothing behind them.
//!
//! What it does not take is taken out of the tokens, with one name left in its place by which it is found again.

use std::cell::Cell;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Word};

use super::exclusions::is_word;
use super::locator::Locator;
use super::syntax_error::syntax_error;
use crate::error::{Position, Result};

/// What was taken out of one clause.
#[derive(Debug)]
pub(super) struct Target {
    at: Location,
    used: Cell<bool>,
    /// What was between the parentheses.
    pub(super) keys: Vec<TokenWithSpan>,
    /// What was behind WHERE.
    pub(super) condition: Option<Vec<TokenWithSpan>>,
}

/// What was taken out of a statement.
#[derive(Debug, Default)]
pub(super) struct ConflictTargets(Vec<Target>);

impl ConflictTargets {
    /// Takes out what sqlparser would not read.
    pub(super) fn take_out(tokens: &mut Vec<TokenWithSpan>) -> Self {
        let mut taken = Vec::new();
        let mut at = 0;
        while at + 2 < tokens.len() {
            if is_word(tokens.get(at), "ON")
                && is_word(tokens.get(at + 1), "CONFLICT")
                && tokens[at + 2].token == Token::LParen
                && let Some(target) = take(tokens, at + 2)
            {
                taken.push(target);
            }
            at += 1;
        }
        Self(taken)
    }

    /// What stood where this name stands now.
    pub(super) fn of(&self, name: Option<Position>) -> Option<&Target> {
        let at = name?;
        let place = (at.line as u64, at.column as u64);
        let mut all = self.0.iter();
        let found = all.find(|target| (target.at.line, target.at.column) == place)?;
        found.used.set(true);
        Some(found)
    }

    /// Refuses what belongs to no ON CONFLICT.
    pub(super) fn check_used(&self, locator: &Locator) -> Result<()> {
        let Some(unused) = self.0.iter().find(|target| !target.used.get()) else {
            return Ok(());
        };
        let first = unused.keys.first();
        Err(syntax_error(
            "syntax error: ON CONFLICT does not stand here",
            first.and_then(|token| locator.start_of(token.span)),
        ))
    }
}

/// Takes the target out whose parenthesis opens here; `None`: sqlparser reads it, or says what is wrong with it.
fn take(tokens: &mut Vec<TokenWithSpan>, open: usize) -> Option<Target> {
    let close = end(tokens, open + 1, |token| token.token == Token::RParen)?;
    let has_condition = is_word(tokens.get(close + 1), "WHERE");
    let is_name = |token: &TokenWithSpan| matches!(token.token, Token::Word(_) | Token::Comma);
    if close == open + 1 || (!has_condition && tokens[open + 1..close].iter().all(is_name)) {
        return None;
    }
    let behind = match has_condition {
        true => end(tokens, close + 2, |token| is_word(Some(token), "DO"))?,
        false => close + 1,
    };
    let span = tokens[open].span;
    let target = Target {
        at: span.start,
        used: Cell::new(false),
        keys: tokens[open + 1..close].to_vec(),
        condition: has_condition.then(|| tokens[close + 2..behind].to_vec()),
    };
    let name = Token::Word(Word {
        value: "target".to_owned(),
        quote_style: None,
        keyword: Keyword::NoKeyword,
    });
    let rest = [
        tokens[open].clone(),
        TokenWithSpan::new(name, span),
        tokens[close].clone(),
    ];
    tokens.splice(open..behind, rest);
    Some(target)
}

/// The first token from a place on that is so and not within parentheses of its own.
fn end(
    tokens: &[TokenWithSpan],
    from: usize,
    is_it: impl Fn(&TokenWithSpan) -> bool,
) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        if depth == 0 && is_it(token) {
            return Some(at);
        }
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}
