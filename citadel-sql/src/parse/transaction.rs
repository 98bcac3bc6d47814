//! BEGIN, COMMIT and ROLLBACK in PostgreSQL's and SQLite's spellings.

use super::syntax_error::syntax_error;
use super::words::Words;
use crate::ast::{BeginMode, StatementKind};
use crate::error::{Error, Result};

/// Parses a statement about transactions; `None` if it is not one.
pub(super) fn parse(mut words: Words<'_>) -> Result<Option<StatementKind>> {
    let kind = if words.take("BEGIN") {
        StatementKind::Begin(parse_begin(&mut words)?)
    } else if words.take("START") {
        if !words.take("TRANSACTION") {
            return Err(syntax_error(
                "syntax error: expected TRANSACTION after START",
                words.position(),
            ));
        }
        StatementKind::Begin(parse_modes(&mut words, None)?)
    } else if words.take("COMMIT") || words.take("END") {
        take_noise(&mut words);
        refuse_chain(&mut words)?;
        StatementKind::Commit
    } else if words.take("ROLLBACK") || words.take("ABORT") {
        take_noise(&mut words);
        refuse_chain(&mut words)?;
        let position = words.position();
        if words.take("TO") {
            return Err(Error::unsupported("ROLLBACK TO SAVEPOINT").at(position));
        }
        StatementKind::Rollback
    } else {
        return Ok(None);
    };
    words.finish()?;
    Ok(Some(kind))
}

/// `BEGIN [DEFERRED | IMMEDIATE] [TRANSACTION | WORK] [READ ONLY | READ WRITE]`
fn parse_begin(words: &mut Words<'_>) -> Result<BeginMode> {
    let position = words.position();
    for word in ["EXCLUSIVE", "CONCURRENT"] {
        if words.take(word) {
            return Err(Error::unsupported(format!("BEGIN {word}"))
                .at(position)
                .hint("BEGIN IMMEDIATE takes the writer's place at once"));
        }
    }
    let mode = if words.take("IMMEDIATE") {
        Some(BeginMode::Immediate)
    } else if words.take("DEFERRED") {
        Some(BeginMode::Deferred)
    } else {
        None
    };
    take_noise(words);
    parse_modes(words, mode)
}

fn parse_modes(words: &mut Words<'_>, mode: Option<BeginMode>) -> Result<BeginMode> {
    let position = words.position();
    if words.take("ISOLATION") {
        return Err(Error::unsupported("ISOLATION LEVEL")
            .at(position)
            .hint("every transaction reads one snapshot and there is one writer at a time"));
    }
    if !words.take("READ") {
        return Ok(mode.unwrap_or(BeginMode::Deferred));
    }
    if words.take("WRITE") {
        return Ok(mode.unwrap_or(BeginMode::Deferred));
    }
    if !words.take("ONLY") {
        return Err(syntax_error(
            "syntax error: expected ONLY or WRITE after READ",
            words.position(),
        ));
    }
    if mode == Some(BeginMode::Immediate) {
        return Err(syntax_error(
            "syntax error: IMMEDIATE and READ ONLY exclude each other",
            position,
        ));
    }
    Ok(BeginMode::ReadOnly)
}

fn take_noise(words: &mut Words<'_>) {
    let _ = words.take("TRANSACTION") || words.take("WORK");
}

fn refuse_chain(words: &mut Words<'_>) -> Result<()> {
    let position = words.position();
    if words.take("AND") {
        return Err(Error::unsupported("AND CHAIN").at(position));
    }
    Ok(())
}
