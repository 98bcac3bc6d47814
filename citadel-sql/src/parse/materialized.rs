//! CREATE, ALTER and REFRESH MATERIALIZED VIEW.

use super::exclusions::is_word;
use super::words::Words;
use crate::ast::{AlterTable, CreateMaterialized, Query, Refresh, StatementKind, TableAction};
use crate::error::{Error, Result};

/// `CREATE MATERIALIZED VIEW …`, from the second word on. `parse_query` reads the query.
pub(super) fn parse_create<'a>(
    mut words: Words<'a>,
    parse_query: impl FnOnce(Words<'a>) -> Result<StatementKind>,
) -> Result<StatementKind> {
    take_view(&mut words)?;
    let if_not_exists = words.take("IF");
    if if_not_exists && !(words.take("NOT") && words.take("EXISTS")) {
        return Err(words.expected("NOT EXISTS"));
    }
    let name = words.take_object("the name of a materialized view")?;
    let columns = words.take_columns()?;
    if let Some(word @ ("USING" | "WITH" | "TABLESPACE")) = words.peek().as_deref() {
        let what = format!("{word} in CREATE MATERIALIZED VIEW");
        return Err(Error::unsupported(what).at(words.position()));
    }
    if !words.take("AS") {
        return Err(words.expected("AS"));
    }
    let with_data = take_with_data(&mut words);
    let start = words.position();
    let end = words.end;
    let query = self::query(words, parse_query)?;
    Ok(StatementKind::CreateMaterialized(Box::new(
        CreateMaterialized {
            name,
            if_not_exists,
            columns,
            query,
            text: start.map_or(end.offset, |start| start.offset)..end.offset,
            with_data: with_data.unwrap_or(true),
        },
    )))
}

/// `REFRESH MATERIALIZED VIEW …`, from the second word on.
pub(super) fn parse_refresh(mut words: Words<'_>) -> Result<StatementKind> {
    take_view(&mut words)?;
    let concurrently = words.take("CONCURRENTLY");
    let name = words.take_object("the name of a materialized view")?;
    let with_data = take_with_data(&mut words);
    words.finish()?;
    Ok(StatementKind::Refresh(Refresh {
        name,
        concurrently,
        with_data: with_data.unwrap_or(true),
    }))
}

/// `ALTER MATERIALIZED VIEW [IF EXISTS] name RENAME TO name | RENAME [COLUMN] a TO b`, from the second word on.
pub(super) fn parse_alter(mut words: Words<'_>) -> Result<StatementKind> {
    take_view(&mut words)?;
    let if_exists = words.take("IF");
    if if_exists && !words.take("EXISTS") {
        return Err(words.expected("EXISTS"));
    }
    let name = words.take_object("the name of a materialized view")?;
    let position = words.position();
    let Some(action) = words.peek() else {
        return Err(words.expected("RENAME"));
    };
    if !words.take("RENAME") {
        let what = format!("ALTER MATERIALIZED VIEW … {action}");
        return Err(Error::unsupported(what)
            .at(position)
            .hint("RENAME TO and RENAME COLUMN are there"));
    }
    let action = if words.take("TO") {
        TableAction::Rename(words.take_name("the new name")?)
    } else {
        words.take("COLUMN");
        let from = words.take_name("the name of a column")?;
        if !words.take("TO") {
            return Err(words.expected("TO"));
        }
        TableAction::RenameColumn {
            from,
            to: words.take_name("the new name")?,
        }
    };
    words.finish()?;
    Ok(StatementKind::AlterTable(Box::new(AlterTable {
        name,
        if_exists,
        materialized: true,
        actions: vec![action],
    })))
}

fn take_view(words: &mut Words<'_>) -> Result<()> {
    words.take("MATERIALIZED");
    match words.take("VIEW") {
        true => Ok(()),
        false => Err(words.expected("VIEW")),
    }
}

/// Takes `WITH [NO] DATA` off the end.
fn take_with_data(words: &mut Words<'_>) -> Option<bool> {
    let tokens = words.tokens;
    let is = |back: usize, word: &str| {
        let at = tokens.len().checked_sub(back);
        at.is_some_and(|at| is_word(tokens.get(at), word))
    };
    if !is(1, "DATA") {
        return None;
    }
    let (length, with_data) = match is(2, "NO") {
        true => (3, false),
        false => (2, true),
    };
    if !is(length, "WITH") {
        return None;
    }
    let (rest, clause) = tokens.split_at(tokens.len() - length);
    words.end = words.locator.start_of(clause[0].span).unwrap_or(words.end);
    words.tokens = rest;
    Some(with_data)
}

fn query<'a>(
    words: Words<'a>,
    parse_query: impl FnOnce(Words<'a>) -> Result<StatementKind>,
) -> Result<Query> {
    let position = words.position();
    match parse_query(words)? {
        StatementKind::Query(query) => Ok(*query),
        _ => Err(Error::unsupported("anything but a query in a materialized view").at(position)),
    }
}
