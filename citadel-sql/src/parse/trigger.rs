//! CREATE TRIGGER, DROP TRIGGER, ALTER TRIGGER and ALTER TABLE … {ENABLE | DISABLE} TRIGGER, which sqlparser does not read as they
//! are meant here.
//!
//! The head is read word by word. The condition and each statement of the body are read as statements of their own.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::exclusions::is_word;
use super::heads::parse_statement;
use super::locator::Locator;
use super::parameters::ParameterNames;
use super::syntax_error::syntax_error;
use super::tokens::StatementTokens;
use super::words::Words;
use crate::ast::{
    AlterTrigger, CreateTrigger, DropBehavior, DropTrigger, Identifier, Query, StatementKind,
    TriggerChange, TriggerStep, TriggerSwitch,
};
use crate::error::{Error, Position, Result};
use crate::schema::{TriggerEvent, TriggerEvents, TriggerLevel, TriggerTiming};

/// Are these the tokens of CREATE TRIGGER?
pub(super) fn is_create(tokens: &[TokenWithSpan]) -> bool {
    let is = |at: usize, word| is_word(tokens.get(at), word);
    is(0, "CREATE") && (is(1, "TRIGGER") || (is(1, "OR") && is(2, "REPLACE") && is(3, "TRIGGER")))
}

/// `CREATE [OR REPLACE] TRIGGER …`
pub(super) fn parse_create(
    tokens: &[TokenWithSpan],
    locator: &Locator,
    end: Position,
) -> Result<StatementKind> {
    let mut words = Words {
        tokens,
        locator,
        end,
    };
    words.take("CREATE");
    let or_replace = words.take("OR") && words.take("REPLACE");
    words.take("TRIGGER");
    let if_not_exists = take_if(&mut words, "NOT EXISTS")?;
    let name = words.take_name("the name of a trigger")?;
    let timing = timing(&mut words)?;
    let (events, of) = events(&mut words)?;
    if !words.take("ON") {
        return Err(words.expected("ON"));
    }
    let table = words.take_name("the name of a table")?;
    let (old_table, new_table) = transition_tables(&mut words)?;
    let level = level(&mut words)?;
    let when = condition(&mut words)?;
    let body = body(words)?;
    Ok(StatementKind::CreateTrigger(Box::new(CreateTrigger {
        name,
        or_replace,
        if_not_exists,
        timing,
        events,
        of,
        table,
        old_table,
        new_table,
        level,
        when,
        body,
    })))
}

fn timing(words: &mut Words<'_>) -> Result<TriggerTiming> {
    if words.take("BEFORE") {
        return Ok(TriggerTiming::Before);
    }
    if words.take("AFTER") {
        return Ok(TriggerTiming::After);
    }
    if words.take("INSTEAD") {
        return match words.take("OF") {
            true => Ok(TriggerTiming::InsteadOf),
            false => Err(words.expected("OF")),
        };
    }
    Err(words.expected("BEFORE, AFTER or INSTEAD OF"))
}

/// `INSERT OR UPDATE OF a, b OR DELETE`
fn events(words: &mut Words<'_>) -> Result<(TriggerEvents, Vec<Identifier>)> {
    let (mut events, mut of) = (TriggerEvents::default(), Vec::new());
    loop {
        let position = words.position();
        let event = match words.peek().as_deref() {
            Some("INSERT") => TriggerEvent::Insert,
            Some("UPDATE") => TriggerEvent::Update,
            Some("DELETE") => TriggerEvent::Delete,
            Some("TRUNCATE") => {
                return Err(Error::unsupported("a trigger for TRUNCATE").at(position));
            }
            _ => return Err(words.expected("INSERT, UPDATE or DELETE")),
        };
        words.take(event.name());
        if !events.add(event) {
            let text = format!("syntax error: {} stands twice", event.name());
            return Err(syntax_error(text, position));
        }
        if event == TriggerEvent::Update && words.take("OF") {
            of.push(words.take_name("the name of a column")?);
            while words.take_token(&Token::Comma) {
                of.push(words.take_name("the name of a column")?);
            }
        }
        if !words.take("OR") {
            return Ok((events, of));
        }
    }
}

/// `REFERENCING OLD TABLE AS a NEW TABLE AS b`
fn transition_tables(words: &mut Words<'_>) -> Result<(Option<Identifier>, Option<Identifier>)> {
    let (mut old, mut new) = (None, None);
    if !words.take("REFERENCING") {
        return Ok((old, new));
    }
    loop {
        let position = words.position();
        let place = match words.peek().as_deref() {
            Some("OLD") => &mut old,
            Some("NEW") => &mut new,
            _ if old.is_none() && new.is_none() => {
                return Err(words.expected("OLD TABLE or NEW TABLE"));
            }
            _ => return Ok((old, new)),
        };
        words.tokens = &words.tokens[1..];
        if words.take("ROW") {
            return Err(Error::unsupported("REFERENCING … ROW")
                .at(position)
                .hint("the row is called OLD and NEW"));
        }
        if !words.take("TABLE") {
            return Err(words.expected("TABLE"));
        }
        words.take("AS");
        if place.is_some() {
            return Err(syntax_error("syntax error: named twice", position));
        }
        *place = Some(words.take_name("a name for the rows")?);
    }
}

