//! CREATE, ALTER and DROP DOMAIN.
//!
//! What they say is what statements about a table with one column say, and is read as these are: `CREATE DOMAIN d AS type …` as
//! `CREATE TABLE d (value type …)`.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::words::Words;
use crate::ast::{AlterTable, DropObject, StatementKind};
use crate::error::{Error, Result};

/// What stands for the domain, and for its values.
const DOMAIN: &str = "domain";
const VALUE: &str = "value";

/// `CREATE DOMAIN name [AS] type …`, from the second word on. `read` reads statements about tables.
pub(super) fn parse_create(
    mut words: Words<'_>,
    read: impl FnOnce(Words<'_>) -> Result<StatementKind>,
) -> Result<StatementKind> {
    words.take("DOMAIN");
    let identifier = words.take_object("the name of a domain")?;
    words.take("AS");
    let Some(first) = words.tokens.first() else {
        return Err(words.expected("a type"));
    };
    let mut tokens = vec![
        keyword(Keyword::CREATE, first),
        keyword(Keyword::TABLE, first),
        plain(DOMAIN, first),
        at(Token::LParen, first),
        plain(VALUE, first),
    ];
    tokens.extend_from_slice(words.tokens);
    if let Some(last) = words.tokens.last() {
        tokens.push(at(Token::RParen, last));
    }
    let read = read(Words {
        tokens: &tokens,
        ..words
    })?;
    match read {
        StatementKind::CreateTable(mut table)
            if table.columns.len() == 1 && table.constraints.is_empty() =>
        {
            let mut column = table.columns.swap_remove(0);
            column.name = identifier;
            Ok(StatementKind::CreateDomain(Box::new(column)))
        }
        _ => Err(Error::unsupported("this clause of CREATE DOMAIN").at(identifier.position)),
    }
}

/// `ALTER DOMAIN name …`, from the second word on.
pub(super) fn parse_alter(
    mut words: Words<'_>,
    read: impl FnOnce(Words<'_>) -> Result<StatementKind>,
) -> Result<StatementKind> {
    words.take("DOMAIN");
    let identifier = words.take_object("the name of a domain")?;
    let position = words.position();
    let Some(first) = words.tokens.first() else {
        return Err(words.expected("what is to be changed"));
    };
    let mut second = words;
    let is_of_value = match second.peek().as_deref() {
        Some("SET") => true,
        Some("DROP") => {
            second.take("DROP");
            matches!(second.peek().as_deref(), Some("DEFAULT" | "NOT"))
        }
        Some("ADD" | "RENAME") => false,
        other => {
            let what = format!("ALTER DOMAIN … {}", other.unwrap_or_default());
            return Err(Error::unsupported(what.trim_end()).at(position));
        }
    };
    let mut tokens = vec![
        keyword(Keyword::ALTER, first),
        keyword(Keyword::TABLE, first),
        plain(DOMAIN, first),
    ];
    if is_of_value {
        tokens.extend([
            keyword(Keyword::ALTER, first),
            keyword(Keyword::COLUMN, first),
        ]);
        tokens.push(plain(VALUE, first));
    }
    tokens.extend_from_slice(words.tokens);
    let read = read(Words {
        tokens: &tokens,
        ..words
    })?;
    let StatementKind::AlterTable(alter) = read else {
        return Err(Error::unsupported("this change of a domain").at(position));
    };
    if alter.actions.len() != 1 {
        return Err(Error::unsupported("several changes of a domain at once").at(position));
    }
    Ok(StatementKind::AlterDomain(Box::new(AlterTable {
        name: identifier,
        ..*alter
    })))
}

/// `DROP DOMAIN [IF EXISTS] name, … [CASCADE | RESTRICT]`, from the second word on.
pub(super) fn parse_drop(
    mut words: Words<'_>,
    read: impl FnOnce(Words<'_>) -> Result<StatementKind>,
) -> Result<StatementKind> {
    let Some(first) = words.tokens.first().cloned() else {
        return Err(words.expected("DOMAIN"));
    };
    words.take("DOMAIN");
    let mut tokens = vec![
        keyword(Keyword::DROP, &first),
        keyword(Keyword::TYPE, &first),
    ];
    tokens.extend_from_slice(words.tokens);
    let read = read(Words {
        tokens: &tokens,
        ..words
    })?;
    match read {
        StatementKind::Drop(mut drop) => {
            drop.object = DropObject::Domain;
            Ok(StatementKind::Drop(drop))
        }
        other => Ok(other),
    }
}

fn at(token: Token, beside: &TokenWithSpan) -> TokenWithSpan {
    TokenWithSpan::new(token, beside.span)
}

fn keyword(keyword: Keyword, beside: &TokenWithSpan) -> TokenWithSpan {
    word(&format!("{keyword:?}"), keyword, beside)
}

fn plain(name: &str, beside: &TokenWithSpan) -> TokenWithSpan {
    word(name, Keyword::NoKeyword, beside)
}

fn word(value: &str, keyword: Keyword, beside: &TokenWithSpan) -> TokenWithSpan {
    let word = Word {
        value: value.to_owned(),
        quote_style: None,
        keyword,
    };
    at(Token::Word(word), beside)
}
