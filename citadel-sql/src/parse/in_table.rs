//! `x IN t`: SQLite's way to write `x IN (SELECT * FROM t)`, which sqlparser does not know.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::exclusions::opening;

/// Writes the query out wherever a name follows IN.
pub(super) fn write_out(tokens: &mut Vec<TokenWithSpan>) {
    let mut at = 1;
    while at < tokens.len() {
        if is_in(&tokens[at - 1]) && is_name(&tokens[at]) && !is_position(tokens, at) {
            let span = tokens[at].span;
            let word = |text: &str, keyword| {
                let word = Word {
                    value: text.to_owned(),
                    quote_style: None,
                    keyword,
                };
                TokenWithSpan::new(Token::Word(word), span)
            };
            let before = [
                TokenWithSpan::new(Token::LParen, span),
                word("SELECT", Keyword::SELECT),
                TokenWithSpan::new(Token::Mul, span),
                word("FROM", Keyword::FROM),
            ];
            let after = TokenWithSpan::new(Token::RParen, span);
            let begins = before.len();
            tokens.splice(at..at, before);
            tokens.insert(at + begins + 1, after);
            at += begins + 1;
        }
        at += 1;
    }
}

/// `position(a IN b)`
fn is_position(tokens: &[TokenWithSpan], at: usize) -> bool {
    let function = opening(tokens, at).and_then(|opening| tokens.get(opening.checked_sub(1)?));
    matches!(
        function.map(|token| &token.token),
        Some(Token::Word(word)) if word.value.eq_ignore_ascii_case("position")
    )
}

fn is_in(token: &TokenWithSpan) -> bool {
    matches!(&token.token, Token::Word(word) if word.keyword == Keyword::IN)
}

/// A word that is no keyword, such as UNNEST is one, or a name in quotes.
fn is_name(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(word) => word.keyword == Keyword::NoKeyword || word.quote_style == Some('"'),
        _ => false,
    }
}
