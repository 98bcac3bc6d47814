//! Statements.

use sqlparser::ast::{Function, FunctionArguments, ObjectType, Statement};

use super::{Clauses, Converter};
use crate::ast::{Arguments, Call, Drop, DropBehavior, DropObject, StatementKind};
use crate::error::{Error, Position, Result};

impl Converter<'_> {
    /// Converts a statement that begins at `at`.
    pub(in crate::parse) fn statement(
        &self,
        statement: Statement,
        at: Option<Position>,
    ) -> Result<StatementKind> {
        match statement {
            Statement::Query(query) => Ok(StatementKind::Query(Box::new(self.query(*query, at)?))),
            Statement::Insert(insert) => Ok(StatementKind::Insert(Box::new(self.insert(insert)?))),
            Statement::Update(update) => Ok(StatementKind::Update(Box::new(self.update(update)?))),
            Statement::Delete(delete) => Ok(StatementKind::Delete(Box::new(self.delete(delete)?))),
            Statement::CreateTable(table) => Ok(StatementKind::CreateTable(Box::new(
                self.create_table(table, at)?,
            ))),
            Statement::CreateView(view) => Ok(StatementKind::CreateView(Box::new(
                self.create_view(view, at)?,
            ))),
            Statement::CreateIndex(index) => Ok(StatementKind::CreateIndex(Box::new(
                self.create_index(index, at)?,
            ))),
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
            Arguments::List { .. } | Arguments::Star => {
                Err(Error::unsupported("DISTINCT or * in CALL").at(procedure.position))
            }
        }
    }
}
