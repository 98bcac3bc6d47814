//! Functions in FROM.

use std::sync::Arc;

use super::Binder;
use super::bound::{Expr, ExprKind, From, RelationNo};
use super::cte::column_names;
use super::expr::{Aggregation, ExprBinder};
use super::from::renamed;
use super::scope::{Scope, ScopeRelation};
use super::suggest;
use super::typing;
use crate::ast::{self, Identifier, TableAlias};
use crate::error::{Error, Result, SqlState};
use crate::functions::{AddedTable, Definitions, TableCallee, TableFunction};
use crate::parquet;
use crate::types::{ScalarType, SqlType, Value};

/// What `WITH ORDINALITY` calls its column.
const ORDINALITY: &str = "ordinality";

impl Binder<'_> {
    /// What is defined, as a relation.
    pub(super) fn definitions_relation(
        &mut self,
        relation: Definitions,
        alias: Option<&TableAlias>,
    ) -> Result<(From, Scope)> {
        let function = TableFunction::Definitions(relation);
        let no = self.new_relation()?;
        let call = (function.into(), Vec::new());
        relation_of(no, call, columns_of(function, &[]), false, alias)
    }

    /// A function's rows as a relation of its name.
    pub(super) fn function_relation(
        &mut self,
        name: &Identifier,
        arguments: &[ast::Expr],
        ordinality: bool,
        alias: Option<&TableAlias>,
    ) -> Result<(From, Scope)> {
        let added = Arc::clone(&self.parameters.added);
        if let Some(function) = added.table(&name.name.to_ascii_lowercase()) {
            return self.added_relation(name, function, arguments, ordinality, alias);
        }
        let Some(function) = TableFunction::find(&name.name) else {
            let error = Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("table function {} does not exist", name.name),
            )
            .at(name.position);
            let known = TableFunction::names().map(|name| -> &str { name });
            let names = known.chain(added.table_names());
            return Err(suggest::hint(error, &name.name, names));
        };
        let wanted = function.arguments();
        if !(function.arguments_min()..=function.arguments_max()).contains(&arguments.len()) {
            return Err(Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("{} takes {}", function.name(), wanted.join(" and ")),
            )
            .at(name.position));
        }
        let relation = self.new_relation()?;
        let empty = Scope::default();
        let mut binder = ExprBinder::new(self, &empty, Aggregation::Refused("a table function"));
        let arguments = arguments
            .iter()
            .map(|argument| binder.table_argument(argument, function))
            .collect::<Result<Vec<_>>>()?;
        let shown = alias.map_or(function.name(), |alias| &alias.name.name);
        let mut columns = match function {
            TableFunction::ReadParquet => file_columns(&arguments)?,
            _ => columns_of(function, &arguments),
        };
        // The only column has the name of the relation.
        if let ([(name, _)], true) = (columns.as_mut_slice(), function.is_scalar()) {
            shown.clone_into(name);
        }
        if ordinality {
            columns.push((ORDINALITY.to_owned(), SqlType::Integer));
        }
        let call = (function.into(), arguments);
        relation_of(relation, call, columns, ordinality, alias)
    }

    /// The rows of a function that the program added.
    fn added_relation(
        &mut self,
        name: &Identifier,
        function: &Arc<AddedTable>,
        arguments: &[ast::Expr],
        ordinality: bool,
        alias: Option<&TableAlias>,
    ) -> Result<(From, Scope)> {
        let relation = self.new_relation()?;
        let empty = Scope::default();
        let mut binder = ExprBinder::new(self, &empty, Aggregation::Refused("a table function"));
        let mut arguments = binder.exprs(arguments)?;
        let called = (function.name(), function.signature());
        binder.added_arguments(called, &mut arguments, name.position)?;
        let mut columns = function.columns().to_vec();
        if ordinality {
            columns.push((ORDINALITY.to_owned(), SqlType::Integer));
        }
        let call = (TableCallee::Added(Arc::clone(function)), arguments);
        relation_of(relation, call, columns, ordinality, alias)
    }
}

/// The rows of a call as a relation.
fn relation_of(
    relation: RelationNo,
    (function, arguments): (TableCallee, Vec<Expr>),
    columns: Vec<(String, SqlType)>,
    ordinality: bool,
    alias: Option<&TableAlias>,
) -> Result<(From, Scope)> {
    let shown = alias
        .map_or(function.name(), |alias| &alias.name.name)
        .to_owned();
    let columns = renamed(columns, column_names(alias))?;
    let from = From::Function {
        relation,
        function,
        arguments,
        types: columns.iter().map(|(_, ty)| *ty).collect(),
        ordinality,
        names: columns.iter().map(|(name, _)| name.clone()).collect(),
    };
    let relation = ScopeRelation {
        name: shown,
        no: relation,
        has_rowid: false,
    };
    Ok((from, Scope::of(relation, columns)))
}

impl ExprBinder<'_, '_> {
    fn table_argument(&mut self, argument: &ast::Expr, function: TableFunction) -> Result<Expr> {
        if let Some(ty) = function.argument_type() {
            return self.typed(argument, ty, function.name());
        }
        let mut bound = self.expr(argument)?;
        typing::settle(&mut bound);
        if bound.ty.element().is_none() {
            return Err(Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("{} takes arrays, not {}", function.name(), bound.ty),
            )
            .at(bound.position)
            .hint("say the type of the array with a cast: unnest('{1,2}'::INTEGER[])"));
        }
        Ok(bound)
    }
}

/// The columns of a function's rows: those of `unnest` are as many as its arrays.
fn columns_of(function: TableFunction, arguments: &[Expr]) -> Vec<(String, SqlType)> {
    if function == TableFunction::Unnest {
        let elements = arguments.iter().map(|array| {
            let element = array.ty.element().map(ScalarType::sql_type);
            let name = function.name().to_owned();
            (name, element.unwrap_or(SqlType::Unknown))
        });
        return elements.collect();
    }
    let columns = function.columns().iter();
    columns
        .map(|(name, ty)| ((*name).to_owned(), *ty))
        .collect()
}

/// The columns of a file, which is looked at now.
fn file_columns(arguments: &[Expr]) -> Result<Vec<(String, SqlType)>> {
    let Some(ExprKind::Literal(Value::Text(path))) = arguments.first().map(|path| &path.kind)
    else {
        let position = arguments.first().and_then(|path| path.position);
        return Err(Error::sql(
            SqlState::FEATURE_NOT_SUPPORTED,
            "read_parquet takes the name of a file as a constant, since the file says what its columns are",
        )
        .at(position));
    };
    let columns = parquet::columns(path)
        .map_err(|error| error.at(arguments.first().and_then(|path| path.position)))?;
    Ok(columns
        .into_iter()
        .map(|column| (column.name, column.ty))
        .collect())
}
