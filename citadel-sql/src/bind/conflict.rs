//! `ON CONFLICT` and `INSERT OR …`.

use super::Binder;
use super::bound::{Arbiter, Conflict, ConflictAction, ConflictUpdate, Expr, RelationNo};
use super::change::table_scope;
use super::insert::column_of;
use super::scope::Scope;
use crate::ast::{self, ConflictTarget, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::schema::{ColumnNo, IndexKind, TableDef};

impl Binder<'_> {
    /// What becomes of rows whose keys other rows have. `scope` is that of the table's rows.
    pub(super) fn conflict(
        &mut self,
        on: &ast::OnConflict,
        (table, relation): (&TableDef, RelationNo),
        scope: &Scope,
    ) -> Result<Conflict> {
        let arbiters = match &on.target {
            ConflictTarget::Any => keys_of(table),
            ConflictTarget::Columns(names) => keys_on(table, names)?,
            ConflictTarget::Constraint(name) => vec![key_of_constraint(table, name)?],
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
                let both = scope
                    .clone()
                    .join(table_scope(table, excluded, "excluded").hidden())
                    .map_err(|error| error.at(on.position))?;
                let assignments = self.assignments(assignments, (table, relation), &both)?;
                let filter = filter
                    .as_ref()
                    .map(|filter| self.condition(filter, &both, "WHERE"))
                    .transpose()?;
                let mut exprs = assignments.iter().map(|(_, value)| value).chain(&filter);
                if let Some(asking) = exprs.find(|expr: &&Expr| expr.has_subquery()) {
                    return Err(Error::unsupported("a query in DO UPDATE").at(asking.position));
                }
                ConflictAction::Update(Box::new(ConflictUpdate {
                    excluded,
                    assignments,
                    filter,
                }))
            }
        };
        Ok(Conflict { arbiters, action })
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

/// The keys on exactly these columns, in whatever order.
fn keys_on(table: &TableDef, names: &[Identifier]) -> Result<Vec<Arbiter>> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        columns.push(column_of(table, name)?);
    }
    let is_it = |key: &[ColumnNo]| {
        key.iter().all(|no| columns.contains(no)) && columns.iter().all(|no| key.contains(no))
    };
    let mut found: Vec<Arbiter> = Vec::new();
    if table.rowid_column.is_some_and(|no| is_it(&[no])) {
        found.push(Arbiter::RowId);
    }
    for index in &table.indexes {
        if let IndexKind::BTree(btree) = &index.kind
            && btree.unique
            && is_it(&btree.columns)
        {
            found.push(Arbiter::Index(index.clone()));
        }
    }
    if found.is_empty() {
        return Err(Error::sql(
            SqlState::INVALID_COLUMN_REFERENCE,
            "there is no unique constraint or index on the columns of ON CONFLICT",
        )
        .at(names.first().and_then(|name| name.position)));
    }
    Ok(found)
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
