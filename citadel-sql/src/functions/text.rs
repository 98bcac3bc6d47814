//! Functions of TEXT and BLOB. Positions count characters of TEXT and bytes of BLOB, from 1.

use super::scalar::{
    ArgumentKind, check_size, gives_blob, gives_boolean, gives_first, gives_integer, gives_text,
    wrong_arguments,
};
use super::{Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::types::{SqlType, Value, ValueRef, cast, hex, unhex};

use ArgumentKind::{Any, Integer as IntegerKind, Text as TextKind, TextOrBlob};

/// The most arguments of a function that takes any number of them.
const MANY: usize = 1_000;

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
    arity: std::ops::RangeInclusive<usize>,
    arguments: &'static [ArgumentKind],
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity,
        arguments,
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// `substr` under one of its names.
const fn substring(name: &'static str) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 2..=3,
        arguments: &[TextOrBlob, IntegerKind],
        result_type: gives_first,
        strict: true,
        needs: Needs::Nothing,
        eval: substr,
    }
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    integer("length", 1..=1, &[TextOrBlob], length),
    integer("char_length", 1..=1, &[TextKind], length),
    integer("character_length", 1..=1, &[TextKind], length),
    integer("octet_length", 1..=1, &[TextOrBlob], |a| match a {
        [ValueRef::Text(v)] => Ok(count(v.len())),
        [ValueRef::Blob(v)] => Ok(count(v.len())),
        _ => Err(wrong_arguments("octet_length", a)),
    }),
    integer("instr", 2..=2, &[TextKind], position),
    integer("strpos", 2..=2, &[TextKind], position),
    text("lower", 1..=1, &[TextKind], |a| match a {
        [ValueRef::Text(v)] => Ok(Value::Text(v.to_lowercase())),
        _ => Err(wrong_arguments("lower", a)),
    }),
    text("upper", 1..=1, &[TextKind], |a| match a {
        [ValueRef::Text(v)] => Ok(Value::Text(v.to_uppercase())),
        _ => Err(wrong_arguments("upper", a)),
    }),
    substring("substr"),
    substring("substring"),
    text("trim", 1..=2, &[TextKind], |a| trim("trim", a, true, true)),
    text("btrim", 1..=2, &[TextKind], |a| {
        trim("btrim", a, true, true)
    }),
    text("ltrim", 1..=2, &[TextKind], |a| {
        trim("ltrim", a, true, false)
    }),
    text("rtrim", 1..=2, &[TextKind], |a| {
        trim("rtrim", a, false, true)
    }),
    text("replace", 3..=3, &[TextKind], replace),
    text("repeat", 2..=2, &[TextKind, IntegerKind], repeat),
    text("reverse", 1..=1, &[TextKind], |a| match a {
        [ValueRef::Text(v)] => Ok(Value::Text(v.chars().rev().collect())),
        _ => Err(wrong_arguments("reverse", a)),
    }),
    text("left", 2..=2, &[TextKind, IntegerKind], left),
    text("right", 2..=2, &[TextKind, IntegerKind], right),
    text("lpad", 2..=3, &[TextKind, IntegerKind, TextKind], |a| {
        let (text, fill) = pad("lpad", a)?;
        Ok(Value::Text(fill + &text))
    }),
    text("rpad", 2..=3, &[TextKind, IntegerKind, TextKind], |a| {
        let (text, fill) = pad("rpad", a)?;
        Ok(Value::Text(text + &fill))
    }),
    text("hex", 1..=1, &[TextOrBlob], |a| match a {
        [ValueRef::Text(v)] => Ok(Value::Text(hex(v.as_bytes()).to_ascii_uppercase())),
        [ValueRef::Blob(v)] => Ok(Value::Text(hex(v).to_ascii_uppercase())),
        _ => Err(wrong_arguments("hex", a)),
    }),
    ScalarFunction {
        name: "unhex",
        arity: 1..=1,
        arguments: &[TextKind],
        result_type: gives_blob,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Text(v)] => Ok(unhex(v).map_or(Value::Null, Value::Blob)),
            _ => Err(wrong_arguments("unhex", a)),
        },
    },
    ScalarFunction {
        name: "starts_with",
        arity: 2..=2,
        arguments: &[TextKind],
        result_type: gives_boolean,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Text(v), ValueRef::Text(prefix)] => {
                Ok(Value::Boolean(v.starts_with(prefix)))
            }
            _ => Err(wrong_arguments("starts_with", a)),
        },
    },
    // NULL arguments are left out, as in PostgreSQL.
    ScalarFunction {
        name: "concat",
        arity: 1..=MANY,
        arguments: &[Any],
        result_type: gives_text,
        strict: false,
        needs: Needs::Nothing,
        eval: |a| join("", a),
    },
    ScalarFunction {
        name: "concat_ws",
        arity: 2..=MANY,
        arguments: &[TextKind, Any],
        result_type: gives_text,
        strict: false,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Null, ..] => Ok(Value::Null),
            [ValueRef::Text(separator), rest @ ..] => join(separator, rest),
            _ => Err(wrong_arguments("concat_ws", a)),
        },
    },
];

