//! `EXCLUDE` of window frames, which sqlparser does not know.
//!
//! The clause is taken out of the tokens, and found again by what its window belongs to: the function before OVER, or the
//! name before AS in a WINDOW clause. Anywhere else the words stay, and are a syntax error.

use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Word};

use crate::ast::Exclusion;
use crate::error::Position;

/// The clauses of a statement.
#[derive(Debug, Default)]
pub(super) struct Exclusions(Vec<(Location, Exclusion)>);

impl Exclusions {
    /// Takes the clauses out of a statement.
    pub(super) fn take_out(tokens: &mut Vec<TokenWithSpan>) -> Self {
        let mut taken = Vec::new();
        let mut at = 1;
        while at < tokens.len() {
            if let Some((exclusion, words)) = clause(tokens, at)
                && let Some(owner) = owner(tokens, at)
            {
                taken.push((tokens[owner].span.start, exclusion));
                tokens.drain(at..at + words);
            }
            at += 1;
        }
        Self(taken)
    }

    /// What the window of the function, or of the name, that begins here excludes.
    pub(super) fn of(&self, owner: Option<Position>) -> Exclusion {
        let begins = |location: &Location| {
            owner.is_some_and(|at| {
                (at.line as u64, at.column as u64) == (location.line, location.column)
            })
        };
        let found = self.0.iter().find(|(location, _)| begins(location));
        found.map_or(Exclusion::NoOthers, |(_, exclusion)| *exclusion)
    }
}

/// The clause at a place, after a frame and at the end of a window, and how many tokens it takes.
fn clause(tokens: &[TokenWithSpan], at: usize) -> Option<(Exclusion, usize)> {
    let is = |at: usize, word: &str| is_word(tokens.get(at), word);
    if !is(at, "EXCLUDE")
        || !["ROW", "PRECEDING", "FOLLOWING"]
            .iter()
            .any(|w| is(at - 1, w))
    {
        return None;
    }
    let (exclusion, words) = if is(at + 1, "CURRENT") && is(at + 2, "ROW") {
        (Exclusion::CurrentRow, 3)
    } else if is(at + 1, "NO") && is(at + 2, "OTHERS") {
        (Exclusion::NoOthers, 3)
    } else if is(at + 1, "GROUP") {
        (Exclusion::Group, 2)
    } else if is(at + 1, "TIES") {
        (Exclusion::Ties, 2)
    } else {
        return None;
    };
    let closed = matches!(tokens.get(at + words)?.token, Token::RParen);
    closed.then_some((exclusion, words))
}

/// The token by which the window around a place is found.
fn owner(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    let mut before = opening(tokens, at)?.checked_sub(1)?;
    if is_word(tokens.get(before), "AS") {
        return before.checked_sub(1);
    }
    if !is_word(tokens.get(before), "OVER") {
        return None;
    }
    loop {
        before = before.checked_sub(1)?;
        match tokens[before].token {
            Token::RParen => before = opening(tokens, before)?.checked_sub(1)?,
            _ => return None,
        }
        if !is_word(tokens.get(before), "FILTER") {
            return Some(before);
        }
    }
}

/// The parenthesis that is open at a place.
pub(super) fn opening(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for place in (0..at).rev() {
        match tokens[place].token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return Some(place),
            Token::LParen => depth -= 1,
            _ => {}
        }
    }
    None
}

pub(super) fn is_word(token: Option<&TokenWithSpan>, wanted: &str) -> bool {
    matches!(
        token.map(|token| &token.token),
        Some(Token::Word(Word { value, quote_style: None, .. })) if value.eq_ignore_ascii_case(wanted)
    )
}
