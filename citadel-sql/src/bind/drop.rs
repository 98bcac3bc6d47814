//! DROP TABLE, DROP VIEW and DROP INDEX; DROP SEQUENCE is with the [others](super::sequence).

use std::sync::Arc;

use super::Binder;
use super::bound::{DroppedKey, Statement};
use super::suggest;
use crate::ast::{self, DropBehavior, DropObject, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::schema::{IndexDef, IndexOrigin, TableDef, TriggerDef, ViewDef};

impl Binder<'_> {
    pub(super) fn drop(&mut self, drop: &ast::Drop) -> Result<Statement> {
        match drop.object {
            DropObject::Table => self.drop_tables(drop),
            DropObject::View => self.drop_views(drop),
            DropObject::MaterializedView => self.drop_materialized(drop),
            DropObject::Index => self.drop_indexes(drop),
            DropObject::Sequence => self.drop_sequences(drop),
            DropObject::Type => self.drop_enums(drop),
            DropObject::Domain => self.drop_domains(drop),
        }
    }

    fn drop_tables(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut tables = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && self.catalog.table(&name.name).is_none() {
                continue;
            }
            let table = self
                .table(name)
                .map_err(|error| match self.materialized_view(name) {
                    Ok(_) => error.hint("DROP MATERIALIZED VIEW drops it"),
                    Err(_) => error,
                })?;
            if !tables.iter().any(|known| Arc::ptr_eq(known, &table)) {
                tables.push(table);
            }
        }
        let at = drop.names.first().and_then(|name| name.position);
        self.check_owned_sequences(&tables, at)?;
        self.drop_relations(drop, tables, Vec::new())
    }

    fn drop_materialized(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut tables: Vec<Arc<TableDef>> = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && !self.catalog.is_taken(&name.name) {
                continue;
            }
            let (table, _) = self.materialized_view(name)?;
            if !tables.iter().any(|known| Arc::ptr_eq(known, &table)) {
                tables.push(table);
            }
        }
        self.drop_relations(drop, tables, Vec::new())
    }

    fn drop_views(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut views = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && !self.catalog.is_taken(&name.name) {
                continue;
            }
            let view = self.view(name)?;
            if !views.iter().any(|known| Arc::ptr_eq(known, &view)) {
                views.push(view);
            }
        }
        self.drop_relations(drop, Vec::new(), views)
    }

    /// What reads the relations goes with CASCADE, and otherwise keeps them. A view alone may go before what reads it, which is
    /// an error then where it is read: nothing is lost that another view of the name does not bring back. A materialized view
    /// keeps it all the same, as it could not be refreshed.
    fn drop_relations(
        &self,
        drop: &ast::Drop,
        mut tables: Vec<Arc<TableDef>>,
        mut views: Vec<Arc<ViewDef>>,
    ) -> Result<Statement> {
        if tables.is_empty() && views.is_empty() {
            return Ok(Statement::Nothing);
        }
        let dependents = self.dependents(&tables, &views);
        let is_kept = !dependents.tables.is_empty();
        if drop.behavior == DropBehavior::Default && tables.is_empty() && !is_kept {
            return Ok(Statement::DropRelations {
                tables,
                views,
                keys: Vec::new(),
                triggers: Vec::new(),
            });
        }
        let cascades = drop.behavior == DropBehavior::Cascade;
        if let (Some(reader), false) = (dependents.first(), cascades) {
            return Err(Error::sql(
                SqlState::DEPENDENT_OBJECTS,
                format!("{reader} reads what is to be dropped"),
            )
            .at(drop.names.first().and_then(|name| name.position))
            .hint("drop it first, or write CASCADE"));
        }
        let keys = self.keys_to_all(&tables);
        if let (Some(key), false) = (keys.first(), cascades) {
            let at = drop.names.first().and_then(|name| name.position);
            return Err(refers(key).at(at));
        }
        views.extend(dependents.views);
        tables.extend(dependents.tables);
        let triggers = self.triggers_that_break(&self.catalog.without(&tables, &views));
        if let (Some(trigger), false) = (triggers.first(), cascades) {
            let at = drop.names.first().and_then(|name| name.position);
            return Err(self
                .needs(trigger, "dropped")
                .at(at)
                .hint("drop it first, or write CASCADE"));
        }
        Ok(Statement::DropRelations {
            tables,
            views,
            keys,
            triggers,
        })
    }

    /// A trigger uses what is to be dropped or changed.
    pub(super) fn needs(&self, trigger: &TriggerDef, what: &str) -> Error {
        let relation = self.catalog.relation_of(trigger).unwrap_or_default();
        Error::sql(
            SqlState::DEPENDENT_OBJECTS,
            format!(
                "trigger \"{}\" of \"{relation}\" uses what is to be {what}",
                trigger.name
            ),
        )
    }

    fn drop_indexes(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut indexes = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && self.catalog.index(&name.name).is_none() {
                continue;
            }
            let index = self.index(name)?;
            if index.origin != IndexOrigin::Statement {
                return Err(Error::sql(
                    SqlState::DEPENDENT_OBJECTS,
                    format!(
                        "index \"{}\" keeps a constraint of its table and cannot be dropped",
                        index.name
                    ),
                )
                .at(name.position));
            }
            self.check_key_index(&index, name.position)?;
            if !indexes.iter().any(|known| Arc::ptr_eq(known, &index)) {
                indexes.push(index);
            }
        }
        Ok(if indexes.is_empty() {
            Statement::Nothing
        } else {
            Statement::DropIndex { indexes }
        })
    }

    /// An index that must exist.
    pub(super) fn index(&self, name: &Identifier) -> Result<Arc<IndexDef>> {
        self.catalog.index(&name.name).cloned().ok_or_else(|| {
            let error = Error::sql(
                SqlState::UNDEFINED_OBJECT,
                format!("index \"{}\" does not exist", name.name),
            )
            .at(name.position);
            let names = self
                .catalog
                .tables()
                .iter()
                .flat_map(|table| &table.indexes)
                .map(|index| index.name.as_str());
            suggest::hint(error, &name.name, names)
        })
    }
}

/// A foreign key of another table refers to what is to be dropped.
fn refers(key: &DroppedKey) -> Error {
    Error::sql(
        SqlState::DEPENDENT_OBJECTS,
        format!(
            "constraint \"{}\" of table \"{}\" refers to what is to be dropped",
            key.name, key.table.name
        ),
    )
    .hint("drop it first, or write CASCADE")
}
