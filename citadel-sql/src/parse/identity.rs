//! What sqlparser does not know of identity columns: their clauses in any order, `OVERRIDING {SYSTEM | USER} VALUE`.
//!
//! Both are taken out of the tokens. Clauses are found again by their place among the identity columns of the statement.

use std::cell::Cell;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::exclusions::is_word;
use super::locator::Locator;
use super::sequence;
use super::syntax_error::syntax_error;
use super::words::Words;
use crate::ast::{CteBody, MergeAction, Overriding, SequenceOption, StatementKind};
use crate::error::{Position, Result};

/// What was taken out of a statement.
#[derive(Debug, Default)]
pub(super) struct Identities {
    /// Of each identity column, in order.
    options: Vec<Vec<SequenceOption>>,
    used: Cell<usize>,
    overriding: Vec<(Overriding, Position)>,
}

impl Identities {
    /// Takes the clauses out of a statement.
    ///
    /// # Errors
    /// They are none of a sequence.
    pub(super) fn take_out(
        tokens: &mut Vec<TokenWithSpan>,
        locator: &Locator,
        end: Position,
    ) -> Result<Self> {
        let mut taken = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            taken.take_overriding(tokens, at, locator);
            if is_identity(tokens, at) {
                let options = match tokens.get(at + 1).map(|next| &next.token) {
                    Some(Token::LParen) => take_options(tokens, at + 1, locator, end)?,
                    _ => Vec::new(),
                };
                taken.options.push(options);
            }
            at += 1;
        }
        Ok(taken)
    }

    fn take_overriding(&mut self, tokens: &mut Vec<TokenWithSpan>, at: usize, locator: &Locator) {
        let is = |tokens: &[TokenWithSpan], at: usize, word| is_word(tokens.get(at), word);
        if !is(tokens, at, "OVERRIDING") || !is(tokens, at + 2, "VALUE") {
            return;
        }
        let what = if is(tokens, at + 1, "SYSTEM") {
            Overriding::System
        } else if is(tokens, at + 1, "USER") {
            Overriding::User
        } else {
            return;
        };
        if let Some(position) = locator.start_of(tokens[at].span) {
            self.overriding.push((what, position));
            tokens.drain(at..at + 3);
        }
    }

    /// The clauses of the next identity column.
    pub(super) fn next(&self) -> Vec<SequenceOption> {
        let at = self.used.get();
        self.used.set(at + 1);
        self.options.get(at).cloned().unwrap_or_default()
    }

    /// Gives each INSERT of a statement what it says of identity columns: it is the last that begins before.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn finish(&self, kind: &mut StatementKind) -> Result<()> {
        for (overriding, position) in &self.overriding {
            let mut inserts = Vec::new();
            collect_inserts(kind, &mut inserts);
            let before = inserts.into_iter().filter_map(|(at, place)| {
                let offset = at?.offset;
                (offset < position.offset).then_some((offset, place))
            });
            match before.max_by_key(|(offset, _)| *offset) {
                Some((_, place @ None)) => *place = Some(*overriding),
                _ => {
                    return Err(syntax_error(
                        "syntax error: OVERRIDING is for INSERT",
                        Some(*position),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The INSERTs of a statement, those in WITH and in MERGE included: where each begins, and what it says.
fn collect_inserts<'k>(
    kind: &'k mut StatementKind,
    inserts: &mut Vec<(Option<Position>, &'k mut Option<Overriding>)>,
) {
    let with = match kind {
        StatementKind::Explain { statement, .. } => return collect_inserts(statement, inserts),
        StatementKind::Insert(insert) => {
            inserts.push((insert.table.position, &mut insert.overriding));
            &mut insert.with
        }
        StatementKind::Merge(merge) => {
            for clause in &mut merge.clauses {
                if let MergeAction::Insert { overriding, .. } = &mut clause.action {
                    inserts.push((clause.position, overriding));
                }
            }
            &mut merge.with
        }
        StatementKind::Update(update) => &mut update.with,
        StatementKind::Delete(delete) => &mut delete.with,
        StatementKind::Query(query) => &mut query.with,
        _ => return,
    };
    for cte in with {
        if let CteBody::Change(change) = &mut cte.body {
            collect_inserts(change, inserts);
        }
    }
}

/// Is it the last word of `GENERATED … AS IDENTITY`?
fn is_identity(tokens: &[TokenWithSpan], at: usize) -> bool {
    let is = |back: usize, keyword: Keyword| {
        let token = at.checked_sub(back).and_then(|at| tokens.get(at));
        matches!(
            token.map(|token| &token.token),
            Some(Token::Word(word)) if word.keyword == keyword && word.quote_style.is_none()
        )
    };
    is(0, Keyword::IDENTITY)
        && is(1, Keyword::AS)
        && (is(2, Keyword::ALWAYS) || is(2, Keyword::DEFAULT))
}

/// Takes `(option …)` out.
fn take_options(
    tokens: &mut Vec<TokenWithSpan>,
    open: usize,
    locator: &Locator,
    end: Position,
) -> Result<Vec<SequenceOption>> {
    let close = tokens[open..]
        .iter()
        .position(|token| token.token == Token::RParen);
    let Some(close) = close.map(|close| open + close) else {
        return Ok(Vec::new());
    };
    let inner = tokens[open + 1..close].to_vec();
    let mut words = Words {
        tokens: &inner,
        locator,
        end: locator.start_of(tokens[close].span).unwrap_or(end),
    };
    let options = sequence::options(&mut words)?;
    words.finish()?;
    tokens.drain(open..=close);
    Ok(options)
}
