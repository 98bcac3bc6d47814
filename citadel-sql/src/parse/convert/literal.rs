//! Constants and parameters.

use sqlparser::ast::{Value, ValueWithSpan};

use super::Converter;
use crate::ast::ExprKind;
use crate::error::{Error, Position, Result, SqlState};
use crate::parse::syntax_error::syntax_error;
use crate::types::{number_text, unhex};

impl Converter<'_> {
    pub(super) fn literal(&self, value: ValueWithSpan) -> Result<(ExprKind, Option<Position>)> {
        let ValueWithSpan { value, span } = value;
        let position = self.locator.start_of(span);
        self.literal_kind(value)
            .map(|kind| (kind, position))
            .map_err(|error| error.at(position))
    }

    fn literal_kind(&self, value: Value) -> Result<ExprKind> {
        match value {
            Value::Null => Ok(ExprKind::Null),
            Value::Boolean(value) => Ok(ExprKind::Boolean(value)),
            Value::Number(digits, false) => number(&digits, false),
            Value::Number(digits, true) => Err(syntax_error(
                format!("syntax error: junk after the number {digits}"),
                None,
            )),
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => {
                Ok(ExprKind::Text(text))
            }
            Value::HexStringLiteral(digits) => {
                unhex(&digits).map(ExprKind::Blob).ok_or_else(|| {
                    Error::sql(
                        SqlState::INVALID_TEXT_REPRESENTATION,
                        format!("X'{digits}' is not pairs of hexadecimal digits"),
                    )
                })
            }
            Value::Placeholder(text) => self
                .parameters
                .lookup(&text)
                .map(ExprKind::Parameter)
                .ok_or_else(|| {
                    Error::sql(
                        SqlState::UNDEFINED_PARAMETER,
                        format!("no parameter {text}"),
                    )
                }),
            Value::DollarQuotedString(_) => Err(Error::unsupported("a dollar-quoted string")),
            Value::NationalStringLiteral(_) | Value::NationalQuoteDelimitedStringLiteral(_) => {
                Err(Error::unsupported("a national string literal"))
            }
            Value::UnicodeStringLiteral(_) => Err(Error::unsupported("a U&'…' string")),
            Value::SingleQuotedByteStringLiteral(_)
            | Value::DoubleQuotedByteStringLiteral(_)
            | Value::TripleSingleQuotedByteStringLiteral(_)
            | Value::TripleDoubleQuotedByteStringLiteral(_) => {
                Err(Error::unsupported("a bit string literal"))
            }
            Value::TripleSingleQuotedString(_)
            | Value::TripleDoubleQuotedString(_)
            | Value::SingleQuotedRawStringLiteral(_)
            | Value::DoubleQuotedRawStringLiteral(_)
            | Value::TripleSingleQuotedRawStringLiteral(_)
            | Value::TripleDoubleQuotedRawStringLiteral(_)
            | Value::QuoteDelimitedStringLiteral(_)
            | Value::DoubleQuotedString(_) => Err(Error::unsupported("this kind of string")),
        }
    }
}

/// A number without a sign, or with the minus before it, so that the smallest INTEGER can be written.
pub(super) fn number(digits: &str, negative: bool) -> Result<ExprKind> {
    let sign = if negative { "-" } else { "" };
    let text = format!("{sign}{digits}");
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse() {
            Ok(number) => Ok(ExprKind::Integer(number)),
            Err(_) => text.parse().map(ExprKind::Numeric),
        };
    }
    match number_text::parse_real(&text) {
        Ok(value) => Ok(ExprKind::Real { value, text }),
        Err(error) => Err(error),
    }
}
