//! `ON CONFLICT` and `INSERT OR …`.

use sqlparser::ast::{
    ConflictTarget as TheirTarget, DoUpdate, OnConflict as TheirConflict, OnConflictAction,
    OnInsert, SqliteOnConflict,
};

use super::Converter;
use crate::ast::{ConflictAction, ConflictTarget, OnConflict};
use crate::error::{Error, Position, Result};
use crate::parse::syntax_error::syntax_error;

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

    fn conflict(&self, conflict: TheirConflict, at: Option<Position>) -> Result<OnConflict> {
        let TheirConflict {
            conflict_target,
            action,
        } = conflict;
        let target = match conflict_target {
            None => ConflictTarget::Any,
            Some(TheirTarget::Columns(columns)) => {
                ConflictTarget::Columns(self.identifiers(columns)?)
            }
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
