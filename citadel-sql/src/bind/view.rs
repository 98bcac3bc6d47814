//! Views: made, dropped, and put in the place of their names.

use std::sync::Arc;

use super::Binder;
use super::bound::{CreateView, From, Parameters, Query, Statement};
use super::create_table::taken;
use super::cte::column_names;
use super::insert::named_twice;
use super::scope::Scope;
use crate::ast::{self, Identifier, StatementKind, TableAlias};
use crate::error::{Error, Result, SqlState};
use crate::parse;
use crate::schema::{Catalog, Materialized, TableDef, TableId, ViewDef, ViewId};

/// What was read by the queries that are bound.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) tables: Vec<TableId>,
    pub(super) views: Vec<ViewId>,
}

/// Views, and tables that are materialized ones.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    pub(super) views: Vec<Arc<ViewDef>>,
    pub(super) tables: Vec<Arc<TableDef>>,
}

impl Dependents {
    /// One of them, in words.
    pub(super) fn first(&self) -> Option<String> {
        let view = self
            .views
            .first()
            .map(|view| format!("view \"{}\"", view.name));
        let kept = || {
            let table = self.tables.first()?;
            Some(format!("materialized view \"{}\"", table.name))
        };
        view.or_else(kept)
    }

    /// Was one of them read, or one of these?
    fn are_read(&self, (tables, views): (&[Arc<TableDef>], &[Arc<ViewDef>]), read: &Read) -> bool {
        let mut all = tables.iter().chain(&self.tables);
        let mut all_views = views.iter().chain(&self.views);
        all.any(|table| read.tables.contains(&table.id))
            || all_views.any(|view| read.views.contains(&view.id))
    }
}

