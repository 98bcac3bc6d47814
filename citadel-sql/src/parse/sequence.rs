//! CREATE SEQUENCE, ALTER SEQUENCE, and the clauses that they have in common with IDENTITY.

use sqlparser::tokenizer::Token;

use super::syntax_error::syntax_error;
use super::words::Words;
use crate::ast::{
    AlterSequence, CreateSequence, SequenceChange, SequenceOption, SequenceOptionKind,
    StatementKind,
};
use crate::error::{Error, Result};
use crate::schema::IntegerWidth;

/// `CREATE SEQUENCE [IF NOT EXISTS] name option …`, from the name of the object on.
pub(super) fn parse_create(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("SEQUENCE");
    let if_not_exists = words.take("IF");
    if if_not_exists && !(words.take("NOT") && words.take("EXISTS")) {
        return Err(words.expected("NOT EXISTS"));
    }
    let name = words.take_object("the name of a sequence")?;
    let options = options(&mut words)?;
    words.finish()?;
    Ok(StatementKind::CreateSequence(Box::new(CreateSequence {
        name,
        if_not_exists,
        options,
    })))
}

/// `ALTER SEQUENCE [IF EXISTS] name RENAME TO name | option …`, from the name of the object on.
pub(super) fn parse_alter(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("SEQUENCE");
    let if_exists = words.take("IF");
    if if_exists && !words.take("EXISTS") {
        return Err(words.expected("EXISTS"));
    }
    let name = words.take_object("the name of a sequence")?;
    let change = if words.take("RENAME") {
        if !words.take("TO") {
            return Err(words.expected("TO"));
        }
        SequenceChange::Rename(words.take_name("the name of a sequence")?)
    } else {
        SequenceChange::Options(options(&mut words)?)
    };
    if matches!(&change, SequenceChange::Options(options) if options.is_empty()) {
        return Err(words.expected("what is to be changed"));
    }
    words.finish()?;
    Ok(StatementKind::AlterSequence(Box::new(AlterSequence {
        name,
        if_exists,
        change,
    })))
}

/// The clauses that follow.
pub(super) fn options(words: &mut Words<'_>) -> Result<Vec<SequenceOption>> {
    let mut options = Vec::new();
    while let Some(option) = next_option(words)? {
        if is_repeated(&options, &option) {
            return Err(syntax_error(
                "syntax error: conflicting or redundant options",
                option.position,
            ));
        }
        options.push(option);
    }
    Ok(options)
}

/// The clause that comes next, if there is one.
pub(super) fn next_option(words: &mut Words<'_>) -> Result<Option<SequenceOption>> {
    let position = words.position();
    Ok(option(words)?.map(|kind| SequenceOption { kind, position }))
}

/// Is there a clause of the same kind already?
pub(super) fn is_repeated(options: &[SequenceOption], new: &SequenceOption) -> bool {
    let kind = std::mem::discriminant(&new.kind);
    let mut known = options.iter();
    known.any(|known| std::mem::discriminant(&known.kind) == kind)
}

fn option(words: &mut Words<'_>) -> Result<Option<SequenceOptionKind>> {
    use SequenceOptionKind::{
        As, Cache, Cycle, Increment, MaxValue, MinValue, OwnedBy, Restart, Start,
    };
    let position = words.position();
    let Some(word) = words.peek() else {
        return Ok(None);
    };
    words.take(&word);
    Ok(Some(match word.as_str() {
        "AS" => As(width(words)?),
        "INCREMENT" => {
            words.take("BY");
            Increment(number(words)?)
        }
        "MINVALUE" => MinValue(Some(number(words)?)),
        "MAXVALUE" => MaxValue(Some(number(words)?)),
        "START" => {
            words.take("WITH");
            Start(number(words)?)
        }
        "RESTART" => {
            let named = words.take("WITH");
            Restart(match named || is_number(words) {
                true => Some(number(words)?),
                false => None,
            })
        }
        "CACHE" => Cache(number(words)?),
        "CYCLE" => Cycle(true),
        "NO" if words.take("MINVALUE") => MinValue(None),
        "NO" if words.take("MAXVALUE") => MaxValue(None),
        "NO" if words.take("CYCLE") => Cycle(false),
        "OWNED" if words.take("BY") => {
            if words.take("NONE") {
                OwnedBy(None)
            } else {
                let table = words.take_name("the name of a table")?;
                if !words.take_token(&Token::Period) {
                    return Err(words.expected("a column of the table, or NONE"));
                }
                OwnedBy(Some((table, words.take_name("the name of a column")?)))
            }
        }
        other => {
            return Err(Error::unsupported(format!("{other} of a sequence")).at(position));
        }
    }))
}

fn width(words: &mut Words<'_>) -> Result<IntegerWidth> {
    let position = words.position();
    let word = words.peek().unwrap_or_default();
    words.take(&word);
    match word.as_str() {
        "SMALLINT" | "INT2" => Ok(IntegerWidth::Small),
        "INTEGER" | "INT" | "INT4" => Ok(IntegerWidth::Int4),
        "BIGINT" | "INT8" => Ok(IntegerWidth::Big),
        _ => Err(syntax_error(
            "syntax error: the numbers of a sequence are SMALLINT, INTEGER or BIGINT",
            position,
        )),
    }
}

fn is_number(words: &Words<'_>) -> bool {
    matches!(
        words.tokens.first().map(|token| &token.token),
        Some(Token::Number(..) | Token::Minus | Token::Plus)
    )
}

fn number(words: &mut Words<'_>) -> Result<i64> {
    let position = words.position();
    let sign = match (
        words.take_token(&Token::Minus),
        words.take_token(&Token::Plus),
    ) {
        (true, _) => "-",
        _ => "",
    };
    let Some(Token::Number(digits, _)) = words.tokens.first().map(|token| &token.token) else {
        return Err(words.expected("a whole number"));
    };
    let number = format!("{sign}{digits}").parse();
    words.tokens = &words.tokens[1..];
    number.map_err(|_| syntax_error("syntax error: expected a whole number", position))
}
