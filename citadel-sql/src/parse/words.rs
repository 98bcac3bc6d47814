//! Reading a statement word by word, where sqlparser does not.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::convert::in_schema;
use super::locator::Locator;
use super::syntax_error::syntax_error;
use crate::ast::Identifier;
use crate::error::{Error, Position, Result};

/// The words of a statement, from some place on.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) tokens: &'a [TokenWithSpan],
    pub(super) locator: &'a Locator,
    pub(super) end: Position,
}

impl<'a> Words<'a> {
    /// The next word in upper case, unless it is quoted or no word.
    pub(super) fn peek(&self) -> Option<String> {
        match &self.tokens.first()?.token {
            Token::Word(word) if word.quote_style.is_none() => {
                Some(word.value.to_ascii_uppercase())
            }
            _ => None,
        }
    }

    /// Takes the next word if it is this one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next == word);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    /// Is this the next token?
    pub(super) fn is_at(&self, token: &Token) -> bool {
        let first = self.tokens.first();
        first.is_some_and(|first| first.token == *token)
    }

    /// Takes the next token if it is this one.
    pub(super) fn take_token(&mut self, token: &Token) -> bool {
        let found = self.is_at(token);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    /// Takes a name, quoted or not.
    pub(super) fn take_name(&mut self, what: &str) -> Result<Identifier> {
        let position = self.position();
        let Some(Token::Word(word)) = self.tokens.first().map(|token| &token.token) else {
            return Err(self.expected(what));
        };
        let name = word.value.clone();
        self.tokens = &self.tokens[1..];
        Ok(Identifier { name, position })
    }

    /// Takes names of columns in parentheses, if they are there.
    pub(super) fn take_columns(&mut self) -> Result<Vec<Identifier>> {
        let mut columns = Vec::new();
        if !self.take_token(&Token::LParen) {
            return Ok(columns);
        }
        loop {
            columns.push(self.take_name("the name of a column")?);
            if self.take_token(&Token::RParen) {
                return Ok(columns);
            }
            if !self.take_token(&Token::Comma) {
                return Err(self.expected("a comma or a parenthesis"));
            }
        }
    }

    /// Takes the name of something in the database, before which its schema may stand.
    pub(super) fn take_object(&mut self, what: &str) -> Result<Identifier> {
        let first = self.take_name(what)?;
        if !self.take_token(&Token::Period) {
            return Ok(first);
        }
        let object = self.take_name(what)?;
        match in_schema(&first.name, &object.name) {
            Some(name) => Ok(Identifier {
                name,
                position: first.position,
            }),
            None => {
                let error = Error::unsupported("a name qualified by a schema");
                Err(error.at(first.position))
            }
        }
    }

    /// Something else should follow.
    pub(super) fn expected(&self, what: &str) -> Error {
        match self.tokens.first() {
            Some(token) => self.unexpected(&token.token, what),
            None => syntax_error(format!("syntax error: expected {what}"), self.position()),
        }
    }

    /// Where the next token begins.
    pub(super) fn position(&self) -> Option<Position> {
        match self.tokens.first() {
            Some(token) => self.locator.start_of(token.span),
            None => Some(self.end),
        }
    }

    /// Nothing may follow.
    pub(super) fn finish(&self) -> Result<()> {
        match self.tokens.first() {
            None => Ok(()),
            Some(token) => Err(self.unexpected(&token.token, "the end of the statement")),
        }
    }

    pub(super) fn unexpected(&self, token: &Token, wanted: &str) -> Error {
        syntax_error(
            format!("syntax error: expected {wanted}, found {token}"),
            self.position(),
        )
    }
}
