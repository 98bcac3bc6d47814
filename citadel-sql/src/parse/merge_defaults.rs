//! `INSERT DEFAULT VALUES` in MERGE, which sqlparser does not know: `INSERT VALUES (DEFAULT)`, since the columns after the last
//! value get their defaults.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Writes each of them so.
pub(super) fn write_out(tokens: &mut Vec<TokenWithSpan>) {
    let wanted = [
        Keyword::THEN,
        Keyword::INSERT,
        Keyword::DEFAULT,
        Keyword::VALUES,
    ];
    let mut at = 0;
    while at + wanted.len() <= tokens.len() {
        let some = &tokens[at..at + wanted.len()];
        if some.iter().zip(wanted).all(|(token, word)| is(token, word)) {
            let default = tokens[at + 2].clone();
            let open = TokenWithSpan::new(Token::LParen, default.span);
            let close = TokenWithSpan::new(Token::RParen, default.span);
            tokens.swap(at + 2, at + 3);
            tokens.splice(at + 3..at + 4, [open, default, close]);
        }
        at += 1;
    }
}

fn is(token: &TokenWithSpan, keyword: Keyword) -> bool {
    matches!(&token.token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}
