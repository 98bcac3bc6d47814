//! Bytes as text, and digests of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::Md5;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::scalar::{ArgumentKind, check_size, gives_blob, gives_text, wrong_arguments};
use super::{Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::types::{Value, ValueRef, hex, unhex};

use ArgumentKind::{Integer as IntegerKind, Text, TextOrBlob};

/// Characters of a line of base64, as in PostgreSQL.
const LINE: usize = 76;

/// A digest of a text's or BLOB's bytes.
const fn digest(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[TextOrBlob],
        result_type: gives_blob,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// A number in another base.
const fn in_base(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[IntegerKind],
        result_type: gives_text,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: "encode",
        arity: 2..=2,
        arguments: &[TextOrBlob, Text],
        result_type: gives_text,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [bytes, ValueRef::Text(format)] => {
                let bytes = bytes_of("encode", *bytes)?;
                check_size(bytes.len().saturating_mul(4))?;
                encode(bytes, format).map(Value::Text)
            }
            _ => Err(wrong_arguments("encode", a)),
        },
    },
    ScalarFunction {
        name: "decode",
        arity: 2..=2,
        arguments: &[Text, Text],
        result_type: gives_blob,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Text(text), ValueRef::Text(format)] => decode(text, format).map(Value::Blob),
            _ => Err(wrong_arguments("decode", a)),
        },
    },
    ScalarFunction {
        name: "md5",
        arity: 1..=1,
        arguments: &[TextOrBlob],
        result_type: gives_text,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [bytes] => Ok(Value::Text(hex(&Md5::digest(bytes_of("md5", *bytes)?)))),
            _ => Err(wrong_arguments("md5", a)),
        },
    },
    digest("sha224", |a| digest_of::<Sha224>("sha224", a)),
    digest("sha256", |a| digest_of::<Sha256>("sha256", a)),
    digest("sha384", |a| digest_of::<Sha384>("sha384", a)),
    digest("sha512", |a| digest_of::<Sha512>("sha512", a)),
    in_base("to_hex", |a| number("to_hex", a, |n| format!("{n:x}"))),
    in_base("to_oct", |a| number("to_oct", a, |n| format!("{n:o}"))),
    in_base("to_bin", |a| number("to_bin", a, |n| format!("{n:b}"))),
];

fn bytes_of<'a>(function: &str, value: ValueRef<'a>) -> Result<&'a [u8]> {
    match value {
        ValueRef::Text(text) => Ok(text.as_bytes()),
        ValueRef::Blob(bytes) => Ok(bytes),
        other => Err(wrong_arguments(function, &[other])),
    }
}

fn digest_of<D: Digest>(function: &str, arguments: &[ValueRef<'_>]) -> Result<Value> {
    match arguments {
        [bytes] => Ok(Value::Blob(D::digest(bytes_of(function, *bytes)?).to_vec())),
        _ => Err(wrong_arguments(function, arguments)),
    }
}

fn number(function: &str, arguments: &[ValueRef<'_>], write: fn(i64) -> String) -> Result<Value> {
    match arguments {
        [ValueRef::Integer(number)] => Ok(Value::Text(write(*number))),
        _ => Err(wrong_arguments(function, arguments)),
    }
}

fn encode(bytes: &[u8], format: &str) -> Result<String> {
    match format.to_ascii_lowercase().as_str() {
        "hex" => Ok(hex(bytes)),
        "base64" => {
            let whole = BASE64.encode(bytes);
            let lines = whole.as_bytes().chunks(LINE);
            let lines = lines.map(|line| String::from_utf8_lossy(line).into_owned());
            Ok(lines.collect::<Vec<_>>().join("\n"))
        }
        "escape" => Ok(escaped(bytes)),
        _ => Err(unknown(format)),
    }
}

/// Zero and bytes beyond ASCII as a backslash and three octal digits, a backslash twice.
fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            0 | 0x80.. => out.push_str(&format!("\\{byte:03o}")),
            b'\\' => out.push_str("\\\\"),
            byte => out.push(char::from(byte)),
        }
    }
    out
}

fn decode(text: &str, format: &str) -> Result<Vec<u8>> {
    let clean = || {
        let kept = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
        kept.collect::<Vec<u8>>()
    };
    let invalid = |what: &str| {
        Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("invalid {what} data"),
        )
    };
    match format.to_ascii_lowercase().as_str() {
        "hex" => {
            let digits = String::from_utf8_lossy(&clean()).into_owned();
            unhex(&digits).ok_or_else(|| invalid("hexadecimal"))
        }
        "base64" => BASE64.decode(clean()).map_err(|_| invalid("base64")),
        "escape" => unescaped(text).ok_or_else(|| invalid("escaped")),
        _ => Err(unknown(format)),
    }
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = match (byte, behind) {
            (b'\\', [b'\\', behind @ ..]) => {
                out.push(b'\\');
                behind
            }
            (
                b'\\',
                [
                    a @ b'0'..=b'3',
                    b @ b'0'..=b'7',
                    c @ b'0'..=b'7',
                    behind @ ..,
                ],
            ) => {
                out.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                behind
            }
            (b'\\', _) => return None,
            (byte, behind) => {
                out.push(byte);
                behind
            }
        };
    }
    Some(out)
}

fn unknown(format: &str) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("unrecognized encoding: \"{format}\""),
    )
    .hint("hex, base64 or escape")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for format in ["hex", "BASE64", "escape"] {
                let text = encode(&bytes, format).unwrap();
                prop_assert!(text.is_ascii());
                prop_assert_eq!(decode(&text, format).unwrap(), bytes.clone());
            }
        }
    }

    #[test]
    fn wrong_data_is_refused() {
        for (text, format) in [
            ("0", "hex"),
            ("0g", "hex"),
            ("a", "base64"),
            ("\\9", "escape"),
            ("\\", "escape"),
            ("", "rot13"),
        ] {
            assert!(decode(text, format).is_err(), "{text} {format}");
        }
    }
}
