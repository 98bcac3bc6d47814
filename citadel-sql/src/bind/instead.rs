//! Changes of views, which INSTEAD OF triggers make.
//!
//! The rows of an INSERT are bound as if the view were a table of its columns. UPDATE and DELETE become the query of the rows that
//! they are of, with the new values of assigned columns behind those of the view.

use std::sync::Arc;

use super::Binder;
use super::bound::{From, Instead, InsteadRows, Statement};
use super::change::table_scope;
use super::insert::{column_of, named_twice};
use crate::ast::{self, Identifier, SelectItem, TableAlias};
use crate::error::{Error, Result};
use crate::schema::{
    ColumnDef, ColumnDefault, ColumnNo, ColumnSequences, ColumnStorage, TableDef, TableId,
    TriggerEvent, TriggerLevel, TriggerSet, TriggerTiming, ViewDef,
};
use crate::types::{Collation, SqlType, Value};
use citadel_txn::TreeId;

/// A view with triggers for an event.
struct Target {
    view: Arc<TableDef>,
    triggers: Arc<TriggerSet>,
}

impl Binder<'_> {
    /// An INSERT, of a table or of a view that has triggers for it.
    pub(super) fn insert_statement(&mut self, insert: &ast::Insert) -> Result<Statement> {
        let Some(target) = self.instead(&insert.table, TriggerEvent::Insert)? else {
            return self.insert(insert).map(Statement::Insert);
        };
        refuse_returning(&insert.returning, &insert.table)?;
        if insert.on_conflict.is_some() {
            let at = insert.table.position;
            return Err(Error::unsupported("ON CONFLICT of a view").at(at));
        }
        self.with_ctes(&insert.with, |binder| {
            let relation = binder.new_relation()?;
            let shown = insert.alias.as_ref().map_or(&target.view.name, |a| &a.name);
            let scope = table_scope(&target.view, relation, shown);
            let into = (Arc::clone(&target.view), relation, scope);
            let bound = binder.insert_into(into, insert)?;
            let rows = InsteadRows::New(Box::new(bound));
            Ok(instead(target, TriggerEvent::Insert, rows))
        })
    }

    /// The same of an UPDATE.
    pub(super) fn update_statement(&mut self, update: &ast::Update) -> Result<Statement> {
        let Some(target) = self.instead(&update.table, TriggerEvent::Update)? else {
            return self.update(update).map(Statement::Update);
        };
        refuse_returning(&update.rows.returning, &update.table)?;
        let mut assigned: Vec<ColumnNo> = Vec::with_capacity(update.assignments.len());
        let mut values = Vec::with_capacity(update.assignments.len());
        for assignment in &update.assignments {
            let no = column_of(&target.view, &assignment.column)?;
            if !assignment.part.is_empty() {
                let at = assignment.column.position;
                return Err(Error::unsupported("assigning to a part of a view's column").at(at));
            }
            if assigned.contains(&no) {
                return Err(named_twice(&assignment.column));
            }
            assigned.push(no);
            values.push(SelectItem::Expr {
                expr: assignment.value.clone(),
                alias: None,
            });
        }
        let names = (&update.table, update.alias.as_ref());
        let query = rows_of(names, values, &update.with, &update.rows);
        let mut query = self.query(&query)?;
        let width = target.view.columns.len();
        for (output, no) in query.output.iter_mut().skip(width).zip(&assigned) {
            self.assign_output(&mut output.expr, &target.view, *no)?;
        }
        let rows = InsteadRows::Old {
            query: Box::new(query),
            assigned,
        };
        Ok(instead(target, TriggerEvent::Update, rows))
    }

    /// The same of a DELETE.
    pub(super) fn delete_statement(&mut self, delete: &ast::Delete) -> Result<Statement> {
        let Some(target) = self.instead(&delete.table, TriggerEvent::Delete)? else {
            return self.delete(delete).map(Statement::Delete);
        };
        refuse_returning(&delete.rows.returning, &delete.table)?;
        let names = (&delete.table, delete.alias.as_ref());
        let query = rows_of(names, Vec::new(), &delete.with, &delete.rows);
        let rows = InsteadRows::Old {
            query: Box::new(self.query(&query)?),
            assigned: Vec::new(),
        };
        Ok(instead(target, TriggerEvent::Delete, rows))
    }

    /// The view of the name, if it has triggers for the event.
    fn instead(&mut self, name: &Identifier, event: TriggerEvent) -> Result<Option<Target>> {
        let Some(view) = self.catalog.view(&name.name).cloned() else {
            return Ok(None);
        };
        let Some(triggers) = TriggerSet::of(self.catalog, view.id.0) else {
            return Ok(None);
        };
        if !triggers.has(TriggerTiming::InsteadOf, TriggerLevel::Row, event) {
            return Ok(None);
        }
        self.draw_from_any();
        let parameters = super::bound::Parameters::new(&[], &self.parameters.zone);
        let view = Binder::new(self.catalog, "", parameters).view_table(&view)?;
        Ok(Some(Target { view, triggers }))
    }

    /// A view as a table that has its columns, and nowhere any rows.
    pub(super) fn view_table(&mut self, view: &Arc<ViewDef>) -> Result<Arc<TableDef>> {
        let (from, _) = self.view_relation(view, None)?;
        let From::Query { query, names, .. } = from else {
            return Err(Error::Corrupt(format!(
                "view \"{}\" is no query",
                view.name
            )));
        };
        let columns = names.into_iter().zip(&query.output).map(|(name, output)| {
            let collation = match output.expr.ty {
                SqlType::Text => self
                    .collation(&output.expr)
                    .ok()
                    .flatten()
                    .unwrap_or_default(),
                _ => Collation::default(),
            };
            ColumnDef {
                name,
                ty: match output.expr.ty {
                    SqlType::Unknown => SqlType::Text,
                    ty => ty,
                },
                limit: None,
                not_null: false,
                default: ColumnDefault::Value(Value::Null),
                sequences: ColumnSequences::default(),
                missing: Value::Null,
                generated: None,
                storage: ColumnStorage::Row,
                collation,
            }
        });
        Ok(Arc::new(TableDef {
            id: TableId(view.id.0),
            name: view.name.clone(),
            columns: columns.collect(),
            rowid_column: None,
            primary_key: Vec::new(),
            rowid_constraint: None,
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            rows: TreeId::new(0),
            indexes: Vec::new(),
            sql: String::new(),
            lake: None,
            statistics: None,
            materialized: None,
        }))
    }
}

