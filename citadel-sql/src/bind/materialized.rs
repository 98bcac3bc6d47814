//! Materialized views: tables that keep what a query gave.

use std::sync::Arc;

use super::Binder;
use super::bound::{CreateTable, Merge, NewMaterialized, Query, Statement};
use super::create_table::taken;
use super::suggest;
use crate::ast::{self, Identifier, StatementKind};
use crate::error::{Error, Result, SqlState};
use crate::parse;
use crate::schema::{ColumnNo, IndexKind, Materialized, TableDef, quoted};

impl Binder<'_> {
    pub(super) fn create_materialized(
        &mut self,
        create: &ast::CreateMaterialized,
    ) -> Result<Statement> {
        let at = create.name.position;
        if self.is_taken(&create.name) {
            let known = self.catalog.table(&create.name.name);
            let is_one = known.is_some_and(|table| table.materialized.is_some());
            return match create.if_not_exists && is_one {
                true => Ok(Statement::Nothing),
                false => Err(taken(&create.name)),
            };
        }
        let query = self.query(&create.query)?;
        if !self.parameters.names.is_empty() {
            return Err(Error::unsupported("a parameter in CREATE MATERIALIZED VIEW").at(at));
        }
        let text = own_text(self.sql_text).ok_or_else(|| {
            Error::sql(
                SqlState::INTERNAL_ERROR,
                "the query of a materialized view is not where it was found",
            )
        })?;
        let table = CreateTable {
            name: create.name.name.clone(),
            columns: self.columns_of(&query, &create.columns, at)?,
            sql: self.sql_text.to_owned(),
            materialized: Some(NewMaterialized {
                query: text,
                refreshed: None,
            }),
            ..CreateTable::default()
        };
        Ok(Statement::CreateTableAs {
            create: table,
            query: create.with_data.then(|| Box::new(query)),
        })
    }

    pub(super) fn refresh(&mut self, refresh: &ast::Refresh) -> Result<Statement> {
        let (table, kept) = self.materialized_view(&refresh.name)?;
        let at = refresh.name.position;
        if refresh.concurrently {
            if !refresh.with_data {
                return Err(Error::sql(
                    SqlState::SYNTAX_ERROR,
                    "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together",
                )
                .at(at));
            }
            if !kept.is_filled {
                return Err(Error::unsupported(
                    "CONCURRENTLY for a materialized view that is not populated",
                )
                .at(at)
                .hint("REFRESH it without CONCURRENTLY first"));
            }
            let merge = self.refreshing_merge(&table, &kept, &refresh.name);
            return merge.map(Statement::Merge);
        }
        let query = match refresh.with_data {
            true => Some(Box::new(self.materialized_query(&table, &kept)?)),
            false => None,
        };
        let create = CreateTable {
            name: table.name.clone(),
            materialized: Some(NewMaterialized {
                query: kept.query.clone(),
                refreshed: Some(table),
            }),
            ..CreateTable::default()
        };
        Ok(Statement::CreateTableAs { create, query })
    }

    /// Takes out the rows that the query does not give any more, and puts those in that it gives now. A row that stays the same is
    /// not touched.
    fn refreshing_merge(
        &mut self,
        table: &TableDef,
        kept: &Materialized,
        name: &Identifier,
    ) -> Result<Merge> {
        let Some(key) = unique_columns(table) else {
            return Err(Error::sql(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!(
                    "cannot refresh materialized view \"{}\" concurrently",
                    table.name
                ),
            )
            .at(name.position)
            .hint("create a unique index without WHERE on columns of it"));
        };
        let names = table.columns.iter().map(|column| quoted(&column.name));
        let names: Vec<String> = names.collect();
        let same = (0..).map(ColumnNo).zip(&names).map(|(no, name)| {
            let operator = match key.contains(&no) {
                true => "=",
                false => "IS NOT DISTINCT FROM",
            };
            format!("kept.{name} {operator} given.{name}")
        });
        let values = names.iter().map(|name| format!("given.{name}"));
        let sql = format!(
            "MERGE INTO {} AS kept USING ({}\n) AS given ({}) ON {} \
             WHEN NOT MATCHED THEN INSERT VALUES ({}) WHEN NOT MATCHED BY SOURCE THEN DELETE",
            quoted(&table.name),
            kept.query,
            names.join(", "),
            same.collect::<Vec<_>>().join(" AND "),
            values.collect::<Vec<_>>().join(", ")
        );
        let parsed = parse::parse(&sql).ok().and_then(|mut parsed| parsed.pop());
        let Some(StatementKind::Merge(merge)) = parsed.map(|parsed| parsed.statement.kind) else {
            return Err(damaged(table));
        };
        self.refreshes = true;
        let bound = self.merge(&merge);
        self.refreshes = false;
        bound.map_err(|error| error.moved_to(name.position))
    }

    /// Binds the query of a materialized view.
    pub(super) fn materialized_query(
        &mut self,
        table: &TableDef,
        kept: &Materialized,
    ) -> Result<Query> {
        let parsed = parse::parse(&kept.query).ok();
        let parsed = parsed.and_then(|mut parsed| parsed.pop());
        let Some(StatementKind::Query(query)) = parsed.map(|parsed| parsed.statement.kind) else {
            return Err(damaged(table));
        };
        let ctes = std::mem::take(&mut self.ctes);
        let around = std::mem::take(&mut self.around);
        self.view_depth += 1;
        let query = self.query(&query);
        self.view_depth -= 1;
        self.ctes = ctes;
        self.around = around;
        query
    }

    /// A materialized view that must exist.
    pub(super) fn materialized_view(
        &self,
        name: &Identifier,
    ) -> Result<(Arc<TableDef>, Arc<Materialized>)> {
        let table = self.catalog.table(&name.name);
        if let Some(table) = table
            && let Some(kept) = &table.materialized
        {
            return Ok((Arc::clone(table), Arc::clone(kept)));
        }
        let wrong = |what: &str| {
            let text = format!("\"{}\" is a {what}, not a materialized view", name.name);
            Error::sql(SqlState::WRONG_OBJECT_TYPE, text)
        };
        let error = match (table, self.catalog.view(&name.name)) {
            (Some(_), _) => wrong("table"),
            (None, Some(_)) => wrong("view"),
            (None, None) => Error::sql(
                SqlState::UNDEFINED_TABLE,
                format!("materialized view \"{}\" does not exist", name.name),
            ),
        };
        let tables = self.catalog.tables().iter();
        let views = tables.filter(|table| table.materialized.is_some());
        let names = views.map(|table| table.name.as_str());
        Err(suggest::hint(error.at(name.position), &name.name, names))
    }
}

/// The query of the statement that a text is.
fn own_text(sql: &str) -> Option<String> {
    let parsed = parse::parse(sql).ok()?.pop()?;
    match parsed.statement.kind {
        StatementKind::CreateMaterialized(create) => {
            sql.get(create.text).map(|text| text.trim().to_owned())
        }
        _ => None,
    }
}

/// The columns of an index that keeps all rows apart.
fn unique_columns(table: &TableDef) -> Option<Vec<ColumnNo>> {
    table.indexes.iter().find_map(|index| match &index.kind {
        IndexKind::BTree(btree) if btree.unique => btree.plain_columns(),
        _ => None,
    })
}

fn damaged(table: &TableDef) -> Error {
    Error::Corrupt(format!(
        "the definition of materialized view \"{}\" does not parse",
        table.name
    ))
}
