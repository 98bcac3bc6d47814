//! BEGIN, COMMIT, ROLLBACK and savepoints in PostgreSQL's and SQLite's spellings.

use sqlparser::tokenizer::Token;

use super::syntax_error::syntax_error;
use super::words::Words;
use crate::ast::{BeginMode, Identifier, StatementKind};
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
        if words.take("TO") {
            StatementKind::RollbackTo(parse_savepoint(&mut words)?)
        } else {
            StatementKind::Rollback
        }
    } else if words.take("RELEASE") {
        StatementKind::Release(parse_savepoint(&mut words)?)
    } else if words.take("SAVEPOINT") {
        StatementKind::Savepoint(words.take_name("the name of a savepoint")?)
    } else {
        return Ok(None);
    };
    words.finish()?;
    Ok(Some(kind))
}

/// `[SAVEPOINT] name`
fn parse_savepoint(words: &mut Words<'_>) -> Result<Identifier> {
    if words.tokens.len() > 1 {
        words.take("SAVEPOINT");
    }
    words.take_name("the name of a savepoint")
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
    let mut access = mode.unwrap_or(BeginMode::Deferred);
    loop {
        let position = words.position();
        if words.take("ISOLATION") {
            parse_isolation(words)?;
        } else if words.take("READ") {
            if words.take("ONLY") {
                if mode == Some(BeginMode::Immediate) {
                    return Err(syntax_error(
                        "syntax error: IMMEDIATE and READ ONLY exclude each other",
                        position,
                    ));
                }
                access = BeginMode::ReadOnly;
            } else if !words.take("WRITE") {
                return Err(words.expected("ONLY or WRITE after READ"));
            }
        } else {
            return Ok(access);
        }
        if words
            .tokens
            .first()
            .is_some_and(|t| t.token == Token::Comma)
        {
            words.tokens = &words.tokens[1..];
        }
    }
}

/// `LEVEL SERIALIZABLE | REPEATABLE READ | READ COMMITTED | READ UNCOMMITTED`: each transaction reads one snapshot and there is
/// one writer at a time, which is more than any of them asks for.
fn parse_isolation(words: &mut Words<'_>) -> Result<()> {
    if !words.take("LEVEL") {
        return Err(words.expected("LEVEL after ISOLATION"));
    }
    let known = words.take("SERIALIZABLE")
        || (words.take("REPEATABLE") && words.take("READ"))
        || (words.take("READ") && (words.take("COMMITTED") || words.take("UNCOMMITTED")));
    match known {
        true => Ok(()),
        false => Err(words.expected("an isolation level")),
    }
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