fn instead(target: Target, event: TriggerEvent, rows: InsteadRows) -> Statement {
    Statement::Instead(Box::new(Instead {
        view: target.view,
        event,
        rows,
        triggers: target.triggers,
    }))
}

/// The rows of a view that a change is of, with new values behind.
fn rows_of(
    (name, alias): (&Identifier, Option<&Identifier>),
    values: Vec<SelectItem>,
    with: &[ast::Cte],
    rows: &ast::ChosenRows,
) -> ast::Query {
    let shown = alias.unwrap_or(name).clone();
    let mut items = vec![SelectItem::TableStar(shown)];
    items.extend(values);
    let view = ast::Relation::Table {
        name: name.clone(),
        alias: alias.map(|alias| TableAlias {
            name: alias.clone(),
            columns: Vec::new(),
        }),
        as_of: None,
        sample: None,
    };
    let from = std::iter::once(view).chain(rows.from.iter().cloned());
    let mut select = ast::Select::of(items, from.collect());
    select.filter.clone_from(&rows.filter);
    ast::Query {
        with: with.to_vec(),
        order_by: rows.order_by.clone(),
        limit: rows.limit.clone(),
        ..ast::Query::of(ast::QueryBody::Select(Box::new(select)))
    }
}

fn refuse_returning(returning: &[SelectItem], view: &Identifier) -> Result<()> {
    match returning.is_empty() {
        true => Ok(()),
        false => Err(Error::unsupported("RETURNING of a change of a view").at(view.position)),
    }
}
