//! DROP TABLE and DROP INDEX.

use std::sync::Arc;

use super::Binder;
use super::bound::Statement;
use super::suggest;
use crate::ast::{self, DropObject, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::schema::{IndexDef, IndexOrigin};

impl Binder<'_> {
    pub(super) fn drop(&mut self, drop: &ast::Drop) -> Result<Statement> {
        match drop.object {
            DropObject::Table => self.drop_tables(drop),
            DropObject::Index => self.drop_indexes(drop),
        }
    }

    fn drop_tables(&self, drop: &ast::Drop) -> Result<Statement> {
        let mut tables = Vec::with_capacity(drop.names.len());
        for name in &drop.names {
            if drop.if_exists && self.catalog.table(&name.name).is_none() {
                continue;
            }
            let table = self.table(name)?;
            if !tables.iter().any(|known| Arc::ptr_eq(known, &table)) {
                tables.push(table);
            }
        }
        Ok(if tables.is_empty() {
            Statement::Nothing
        } else {
            Statement::DropTable { tables }
        })
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
