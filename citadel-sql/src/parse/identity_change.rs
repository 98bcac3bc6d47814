//! `ALTER COLUMN a DROP IDENTITY`, `SET GENERATED …`, `SET option`, `RESTART`, which sqlparser does not know.
//!
//! Each is written as a change that it knows, and found again by the place of the column's name.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Word};

use super::exclusions::is_word;
use super::locator::Locator;
use super::sequence;
use super::syntax_error::syntax_error;
use super::words::Words;
use crate::ast::{Identifier, SequenceOption, TableAction};
use crate::error::{Position, Result};

/// Words that begin a clause of a sequence behind SET.
const OPTIONS: [&str; 9] = [
    "AS",
    "CACHE",
    "CYCLE",
    "INCREMENT",
    "MAXVALUE",
    "MINVALUE",
    "NO",
    "RESTART",
    "START",
];

/// What becomes of the identity of a column.
#[derive(Debug)]
enum Change {
    Drop {
        if_exists: bool,
    },
    Set {
        always: Option<bool>,
        options: Vec<SequenceOption>,
    },
}

/// The changes of a statement.
#[derive(Debug, Default)]
pub(super) struct IdentityChanges(Vec<(Location, Change)>);

impl IdentityChanges {
    /// Takes them out of an ALTER TABLE.
    ///
    /// # Errors
    /// They are not written as they should be.
    pub(super) fn take_out(
        tokens: &mut Vec<TokenWithSpan>,
        locator: &Locator,
        end: Position,
    ) -> Result<Self> {
        let mut taken = Self::default();
        if !is_word(tokens.first(), "ALTER") || !is_word(tokens.get(1), "TABLE") {
            return Ok(taken);
        }
        let mut at = 2;
        while at < tokens.len() {
            if let Some(name) = altered_column(tokens, at) {
                let action = name + 1..action_end(tokens, name + 1);
                let next = tokens.get(action.end);
                let words = Words {
                    tokens: &tokens[action.clone()],
                    locator,
                    end: next
                        .and_then(|next| locator.start_of(next.span))
                        .unwrap_or(end),
                };
                if let Some(change) = change(words)? {
                    let place = tokens[name].span;
                    taken.0.push((place.start, change));
                    let stand_in = ["DROP", "NOT", "NULL"].map(|word| keyword(word, &tokens[name]));
                    drop(tokens.splice(action, stand_in));
                }
            }
            at += 1;
        }
        Ok(taken)
    }

    /// What stands in the place of the change of a column that is named here.
    pub(super) fn of(&self, column: &Identifier) -> Option<TableAction> {
        let at = column.position?;
        let place = (at.line as u64, at.column as u64);
        let mut all = self.0.iter();
        let (_, change) = all.find(|(owner, _)| (owner.line, owner.column) == place)?;
        let column = column.clone();
        Some(match change {
            Change::Drop { if_exists } => TableAction::DropIdentity {
                column,
                if_exists: *if_exists,
            },
            Change::Set { always, options } => TableAction::SetIdentity {
                column,
                always: *always,
                options: options.clone(),
            },
        })
    }
}

/// The place of the column's name, where `ALTER [COLUMN] name` begins an action.
fn altered_column(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    let begins = is_word(tokens.get(at), "ALTER")
        && matches!(tokens[at - 1].token, Token::Word(_) | Token::Comma);
    if !begins {
        return None;
    }
    let name = at + 1 + usize::from(is_word(tokens.get(at + 1), "COLUMN"));
    let is_name = matches!(tokens.get(name)?.token, Token::Word(_));
    is_name.then_some(name)
}

/// Where the action ends: at the next comma that is in no parentheses.
fn action_end(tokens: &[TokenWithSpan], from: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Comma if depth == 0 => return at,
            _ => {}
        }
    }
    tokens.len()
}

/// The change that the words of an action say, if it is one of an identity.
fn change(mut words: Words<'_>) -> Result<Option<Change>> {
    let mut second = words;
    if second.take("DROP") && second.take("IDENTITY") {
        let if_exists = second.take("IF");
        if if_exists && !second.take("EXISTS") {
            return Err(second.expected("EXISTS"));
        }
        second.finish()?;
        return Ok(Some(Change::Drop { if_exists }));
    }
    let is_one = match words.peek().as_deref() {
        Some("RESTART") => true,
        Some("SET") => {
            let mut second = words;
            second.take("SET");
            let word = second.peek().unwrap_or_default();
            word == "GENERATED" || OPTIONS.contains(&&*word)
        }
        _ => false,
    };
    if !is_one {
        return Ok(None);
    }
    let (mut always, mut options) = (None, Vec::<SequenceOption>::new());
    while !words.tokens.is_empty() {
        let position = words.position();
        let sets = words.take("SET");
        if sets && words.take("GENERATED") {
            let given = match words.take("ALWAYS") {
                true => true,
                false if words.take("BY") && words.take("DEFAULT") => false,
                false => return Err(words.expected("ALWAYS or BY DEFAULT")),
            };
            if always.replace(given).is_some() {
                return Err(repeated(position));
            }
            continue;
        }
        let Some(option) = sequence::next_option(&mut words)? else {
            return Err(words.expected("SET or RESTART"));
        };
        if sequence::is_repeated(&options, &option) {
            return Err(repeated(position));
        }
        options.push(option);
    }
    Ok(Some(Change::Set { always, options }))
}

fn repeated(position: Option<Position>) -> crate::error::Error {
    syntax_error("syntax error: conflicting or redundant options", position)
}

fn keyword(word: &str, beside: &TokenWithSpan) -> TokenWithSpan {
    let keyword = match word {
        "DROP" => Keyword::DROP,
        "NOT" => Keyword::NOT,
        _ => Keyword::NULL,
    };
    let word = Word {
        value: word.to_owned(),
        quote_style: None,
        keyword,
    };
    TokenWithSpan::new(Token::Word(word), beside.span)
}