fn level(words: &mut Words<'_>) -> Result<TriggerLevel> {
    if !words.take("FOR") {
        return Ok(TriggerLevel::Row);
    }
    words.take("EACH");
    if words.take("ROW") {
        return Ok(TriggerLevel::Row);
    }
    match words.take("STATEMENT") {
        true => Ok(TriggerLevel::Statement),
        false => Err(words.expected("ROW or STATEMENT")),
    }
}

/// `WHEN condition`, up to BEGIN.
fn condition(words: &mut Words<'_>) -> Result<Option<Box<Query>>> {
    if !words.take("WHEN") {
        return Ok(None);
    }
    let (mut depth, mut length) = (0usize, 0);
    for (at, token) in words.tokens.iter().enumerate() {
        let is_part = at > 0 && words.tokens[at - 1].token == Token::Period;
        match &token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            _ if depth == 0
                && !is_part
                && (is_word(Some(token), "BEGIN") || is_execute(words, at)) =>
            {
                break;
            }
            _ => {}
        }
        length = at + 1;
    }
    let (condition, rest) = words.tokens.split_at(length);
    let query = selected(condition, words)?;
    words.tokens = rest;
    Ok(Some(query))
}

/// `EXECUTE FUNCTION f()`
fn is_execute(words: &Words<'_>, at: usize) -> bool {
    let next = words.tokens.get(at + 1);
    is_word(words.tokens.get(at), "EXECUTE")
        && next
            .is_some_and(|next| is_word(Some(next), "FUNCTION") || is_word(Some(next), "PROCEDURE"))
}

/// `BEGIN statement; … END`
fn body(mut words: Words<'_>) -> Result<Vec<TriggerStep>> {
    let position = words.position();
    if words.peek().as_deref() == Some("EXECUTE") {
        return Err(Error::unsupported("EXECUTE FUNCTION of a trigger")
            .at(position)
            .hint("write BEGIN statement; … END"));
    }
    if !words.take("BEGIN") {
        return Err(words.expected("BEGIN"));
    }
    let mut steps = Vec::new();
    loop {
        if words.tokens.len() == 1 && words.peek().as_deref() == Some("END") {
            break;
        }
        let length = words
            .tokens
            .iter()
            .position(|t| t.token == Token::SemiColon);
        let Some(length) = length else {
            let mut rest = words;
            let last = words.tokens.len().saturating_sub(1);
            rest.tokens = &words.tokens[last..];
            return Err(match rest.peek().as_deref() {
                Some("END") => syntax_error(
                    "syntax error: each statement of a trigger ends with a semicolon",
                    rest.position(),
                ),
                _ => syntax_error("syntax error: the trigger has no END", Some(words.end)),
            });
        };
        if length > 0 {
            steps.push(step(&words.tokens[..length], &words)?);
        }
        words.tokens = &words.tokens[length + 1..];
    }
    match steps.is_empty() {
        true => Err(syntax_error(
            "syntax error: a trigger has at least one statement",
            position,
        )),
        false => Ok(steps),
    }
}

/// One statement of a body.
fn step(tokens: &[TokenWithSpan], words: &Words<'_>) -> Result<TriggerStep> {
    let own = Words { tokens, ..*words };
    let position = own.position();
    if own.peek().as_deref() == Some("SET") {
        return set(own);
    }
    let kind = statement(tokens.to_vec(), &own)?;
    match kind {
        StatementKind::Query(_)
        | StatementKind::Insert(_)
        | StatementKind::Update(_)
        | StatementKind::Delete(_)
        | StatementKind::Merge(_) => Ok(TriggerStep::Run(kind)),
        _ => Err(Error::unsupported(
            "anything but SELECT, INSERT, UPDATE, DELETE, MERGE and SET NEW in a trigger",
        )
        .at(position)),
    }
}

/// `SET NEW.a = x, NEW.b = y`
fn set(mut words: Words<'_>) -> Result<TriggerStep> {
    words.take("SET");
    let mut sets = Vec::new();
    loop {
        if !(words.take("NEW") && words.take_token(&Token::Period)) {
            return Err(words.expected("NEW and a column of it"));
        }
        let column = words.take_name("the name of a column")?;
        if !words.take_token(&Token::Eq) {
            return Err(words.expected("="));
        }
        let mut depth = 0usize;
        let end = words.tokens.iter().position(|token| {
            match token.token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.token == Token::Comma
        });
        let end = end.unwrap_or(words.tokens.len());
        let (value, rest) = words.tokens.split_at(end);
        let own = Words {
            tokens: value,
            ..words
        };
        sets.push((column, selected(value, &own)?));
        words.tokens = rest;
        if !words.take_token(&Token::Comma) {
            return Ok(TriggerStep::Set(sets));
        }
    }
}

