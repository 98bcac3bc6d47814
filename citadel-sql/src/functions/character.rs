//! Functions that look at the characters of a text one by one, and at its parts.

use std::fmt::Write;

use super::scalar::{ArgumentKind, check_size, gives_integer, gives_text, wrong_arguments};
use super::{Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::types::{SqlType, Value, ValueRef, cast, quoted};

use ArgumentKind::{Any, Integer as IntegerKind, Text as TextKind, TextOrBlob};

/// The most arguments of a function that takes any number of them.
const MANY: usize = 1_000;

/// Words that are no names unless they are quoted, as PostgreSQL reserves them.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// A strict function that gives TEXT.
const fn text(
    name: &'static str,
    arity: std::ops::RangeInclusive<usize>,
    arguments: &'static [ArgumentKind],
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity,
        arguments,
        result_type: gives_text,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// A strict function that gives INTEGER.
const fn integer(
    name: &'static str,
    arguments: &'static [ArgumentKind],
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments,
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    integer("ascii", &[TextKind], |a| {
        first("ascii", a, Value::Integer(0))
    }),
    // SQLite's name; NULL for the empty text.
    integer("unicode", &[TextKind], |a| first("unicode", a, Value::Null)),
    integer("bit_length", &[TextOrBlob], |a| match a {
        [ValueRef::Text(text)] => Ok(Value::Integer(text.len() as i64 * 8)),
        [ValueRef::Blob(bytes)] => Ok(Value::Integer(bytes.len() as i64 * 8)),
        _ => Err(wrong_arguments("bit_length", a)),
    }),
    text("chr", 1..=1, &[IntegerKind], |a| match a {
        [ValueRef::Integer(code)] => {
            let code = u32::try_from(*code).ok().filter(|code| *code > 0);
            let character = code.and_then(char::from_u32).ok_or_else(|| {
                Error::sql(
                    SqlState::INVALID_PARAMETER_VALUE,
                    "requested character is not one of Unicode's",
                )
            })?;
            Ok(Value::Text(character.to_string()))
        }
        _ => Err(wrong_arguments("chr", a)),
    }),
    text("initcap", 1..=1, &[TextKind], |a| match a {
        [ValueRef::Text(text)] => Ok(Value::Text(initcap(text))),
        _ => Err(wrong_arguments("initcap", a)),
    }),
    text("translate", 3..=3, &[TextKind], |a| match a {
        [
            ValueRef::Text(text),
            ValueRef::Text(from),
            ValueRef::Text(to),
        ] => Ok(Value::Text(translate(text, from, to))),
        _ => Err(wrong_arguments("translate", a)),
    }),
    text(
        "split_part",
        3..=3,
        &[TextKind, TextKind, IntegerKind],
        |a| match a {
            [
                ValueRef::Text(text),
                ValueRef::Text(separator),
                ValueRef::Integer(at),
            ] => split_part(text, separator, *at),
            _ => Err(wrong_arguments("split_part", a)),
        },
    ),
    text(
        "overlay",
        3..=4,
        &[TextKind, TextKind, IntegerKind],
        |a| match a {
            [
                ValueRef::Text(text),
                ValueRef::Text(with),
                ValueRef::Integer(from),
            ] => overlay(text, with, *from, with.chars().count() as i64),
            [
                ValueRef::Text(text),
                ValueRef::Text(with),
                ValueRef::Integer(from),
                ValueRef::Integer(len),
            ] => overlay(text, with, *from, *len),
            _ => Err(wrong_arguments("overlay", a)),
        },
    ),
    text("quote_literal", 1..=1, &[Any], |a| match a {
        [ValueRef::Text(text)] => Ok(Value::Text(quoted(ValueRef::Text(text)))),
        [value] => {
            let text = cast(*value, SqlType::Text)?;
            Ok(Value::Text(quoted(text.as_ref())))
        }
        _ => Err(wrong_arguments("quote_literal", a)),
    }),
    text("quote_ident", 1..=1, &[TextKind], |a| match a {
        [ValueRef::Text(name)] => Ok(Value::Text(quoted_name(name))),
        _ => Err(wrong_arguments("quote_ident", a)),
    }),
    ScalarFunction {
        name: "format",
        arity: 1..=MANY,
        arguments: &[TextKind, Any],
        result_type: gives_text,
        strict: false,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Null, ..] => Ok(Value::Null),
            [ValueRef::Text(pattern), values @ ..] => format(pattern, values).map(Value::Text),
            _ => Err(wrong_arguments("format", a)),
        },
    },
    ScalarFunction {
        name: "num_nulls",
        arity: 1..=MANY,
        arguments: &[Any],
        result_type: gives_integer,
        strict: false,
        needs: Needs::Nothing,
        eval: |a| {
            let count = a.iter().filter(|value| value.is_null()).count();
            Ok(Value::Integer(count as i64))
        },
    },
    ScalarFunction {
        name: "num_nonnulls",
        arity: 1..=MANY,
        arguments: &[Any],
        result_type: gives_integer,
        strict: false,
        needs: Needs::Nothing,
        eval: |a| {
            let count = a.iter().filter(|value| !value.is_null()).count();
            Ok(Value::Integer(count as i64))
        },
    },
];