impl Binder<'_> {
    pub(super) fn create_view(&mut self, create: &ast::CreateView) -> Result<Statement> {
        let old = self.catalog.view(&create.name.name).cloned();
        match &old {
            Some(_) if create.if_not_exists => return Ok(Statement::Nothing),
            Some(_) if create.or_replace => {}
            None if !self.is_taken(&create.name) => {}
            _ => return Err(taken(&create.name)),
        }
        let columns = self.view_columns(&create.query, &create.columns)?;
        for (at, name) in columns.iter().enumerate() {
            if columns[..at]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
            {
                let name = Identifier {
                    name: name.clone(),
                    position: create.name.position,
                };
                return Err(named_twice(&name));
            }
        }
        if !self.parameters.names.is_empty() {
            return Err(Error::unsupported("a parameter in CREATE VIEW").at(create.name.position));
        }
        if let Some(old) = &old {
            self.check_replacement(old, &columns)
                .map_err(|error| error.at(create.name.position))?;
        }
        Ok(Statement::CreateView(CreateView {
            name: create.name.name.clone(),
            sql: self.sql_text.to_owned(),
            replaced: old,
        }))
    }

    /// The names of a view's columns.
    fn view_columns(&mut self, query: &ast::Query, names: &[Identifier]) -> Result<Vec<String>> {
        let query = self.query(query)?;
        let (from, _) = self.query_relation(query, "", &[names])?;
        Ok(match from {
            From::Query { names, .. } => names,
            _ => Vec::new(),
        })
    }

    /// What reads a view must go on finding its columns, and a view cannot read itself.
    fn check_replacement(&mut self, old: &ViewDef, new: &[String]) -> Result<()> {
        if self.read.views.contains(&old.id) {
            return Err(Error::sql(
                SqlState::INVALID_DEFINITION,
                format!("view \"{}\" would read itself", old.name),
            ));
        }
        let (query, columns) = self.view_query(old)?;
        let (from, _) = self.query_relation(query, "", &[&columns])?;
        let From::Query { names, .. } = from else {
            return Ok(());
        };
        match names.iter().zip(new).find(|(old, new)| old != new) {
            None if new.len() >= names.len() => Ok(()),
            None => Err(Error::sql(
                SqlState::INVALID_DEFINITION,
                "cannot drop columns of a view by replacing it",
            )),
            Some((old, new)) => Err(Error::sql(
                SqlState::INVALID_DEFINITION,
                format!("cannot make column \"{new}\" of column \"{old}\" by replacing a view"),
            )),
        }
    }

    /// The query of a view as a relation.
    pub(super) fn view_relation(
        &mut self,
        view: &Arc<ViewDef>,
        alias: Option<&TableAlias>,
    ) -> Result<(From, Scope)> {
        let (query, columns) = self.view_query(view)?;
        let shown = alias.map_or(&view.name, |alias| &alias.name.name);
        self.query_relation(query, shown, &[&columns, column_names(alias)])
    }

    /// Binds a view's query, which sees neither WITH nor the queries around its name.
    fn view_query(&mut self, view: &ViewDef) -> Result<(Query, Vec<Identifier>)> {
        self.read.views.push(view.id);
        let damaged = || {
            Error::Corrupt(format!(
                "the definition of view \"{}\" does not parse",
                view.name
            ))
        };
        let mut parsed = parse::parse(&view.sql).map_err(|_| damaged())?;
        let Some(StatementKind::CreateView(create)) = parsed.pop().map(|p| p.statement.kind) else {
            return Err(damaged());
        };
        let ctes = std::mem::take(&mut self.ctes);
        let around = std::mem::take(&mut self.around);
        self.view_depth += 1;
        let query = self.query(&create.query);
        self.view_depth -= 1;
        self.ctes = ctes;
        self.around = around;
        Ok((query?, create.columns))
    }

    /// What reads one of these tables or views, and what reads that.
    pub(super) fn dependents(
        &self,
        tables: &[Arc<TableDef>],
        views: &[Arc<ViewDef>],
    ) -> Dependents {
        let mut found = Dependents::default();
        loop {
            let before = found.tables.len() + found.views.len();
            // A view that does not bind any more is in nobody's way.
            for view in self.catalog.views() {
                let is_known = |known: &Arc<ViewDef>| known.id == view.id;
                if !views.iter().chain(&found.views).any(is_known)
                    && let Ok(read) = self.read_by(|binder| binder.view_query(view).map(drop))
                    && found.are_read((tables, views), &read)
                {
                    found.views.push(Arc::clone(view));
                }
            }
            for (table, kept) in self.catalog.materialized() {
                let is_known = |known: &Arc<TableDef>| known.id == table.id;
                let bind = |binder: &mut Binder<'_>| binder.materialized_query(table, kept);
                if !tables.iter().chain(&found.tables).any(is_known)
                    && let Ok(read) = self.read_by(|binder| bind(binder).map(drop))
                    && found.are_read((tables, views), &read)
                {
                    found.tables.push(Arc::clone(table));
                }
            }
            if found.tables.len() + found.views.len() == before {
                return found;
            }
        }
    }

    /// What is read by a query.
    fn read_by(&self, bind: impl FnOnce(&mut Binder<'_>) -> Result<()>) -> Result<Read> {
        let mut binder = self.of_catalog(self.catalog);
        bind(&mut binder)?;
        Ok(binder.read)
    }

    /// One for queries of definitions.
    fn of_catalog<'c>(&self, catalog: &'c Catalog) -> Binder<'c> {
        Binder::new(catalog, "", Parameters::new(&[], &self.parameters.zone))
    }

    /// The views that would not have the columns that they have, or would not bind any more, with another definition of a table.
    pub(super) fn views_that_change(&self, table: TableDef) -> Dependents {
        let id = table.id;
        let after = self.catalog.with_table(table);
        let columns = |catalog: &Catalog, view: &ViewDef| {
            let mut binder = self.of_catalog(catalog);
            let (query, names) = binder.view_query(view)?;
            let (from, _) = binder.query_relation(query, "", &[&names])?;
            Ok(match from {
                From::Query { names, .. } => names,
                _ => Vec::new(),
            })
        };
        let changes = |view: &&Arc<ViewDef>| match columns(self.catalog, view) {
            Ok(before) => columns(&after, view).map_or(true, |now: Vec<String>| now != before),
            Err::<_, Error>(_) => false,
        };
        // What a materialized view keeps is of the types that its query gave.
        let kept_columns = |catalog: &Catalog, table: &TableDef, kept: &Materialized| {
            let query = self.of_catalog(catalog).materialized_query(table, kept)?;
            let output = query.output.into_iter();
            let output: Vec<_> = output.map(|column| (column.name, column.expr.ty)).collect();
            Ok(output)
        };
        let kept_changes = |(table, kept): &(&Arc<TableDef>, &Materialized)| {
            table.id != id
                && match kept_columns(self.catalog, table, kept) {
                    Ok(before) => {
                        kept_columns(&after, table, kept).map_or(true, |now| now != before)
                    }
                    Err::<_, Error>(_) => false,
                }
        };
        let kept = self.catalog.materialized().filter(kept_changes);
        Dependents {
            views: self
                .catalog
                .views()
                .iter()
                .filter(changes)
                .cloned()
                .collect(),
            tables: kept.map(|(table, _)| Arc::clone(table)).collect(),
        }
    }

    /// A view that must exist.
    pub(super) fn view(&self, name: &Identifier) -> Result<Arc<ViewDef>> {
        self.catalog.view(&name.name).cloned().ok_or_else(|| {
            let error = match self.catalog.table(&name.name) {
                Some(table) if table.materialized.is_some() => Error::sql(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("\"{}\" is a materialized view, not a view", name.name),
                ),
                Some(_) => Error::sql(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("\"{}\" is a table, not a view", name.name),
                ),
                None => Error::sql(
                    SqlState::UNDEFINED_TABLE,
                    format!("view \"{}\" does not exist", name.name),
                ),
            };
            let names = self.catalog.views().iter().map(|view| view.name.as_str());
            super::suggest::hint(error.at(name.position), &name.name, names)
        })
    }
}
