//! `ON CONFLICT` and `INSERT OR …`.

use super::Binder;
use super::bound::{
    Arbiter, Arbiters, Conflict, ConflictAction, ConflictKeys, ConflictUpdate, Expr, RelationNo,
};
use super::change::table_scope;
use super::create_index::column_expr;
use super::expr::{Aggregation, ExprBinder};
use super::scope::Scope;
use crate::ast::{self, ConflictTarget, ExprKind, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::schema::TableDef;

impl Binder<'_> {
    /// What becomes of rows whose keys other rows have. `scope` is that of the table's rows.
    pub(super) fn conflict(
        &mut self,
        on: &ast::OnConflict,
        (table, relation): (&TableDef, RelationNo),
        scope: &Scope,
    ) -> Result<Conflict> {
        let arbiters = match &on.target {
            ConflictTarget::Any => Arbiters::These(keys_of(table)),
            ConflictTarget::Keys { keys, condition } => {
                self.keys_on((keys, condition.as_ref()), (table, relation), scope)?
            }
            ConflictTarget::Constraint(name) => {
                Arbiters::These(vec![key_of_constraint(table, name)?])
            }
        };
        let action = match &on.action {
            ast::ConflictAction::Nothing => ConflictAction::Nothing,
            ast::ConflictAction::Ignore => ConflictAction::Ignore,
            ast::ConflictAction::Replace => ConflictAction::Replace,
            ast::ConflictAction::Update { .. } if on.target == ConflictTarget::Any => {
                return Err(Error::sql(
                    SqlState::SYNTAX_ERROR,
                    "ON CONFLICT DO UPDATE must say which key is meant",
                )
                .at(on.position)
                .hint("ON CONFLICT (column, …) DO UPDATE …"));
            }
            ast::ConflictAction::Update {
                assignments,
                filter,
            } => {
                let excluded = self.new_relation()?;
                self.note_collations(table, excluded);
                let both = scope
                    .clone()
                    .join(table_scope(table, excluded, "excluded").hidden())
                    .map_err(|error| error.at(on.position))?;
                let assignments = self.assignments(assignments, (table, relation), &both)?;
                let filter = filter
                    .as_ref()
                    .map(|filter| self.condition(filter, &both, "WHERE"))
                    .transpose()?;
                let sets = assignments.sets.iter();
                let mut exprs = sets.map(|(_, value)| value).chain(&filter);
                if let Some(asking) = exprs.find(|expr: &&Expr| expr.has_subquery()) {
                    return Err(Error::unsupported("a query in DO UPDATE").at(asking.position));
                }
                ConflictAction::Update(Box::new(ConflictUpdate {
                    excluded,
                    assignments: assignments.sets,
                    named: assignments.named,
                    filter,
                }))
            }
        };
        Ok(Conflict { arbiters, action })
    }

    /// What the keys are on, and for which rows there is one.
    fn keys_on(
        &mut self,
        (keys, condition): (&[ast::Expr], Option<&ast::Expr>),
        (table, relation): (&TableDef, RelationNo),
        scope: &Scope,
    ) -> Result<Arbiters> {
        let position = keys.first().and_then(|key| key.position);
        let place = "ON CONFLICT";
        let mut bound = Vec::with_capacity(keys.len());
        for key in keys {
            let key = match &key.kind {
                ExprKind::Column {
                    table: None,
                    column,
                } => column_expr(table, column, relation)?,
                _ => ExprBinder::new(self, scope, Aggregation::Refused(place)).expr(key)?,
            };
            bound.push(self.sort_key(key)?);
        }
        let condition = condition.map(|condition| self.condition(condition, scope, place));
        let condition = condition.transpose()?;
        if let Some(asking) = bound.iter().chain(&condition).find(|e| e.has_subquery()) {
            return Err(Error::unsupported("a query in what ON CONFLICT names").at(asking.position));
        }
        Ok(Arbiters::On(Box::new(ConflictKeys {
            keys: bound,
            condition,
            position,
        })))
    }
}

/// All keys of a table.
fn keys_of(table: &TableDef) -> Vec<Arbiter> {
    let row_id = table.rowid_column.map(|_| Arbiter::RowId);
    let indexes = table.indexes.iter().filter(|index| index.is_unique());
    row_id
        .into_iter()
        .chain(indexes.cloned().map(Arbiter::Index))
        .collect()
}

/// The key that a constraint keeps, by the constraint's name.
fn key_of_constraint(table: &TableDef, name: &Identifier) -> Result<Arbiter> {
    let index = table
        .indexes
        .iter()
        .find(|index| index.is_unique() && index.name.eq_ignore_ascii_case(&name.name));
    if let Some(index) = index {
        return Ok(Arbiter::Index(index.clone()));
    }
    let of_row_id = format!("{}_pkey", table.name);
    if table.rowid_column.is_some() && of_row_id.eq_ignore_ascii_case(&name.name) {
        return Ok(Arbiter::RowId);
    }
    Err(Error::sql(
        SqlState::UNDEFINED_OBJECT,
        format!(
            "constraint \"{}\" for table \"{}\" does not exist",
            name.name, table.name
        ),
    )
    .at(name.position))
}