fn first(function: &str, arguments: &[ValueRef<'_>], of_empty: Value) -> Result<Value> {
    match arguments {
        [ValueRef::Text(text)] => Ok(text
            .chars()
            .next()
            .map_or(of_empty, |c| Value::Integer(i64::from(u32::from(c))))),
        _ => Err(wrong_arguments(function, arguments)),
    }
}

/// Each word begins with a capital, and goes on in small letters.
fn initcap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        match in_word {
            true => out.extend(c.to_lowercase()),
            false => out.extend(c.to_uppercase()),
        }
        in_word = c.is_alphanumeric();
    }
    out
}

/// Each character of `from` becomes the one at the same place of `to`, or goes where that is shorter.
fn translate(text: &str, from: &str, to: &str) -> String {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let become_of = |c: char| match from.iter().position(|from| *from == c) {
        Some(at) => to.get(at).copied(),
        None => Some(c),
    };
    text.chars().filter_map(become_of).collect()
}

/// The part of that number, from 1, or from the end where it is negative.
fn split_part(text: &str, separator: &str, at: i64) -> Result<Value> {
    if at == 0 {
        return Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            "field position must not be zero",
        ));
    }
    let from_end = usize::try_from(at.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let part = match (separator.is_empty(), at > 0) {
        (true, _) => Some(text).filter(|_| from_end == 0),
        (false, true) => text.split(separator).nth(from_end),
        (false, false) => text.rsplit(separator).nth(from_end),
    };
    Ok(Value::Text(part.unwrap_or_default().to_owned()))
}

/// Characters from a place on, so many, become others.
fn overlay(text: &str, with: &str, from: i64, len: i64) -> Result<Value> {
    if from <= 0 {
        return Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            "overlay begins at 1 or later",
        ));
    }
    let start = usize::try_from(from - 1).unwrap_or(usize::MAX);
    let behind = from.saturating_add(len).saturating_sub(1).max(0);
    let behind = usize::try_from(behind).unwrap_or(usize::MAX);
    let mut out: String = text.chars().take(start).collect();
    out.push_str(with);
    out.extend(text.chars().skip(behind));
    check_size(out.len())?;
    Ok(Value::Text(out))
}

