//! ALTER INDEX.

use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::convert::Converter;
use super::dialect::CitadelDialect;
use super::syntax_error::from_parser;
use super::words::Words;
use crate::ast::{AlterIndex, Identifier, IndexChange, IndexOption, StatementKind};
use crate::error::{Error, Result};

/// `ALTER INDEX [IF EXISTS] name RENAME TO name | SET (option = value, …) | RESET (option, …)`
pub(super) fn parse(mut words: Words<'_>, converter: &Converter<'_>) -> Result<StatementKind> {
    let position = words.position();
    words.take("ALTER");
    if !words.take("INDEX") {
        let what = words.peek().unwrap_or_default();
        return Err(Error::unsupported(format!("ALTER {what}").trim_end()).at(position));
    }
    let if_exists = words.take("IF");
    if if_exists && !words.take("EXISTS") {
        return Err(words.expected("EXISTS"));
    }
    let name = words.take_name("the name of an index")?;
    let action = words.position();
    let change = match words.peek().as_deref() {
        Some("RENAME") => {
            words.take("RENAME");
            if !words.take("TO") {
                return Err(words.expected("TO"));
            }
            let to = words.take_name("the name of an index")?;
            words.finish()?;
            IndexChange::Rename(to)
        }
        Some("SET") if is_list(&words) => {
            words.take("SET");
            IndexChange::Set(options(words, converter)?)
        }
        Some("RESET") => {
            words.take("RESET");
            IndexChange::Reset(names(words)?)
        }
        Some(other) => {
            return Err(Error::unsupported(format!("ALTER INDEX … {other}"))
                .at(action)
                .hint("RENAME TO, SET (…) and RESET (…) are there"));
        }
        None => return Err(words.expected("RENAME TO, SET or RESET")),
    };
    Ok(StatementKind::AlterIndex(Box::new(AlterIndex {
        name,
        if_exists,
        change,
    })))
}

/// Does a parenthesis follow the next word?
fn is_list(words: &Words<'_>) -> bool {
    let next = words.tokens.get(1);
    next.is_none_or(|next| next.token == Token::LParen)
}

fn options(words: Words<'_>, converter: &Converter<'_>) -> Result<Vec<IndexOption>> {
    let options = parenthesized(words, |parser| parser.parse_expr())?;
    options
        .into_iter()
        .map(|option| converter.index_option(option))
        .collect()
}

fn names(words: Words<'_>) -> Result<Vec<Identifier>> {
    let names = parenthesized(words, |parser| parser.parse_identifier())?;
    Ok(names
        .into_iter()
        .map(|name| Identifier {
            position: words.locator.start_of(name.span),
            name: name.value,
        })
        .collect())
}

/// `(item, …)`, and nothing more.
fn parenthesized<T>(
    words: Words<'_>,
    item: impl FnMut(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<Vec<T>> {
    let position = words.position();
    let mut parser = Parser::new(&CitadelDialect).with_tokens_with_locations(words.tokens.to_vec());
    let list = || {
        parser.expect_token(&Token::LParen)?;
        let items = parser.parse_comma_separated(item)?;
        parser.expect_token(&Token::RParen)?;
        parser.expect_token(&Token::EOF)?;
        Ok(items)
    };
    list().map_err(|error| from_parser(error, words.locator, words.end).at(position))
}
