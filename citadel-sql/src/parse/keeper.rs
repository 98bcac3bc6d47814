//! PRAGMA and VACUUM, in SQLite's spelling; SET, SHOW and RESET, in PostgreSQL's.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::convert::Converter;
use super::dialect::CitadelDialect;
use super::syntax_error::{from_parser, syntax_error};
use super::words::Words;
use crate::ast::{Identifier, Pragma, PragmaValue, StatementKind};
use crate::error::{Error, Result};

/// `PRAGMA [main.]name`, `… = value`, `… (value)`; PRAGMA is taken already.
pub(super) fn parse_pragma(mut words: Words<'_>) -> Result<StatementKind> {
    let mut name = take_name(&mut words)?;
    if name.name.eq_ignore_ascii_case("main") && words.take_token(&Token::Period) {
        name = take_name(&mut words)?;
    }
    let value = if words.take_token(&Token::Eq) {
        Some(take_value(&mut words)?)
    } else if words.take_token(&Token::LParen) {
        let value = take_value(&mut words)?;
        if !words.take_token(&Token::RParen) {
            return Err(expected(&words, "a closing parenthesis"));
        }
        Some(value)
    } else {
        None
    };
    words.finish()?;
    Ok(StatementKind::Pragma(Pragma {
        name,
        value,
        verb: None,
    }))
}

/// `SET [SESSION] name = value`, `… TO value`, `SET TIME ZONE value`; SET is taken already.
pub(super) fn parse_set(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("SESSION");
    if let Some(name) = take_time_zone(&mut words) {
        let mut value = take_value(&mut words)?;
        // The zone of the system is not asked for here.
        if value.text.eq_ignore_ascii_case("local") {
            value.text = "DEFAULT".to_owned();
        }
        words.finish()?;
        return Ok(StatementKind::Pragma(Pragma {
            name,
            value: Some(value),
            verb: Some("SET"),
        }));
    }
    let name = take_name(&mut words)?;
    if !words.take_token(&Token::Eq) && !words.take("TO") {
        return Err(match words.tokens.first() {
            Some(token) if matches!(token.token, Token::Word(_)) => {
                Error::unsupported(format!("SET {}", name.name)).at(name.position)
            }
            _ => expected(&words, "= or TO"),
        });
    }
    let value = Some(take_value(&mut words)?);
    words.finish()?;
    Ok(StatementKind::Pragma(Pragma {
        name,
        value,
        verb: Some("SET"),
    }))
}

/// `SHOW name`; SHOW is taken already.
pub(super) fn parse_show(mut words: Words<'_>) -> Result<StatementKind> {
    let name = match take_time_zone(&mut words) {
        Some(name) => name,
        None => take_name(&mut words)?,
    };
    words.finish()?;
    Ok(StatementKind::Pragma(Pragma {
        name,
        value: None,
        verb: Some("SHOW"),
    }))
}

/// `TIME ZONE`, as the standard writes the setting.
fn take_time_zone(words: &mut Words<'_>) -> Option<Identifier> {
    let position = words.position();
    let mut after = *words;
    if !(after.take("TIME") && after.take("ZONE")) {
        return None;
    }
    *words = after;
    Some(Identifier {
        name: "timezone".to_owned(),
        position,
    })
}

/// `RESET name`, which sets the default; RESET is taken already.
pub(super) fn parse_reset(mut words: Words<'_>) -> Result<StatementKind> {
    let name = take_name(&mut words)?;
    words.finish()?;
    let value = Some(PragmaValue {
        text: "DEFAULT".to_owned(),
        position: name.position,
    });
    Ok(StatementKind::Pragma(Pragma {
        name,
        value,
        verb: Some("RESET"),
    }))
}

/// `VACUUM`, `VACUUM INTO file`; VACUUM is taken already.
pub(super) fn parse_vacuum(
    mut words: Words<'_>,
    converter: &Converter<'_>,
) -> Result<StatementKind> {
    if !words.take("INTO") {
        let position = words.position();
        if let Some(word) = words.peek()
            && word != "MAIN"
        {
            return Err(Error::unsupported(format!("VACUUM {word}"))
                .at(position)
                .hint("VACUUM gives free space of the whole file back"));
        }
        words.take("MAIN");
        words.finish()?;
        return Ok(StatementKind::Vacuum { into: None });
    }
    let position = words.position();
    let mut parser = Parser::new(&CitadelDialect).with_tokens_with_locations(words.tokens.to_vec());
    let file = parser
        .parse_expr()
        .map_err(|error| from_parser(error, words.locator, words.end).at(position))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        return Err(syntax_error(
            format!("syntax error: unexpected {}", rest.token),
            words.locator.start_of(rest.span),
        ));
    }
    let file = converter.expr(file).map_err(|error| error.at(position))?;
    Ok(StatementKind::Vacuum { into: Some(file) })
}

fn take_name(words: &mut Words<'_>) -> Result<Identifier> {
    let position = words.position();
    let Some(Token::Word(word)) = words.tokens.first().map(|token| &token.token) else {
        return Err(expected(words, "the name of a setting"));
    };
    let name = word.value.clone();
    words.tokens = &words.tokens[1..];
    Ok(Identifier { name, position })
}

/// A word, a string or a number, with a sign if it has one.
fn take_value(words: &mut Words<'_>) -> Result<PragmaValue> {
    let position = words.position();
    let sign = if words.take_token(&Token::Minus) {
        "-"
    } else {
        ""
    };
    let text = match words.tokens.first().map(|token| &token.token) {
        Some(Token::Number(digits, _)) => format!("{sign}{digits}"),
        Some(Token::Word(word)) if sign.is_empty() => word.value.clone(),
        Some(Token::SingleQuotedString(text)) if sign.is_empty() => text.clone(),
        _ => return Err(expected(words, "the value of the setting")),
    };
    words.tokens = &words.tokens[1..];
    Ok(PragmaValue { text, position })
}

fn expected(words: &Words<'_>, what: &str) -> Error {
    match words.tokens.first() {
        Some(token) => words.unexpected(&token.token, what),
        None => syntax_error(format!("syntax error: expected {what}"), words.position()),
    }
}