fn quoted_name(name: &str) -> String {
    let is_start = |c: char| c.is_ascii_lowercase() || c == '_';
    let is_part = |c: char| is_start(c) || c.is_ascii_digit();
    let is_plain =
        name.starts_with(is_start) && name.chars().all(is_part) && !RESERVED.contains(&name);
    match is_plain {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// `%s` a value as text, `%I` as a name, `%L` as a literal, `%%` a percent sign; `%2$s` of the second value, `%-10s` padded.
fn format(pattern: &str, values: &[ValueRef<'_>]) -> Result<String> {
    let wrong = |message: String| Error::sql(SqlState::INVALID_PARAMETER_VALUE, message);
    let mut out = String::new();
    let mut next = 0;
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            out.push('%');
            rest = behind;
            continue;
        }
        if let Some((number, behind)) = take_number(rest)
            && let Some(behind) = behind.strip_prefix('$')
        {
            if number == 0 {
                return Err(wrong(
                    "format specifies argument 0, but arguments are numbered from 1".to_owned(),
                ));
            }
            next = number - 1;
            rest = behind;
        }
        let is_left = rest.starts_with('-');
        rest = rest.trim_start_matches('-');
        let width = match take_number(rest) {
            Some((width, behind)) => {
                rest = behind;
                width
            }
            None => 0,
        };
        check_size(out.len().saturating_add(width))?;
        let kind = rest.chars().next();
        let kind = kind.ok_or_else(|| wrong("unterminated format() type specifier".to_owned()))?;
        rest = &rest[kind.len_utf8()..];
        let value = values.get(next).copied();
        let value = value.ok_or_else(|| wrong("too few arguments for format()".to_owned()))?;
        next += 1;
        let text = match (kind, value) {
            ('I', ValueRef::Null) => {
                return Err(wrong(
                    "null values cannot be formatted as an SQL identifier".to_owned(),
                ));
            }
            ('s', ValueRef::Null) => String::new(),
            ('L', ValueRef::Null) => "NULL".to_owned(),
            (kind @ ('s' | 'I' | 'L'), value) => {
                let text = match cast(value, SqlType::Text)? {
                    Value::Text(text) => text,
                    _ => String::new(),
                };
                match kind {
                    'I' => quoted_name(&text),
                    'L' => quoted(ValueRef::Text(&text)),
                    _ => text,
                }
            }
            (other, _) => {
                return Err(wrong(format!(
                    "unrecognized format() type specifier \"{other}\""
                )));
            }
        };
        _ = match is_left {
            true => write!(out, "{text:<width$}"),
            false => write!(out, "{text:>width$}"),
        };
        check_size(out.len())?;
    }
    out.push_str(rest);
    Ok(out)
}

/// A number at the beginning, and what is behind it.
fn take_number(text: &str) -> Option<(usize, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number = text[..end].parse().ok()?;
    Some((number, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ValueRef::{Integer, Null, Text};

    fn call(name: &str, arguments: &[ValueRef<'_>]) -> Result<Value> {
        let function = FUNCTIONS.iter().find(|f| f.name == name).unwrap();
        (function.eval)(arguments)
    }

    #[test]
    fn characters_and_parts() {
        for (name, arguments, expected) in [
            (
                "initcap",
                &[Text("hi THOMAS-x, élan")][..],
                "Hi Thomas-X, Élan",
            ),
            (
                "translate",
                &[Text("12345"), Text("143"), Text("ax")],
                "a2x5",
            ),
            ("split_part", &[Text("a,b,c"), Text(","), Integer(2)], "b"),
            ("split_part", &[Text("a,b,c"), Text(","), Integer(-1)], "c"),
            ("split_part", &[Text("a,b,c"), Text(","), Integer(9)], ""),
            ("split_part", &[Text("abc"), Text(""), Integer(1)], "abc"),
            (
                "overlay",
                &[Text("Txxxxas"), Text("hom"), Integer(2), Integer(4)],
                "Thomas",
            ),
            (
                "overlay",
                &[Text("abcdef"), Text("XY"), Integer(3)],
                "abXYef",
            ),
            ("chr", &[Integer(8364)], "€"),
            ("quote_ident", &[Text("plain_1")], "plain_1"),
            ("quote_ident", &[Text("Not \"plain")], "\"Not \"\"plain\""),
            ("quote_ident", &[Text("select")], "\"select\""),
            ("quote_literal", &[Integer(5)], "'5'"),
            (
                "format",
                &[Text("%s|%5s|%-4s|%%"), Integer(1), Text("ab"), Text("c")],
                "1|   ab|c   |%",
            ),
            (
                "format",
                &[Text("%2$s %1$s %s"), Text("a"), Text("b")],
                "b a b",
            ),
            (
                "format",
                &[Text("%I %L %L"), Text("A b"), Text("it's"), Null],
                "\"A b\" 'it''s' NULL",
            ),
        ] {
            let given = call(name, arguments).unwrap();
            assert_eq!(
                given,
                Value::Text(expected.to_owned()),
                "{name} {arguments:?}"
            );
        }
        for (name, arguments) in [
            ("chr", &[Integer(0)][..]),
            ("chr", &[Integer(0xD800)]),
            ("split_part", &[Text("a"), Text(","), Integer(0)]),
            ("overlay", &[Text("a"), Text("b"), Integer(0)]),
            ("format", &[Text("%s")]),
            ("format", &[Text("%")]),
            ("format", &[Text("%q"), Null]),
            ("format", &[Text("%9999999999s"), Null]),
        ] {
            assert!(call(name, arguments).is_err(), "{name} {arguments:?}");
        }
    }

    #[test]
    fn codes_and_counts() {
        for (name, arguments, expected) in [
            ("ascii", &[Text("€x")][..], Value::Integer(8364)),
            ("ascii", &[Text("")], Value::Integer(0)),
            ("unicode", &[Text("")], Value::Null),
            ("bit_length", &[Text("é")], Value::Integer(16)),
            ("num_nulls", &[Null, Integer(1), Null], Value::Integer(2)),
            ("num_nonnulls", &[Null, Integer(1), Null], Value::Integer(1)),
        ] {
            assert_eq!(
                call(name, arguments).unwrap(),
                expected,
                "{name} {arguments:?}"
            );
        }
    }
}
