//! `REPLACE INTO t …`: SQLite's short way to write `INSERT OR REPLACE INTO t …`, which sqlparser does not know.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

/// Writes it out, also after EXPLAIN.
pub(super) fn write_out(tokens: &mut Vec<TokenWithSpan>) {
    let is = |token: &TokenWithSpan, keyword: Keyword| matches!(&token.token, Token::Word(word) if word.keyword == keyword);
    let first = tokens.iter().position(|token| {
        let explains = [Keyword::EXPLAIN, Keyword::ANALYZE, Keyword::PLAN];
        !explains.iter().any(|word| is(token, *word))
            && !matches!(&token.token, Token::Word(word) if word.value.eq_ignore_ascii_case("QUERY"))
    });
    let Some(at) = first else { return };
    let follows = tokens
        .get(at + 1)
        .is_some_and(|next| is(next, Keyword::INTO));
    if !is(&tokens[at], Keyword::REPLACE) || !follows {
        return;
    }
    let span = tokens[at].span;
    let words = [
        ("INSERT", Keyword::INSERT),
        ("OR", Keyword::OR),
        ("REPLACE", Keyword::REPLACE),
    ];
    let words = words.map(|(text, keyword)| {
        let word = Word {
            value: text.to_owned(),
            quote_style: None,
            keyword,
        };
        TokenWithSpan::new(Token::Word(word), span)
    });
    tokens.splice(at..=at, words);
}
