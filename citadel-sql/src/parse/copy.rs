//! COPY, in PostgreSQL's spelling, the old one without parentheses included.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::convert::Converter;
use super::dialect::CitadelDialect;
use super::syntax_error::from_parser;
use super::words::Words;
use crate::ast::{
    Copied, Copy, CopyOption, CopyOptionValue, CopyPlace, Identifier, Query, StatementKind,
};
use crate::error::{Error, Result};

/// `COPY t [(a, b)] | (query) FROM | TO place [[WITH] options]`; COPY is taken already. `parse_query` reads the query.
pub(super) fn parse<'a>(
    mut words: Words<'a>,
    converter: &Converter<'_>,
    parse_query: impl FnOnce(Words<'a>) -> Result<StatementKind>,
) -> Result<StatementKind> {
    let source = match words.is_at(&Token::LParen) {
        true => Source::Query(take_query(&mut words, parse_query)?),
        false => {
            let table = words.take_name("the name of a table, or a query in parentheses")?;
            Source::Table(table, words.take_columns()?)
        }
    };
    let position = words.position();
    let what = match (source, words.take("FROM"), words.take("TO")) {
        (Source::Table(table, columns), true, false) => Copied::Into { table, columns },
        (Source::Table(table, columns), false, true) => Copied::OutOf { table, columns },
        (Source::Query(query), false, true) => Copied::Query(query),
        (Source::Query(_), true, _) => {
            return Err(Error::unsupported("COPY of a query FROM").at(position));
        }
        _ => return Err(words.expected("FROM or TO")),
    };
    let place = take_place(&mut words, matches!(what, Copied::Into { .. }), converter)?;
    let options = take_options(&mut words)?;
    if words.peek().as_deref() == Some("WHERE") {
        return Err(Error::unsupported("WHERE of COPY").at(words.position()));
    }
    words.finish()?;
    Ok(StatementKind::Copy(Box::new(Copy {
        what,
        place,
        options,
    })))
}

enum Source {
    Table(Identifier, Vec<Identifier>),
    Query(Box<Query>),
}

/// A query in parentheses.
fn take_query<'a>(
    words: &mut Words<'a>,
    parse_query: impl FnOnce(Words<'a>) -> Result<StatementKind>,
) -> Result<Box<Query>> {
    let position = words.position();
    let mut depth = 0usize;
    let end = words.tokens.iter().position(|token| {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let Some(end) = end else {
        return Err(words.expected("a query in parentheses"));
    };
    let inside = Words {
        tokens: &words.tokens[1..end],
        ..*words
    };
    words.tokens = &words.tokens[end + 1..];
    match parse_query(inside)? {
        StatementKind::Query(query) => Ok(query),
        _ => Err(Error::unsupported("COPY of a statement that is no query").at(position)),
    }
}

fn take_place(words: &mut Words<'_>, comes: bool, converter: &Converter<'_>) -> Result<CopyPlace> {
    let position = words.position();
    let stream = if comes { "STDIN" } else { "STDOUT" };
    if words.take(stream) {
        return Ok(CopyPlace::Stream);
    }
    if words.take("PROGRAM") {
        return Err(Error::unsupported("COPY with a PROGRAM").at(position));
    }
    let Some((file, rest)) = words.tokens.split_first() else {
        return Err(words.expected("the name of a file"));
    };
    if !matches!(
        file.token,
        Token::SingleQuotedString(_) | Token::Placeholder(_)
    ) {
        return Err(words.expected(&format!("the name of a file in quotes, or {stream}")));
    }
    let expr = Parser::new(&CitadelDialect)
        .with_tokens_with_locations(vec![file.clone()])
        .parse_expr()
        .map_err(|error| from_parser(error, words.locator, words.end).at(position))?;
    words.tokens = rest;
    let expr = converter.expr(expr).map_err(|error| error.at(position))?;
    Ok(CopyPlace::File(expr))
}

fn take_options(words: &mut Words<'_>) -> Result<Vec<CopyOption>> {
    words.take("WITH");
    let mut options = Vec::new();
    if !words.take_token(&Token::LParen) {
        while let Some(option) = take_old_option(words)? {
            options.push(option);
        }
        return Ok(options);
    }
    loop {
        let position = words.position();
        let Some(name) = words.peek() else {
            return Err(words.expected("an option"));
        };
        words.tokens = &words.tokens[1..];
        let value = take_value(words)?;
        options.push(CopyOption {
            name,
            value,
            position,
        });
        if words.take_token(&Token::RParen) {
            return Ok(options);
        }
        if !words.take_token(&Token::Comma) {
            return Err(words.expected("a comma or a parenthesis"));
        }
    }
}

/// What stands behind the name of an option.
fn take_value(words: &mut Words<'_>) -> Result<CopyOptionValue> {
    let ends = |token: &Token| matches!(token, Token::Comma | Token::RParen);
    match words.tokens.first().map(|token| &token.token) {
        Some(token) if ends(token) => return Ok(CopyOptionValue::None),
        Some(Token::LParen) => return words.take_columns().map(CopyOptionValue::Columns),
        _ => {}
    }
    if words.take_token(&Token::Mul) {
        return Ok(CopyOptionValue::All);
    }
    take_text(words).map(CopyOptionValue::Text)
}

/// A word, a number or a string.
fn take_text(words: &mut Words<'_>) -> Result<String> {
    let text = match words.tokens.first().map(|token| &token.token) {
        Some(Token::Word(word)) => word.value.clone(),
        Some(Token::Number(digits, _)) => digits.clone(),
        Some(Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text)) => text.clone(),
        _ => return Err(words.expected("a value")),
    };
    words.tokens = &words.tokens[1..];
    Ok(text)
}

/// `CSV`, `HEADER`, `DELIMITER [AS] ','` and their like, without parentheses.
fn take_old_option(words: &mut Words<'_>) -> Result<Option<CopyOption>> {
    let position = words.position();
    let Some(word) = words.peek() else {
        return Ok(None);
    };
    let (name, value) = match word.as_str() {
        "CSV" | "BINARY" => {
            words.take(&word);
            ("FORMAT", CopyOptionValue::Text(word))
        }
        "HEADER" => {
            words.take("HEADER");
            ("HEADER", CopyOptionValue::None)
        }
        "DELIMITER" | "NULL" | "QUOTE" | "ESCAPE" => {
            words.take(&word);
            words.take("AS");
            let value = CopyOptionValue::Text(take_text(words)?);
            let name = match word.as_str() {
                "DELIMITER" => "DELIMITER",
                "NULL" => "NULL",
                "QUOTE" => "QUOTE",
                _ => "ESCAPE",
            };
            (name, value)
        }
        _ => return Ok(None),
    };
    Ok(Some(CopyOption {
        name: name.to_owned(),
        value,
        position,
    }))
}
