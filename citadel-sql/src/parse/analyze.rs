//! `ANALYZE [table [(column, …)], …]`

use sqlparser::tokenizer::Token;

use super::words::Words;
use crate::ast::{AnalyzedTable, StatementKind};
use crate::error::{Error, Result};

/// ANALYZE is taken already.
pub(super) fn parse(mut words: Words<'_>) -> Result<StatementKind> {
    refuse_options(&words)?;
    let mut tables = Vec::new();
    if words.tokens.is_empty() {
        return Ok(StatementKind::Analyze(tables));
    }
    loop {
        tables.push(table(&mut words)?);
        if !words.take_token(&Token::Comma) {
            break;
        }
    }
    words.finish()?;
    Ok(StatementKind::Analyze(tables))
}

fn table(words: &mut Words<'_>) -> Result<AnalyzedTable> {
    let mut name = words.take_name("the name of a table")?;
    if (name.name.eq_ignore_ascii_case("main") || name.name.eq_ignore_ascii_case("public"))
        && words.take_token(&Token::Period)
    {
        name = words.take_name("the name of a table")?;
    }
    let mut columns = Vec::new();
    if words.take_token(&Token::LParen) {
        loop {
            columns.push(words.take_name("the name of a column")?);
            if !words.take_token(&Token::Comma) {
                break;
            }
        }
        if !words.take_token(&Token::RParen) {
            return Err(words.expected("a comma or a parenthesis"));
        }
    }
    Ok(AnalyzedTable { name, columns })
}

/// PostgreSQL's options.
fn refuse_options(words: &Words<'_>) -> Result<()> {
    let option = match words.peek().as_deref() {
        // A table may have this name.
        Some("VERBOSE") if words.tokens.len() > 1 => "VERBOSE".to_owned(),
        None if words.is_at(&Token::LParen) => {
            let inside = Words {
                tokens: &words.tokens[1..],
                ..*words
            };
            match inside.peek() {
                Some(option) => format!("({option})"),
                None => return Ok(()),
            }
        }
        _ => return Ok(()),
    };
    Err(Error::unsupported(format!("ANALYZE {option}")).at(words.position()))
}
