//! `GENERATED ALWAYS AS (…) VIRTUAL`, and without a word behind, which sqlparser does not know: what is virtual is stored as well.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// Writes STORED behind each such expression.
pub(super) fn write_out(tokens: &mut Vec<TokenWithSpan>) {
    let mut at = 3;
    while at < tokens.len() {
        let begins = tokens[at].token == Token::LParen
            && is(&tokens[at - 1], Keyword::AS)
            && is(&tokens[at - 2], Keyword::ALWAYS)
            && is(&tokens[at - 3], Keyword::GENERATED);
        if begins && let Some(end) = closing(tokens, at) {
            let stored = Token::Word(Word {
                value: "STORED".to_owned(),
                quote_style: None,
                keyword: Keyword::STORED,
            });
            match tokens.get_mut(end + 1) {
                Some(next) if is(next, Keyword::VIRTUAL) => next.token = stored,
                Some(next) if is(next, Keyword::STORED) => {}
                _ => {
                    let span = tokens[end].span;
                    tokens.insert(end + 1, TokenWithSpan::new(stored, span));
                }
            }
        }
        at += 1;
    }
}

/// Where the parenthesis is closed.
fn closing(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 1 => return Some(at),
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn is(token: &TokenWithSpan, keyword: Keyword) -> bool {
    matches!(&token.token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}
