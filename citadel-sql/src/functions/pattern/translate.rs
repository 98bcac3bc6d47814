//! Other patterns as regular expressions of the crate `regex`.

use crate::error::{Error, Result, SqlState};

/// PostgreSQL's: its escapes for the bounds of words and of the text.
pub(super) fn regular(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('y') => out.push_str(r"\b"),
                Some('Y') => out.push_str(r"\B"),
                Some('m') => out.push_str(r"\b{start}"),
                Some('M') => out.push_str(r"\b{end}"),
                Some('Z') => out.push_str(r"\z"),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            (c, false) => out.push(c),
        }
    }
    out
}

/// What a match is replaced by: `\1` is a group, `\&` all of it, `\\` a backslash, and a dollar nothing special.
pub(super) fn replacement(by: &str) -> String {
    let mut out = String::with_capacity(by.len());
    let mut chars = by.chars();
    while let Some(c) = chars.next() {
        match c {
            '$' => out.push_str("$$"),
            '\\' => match chars.next() {
                Some('&') => out.push_str("${0}"),
                Some(group) if group.is_ascii_digit() => out.extend(['$', '{', group, '}']),
                Some('\\') | None => out.push('\\'),
                Some(other) => out.extend(['\\', other]),
            },
            c => out.push(c),
        }
    }
    out
}

/// The character that a text of one is; none for the empty text.
pub(super) fn escape(text: &str) -> Result<Option<char>> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (first, None) => Ok(first),
        _ => Err(invalid("an escape is one character or none")),
    }
}

/// SQL's: `%` and `_` as in LIKE; `|`, `*`, `+`, `?`, `{}`, `()` and `[]` as in a regular expression; all of the text.
pub(super) fn similar(pattern: &str, escape: Option<char>) -> Result<String> {
    let mut out = String::from("(?s)\\A(?:");
    let mut chars = pattern.chars();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            c if Some(c) == escape => match chars.next() {
                Some(next) => literal(next, &mut out),
                None => return Err(invalid("a pattern must not end with its escape character")),
            },
            '[' if !in_class => {
                in_class = true;
                out.push('[');
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '^' | '-' | ':' | '[' if in_class => out.push(c),
            c if in_class => literal(c, &mut out),
            '%' => out.push_str(".*"),
            '_' => out.push('.'),
            '|' | '*' | '+' | '?' | '{' | '}' | '(' | ')' | ',' => out.push(c),
            c => literal(c, &mut out),
        }
    }
    out.push_str(")\\z");
    Ok(out)
}

/// SQLite's: `*`, `?`, `[abc]`, `[^abc]`; all of the text.
pub(super) fn glob(pattern: &str) -> String {
    let mut out = String::from("(?s)\\A");
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '[' => match class(rest, &mut out) {
                Some(behind) => rest = behind,
                // A class that does not end matches nothing.
                None => return "[^\\s\\S]".to_owned(),
            },
            c => literal(c, &mut out),
        }
    }
    out.push_str("\\z");
    out
}

/// A class of GLOB, from behind its bracket on; gives what is behind it.
fn class<'a>(text: &'a str, out: &mut String) -> Option<&'a str> {
    let (negated, text) = match text.strip_prefix('^') {
        Some(text) => (true, text),
        None => (false, text),
    };
    // A bracket at the beginning is one of the class.
    let first = text.chars().next()?.len_utf8();
    let end = first + text[first..].find(']')?;
    out.push_str(if negated { "[^" } else { "[" });
    for c in text[..end].chars() {
        match c {
            '-' => out.push('-'),
            c => literal(c, out),
        }
    }
    out.push(']');
    Some(&text[end + 1..])
}

/// A character that stands for itself, in a class too.
fn literal(c: char, out: &mut String) {
    // A backslash before these two would mean the bound of a word.
    if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
        out.push('\\');
    }
    out.push(c);
}

fn invalid(message: &str) -> Error {
    Error::sql(SqlState::INVALID_REGULAR_EXPRESSION, message)
}
