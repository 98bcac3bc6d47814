//! Functions that look for a pattern: regular expressions, SIMILAR TO and GLOB.
//!
//! Regular expressions are those of the crate `regex`, which takes time in proportion to the text whatever the pattern, with
//! PostgreSQL's `\y`, `\m`, `\M` and `\Z`; what PostgreSQL has beyond (back references, looking around) is an error. The others
//! are translated into them.

mod cache;
mod translate;

use regex::Regex;

use super::scalar::{
    ArgumentKind, check_size, gives_boolean, gives_integer, gives_text, wrong_arguments,
};
use super::{Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::types::{Value, ValueRef};

use ArgumentKind::Text;

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: "regexp_like",
        arity: 2..=3,
        arguments: &[Text],
        result_type: gives_boolean,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match texts(a).as_slice() {
            [Some(text), Some(pattern), flags @ ..] => {
                let flags = Flags::read(flags)?.refuse_global("regexp_like")?;
                flags.with(pattern, |regex| Ok(Value::Boolean(regex.is_match(text))))
            }
            _ => Err(wrong_arguments("regexp_like", a)),
        },
    },
    ScalarFunction {
        name: "regexp_count",
        arity: 2..=3,
        arguments: &[Text],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match texts(a).as_slice() {
            [Some(text), Some(pattern), flags @ ..] => Flags::read(flags)?
                .refuse_global("regexp_count")?
                .with(pattern, |regex| {
                    Ok(Value::Integer(regex.find_iter(text).count() as i64))
                }),
            _ => Err(wrong_arguments("regexp_count", a)),
        },
    },
    ScalarFunction {
        name: "regexp_substr",
        arity: 2..=3,
        arguments: &[Text],
        result_type: gives_text,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match texts(a).as_slice() {
            [Some(text), Some(pattern), flags @ ..] => Flags::read(flags)?
                .refuse_global("regexp_substr")?
                .with(pattern, |regex| Ok(found(regex, text))),
            _ => Err(wrong_arguments("regexp_substr", a)),
        },
    },
    ScalarFunction {
        name: "regexp_replace",
        arity: 3..=4,
        arguments: &[Text],
        result_type: gives_text,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match texts(a).as_slice() {
            [Some(text), Some(pattern), Some(by), flags @ ..] => {
                let flags = Flags::read(flags)?;
                let most = usize::from(!flags.global);
                let by = translate::replacement(by);
                flags.with(pattern, |regex| {
                    let replaced = regex.replacen(text, most, by.as_str());
                    check_size(replaced.len())?;
                    Ok(Value::Text(replaced.into_owned()))
                })
            }
            _ => Err(wrong_arguments("regexp_replace", a)),
        },
    },
    // `text SIMILAR TO pattern [ESCAPE escape]`
    ScalarFunction {
        name: "similar_to",
        arity: 2..=3,
        arguments: &[Text],
        result_type: gives_boolean,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match texts(a).as_slice() {
            [Some(text), Some(pattern)] => similar(text, pattern, Some('\\')),
            [Some(text), Some(pattern), Some(escape)] => {
                similar(text, pattern, translate::escape(escape)?)
            }
            _ => Err(wrong_arguments("similar_to", a)),
        },
    },
    // SQLite's order of arguments.
    ScalarFunction {
        name: "glob",
        arity: 2..=2,
        arguments: &[Text],
        result_type: gives_boolean,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match texts(a).as_slice() {
            [Some(pattern), Some(text)] => {
                let pattern = translate::glob(pattern);
                cache::with(&pattern, |regex| Ok(Value::Boolean(regex.is_match(text))))
            }
            _ => Err(wrong_arguments("glob", a)),
        },
    },
];

fn texts<'a>(arguments: &[ValueRef<'a>]) -> Vec<Option<&'a str>> {
    let text = |value: &ValueRef<'a>| match value {
        ValueRef::Text(text) => Some(*text),
        _ => None,
    };
    arguments.iter().map(text).collect()
}

fn found(regex: &Regex, text: &str) -> Value {
    match regex.find(text) {
        Some(found) => Value::Text(found.as_str().to_owned()),
        None => Value::Null,
    }
}

fn similar(text: &str, pattern: &str, escape: Option<char>) -> Result<Value> {
    let pattern = translate::similar(pattern, escape)?;
    cache::with(&pattern, |regex| Ok(Value::Boolean(regex.is_match(text))))
}

/// What the letters after a pattern say.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    /// `g`: all matches, not only the first.
    global: bool,
    /// `i`
    case_insensitive: bool,
    /// `n`, `m`: lines matter.
    lines: bool,
    /// `x`: white space and comments in the pattern mean nothing.
    expanded: bool,
}

