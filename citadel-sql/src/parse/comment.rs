//! COMMENT ON.

use sqlparser::tokenizer::Token;

use super::words::Words;
use crate::ast::{Comment, CommentKind, Identifier, StatementKind};
use crate::error::{Error, Result};

/// `COMMENT ON {TABLE | VIEW | MATERIALIZED VIEW | SEQUENCE | TYPE | DOMAIN} name IS {'text' | NULL}`, `COMMENT ON COLUMN t.c IS …`; COMMENT is
/// taken already.
pub(super) fn parse(mut words: Words<'_>) -> Result<StatementKind> {
    if !words.take("ON") {
        return Err(words.expected("ON"));
    }
    let position = words.position();
    let Some(object) = words.peek() else {
        return Err(words.expected("what the comment is of"));
    };
    words.take(&object);
    let kind = match object.as_str() {
        "TABLE" => CommentKind::Table,
        "VIEW" => CommentKind::View,
        "MATERIALIZED" if words.take("VIEW") => CommentKind::MaterializedView,
        "SEQUENCE" => CommentKind::Sequence,
        "TYPE" => CommentKind::Type,
        "DOMAIN" => CommentKind::Domain,
        "COLUMN" => CommentKind::Column,
        other => return Err(Error::unsupported(format!("COMMENT ON {other}")).at(position)),
    };
    let (name, column) = match kind {
        CommentKind::Column => take_column(&mut words)?,
        _ => (words.take_object("a name")?, None),
    };
    if !words.take("IS") {
        return Err(words.expected("IS"));
    }
    let text = match words.tokens.first().map(|token| &token.token) {
        Some(Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text)) => {
            Some(text.clone())
        }
        Some(Token::DollarQuotedString(text)) => Some(text.value.clone()),
        _ if words.peek().as_deref() == Some("NULL") => None,
        _ => return Err(words.expected("a text or NULL")),
    };
    words.tokens = &words.tokens[1..];
    words.finish()?;
    Ok(StatementKind::Comment(Box::new(Comment {
        kind,
        name,
        column,
        // As in PostgreSQL, an empty one is none.
        text: text.filter(|text| !text.is_empty()),
    })))
}

/// `t.c`, `schema.t.c`
fn take_column(words: &mut Words<'_>) -> Result<(Identifier, Option<Identifier>)> {
    let parts = words.tokens.iter().take(5);
    let dots = parts.filter(|token| token.token == Token::Period).count();
    let name = match dots {
        0 | 1 => words.take_name("the name of a table")?,
        _ => words.take_object("the name of a table")?,
    };
    if !words.take_token(&Token::Period) {
        return Err(words.expected("a column of the table"));
    }
    Ok((name, Some(words.take_name("the name of a column")?)))
}
