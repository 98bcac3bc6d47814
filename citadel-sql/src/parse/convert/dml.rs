//! INSERT, UPDATE and DELETE.

use sqlparser::ast::{
    Assignment as TheirAssignment, AssignmentTarget, Delete as TheirDelete, FromTable,
    Insert as TheirInsert, TableFactor, TableObject, TableWithJoins, Update as TheirUpdate,
};

use super::{Clauses, Converter};
use crate::ast::{
    Assignment, Delete, Identifier, Insert, InsertSource, Query, QueryBody, Relation, Update,
};
use crate::error::{Error, Position, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    pub(super) fn insert(&self, insert: TheirInsert) -> Result<Insert> {
        let TheirInsert {
            insert_token,
            optimizer_hints,
            or,
            ignore,
            into: _,
            table,
            table_alias,
            columns,
            overwrite,
            source,
            assignments,
            partitioned,
            after_columns,
            has_table_keyword,
            on,
            returning,
            output,
            replace_into,
            priority,
            insert_alias,
            settings,
            format_clause,
            multi_table_insert_type,
            multi_table_into_clauses,
            multi_table_when_clauses,
            multi_table_else_clause,
        } = insert;
        let at = self.locator.start_of(insert_token.0.span);
        Clauses(at).refuse(&[
            ("an optimizer hint", &optimizer_hints),
            ("INSERT OR …", &or),
            ("INSERT IGNORE", &ignore),
            ("an alias in INSERT", &table_alias),
            ("INSERT OVERWRITE", &overwrite),
            ("INSERT … SET", &assignments),
            ("PARTITION in INSERT", &partitioned),
            ("columns after PARTITION", &after_columns),
            ("INSERT INTO TABLE", &has_table_keyword),
            ("ON CONFLICT", &on),
            ("RETURNING", &returning),
            ("OUTPUT", &output),
            ("REPLACE", &replace_into),
            ("a priority in INSERT", &priority),
            ("an alias in INSERT", &insert_alias),
            ("SETTINGS", &settings),
            ("FORMAT", &format_clause),
            ("INSERT ALL or FIRST", &multi_table_insert_type),
            ("INSERT ALL or FIRST", &multi_table_into_clauses),
            ("INSERT ALL or FIRST", &multi_table_when_clauses),
            ("INSERT ALL or FIRST", &multi_table_else_clause),
        ])?;
        let TableObject::TableName(table) = table else {
            return Err(Error::unsupported("INSERT into anything but a table").at(at));
        };
        let source = match source {
            None => InsertSource::Defaults,
            Some(query) => insert_source(self.query(*query, at)?),
        };
        Ok(Insert {
            table: self.name(table)?,
            columns: self.names(columns)?,
            source,
        })
    }

    pub(super) fn update(&self, update: TheirUpdate) -> Result<Update> {
        let TheirUpdate {
            update_token,
            optimizer_hints,
            table,
            assignments,
            from,
            selection,
            returning,
            output,
            or,
            order_by,
            limit,
        } = update;
        let at = self.locator.start_of(update_token.0.span);
        Clauses(at).refuse(&[
            ("an optimizer hint", &optimizer_hints),
            ("UPDATE … FROM", &from),
            ("RETURNING", &returning),
            ("OUTPUT", &output),
            ("UPDATE OR …", &or),
            ("ORDER BY in UPDATE", &order_by),
            ("LIMIT in UPDATE", &limit),
        ])?;
        let (table, alias) = self.target(table, at)?;
        Ok(Update {
            table,
            alias,
            assignments: assignments
                .into_iter()
                .map(|assignment| self.assignment(assignment, at))
                .collect::<Result<_>>()?,
            filter: self.optional_expr(selection)?,
        })
    }

    pub(super) fn delete(&self, delete: TheirDelete) -> Result<Delete> {
        let TheirDelete {
            delete_token,
            optimizer_hints,
            tables,
            from,
            using,
            selection,
            returning,
            output,
            order_by,
            limit,
        } = delete;
        let at = self.locator.start_of(delete_token.0.span);
        Clauses(at).refuse(&[
            ("an optimizer hint", &optimizer_hints),
            ("DELETE from several tables", &tables),
            ("DELETE … USING", &using),
            ("RETURNING", &returning),
            ("OUTPUT", &output),
            ("ORDER BY in DELETE", &order_by),
            ("LIMIT in DELETE", &limit),
        ])?;
        let FromTable::WithFromKeyword(mut from) = from else {
            return Err(syntax_error("syntax error: expected FROM after DELETE", at));
        };
        let (Some(table), true) = (from.pop(), from.is_empty()) else {
            return Err(Error::unsupported("DELETE from several tables").at(at));
        };
        let (table, alias) = self.target(table, at)?;
        Ok(Delete {
            table,
            alias,
            filter: self.optional_expr(selection)?,
        })
    }

    /// The one table that a statement changes.
    fn target(
        &self,
        table: TableWithJoins,
        at: Option<Position>,
    ) -> Result<(Identifier, Option<Identifier>)> {
        if !matches!(table.relation, TableFactor::Table { .. }) || !table.joins.is_empty() {
            return Err(Error::unsupported("a change of anything but one table").at(at));
        }
        match self.relations(vec![table])?.pop() {
            Some(Relation::Table { name, alias: None }) => Ok((name, None)),
            Some(Relation::Table {
                name,
                alias: Some(alias),
            }) => {
                Clauses(alias.name.position).refuse(&[(
                    "column names in the alias of a changed table",
                    &alias.columns,
                )])?;
                Ok((name, Some(alias.name)))
            }
            _ => Err(Error::unsupported("a change of anything but one table").at(at)),
        }
    }

    fn assignment(&self, assignment: TheirAssignment, at: Option<Position>) -> Result<Assignment> {
        let TheirAssignment { target, value } = assignment;
        match target {
            AssignmentTarget::ColumnName(name) => Ok(Assignment {
                column: self.name(name)?,
                value: self.expr(value)?,
            }),
            AssignmentTarget::Tuple(_) => {
                Err(Error::unsupported("SET of several columns at once").at(at))
            }
        }
    }
}

/// VALUES alone keep their DEFAULTs; anything more is a query.
fn insert_source(query: Query) -> InsertSource {
    match query {
        Query {
            with,
            body: QueryBody::Values(values),
            order_by,
            limit: None,
            offset: None,
        } if with.is_empty() && order_by.is_empty() => InsertSource::Values(values),
        query => InsertSource::Query(Box::new(query)),
    }
}