impl Flags {
    fn read(letters: &[Option<&str>]) -> Result<Self> {
        let mut flags = Self::default();
        for letter in letters.iter().flatten().flat_map(|letters| letters.chars()) {
            match letter {
                'g' => flags.global = true,
                'i' => flags.case_insensitive = true,
                'c' => flags.case_insensitive = false,
                'm' | 'n' => flags.lines = true,
                's' => flags.lines = false,
                'x' => flags.expanded = true,
                _ => {
                    return Err(Error::sql(
                        SqlState::INVALID_PARAMETER_VALUE,
                        format!("invalid regular expression option: \"{letter}\""),
                    ));
                }
            }
        }
        Ok(flags)
    }

    fn refuse_global(self, function: &str) -> Result<Self> {
        match self.global {
            true => Err(Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("{function}() does not support the \"global\" option"),
            )),
            false => Ok(self),
        }
    }

    fn with<T>(self, pattern: &str, run: impl FnOnce(&Regex) -> Result<T>) -> Result<T> {
        let mut letters = String::new();
        letters.extend(self.case_insensitive.then_some('i'));
        letters.push(if self.lines { 'm' } else { 's' });
        letters.extend(self.expanded.then_some('x'));
        let pattern = format!("(?{letters}){}", translate::regular(pattern));
        cache::with(&pattern, run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: &[&str]) -> Result<Value> {
        let function = FUNCTIONS.iter().find(|f| f.name == name).unwrap();
        let arguments: Vec<ValueRef<'_>> = arguments.iter().map(|a| ValueRef::Text(a)).collect();
        (function.eval)(&arguments)
    }

    #[test]
    fn regular_expressions_are_postgresqls() {
        for (arguments, expected) in [
            (&["abc", "^a.c$"][..], true),
            (&["ABC", "b"], false),
            (&["ABC", "b", "i"], true),
            (&["a word here", r"\yword\y"], true),
            (&["swords", r"\mword"], false),
            (&["a\nb", "a.b"], true),
            (&["a\nb", "^b$"], false),
            (&["a\nb", "^b$", "n"], true),
            (&["foo7", "[[:digit:]]"], true),
        ] {
            let given = call("regexp_like", arguments).unwrap();
            assert_eq!(given, Value::Boolean(expected), "{arguments:?}");
        }
        for wrong in [
            &["a", "("][..],
            &["a", "a", "q"],
            &["a", "a", "g"],
            &["aa", r"(a)\1"],
        ] {
            assert!(call("regexp_like", wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn parts_are_replaced_and_found() {
        let text = |text: &str| Value::Text(text.to_owned());
        for (name, arguments, expected) in [
            (
                "regexp_replace",
                &["foobarbaz", "b..", "X"][..],
                text("fooXbaz"),
            ),
            (
                "regexp_replace",
                &["foobarbaz", "b..", "X", "g"],
                text("fooXX"),
            ),
            (
                "regexp_replace",
                &["foobarbaz", "b(..)", r"<\1\&$1>", "g"],
                text("foo<arbar$1><azbaz$1>"),
            ),
            ("regexp_substr", &["number 42 of 7", "[0-9]+"], text("42")),
            ("regexp_substr", &["none", "[0-9]+"], Value::Null),
            (
                "regexp_count",
                &["number 42 of 7", "[0-9]+"],
                Value::Integer(2),
            ),
        ] {
            assert_eq!(call(name, arguments).unwrap(), expected, "{arguments:?}");
        }
    }

    #[test]
    fn similar_to_matches_the_whole_text() {
        for (arguments, expected) in [
            (&["abc", "abc"][..], true),
            (&["abc", "a"], false),
            (&["abc", "%(b|d)%"], true),
            (&["abc", "(b|c)%"], false),
            (&["a.c", "a.c"], true),
            (&["axc", "a.c"], false),
            (&["axc", "a_c"], true),
            (&["a%c", r"a\%c"], true),
            (&["abc", r"a\%c"], false),
            (&["a%c", "a#%c", "#"], true),
            (&["aaa", "a{3}"], true),
            (&["b", "[a-c]"], true),
            (&["a\nb", "a_b"], true),
            (&["", "%"], true),
        ] {
            let given = call("similar_to", arguments).unwrap();
            assert_eq!(given, Value::Boolean(expected), "{arguments:?}");
        }
    }

    #[test]
    fn glob_is_sqlites() {
        for (pattern, text, expected) in [
            ("a*c", "abbbc", true),
            ("a*c", "abbb", false),
            ("a?c", "abc", true),
            ("A?c", "abc", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[]]x", "]x", true),
            ("*.rs", "main.rs", true),
            ("a+b", "a+b", true),
            ("[", "[", false),
            ("", "", true),
        ] {
            let given = call("glob", &[pattern, text]).unwrap();
            assert_eq!(given, Value::Boolean(expected), "{pattern} {text}");
        }
    }
}