fn count(n: usize) -> Value {
    // No length in memory is beyond an i64.
    Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

fn length(arguments: &[ValueRef<'_>]) -> Result<Value> {
    match arguments {
        [ValueRef::Text(v)] => Ok(count(v.chars().count())),
        [ValueRef::Blob(v)] => Ok(count(v.len())),
        _ => Err(wrong_arguments("length", arguments)),
    }
}

/// Where the second text begins in the first; 0 if it does not.
fn position(arguments: &[ValueRef<'_>]) -> Result<Value> {
    match arguments {
        [ValueRef::Text(text), ValueRef::Text(part)] => {
            Ok(text.find(part).map_or(Value::Integer(0), |at| {
                count(text[..at].chars().count() + 1)
            }))
        }
        _ => Err(wrong_arguments("strpos", arguments)),
    }
}

/// `substr(text, start [, length])`. What lies before 1 counts toward the length, as in PostgreSQL.
fn substr(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (value, start, length) = match arguments {
        [value, ValueRef::Integer(start)] => (value, *start, None),
        [value, ValueRef::Integer(start), ValueRef::Integer(length)] => {
            (value, *start, Some(*length))
        }
        _ => return Err(wrong_arguments("substr", arguments)),
    };
    if length.is_some_and(|length| length < 0) {
        return Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            "substr takes no negative length",
        ));
    }
    let end = length.map_or(i64::MAX, |length| start.saturating_add(length));
    let skip = usize::try_from(start.max(1) - 1).unwrap_or(usize::MAX);
    let take = usize::try_from(end.saturating_sub(start.max(1)).max(0)).unwrap_or(usize::MAX);
    match value {
        ValueRef::Text(text) => Ok(Value::Text(text.chars().skip(skip).take(take).collect())),
        ValueRef::Blob(bytes) => Ok(Value::Blob(
            bytes.iter().skip(skip).take(take).copied().collect(),
        )),
        _ => Err(wrong_arguments("substr", arguments)),
    }
}

/// Takes characters away at the ends: spaces, or those of the second argument.
fn trim(function: &str, arguments: &[ValueRef<'_>], start: bool, end: bool) -> Result<Value> {
    let (mut text, characters) = match arguments {
        [ValueRef::Text(text)] => (*text, " "),
        [ValueRef::Text(text), ValueRef::Text(characters)] => (*text, *characters),
        _ => return Err(wrong_arguments(function, arguments)),
    };
    let unwanted = |c: char| characters.contains(c);
    if start {
        text = text.trim_start_matches(unwanted);
    }
    if end {
        text = text.trim_end_matches(unwanted);
    }
    Ok(Value::Text(text.to_owned()))
}

fn replace(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let [
        ValueRef::Text(text),
        ValueRef::Text(from),
        ValueRef::Text(to),
    ] = arguments
    else {
        return Err(wrong_arguments("replace", arguments));
    };
    if from.is_empty() {
        return Ok(Value::Text((*text).to_owned()));
    }
    let found = text.matches(from).count();
    check_size(text.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(Value::Text(text.replace(from, to)))
}

fn repeat(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let [ValueRef::Text(text), ValueRef::Integer(times)] = arguments else {
        return Err(wrong_arguments("repeat", arguments));
    };
    let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
    check_size(text.len().saturating_mul(times))?;
    Ok(Value::Text(text.repeat(times)))
}

/// The first n characters; all but the last |n| for a negative n.
fn left(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let [ValueRef::Text(text), ValueRef::Integer(n)] = arguments else {
        return Err(wrong_arguments("left", arguments));
    };
    let take = places(text, *n);
    Ok(Value::Text(text.chars().take(take).collect()))
}

/// The last n characters; all but the first |n| for a negative n.
fn right(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let [ValueRef::Text(text), ValueRef::Integer(n)] = arguments else {
        return Err(wrong_arguments("right", arguments));
    };
    let skip = text.chars().count() - places(text, *n);
    Ok(Value::Text(text.chars().skip(skip).collect()))
}

/// How many characters n stands for; a negative one counts from the other end.
fn places(text: &str, n: i64) -> usize {
    let all = text.chars().count();
    let magnitude = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
    if n >= 0 {
        magnitude.min(all)
    } else {
        all.saturating_sub(magnitude)
    }
}

/// The text cut to the wanted length, and what is missing to it.
fn pad(function: &str, arguments: &[ValueRef<'_>]) -> Result<(String, String)> {
    let (text, length, fill) = match arguments {
        [ValueRef::Text(text), ValueRef::Integer(length)] => (*text, *length, " "),
        [
            ValueRef::Text(text),
            ValueRef::Integer(length),
            ValueRef::Text(fill),
        ] => (*text, *length, *fill),
        _ => return Err(wrong_arguments(function, arguments)),
    };
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    check_size(length.saturating_mul(4))?;
    let text: String = text.chars().take(length).collect();
    let missing = length - text.chars().count();
    let fill = fill.chars().cycle().take(missing).collect();
    Ok((text, fill))
}

fn join(separator: &str, arguments: &[ValueRef<'_>]) -> Result<Value> {
    let mut out = String::new();
    let mut is_first = true;
    for value in arguments.iter().filter(|value| !value.is_null()) {
        if !is_first {
            out.push_str(separator);
        }
        is_first = false;
        match cast(*value, SqlType::Text)? {
            Value::Text(text) => out.push_str(&text),
            other => return Err(wrong_arguments("concat", &[other.as_ref()])),
        }
        check_size(out.len())?;
    }
    Ok(Value::Text(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::scalar;

    fn call(name: &str, arguments: &[ValueRef<'_>]) -> Result<Value> {
        (scalar(name).unwrap().eval)(arguments)
    }

    fn text_of(name: &str, arguments: &[ValueRef<'_>]) -> String {
        match call(name, arguments).unwrap() {
            Value::Text(text) => text,
            other => panic!("{name} gave {other:?}"),
        }
    }

    #[test]
    fn pieces_of_text() {
        use ValueRef::{Integer, Text};
        for (start, length, expected) in [
            (2, 2, "él"),
            (1, 0, ""),
            (-1, 4, "hé"),
            (0, 2, "h"),
            (4, 100, "lo"),
            (i64::MIN, i64::MAX, ""),
            (9, 1, ""),
        ] {
            let got = text_of("substr", &[Text("héllo"), Integer(start), Integer(length)]);
            assert_eq!(got, expected, "{start} {length}");
        }
        assert_eq!(text_of("substr", &[Text("héllo"), Integer(3)]), "llo");
        assert_eq!(text_of("left", &[Text("héllo"), Integer(-2)]), "hél");
        assert_eq!(text_of("right", &[Text("héllo"), Integer(2)]), "lo");
        assert_eq!(text_of("right", &[Text("héllo"), Integer(i64::MIN)]), "");
        assert!(call("substr", &[Text("a"), Integer(1), Integer(-1)]).is_err());
    }

    #[test]
    fn text_changes() {
        use ValueRef::{Integer, Null, Text};
        assert_eq!(text_of("upper", &[Text("straße")]), "STRASSE");
        assert_eq!(text_of("trim", &[Text("  a ")]), "a");
        assert_eq!(text_of("ltrim", &[Text("xxay"), Text("yx")]), "ay");
        assert_eq!(
            text_of("replace", &[Text("aXbX"), Text("X"), Text("--")]),
            "a--b--"
        );
        assert_eq!(text_of("replace", &[Text("a"), Text(""), Text("b")]), "a");
        assert_eq!(text_of("lpad", &[Text("7"), Integer(3), Text("0")]), "007");
        assert_eq!(text_of("rpad", &[Text("abc"), Integer(2)]), "ab");
        assert_eq!(text_of("concat", &[Text("a"), Null, Integer(1)]), "a1");
        assert_eq!(
            text_of("concat_ws", &[Text(","), Null, Text("a"), Integer(1)]),
            "a,1"
        );
        assert_eq!(text_of("hex", &[ValueRef::Blob(&[10, 255])]), "0AFF");
        assert!(call("repeat", &[Text("ab"), Integer(i64::MAX)]).is_err());
        assert_eq!(call("unhex", &[Text("0g")]).unwrap(), Value::Null);
        assert_eq!(
            call("strpos", &[Text("héllo"), Text("llo")]).unwrap(),
            Value::Integer(3)
        );
    }
}
