//! Errors of the grammar, with their place taken out of sqlparser's message.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Location, TokenizerError};

use super::locator::Locator;
use crate::error::{Error, Position, SqlState};

/// How sqlparser ends a message that knows its place.
const PLACE_MARK: &str = " at Line: ";

/// A syntax error at a place.
pub(super) fn syntax_error(message: impl Into<String>, position: Option<Position>) -> Error {
    Error::sql(SqlState::SYNTAX_ERROR, message).at(position)
}

/// The text is nested deeper than we follow.
pub(super) fn too_deep(position: Option<Position>) -> Error {
    Error::sql(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        "the statement is nested too deeply",
    )
    .at(position)
}

/// A character that begins no token, a string without end.
pub(super) fn from_tokenizer(error: &TokenizerError, position: Position) -> Error {
    syntax_error(
        format!("syntax error: {}", lower_first(&error.message)),
        Some(position),
    )
}

/// A statement that is not one; `end` is where its text ends, for errors that come from reaching it.
pub(super) fn from_parser(error: ParserError, locator: &Locator, end: Position) -> Error {
    let message = match error {
        ParserError::RecursionLimitExceeded => return too_deep(None),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    let (text, location) = split_place(&message);
    let position = location
        .and_then(|location| locator.find(location))
        .unwrap_or(end);
    let text = lower_first(text).replace("expected: ", "expected ");
    let text = text.replace("found: EOF", "found the end of the statement");
    let text = text.replace("found: ", "found ");
    syntax_error(format!("syntax error: {text}"), Some(position))
}

fn split_place(message: &str) -> (&str, Option<Location>) {
    let Some((text, place)) = message.rsplit_once(PLACE_MARK) else {
        return (message, None);
    };
    let location = place.split_once(", Column: ").and_then(|(line, column)| {
        Some(Location {
            line: line.trim().parse().ok()?,
            column: column.trim().parse().ok()?,
        })
    });
    (text, location)
}

/// A keyword at the start stays as it is.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    if text.chars().nth(1).is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
