//! UPDATE and DELETE.

use std::sync::Arc;

use super::Binder;
use super::bound::{Delete, RelationNo, Update};
use super::insert::{column_of, named_twice};
use super::scope::{Scope, ScopeRelation};
use crate::ast::{self, Identifier};
use crate::error::Result;
use crate::schema::TableDef;

impl Binder<'_> {
    pub(super) fn update(&mut self, update: &ast::Update) -> Result<Update> {
        let (table, relation, scope) = self.target(&update.table, update.alias.as_ref())?;
        let mut assignments = Vec::with_capacity(update.assignments.len());
        for assignment in &update.assignments {
            let no = column_of(&table, &assignment.column)?;
            if assignments.iter().any(|(known, _)| *known == no) {
                return Err(named_twice(&assignment.column));
            }
            let value = self.value_for(&assignment.value, &table, no, &scope, "SET")?;
            assignments.push((no, value));
        }
        let filter = self.filter(update.filter.as_ref(), &scope)?;
        Ok(Update {
            table,
            relation,
            assignments,
            filter,
        })
    }

    pub(super) fn delete(&mut self, delete: &ast::Delete) -> Result<Delete> {
        let (table, relation, scope) = self.target(&delete.table, delete.alias.as_ref())?;
        let filter = self.filter(delete.filter.as_ref(), &scope)?;
        Ok(Delete {
            table,
            relation,
            filter,
        })
    }

    fn filter(
        &mut self,
        filter: Option<&ast::Expr>,
        scope: &Scope,
    ) -> Result<Option<super::bound::Expr>> {
        filter
            .map(|filter| self.condition(filter, scope, "WHERE"))
            .transpose()
    }

    fn target(
        &mut self,
        name: &Identifier,
        alias: Option<&Identifier>,
    ) -> Result<(Arc<TableDef>, RelationNo, Scope)> {
        let table = self.table(name)?;
        let relation = self.new_relation()?;
        let scope = Scope::of(
            ScopeRelation {
                name: alias.map_or_else(|| table.name.clone(), |alias| alias.name.clone()),
                no: relation,
                has_rowid: true,
            },
            table.columns.iter().map(|c| (c.name.clone(), c.ty)),
        );
        Ok((table, relation, scope))
    }
}
