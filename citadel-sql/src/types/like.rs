//! LIKE and ILIKE: `%` any characters, `_` one character, an escape character before a literal one.

use crate::error::{Error, Result, SqlState};

/// A pattern, compiled once and matched often.
#[derive(Clone, Debug)]
pub(crate) struct LikePattern {
    tokens: Vec<Token>,
    /// The pattern is plain text, then perhaps one `%` at its end: matched without tokens.
    simple: Option<Simple>,
    case_insensitive: bool,
}

#[derive(Clone, Debug)]
struct Simple {
    prefix: String,
    open_end: bool,
}

/// What a pattern asks for after the text that it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LikeTail {
    /// The end.
    Nothing,
    /// `%`: anything.
    Anything,
    /// More than that.
    More,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// `%`
    Any,
    /// `_`
    One,
    Char(char),
}

impl LikePattern {
    /// Compiles a pattern. `escape` makes the next character literal; a pattern that ends in it is an error.
    pub(crate) fn new(pattern: &str, escape: Option<char>, case_insensitive: bool) -> Result<Self> {
        let mut tokens = Vec::with_capacity(pattern.len());
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let token = match c {
                _ if Some(c) == escape => Token::Char(chars.next().ok_or_else(dangling_escape)?),
                '%' => Token::Any,
                '_' => Token::One,
                _ => Token::Char(c),
            };
            // "%%" means "%", and one star is enough to come back to.
            if token != Token::Any || tokens.last() != Some(&Token::Any) {
                tokens.push(token);
            }
        }
        let simple = (!case_insensitive).then(|| simple(&tokens)).flatten();
        Ok(Self {
            tokens,
            simple,
            case_insensitive,
        })
    }

    /// The text that every match begins with, where case matters, and what has to follow.
    pub(crate) fn prefix(&self) -> (String, LikeTail) {
        let literal = |token: &Token| match token {
            Token::Char(c) if !self.case_insensitive => Some(*c),
            _ => None,
        };
        let prefix: String = self.tokens.iter().map_while(literal).collect();
        let rest = &self.tokens[prefix.chars().count()..];
        let tail = match rest {
            [] => LikeTail::Nothing,
            [Token::Any] => LikeTail::Anything,
            _ => LikeTail::More,
        };
        (prefix, tail)
    }

    /// Does the whole text match?
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.simple {
            Some(simple) if simple.open_end => text.starts_with(&simple.prefix),
            Some(simple) => text == simple.prefix,
            None => self.matches_tokens(text),
        }
    }

    /// Greedy match that comes back to the last `%` only: earlier ones need no second look.
    fn matches_tokens(&self, text: &str) -> bool {
        let mut rest = text;
        let mut at = 0;
        let mut star: Option<(usize, &str)> = None;
        loop {
            match self.tokens.get(at) {
                Some(Token::Any) => {
                    at += 1;
                    star = Some((at, rest));
                    continue;
                }
                Some(token) => {
                    if let Some(c) = rest.chars().next()
                        && self.token_matches(*token, c)
                    {
                        rest = &rest[c.len_utf8()..];
                        at += 1;
                        continue;
                    }
                }
                None if rest.is_empty() => return true,
                None => {}
            }
            let Some((after_star, from)) = star else {
                return false;
            };
            let Some(skipped) = from.chars().next() else {
                return false;
            };
            rest = &from[skipped.len_utf8()..];
            at = after_star;
            star = Some((after_star, rest));
        }
    }

    fn token_matches(&self, token: Token, c: char) -> bool {
        match token {
            Token::Any | Token::One => true,
            Token::Char(wanted) if wanted == c => true,
            Token::Char(wanted) => {
                self.case_insensitive && wanted.to_lowercase().eq(c.to_lowercase())
            }
        }
    }
}

fn simple(tokens: &[Token]) -> Option<Simple> {
    let (tokens, open_end) = match tokens.split_last() {
        Some((Token::Any, rest)) => (rest, true),
        _ => (tokens, false),
    };
    let prefix = tokens
        .iter()
        .map(|token| match token {
            Token::Char(c) => Some(*c),
            Token::Any | Token::One => None,
        })
        .collect::<Option<String>>()?;
    Some(Simple { prefix, open_end })
}

fn dangling_escape() -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        "LIKE pattern must not end with its escape character",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        LikePattern::new(pattern, Some('\\'), false)
            .unwrap()
            .matches(text)
    }

    #[test]
    fn a_table_of_matches() {
        for (text, pattern, expected) in [
            ("abc", "abc", true),
            ("abc", "ab", false),
            ("abc", "a%", true),
            ("abc", "%c", true),
            ("abc", "%b%", true),
            ("abc", "a_c", true),
            ("abc", "____", false),
            ("", "%", true),
            ("", "_", false),
            ("", "", true),
            ("aab", "%ab", true),
            ("abab", "%ab%ab", true),
            ("mississippi", "m%iss%pi", true),
            ("mississippi", "m%iss%pa", false),
            ("é", "_", true),
            ("日本語", "日_語", true),
            ("50%", "50\\%", true),
            ("50x", "50\\%", false),
            ("a_b", "a\\_b", true),
            ("ABC", "abc", false),
        ] {
            assert_eq!(like(text, pattern), expected, "{text} LIKE {pattern}");
        }
    }

    #[test]
    fn case_folding_and_escapes() {
        let ilike = LikePattern::new("É%x", None, true).unwrap();
        assert!(ilike.matches("éa\\X"));
        assert!(LikePattern::new("a\\", Some('\\'), false).is_err());
        assert!(LikePattern::new("a\\", None, false).unwrap().matches("a\\"));
    }

    #[test]
    fn prefixes() {
        for (pattern, prefix, tail) in [
            ("abc", "abc", LikeTail::Nothing),
            ("ab%", "ab", LikeTail::Anything),
            ("ab%%", "ab", LikeTail::Anything),
            ("%", "", LikeTail::Anything),
            ("", "", LikeTail::Nothing),
            ("a\\%b%c", "a%b", LikeTail::More),
            ("é_", "é", LikeTail::More),
        ] {
            let like = LikePattern::new(pattern, Some('\\'), false).unwrap();
            assert_eq!(like.prefix(), (prefix.to_owned(), tail), "{pattern}");
        }
        let ilike = LikePattern::new("ab%", None, true).unwrap();
        assert_eq!(ilike.prefix(), (String::new(), LikeTail::More));
    }

    #[test]
    fn many_stars_stay_quick() {
        let text = "a".repeat(3_000);
        assert!(!like(&text, &format!("{}b", "%a".repeat(200))));
    }

    /// The plain recursive definition.
    fn oracle(text: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('%', rest)) => (0..=text.len()).any(|skip| oracle(&text[skip..], rest)),
            Some((p, rest)) => text
                .split_first()
                .is_some_and(|(c, tail)| (*p == '_' || p == c) && oracle(tail, rest)),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(text in "[ab]{0,8}", pattern in "[ab%_]{0,6}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(like(&text, &pattern), oracle(&chars(&text), &chars(&pattern)));
        }
    }
}