/// An expression, as a query that gives it.
fn selected(expr: &[TokenWithSpan], words: &Words<'_>) -> Result<Box<Query>> {
    let Some(first) = expr.first() else {
        return Err(words.expected("an expression"));
    };
    let select = Word {
        value: "SELECT".to_owned(),
        quote_style: None,
        keyword: Keyword::SELECT,
    };
    let open = TokenWithSpan::new(Token::LParen, first.span);
    let close = TokenWithSpan::new(Token::RParen, first.span);
    let mut tokens = vec![TokenWithSpan::new(Token::Word(select), first.span), open];
    tokens.extend_from_slice(expr);
    tokens.push(close);
    match statement(tokens, words)? {
        StatementKind::Query(query) => Ok(query),
        _ => Err(syntax_error(
            "syntax error: expected an expression",
            words.position(),
        )),
    }
}

fn statement(tokens: Vec<TokenWithSpan>, words: &Words<'_>) -> Result<StatementKind> {
    let is_parameter = |token: &&TokenWithSpan| matches!(token.token, Token::Placeholder(_));
    if let Some(parameter) = tokens.iter().find(is_parameter) {
        let position = words.locator.start_of(parameter.span);
        return Err(Error::unsupported("a parameter in CREATE TRIGGER").at(position));
    }
    let statement = StatementTokens {
        tokens,
        parameters: ParameterNames::default(),
        text: 0..0,
        end: words.end,
    };
    Ok(parse_statement(statement, words.locator)?.kind)
}

/// `DROP TRIGGER [IF EXISTS] name [ON table] [CASCADE | RESTRICT]`, from the name of the object on.
pub(super) fn parse_drop(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("TRIGGER");
    let if_exists = take_if(&mut words, "EXISTS")?;
    let name = words.take_name("the name of a trigger")?;
    let table = match words.take("ON") {
        true => Some(words.take_name("the name of a table")?),
        false => None,
    };
    let _ = take_behavior(&mut words);
    words.finish()?;
    Ok(StatementKind::DropTrigger(DropTrigger {
        name,
        table,
        if_exists,
    }))
}

fn take_behavior(words: &mut Words<'_>) -> DropBehavior {
    if words.take("CASCADE") {
        DropBehavior::Cascade
    } else if words.take("RESTRICT") {
        DropBehavior::Restrict
    } else {
        DropBehavior::Default
    }
}

/// `ALTER TRIGGER name ON table RENAME TO name`, from the name of the object on.
pub(super) fn parse_alter(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("TRIGGER");
    let name = words.take_name("the name of a trigger")?;
    if !words.take("ON") {
        return Err(words.expected("ON"));
    }
    let table = words.take_name("the name of a table")?;
    if !(words.take("RENAME") && words.take("TO")) {
        return Err(words.expected("RENAME TO"));
    }
    let to = words.take_name("the name of a trigger")?;
    words.finish()?;
    Ok(StatementKind::AlterTrigger(AlterTrigger {
        table,
        change: TriggerChange::Rename { name, to },
    }))
}

/// Is it `ALTER TABLE name {ENABLE | DISABLE} TRIGGER …`?
pub(super) fn is_switch(words: Words<'_>) -> bool {
    let is = |at: usize, word| is_word(words.tokens.get(at), word);
    is(0, "ALTER") && is(1, "TABLE") && (is(3, "ENABLE") || is(3, "DISABLE")) && is(4, "TRIGGER")
}

/// `ALTER TABLE name {ENABLE | DISABLE} TRIGGER {name | ALL}`
pub(super) fn parse_switch(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("ALTER");
    words.take("TABLE");
    let table = words.take_name("the name of a table")?;
    let enabled = words.take("ENABLE");
    if !enabled {
        words.take("DISABLE");
    }
    words.take("TRIGGER");
    let which = match words.take("ALL") || words.take("USER") {
        true => TriggerSwitch::All,
        false => TriggerSwitch::One(words.take_name("the name of a trigger, or ALL")?),
    };
    words.finish()?;
    Ok(StatementKind::AlterTrigger(AlterTrigger {
        table,
        change: TriggerChange::Switch { which, enabled },
    }))
}

/// `IF EXISTS`, `IF NOT EXISTS`
fn take_if(words: &mut Words<'_>, rest: &str) -> Result<bool> {
    if !words.take("IF") {
        return Ok(false);
    }
    match rest.split(' ').all(|word| words.take(word)) {
        true => Ok(true),
        false => Err(words.expected(rest)),
    }
}
