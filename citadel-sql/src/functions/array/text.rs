//! From text to arrays, and back.

use super::array_of;
use crate::error::Result;
use crate::functions::scalar::{check_size, gives_text, wrong_arguments};
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::temporal::Zone;
use crate::types::{ArrayBuilder, ScalarType, SqlType, Value, ValueRef, element_text};

const ARRAY_TO_STRING: &str = "array_to_string";

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: ARRAY_TO_STRING,
        arity: 2..=3,
        arguments: &[ArgumentKind::Array, ArgumentKind::Text, ArgumentKind::Text],
        result_type: gives_text,
        strict: false,
        needs: Needs::Zone,
        eval: to_string,
    },
    ScalarFunction {
        name: "string_to_array",
        arity: 2..=3,
        arguments: &[ArgumentKind::Text],
        result_type: |_| Ok(SqlType::Array(ScalarType::Text)),
        strict: false,
        needs: Needs::Nothing,
        eval: of_string,
    },
];

/// The elements with a text between them; NULLs are left out unless there is a text for them.
fn to_string(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let Some((ValueRef::Text(zone), written)) = arguments.split_last() else {
        return Err(wrong_arguments(ARRAY_TO_STRING, arguments));
    };
    let array = array_of(ARRAY_TO_STRING, written, 0)?;
    let (Some(array), Some(ValueRef::Text(separator))) = (array, written.get(1)) else {
        return Ok(Value::Null);
    };
    let zone = Zone::of_name(zone)?;
    let null = match written.get(2) {
        Some(ValueRef::Text(text)) => Some(*text),
        _ => None,
    };
    let (mut out, mut is_first) = (String::new(), true);
    for value in array {
        let text = match (value, null) {
            (ValueRef::Null, None) => continue,
            (ValueRef::Null, Some(null)) => null.to_owned(),
            (value, _) => element_text(value, &zone),
        };
        if !std::mem::take(&mut is_first) {
            out.push_str(separator);
        }
        out.push_str(&text);
        check_size(out.len())?;
    }
    Ok(Value::Text(out))
}

/// The parts of a text between separators. Without a separator (NULL) each character is a part.
fn of_string(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (text, separator, null) = match arguments {
        [ValueRef::Null, ..] => return Ok(Value::Null),
        [ValueRef::Text(text), separator] => (*text, *separator, ValueRef::Null),
        [ValueRef::Text(text), separator, null] => (*text, *separator, *null),
        _ => return Err(wrong_arguments("string_to_array", arguments)),
    };
    let mut builder = ArrayBuilder::new(ScalarType::Text);
    let mut push = |part: &str| {
        let is_null = matches!(null, ValueRef::Text(null) if null == part);
        builder.push(match is_null {
            true => ValueRef::Null,
            false => ValueRef::Text(part),
        })
    };
    match separator {
        _ if text.is_empty() => {}
        ValueRef::Text("") => push(text)?,
        ValueRef::Text(separator) => text.split(separator).try_for_each(&mut push)?,
        _ => {
            let mut bytes = [0; 4];
            for char in text.chars() {
                push(char.encode_utf8(&mut bytes))?;
            }
        }
    }
    builder.finish_flat().map(Value::Array)
}
