//! INSERT, UPDATE and DELETE.

use sqlparser::ast::{
    Assignment as TheirAssignment, AssignmentTarget, Delete as TheirDelete, Expr as Theirs,
    FromTable, Insert as TheirInsert, SelectItem as TheirItem, TableAliasWithoutColumns,
    TableFactor, TableObject, TableWithJoins, Update as TheirUpdate, UpdateTableFromKind,
};

use super::{Clauses, Converter};
use crate::ast::{
    Assignment, ChosenRows, Cte, Delete, Identifier, Insert, InsertSource, Query, QueryBody,
    Relation, SelectItem, Update,
};
use crate::error::{Error, Position, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    pub(super) fn insert(&self, insert: TheirInsert, with: Vec<Cte>) -> Result<Insert> {
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
            ("INSERT IGNORE", &ignore),
            ("INSERT OVERWRITE", &overwrite),
            ("INSERT … SET", &assignments),
            ("PARTITION in INSERT", &partitioned),
            ("columns after PARTITION", &after_columns),
            ("INSERT INTO TABLE", &has_table_keyword),
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
        let alias = match table_alias {
            Some(TableAliasWithoutColumns { explicit: _, alias }) => Some(self.identifier(alias)?),
            None => None,
        };
        let source = match source {
            None => InsertSource::Defaults,
            Some(query) => insert_source(self.query(*query, at)?),
        };
        Ok(Insert {
            with,
            table: self.name(table)?,
            alias,
            columns: self.names(columns)?,
            source,
            overriding: None,
            on_conflict: self.on_conflict(or, on, at)?,
            returning: self.returning(returning)?,
        })
    }

    pub(super) fn update(&self, update: TheirUpdate, with: Vec<Cte>) -> Result<Update> {
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
            ("OUTPUT", &output),
            ("UPDATE OR …", &or),
        ])?;
        let from = match from {
            None => Vec::new(),
            Some(UpdateTableFromKind::AfterSet(from)) => from,
            Some(UpdateTableFromKind::BeforeSet(_)) => {
                return Err(syntax_error("syntax error: FROM comes after SET", at));
            }
        };
        let (table, alias) = self.target(table, at)?;
        Ok(Update {
            with,
            table,
            alias,
            assignments: self.assignments(assignments, at)?,
            rows: ChosenRows {
                from: self.relations(from)?,
                filter: self.optional_expr(selection)?,
                order_by: self.order_keys(order_by)?,
                limit: self.optional_expr(limit)?,
                returning: self.returning(returning)?,
            },
        })
    }

    pub(super) fn delete(&self, delete: TheirDelete, with: Vec<Cte>) -> Result<Delete> {
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
            ("OUTPUT", &output),
        ])?;
        let FromTable::WithFromKeyword(mut from) = from else {
            return Err(syntax_error("syntax error: expected FROM after DELETE", at));
        };
        let (Some(table), true) = (from.pop(), from.is_empty()) else {
            return Err(Error::unsupported("DELETE from several tables").at(at));
        };
        let (table, alias) = self.target(table, at)?;
        Ok(Delete {
            with,
            table,
            alias,
            rows: ChosenRows {
                from: self.relations(using.unwrap_or_default())?,
                filter: self.optional_expr(selection)?,
                order_by: self.order_keys(order_by)?,
                limit: self.optional_expr(limit)?,
                returning: self.returning(returning)?,
            },
        })
    }

    pub(super) fn returning(&self, items: Option<Vec<TheirItem>>) -> Result<Vec<SelectItem>> {
        let items = items.unwrap_or_default().into_iter();
        items.map(|item| self.select_item(item)).collect()
    }

    /// The one table that a statement changes.
    pub(super) fn target(
        &self,
        table: TableWithJoins,
        at: Option<Position>,
    ) -> Result<(Identifier, Option<Identifier>)> {
        if !matches!(table.relation, TableFactor::Table { .. }) || !table.joins.is_empty() {
            return Err(Error::unsupported("a change of anything but one table").at(at));
        }
        match self.relations(vec![table])?.pop() {
            Some(Relation::Table {
                name,
                as_of: Some(_),
                ..
            }) => Err(Error::unsupported("AS OF of a changed table").at(name.position)),
            Some(Relation::Table {
                name,
                sample: Some(_),
                ..
            }) => Err(Error::unsupported("TABLESAMPLE of a changed table").at(name.position)),
            Some(Relation::Table {
                name,
                alias: None,
                as_of: None,
                sample: None,
            }) => Ok((name, None)),
            Some(Relation::Table {
                name,
                alias: Some(alias),
                as_of: None,
                sample: None,
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

    /// What follows SET, with lists of columns written out.
    pub(super) fn assignments(
        &self,
        assignments: Vec<TheirAssignment>,
        at: Option<Position>,
    ) -> Result<Vec<Assignment>> {
        let mut converted = Vec::with_capacity(assignments.len());
        for TheirAssignment { target, value } in assignments {
            match target {
                AssignmentTarget::ColumnName(name) => {
                    let column = self.name(name)?;
                    converted.push(Assignment {
                        part: self.part(&column)?,
                        column,
                        value: self.expr(value)?,
                    });
                }
                AssignmentTarget::Tuple(names) => {
                    let names = self.names(names)?;
                    let place = names.first().map_or(at, |name| name.position);
                    let values = row_of(value).ok_or_else(|| {
                        Error::unsupported("SET (…) = anything but a row").at(place)
                    })?;
                    if values.len() != names.len() {
                        return Err(syntax_error(
                            format!(
                                "SET of {} columns takes as many values, not {}",
                                names.len(),
                                values.len()
                            ),
                            place,
                        ));
                    }
                    for (column, value) in names.into_iter().zip(values) {
                        let value = self.expr(value)?;
                        converted.push(Assignment {
                            column,
                            part: Vec::new(),
                            value,
                        });
                    }
                }
            }
        }
        Ok(converted)
    }
}

/// The values of `(a, b)`; one value in parentheses is a row as well.
fn row_of(value: Theirs) -> Option<Vec<Theirs>> {
    match value {
        Theirs::Tuple(values) => Some(values),
        Theirs::Nested(value) => Some(vec![*value]),
        _ => None,
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
