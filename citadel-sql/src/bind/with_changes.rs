//! Changes in WITH.
//!
//! They are bound in the order in which they stand, before what comes after them, and kept apart from it: each is run once,
//! whoever reads what it gives. Their names stand for those rows.

use super::Binder;
use super::bound::{ChangePart, From, RelationNo, Returning, Statement, WithChanges};
use super::from::renamed;
use super::lake::refuse_lake;
use super::scope::{Scope, ScopeRelation};
use super::typing;
use crate::ast::{self, Identifier, StatementKind};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;

/// What a change in WITH gives.
#[derive(Clone)]
pub(super) struct Given {
    /// Names the rows, as [`From::Working`].
    pub(super) no: RelationNo,
    /// `None`: it has no RETURNING.
    pub(super) columns: Option<Vec<(String, SqlType)>>,
}

impl Binder<'_> {
    /// A statement that is not part of another one.
    pub(super) fn whole(&mut self, kind: &StatementKind) -> Result<Statement> {
        self.may_change = matches!(
            kind,
            StatementKind::Query(_)
                | StatementKind::Insert(_)
                | StatementKind::Update(_)
                | StatementKind::Delete(_)
                | StatementKind::Merge(_)
        );
        let main = self.statement(kind)?;
        if self.changes.is_empty() {
            return Ok(main);
        }
        Ok(Statement::With(WithChanges {
            parts: std::mem::take(&mut self.changes),
            main: Box::new(main),
            is_late: self.reads_changes,
        }))
    }

    /// Binds a change in WITH. `is_whole`: the clause is that of the whole statement.
    pub(super) fn change_in_with(
        &mut self,
        cte: &ast::Cte,
        change: &StatementKind,
        is_whole: bool,
    ) -> Result<Given> {
        if !is_whole {
            return Err(Error::sql(
                SqlState::FEATURE_NOT_SUPPORTED,
                "a change in WITH must stand at the top level of a statement",
            )
            .at(cte.name.position));
        }
        self.reads_changes = false;
        let mut change = self.statement(change)?;
        let is_late = std::mem::take(&mut self.reads_changes);
        let columns = match change.changed() {
            None => None,
            Some((table, returning)) => {
                refuse_lake(table, "a change in WITH", cte.name.position)?;
                given_columns(returning, &cte.columns)?
            }
        };
        let no = self.new_relation()?;
        self.changes.push(ChangePart {
            name: cte.name.name.clone(),
            no,
            change,
            is_late,
        });
        Ok(Given { no, columns })
    }

    /// The rows that a change gives, as a relation.
    pub(super) fn given_relation(
        &mut self,
        given: Given,
        name: String,
        renames: &[Identifier],
    ) -> Result<(From, Scope)> {
        let Some(columns) = given.columns else {
            return Err(Error::sql(
                SqlState::FEATURE_NOT_SUPPORTED,
                format!("\"{name}\" in WITH is a change without RETURNING, and gives no rows"),
            ));
        };
        self.reads_changes = true;
        let relation = self.new_relation()?;
        let columns = renamed(columns, renames)?;
        let from = From::Working {
            relation,
            no: given.no,
            alias: name.clone(),
            names: columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        let scope = ScopeRelation {
            name,
            no: relation,
            has_rowid: false,
        };
        Ok((from, Scope::of(scope, columns)))
    }
}

/// The columns of what RETURNING gives, whose types are decided now.
fn given_columns(
    returning: &mut Returning,
    names: &[Identifier],
) -> Result<Option<Vec<(String, SqlType)>>> {
    if returning.output.is_empty() {
        return Ok(None);
    }
    for output in &mut returning.output {
        typing::settle(&mut output.expr);
    }
    let columns = returning.output.iter();
    let columns = columns.map(|output| (output.name.clone(), output.expr.ty));
    renamed(columns.collect(), names).map(Some)
}
