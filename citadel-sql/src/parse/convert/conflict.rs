//! `ON CONFLICT` and `INSERT OR …`.

use sqlparser::ast::{
    ConflictTarget as TheirTarget, DoUpdate, Ident, OnConflict as TheirConflict, OnConflictAction,
    OnInsert, SqliteOnConflict,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Converter;
use crate::ast::{ConflictAction, ConflictTarget, Expr, ExprKind, OnConflict};
use crate::error::{Error, Position, Result};
use crate::parse::dialect::CitadelDialect;
use crate::parse::heads::RECURSION_MAX;
use crate::parse::syntax_error::{from_parser, syntax_error};

impl Converter<'_> {
    /// What becomes of rows whose keys other rows have, said in one of two ways.
    pub(super) fn on_conflict(
        &self,
        or: Option<SqliteOnConflict>,
        on: Option<OnInsert>,
        at: Option<Position>,
    ) -> Result<Option<OnConflict>> {
        if or.is_some() && on.is_some() {
            return Err(syntax_error(
                "syntax error: INSERT OR … and ON CONFLICT exclude each other",
                at,
            ));
        }
        let any = |action| OnConflict {
            target: ConflictTarget::Any,
            action,
            position: at,
        };
        match (or, on) {
            (Some(SqliteOnConflict::Replace), _) => Ok(Some(any(ConflictAction::Replace))),
            (Some(SqliteOnConflict::Ignore), _) => Ok(Some(any(ConflictAction::Ignore))),
            // What every statement does that fails.
            (Some(SqliteOnConflict::Abort), _) => Ok(None),
            (Some(SqliteOnConflict::Fail), _) => Err(Error::unsupported("INSERT OR FAIL").at(at)),
            (Some(SqliteOnConflict::Rollback), _) => {
                Err(Error::unsupported("INSERT OR ROLLBACK").at(at))
            }
            (None, Some(OnInsert::OnConflict(conflict))) => self.conflict(conflict, at).map(Some),
            (None, Some(OnInsert::DuplicateKeyUpdate(_))) => {
                Err(Error::unsupported("ON DUPLICATE KEY UPDATE").at(at))
            }
            (None, Some(_)) => Err(Error::unsupported("this ON clause").at(at)),
            (None, None) => Ok(None),
        }
    }

    /// Which keys are meant: columns, or what was taken out of the clause.
    fn conflict_keys(&self, columns: Vec<Ident>) -> Result<ConflictTarget> {
        let columns = self.identifiers(columns)?;
        let target = columns.first();
        let Some(target) = target.and_then(|c| self.conflict_targets.of(c.position)) else {
            let keys = columns.into_iter().map(|column| Expr {
                position: column.position,
                kind: ExprKind::Column {
                    table: None,
                    column,
                },
            });
            return Ok(ConflictTarget::Keys {
                keys: keys.collect(),
                condition: None,
            });
        };
        let condition = target.condition.as_ref();
        let condition =
            condition.map(|tokens| self.taken_out(tokens, |parser| parser.parse_expr()));
        let keys = self.taken_out(&target.keys, |parser| {
            parser.parse_comma_separated(|parser| parser.parse_expr())
        })?;
        Ok(ConflictTarget::Keys {
            keys: self.exprs(keys)?,
            condition: self.optional_expr(condition.transpose()?)?,
        })
    }

    /// Reads tokens that were taken out of a statement, all of them.
    fn taken_out<T>(
        &self,
        tokens: &[TokenWithSpan],
        read: impl FnOnce(&mut Parser<'_>) -> std::result::Result<T, ParserError>,
    ) -> Result<T> {
        let last = tokens.last();
        let Some(end) = last.and_then(|token| self.locator.find(token.span.end)) else {
            return Err(syntax_error(
                "syntax error: expected an expression before DO",
                None,
            ));
        };
        let mut parser = Parser::new(&CitadelDialect)
            .with_recursion_limit(RECURSION_MAX)
            .with_tokens_with_locations(tokens.to_vec());
        let read = read(&mut parser).map_err(|error| from_parser(error, self.locator, end))?;
        let rest = parser.peek_token();
        match rest.token {
            Token::EOF => Ok(read),
            token => Err(syntax_error(
                format!("syntax error: unexpected {token}"),
                self.locator.start_of(rest.span),
            )),
        }
    }

    fn conflict(&self, conflict: TheirConflict, at: Option<Position>) -> Result<OnConflict> {
        let TheirConflict {
            conflict_target,
            action,
        } = conflict;
        let target = match conflict_target {
            None => ConflictTarget::Any,
            Some(TheirTarget::Columns(columns)) => self.conflict_keys(columns)?,
            Some(TheirTarget::OnConstraint(name)) => ConflictTarget::Constraint(self.name(name)?),
        };
        let action = match action {
            OnConflictAction::DoNothing => ConflictAction::Nothing,
            OnConflictAction::DoUpdate(DoUpdate {
                assignments,
                selection,
            }) => ConflictAction::Update {
                assignments: self.assignments(assignments, at)?,
                filter: self.optional_expr(selection)?,
            },
        };
        Ok(OnConflict {
            target,
            action,
            position: at,
        })
    }
}
