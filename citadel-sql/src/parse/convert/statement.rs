//! Statements.

use sqlparser::ast::{
    CascadeOption, Function, FunctionArguments, ObjectType, Query, SetExpr, Statement, Truncate,
    TruncateIdentityOption, TruncateTableTarget,
};

use super::{Clauses, Converter};
use crate::ast::{Arguments, Call, Cte, Drop, DropBehavior, DropObject, StatementKind};
use crate::error::{Error, Position, Result};

impl Converter<'_> {
    /// Converts a statement that begins at `at`.
    pub(in crate::parse) fn statement(
        &self,
        statement: Statement,
        at: Option<Position>,
    ) -> Result<StatementKind> {
        match statement {
            Statement::Query(query) if is_change(&query) => self.change_with(*query, at),
            Statement::Query(query) => Ok(StatementKind::Query(Box::new(self.query(*query, at)?))),
            Statement::Insert(_)
            | Statement::Update(_)
            | Statement::Delete(_)
            | Statement::Merge(_) => self.change(statement, Vec::new(), at),
            Statement::CreateTable(table) => Ok(StatementKind::CreateTable(Box::new(
                self.create_table(table, at)?,
            ))),
            Statement::CreateView(view) => Ok(StatementKind::CreateView(Box::new(
                self.create_view(view, at)?,
            ))),
            Statement::CreateIndex(index) => Ok(StatementKind::CreateIndex(Box::new(
                self.create_index(index, at)?,
            ))),
            Statement::AlterTable(alter) => Ok(StatementKind::AlterTable(Box::new(
                self.alter_table(alter, at)?,
            ))),
            Statement::CreateType {
                name,
                representation,
            } => self.create_type(name, representation),
            Statement::AlterType(alter) => self.alter_type(alter),
            Statement::Truncate(truncate) => self.truncate(truncate, at),
            Statement::Call(call) => self.call(call),
            Statement::Drop {
                object_type,
                if_exists,
                names,
                cascade,
                restrict,
                purge,
                temporary,
                table,
            } => {
                Clauses(at).refuse(&[
                    ("PURGE", &purge),
                    ("DROP TEMPORARY", &temporary),
                    ("DROP INDEX … ON", &table),
                ])?;
                let object = match object_type {
                    ObjectType::Table => DropObject::Table,
                    ObjectType::View => DropObject::View,
                    ObjectType::MaterializedView => DropObject::MaterializedView,
                    ObjectType::Sequence => DropObject::Sequence,
                    ObjectType::Type => DropObject::Type,
                    ObjectType::Index if cascade => {
                        return Err(Error::unsupported("CASCADE").at(at));
                    }
                    ObjectType::Index => DropObject::Index,
                    other => return Err(Error::unsupported(format!("DROP {other}")).at(at)),
                };
                Ok(StatementKind::Drop(Drop {
                    object,
                    names: self.names(names)?,
                    if_exists,
                    behavior: match (cascade, restrict) {
                        (true, _) => DropBehavior::Cascade,
                        (false, true) => DropBehavior::Restrict,
                        (false, false) => DropBehavior::Default,
                    },
                }))
            }
            _ => Err(Error::unsupported("this statement").at(at)),
        }
    }

    /// INSERT, UPDATE, DELETE or MERGE after WITH, or in it.
    pub(super) fn change_with(&self, query: Query, at: Option<Position>) -> Result<StatementKind> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        Clauses(at).refuse(&[
            ("ORDER BY after a change in parentheses", &order_by),
            ("LIMIT after a change in parentheses", &limit_clause),
            ("FETCH", &fetch),
            ("FOR UPDATE or FOR SHARE", &locks),
            ("FOR XML or FOR JSON", &for_clause),
            ("SETTINGS", &settings),
            ("FORMAT", &format_clause),
            ("a pipe operator", &pipe_operators),
        ])?;
        let (SetExpr::Insert(statement)
        | SetExpr::Update(statement)
        | SetExpr::Delete(statement)
        | SetExpr::Merge(statement)) = *body
        else {
            return Err(Error::unsupported("this statement").at(at));
        };
        self.change(statement, self.with(with)?, at)
    }

    fn change(
        &self,
        statement: Statement,
        with: Vec<Cte>,
        at: Option<Position>,
    ) -> Result<StatementKind> {
        match statement {
            Statement::Insert(insert) => {
                let insert = self.insert(insert, with)?;
                Ok(StatementKind::Insert(Box::new(insert)))
            }
            Statement::Update(update) => {
                let update = self.update(update, with)?;
                Ok(StatementKind::Update(Box::new(update)))
            }
            Statement::Delete(delete) => {
                let delete = self.delete(delete, with)?;
                Ok(StatementKind::Delete(Box::new(delete)))
            }
            Statement::Merge(merge) => {
                let merge = self.merge(merge, with)?;
                Ok(StatementKind::Merge(Box::new(merge)))
            }
            _ => Err(Error::unsupported("this statement").at(at)),
        }
    }

    /// The next row ids begin with 1 again; so do sequences, where RESTART IDENTITY asks for it.
    fn truncate(&self, truncate: Truncate, at: Option<Position>) -> Result<StatementKind> {
        let Truncate {
            table_names,
            partitions,
            table: _,
            if_exists,
            identity,
            cascade,
            on_cluster,
        } = truncate;
        Clauses(at).refuse(&[
            ("PARTITION in TRUNCATE", &partitions),
            ("IF EXISTS in TRUNCATE", &if_exists),
            (
                "CONTINUE IDENTITY",
                &(identity == Some(TruncateIdentityOption::Continue)),
            ),
            ("ON CLUSTER", &on_cluster),
        ])?;
        let names = table_names.into_iter().map(|target| {
            let TruncateTableTarget {
                name,
                only: _,
                has_asterisk: _,
            } = target;
            self.name(name)
        });
        Ok(StatementKind::Truncate {
            names: names.collect::<Result<_>>()?,
            restarts: identity == Some(TruncateIdentityOption::Restart),
            cascades: matches!(cascade, Some(CascadeOption::Cascade)),
        })
    }

    fn call(&self, call: Function) -> Result<StatementKind> {
        let Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            within_group,
            filter,
            null_treatment,
            over,
        } = call;
        let procedure = self.name(name)?;
        let has_parameters = !matches!(parameters, FunctionArguments::None);
        Clauses(procedure.position).refuse(&[
            ("{fn …}", &uses_odbc_syntax),
            ("a procedure with two argument lists", &has_parameters),
            ("WITHIN GROUP", &within_group),
            ("FILTER", &filter),
            ("IGNORE or RESPECT NULLS", &null_treatment),
            ("OVER", &over),
        ])?;
        match self.arguments(args, &procedure)? {
            Arguments::List {
                distinct: false,
                values,
                order_by,
            } if order_by.is_empty() => Ok(StatementKind::Call(Call {
                procedure,
                arguments: values,
            })),
            Arguments::List { .. } | Arguments::WithinGroup { .. } | Arguments::Star => {
                Err(Error::unsupported("DISTINCT or * in CALL").at(procedure.position))
            }
        }
    }
}

/// Does WITH stand before INSERT, UPDATE, DELETE or MERGE?
pub(super) fn is_change(query: &Query) -> bool {
    matches!(
        *query.body,
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_)
    )
}
