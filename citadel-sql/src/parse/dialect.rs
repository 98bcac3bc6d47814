//! The dialect: what sqlparser's grammar reads for us.
//!
//! It reports itself as PostgreSQL for the decisions that are built in, but lexes no greedy operators: with
//! PostgreSQL's own lexer `a<?1` is the operator `<?`. The operators that we add are put together in
//! [`super::tokens`]. Precedences are PostgreSQL's, and only their order means anything.

use std::any::TypeId;

use sqlparser::ast::{ColumnOption, Expr, Interval};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// Words after a column's type that sqlparser would read and drop.
const DROPPED_COLUMN_WORDS: &[Keyword] = &[
    Keyword::AUTOINCREMENT,
    Keyword::AUTO_INCREMENT,
    Keyword::IDENTITY,
    Keyword::ASC,
    Keyword::DESC,
];

/// What an INTERVAL may be cut to.
const INTERVAL_FIELDS: &[Keyword] = &[
    Keyword::YEAR,
    Keyword::MONTH,
    Keyword::DAY,
    Keyword::HOUR,
    Keyword::MINUTE,
    Keyword::SECOND,
];

#[derive(Debug)]
pub(super) struct CitadelDialect;

impl Dialect for CitadelDialect {
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn identifier_quote_style(&self, _identifier: &str) -> Option<char> {
        Some('"')
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_' || ch == '$'
    }

    /// Words that begin an expression of their own are no names: else an error inside such an expression is
    /// reported at its first word.
    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        matches!(
            keyword,
            Keyword::CASE | Keyword::CAST | Keyword::EXISTS | Keyword::NOT
        )
    }

    fn supports_dollar_placeholder(&self) -> bool {
        true
    }

    fn supports_string_escape_constant(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_in_empty_list(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_create_index_with_clause(&self) -> bool {
        true
    }

    fn supports_insert_table_alias(&self) -> bool {
        true
    }

    fn supports_alter_column_type_using(&self) -> bool {
        true
    }

    fn supports_update_order_by(&self) -> bool {
        true
    }

    fn supports_create_table_using(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn supports_notnull_operator(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_rarrow_operator(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn allow_extract_single_quotes(&self) -> bool {
        true
    }

    fn supports_interval_options(&self) -> bool {
        true
    }

    fn supports_array_typedef_with_brackets(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_assignment_operator(&self) -> bool {
        true
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::CustomBinaryOperator(_) | Token::StringConcat | Token::Overlap => {
                Some(Ok(self.prec_value(Precedence::PgOther)))
            }
            // Only in slices, since parameters are single tokens by now.
            Token::Colon => Some(Ok(self.prec_unknown())),
            _ => None,
        }
    }

    /// What stands between INTERVAL and its string sqlparser would read and drop.
    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        if !parser.peek_keyword(Keyword::INTERVAL) {
            return None;
        }
        match parser.peek_tokens::<5>() {
            [
                _,
                Token::LParen,
                Token::Number(..),
                Token::RParen,
                Token::SingleQuotedString(_),
            ] => {
                parser.advance_token();
                Some(interval_with_precision(parser))
            }
            [
                _,
                Token::Word(word),
                Token::SingleQuotedString(_) | Token::LParen,
                ..,
            ] if INTERVAL_FIELDS.contains(&word.keyword) => {
                Some(parser.expected("a string after INTERVAL", parser.peek_nth_token(1)))
            }
            [_, Token::Word(word), Token::Word(to), ..]
                if INTERVAL_FIELDS.contains(&word.keyword) && to.keyword == Keyword::TO =>
            {
                Some(parser.expected("a string after INTERVAL", parser.peek_nth_token(1)))
            }
            _ => None,
        }
    }

    fn parse_column_option(
        &self,
        parser: &mut Parser<'_>,
    ) -> Result<Option<Result<Option<ColumnOption>, ParserError>>, ParserError> {
        if parser.peek_one_of_keywords(DROPPED_COLUMN_WORDS).is_none() {
            return Ok(None);
        }
        let word = parser.next_token().token;
        Ok(Some(Ok(Some(ColumnOption::DialectSpecific(vec![word])))))
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Period => 200,
            Precedence::DoubleColon => 140,
            Precedence::AtTz => 110,
            Precedence::Caret => 100,
            Precedence::MulDivModOp => 90,
            Precedence::PlusMinus => 80,
            Precedence::Xor
            | Precedence::Ampersand
            | Precedence::Pipe
            | Precedence::Colon
            | Precedence::PgOther => 70,
            Precedence::Between | Precedence::Like => 60,
            Precedence::Eq => 50,
            Precedence::Is => 40,
            Precedence::UnaryNot => 30,
            Precedence::And => 20,
            Precedence::Or => 10,
        }
    }
}

/// `(p) '…'`
fn interval_with_precision(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    parser.expect_token(&Token::LParen)?;
    let precision = parser.parse_literal_uint()?;
    parser.expect_token(&Token::RParen)?;
    let value = Box::new(Expr::Value(parser.parse_value()?));
    Ok(Expr::Interval(Interval {
        value,
        leading_field: None,
        leading_precision: None,
        last_field: None,
        fractional_seconds_precision: Some(precision),
    }))
}
