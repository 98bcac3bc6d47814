//! AST → bound tree: names, types and parameters resolved; what is unknown or unsupported is an error here.
//!
//! A [`Binder`] holds what belongs to the whole statement: the catalog, the parameters and the relations counted
//! so far. An [`expr::ExprBinder`] binds expressions inside one [`scope::Scope`].
//!
//! How types are decided: every expression has a type, but for strings in quotes, parameters and NULL, which are
//! *undecided* ([`SqlType::Unknown`]) until their neighbour decides them ([`typing`]). So `id = '5'` compares
//! integers, `emb <-> '[1,2]'` measures vectors, and a column of TEXT never turns into a number by itself. A string
//! that nothing decides is TEXT; a parameter that nothing decides keeps the type of the value it is given.
//!
//! What always holds of a bound tree: every column exists and has one meaning; operators and functions fit their
//! operands' types; a string literal has its final type; conditions are BOOLEAN.

mod added;
mod alter_index;
mod alter_table;
mod analyze;
mod ann_options;
mod array;
pub(crate) mod bound;
mod bound_change;
mod bound_copy;
mod bound_foreign_key;
mod bound_sequence;
mod bound_table;
mod bound_trigger;
mod call;
mod change;
mod collation;
mod comment;
mod conflict;
mod constant;
mod copy;
mod copy_options;
mod create_index;
mod create_table;
mod cte;
mod default;
mod distance;
mod domain;
mod drop;
mod enum_type;
mod expr;
mod foreign_key;
mod from;
mod grouping;
mod insert;
mod instead;
mod item;
mod lake;
mod lake_server;
mod materialized;
mod merge;
mod operator;
mod order;
mod parameters;
mod pragma;
mod print;
mod procedure;
mod query;
mod recursion;
mod returning;
mod row_expression;
mod same;
mod scope;
mod sequence;
mod set_operation;
mod subquery;
mod suggest;
mod surroundings;
mod table_function;
mod table_sample;
mod temporal;
#[cfg(test)]
mod tests;
mod trigger;
mod typing;
mod view;
mod visit;
mod window;
mod with_changes;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ast::{self, Identifier, StatementKind};
use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, TableDef};
use crate::types::{Collation, SqlType};

use bound::{BoundStatement, ChangePart, ColumnId, Expr, Parameters, RelationNo, Statement};
pub(crate) use call::is_known_function;
pub(crate) use collation::keyed;
use cte::Cte;
use expr::{Aggregation, ExprBinder};
pub(crate) use print::{Printer, value_text};
pub(crate) use row_expression::bind_row_text;
pub(crate) use same::same;
use scope::Scope;
use subquery::Around;
pub(crate) use surroundings::BindContext;
pub(crate) use trigger::bind_trigger;

/// Gives a statement its meaning to its connection. `sql_text` is its own text, which definitions keep.
pub(crate) fn bind(
    statement: &ast::Statement,
    sql_text: &str,
    catalog: &Catalog,
    binding: &BindContext,
) -> Result<BoundStatement> {
    let mut parameters = Parameters::new(&statement.parameters, &binding.zone);
    parameters.added = Arc::clone(&binding.added);
    let mut binder = Binder::new(catalog, sql_text, parameters);
    binder.stores = stores(&statement.kind);
    let bound = binder.whole(&statement.kind)?;
    Ok(BoundStatement {
        statement: bound,
        parameters: binder.parameters,
    })
}

/// Becomes anything of the statement's expressions a part of the database?
fn stores(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::Query(_)
        | StatementKind::Insert(_)
        | StatementKind::Update(_)
        | StatementKind::Delete(_)
        | StatementKind::Merge(_)
        | StatementKind::Copy(_)
        | StatementKind::Explain { .. } => false,
        StatementKind::CreateTable(create) => create.rows.is_none(),
        _ => true,
    }
}

/// How deep queries may lie in one another. `parse` bounds what is written, and a name of WITH stands for more.
const QUERY_DEPTH_MAX: usize = 64;

/// How deep expressions may lie in one another, those of queries inside them and of WITH included. One that `parse` lets
/// pass is not that deep by itself.
const EXPR_DEPTH_MAX: usize = 220;

/// A query takes as much of the stack as so many expressions.
const QUERY_EXPR_DEPTH: usize = 2;

/// The most relations of a statement.
const RELATIONS_MAX: u32 = 10_000;

/// What belongs to a whole statement.
struct Binder<'a> {
    catalog: &'a Catalog,
    sql_text: &'a str,
    parameters: Parameters,
    next_relation: u32,
    /// What WITH has named, from the outermost on; a later one hides an earlier one.
    ctes: Vec<Cte>,
    /// Of how many queries the one at hand is a part.
    depth: usize,
    /// In how many expressions the one at hand lies.
    expr_depth: usize,
    /// In how many queries inside expressions.
    subquery_depth: usize,
    /// The queries around the one at hand, as far as it may read their columns; the outermost comes first.
    around: Vec<Around>,
    /// How often a column of a query around was read.
    outer_reads: usize,
    /// The tables and views that queries have named.
    read: view::Read,
    /// In how many views the expression at hand lies: its place is not one in the statement's text.
    view_depth: usize,
    /// The collations of columns that have another one than `"C"`.
    collations: FxHashMap<ColumnId, Collation>,
    /// The collations of parameters that stand for columns of queries around.
    collated_parameters: FxHashMap<usize, Collation>,
    /// The WITH clause that comes next is the statement's own: it may hold changes.
    may_change: bool,
    /// Changes of that clause, in order.
    changes: Vec<ChangePart>,
    /// Something of what they give was named.
    reads_changes: bool,
    /// What RAISE may do here.
    raising: call::Raising,
    /// What is bound becomes a part of the database.
    stores: bool,
    /// A materialized view may be changed: it is being refreshed.
    refreshes: bool,
}

impl<'a> Binder<'a> {
    fn new(catalog: &'a Catalog, sql_text: &'a str, parameters: Parameters) -> Self {
        Self {
            catalog,
            sql_text,
            parameters,
            next_relation: 0,
            ctes: Vec::new(),
            depth: 0,
            expr_depth: 0,
            subquery_depth: 0,
            around: Vec::new(),
            outer_reads: 0,
            read: view::Read::default(),
            view_depth: 0,
            collations: FxHashMap::default(),
            collated_parameters: FxHashMap::default(),
            may_change: false,
            changes: Vec::new(),
            reads_changes: false,
            raising: call::Raising::Nothing,
            stores: false,
            refreshes: false,
        }
    }
}

impl Binder<'_> {
    fn statement(&mut self, kind: &StatementKind) -> Result<Statement> {
        match kind {
            StatementKind::Query(query) => self.query(query).map(Statement::Query),
            StatementKind::Insert(insert) => self.insert_statement(insert),
            StatementKind::Update(update) => self.update_statement(update),
            StatementKind::Delete(delete) => self.delete_statement(delete),
            StatementKind::Merge(merge) => self.merge(merge).map(Statement::Merge),
            StatementKind::CreateTable(table) => self.create_table(table),
            StatementKind::AlterTable(alter) => self.alter_table(alter),
            StatementKind::Truncate {
                names,
                restarts,
                cascades,
            } => self.truncate(names, *restarts, *cascades),
            StatementKind::SetConstraints { names, deferred } => {
                self.set_constraints(names, *deferred)
            }
            StatementKind::CreateSequence(create) => self.create_sequence(create),
            StatementKind::AlterSequence(alter) => self.alter_sequence(alter),
            StatementKind::CreateView(view) => self.create_view(view),
            StatementKind::CreateMaterialized(create) => self.create_materialized(create),
            StatementKind::Refresh(refresh) => self.refresh(refresh),
            StatementKind::CreateIndex(index) => self.create_index(index),
            StatementKind::AlterIndex(alter) => self.alter_index(alter),
            StatementKind::CreateEnum { name, labels } => self.create_enum(name, labels),
            StatementKind::AlterEnum(alter) => self.alter_enum(alter),
            StatementKind::CreateDomain(create) => self.create_domain(create),
            StatementKind::AlterDomain(alter) => self.alter_domain(alter),
            StatementKind::Comment(comment) => self.comment(comment),
            StatementKind::CreateTrigger(create) => self.create_trigger(create),
            StatementKind::DropTrigger(drop) => self.drop_trigger(drop),
            StatementKind::AlterTrigger(alter) => self.alter_trigger(alter),
            StatementKind::Drop(drop) => self.drop(drop),
            StatementKind::Begin(mode) => Ok(Statement::Begin(*mode)),
            StatementKind::Commit => Ok(Statement::Commit),
            StatementKind::Rollback => Ok(Statement::Rollback),
            StatementKind::Savepoint(name) => Ok(Statement::Savepoint(name.clone())),
            StatementKind::Release(name) => Ok(Statement::Release(name.clone())),
            StatementKind::RollbackTo(name) => Ok(Statement::RollbackTo(name.clone())),
            StatementKind::Explain { explain, statement } => self.explain(*explain, statement),
            StatementKind::Call(call) => self.call_procedure(call),
            StatementKind::Analyze(tables) => self.analyze(tables),
            StatementKind::Reindex(index) => self.reindex(index),
            StatementKind::Pragma(pragma) => self.pragma(pragma),
            StatementKind::Vacuum { into } => self.vacuum(into.as_ref()),
            StatementKind::Copy(copy) => self.copy(copy),
        }
    }

    fn explain(&mut self, explain: ast::Explain, statement: &StatementKind) -> Result<Statement> {
        match statement {
            StatementKind::Query(_)
            | StatementKind::Insert(_)
            | StatementKind::Update(_)
            | StatementKind::Delete(_)
            | StatementKind::Merge(_) => Ok(Statement::Explain {
                explain,
                statement: Box::new(self.whole(statement)?),
            }),
            _ => Err(Error::unsupported(
                "EXPLAIN of anything but SELECT, INSERT, UPDATE, DELETE and MERGE",
            )),
        }
    }

    /// The next relation's number. Names of WITH that use one another twice each would double without end.
    fn new_relation(&mut self) -> Result<RelationNo> {
        let relation = RelationNo(self.next_relation);
        if self.next_relation >= RELATIONS_MAX {
            return Err(Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!(
                    "a statement takes at most {RELATIONS_MAX} relations, those of WITH as often as they are used"
                ),
            ));
        }
        self.next_relation += 1;
        Ok(relation)
    }

    /// A table that must exist, and is no materialized view.
    fn table(&self, name: &Identifier) -> Result<Arc<TableDef>> {
        let table = self.stored(name)?;
        if table.materialized.is_some() {
            let text = format!("\"{}\" is a materialized view, not a table", name.name);
            return Err(Error::sql(SqlState::WRONG_OBJECT_TYPE, text).at(name.position));
        }
        Ok(table)
    }

    /// A table or a materialized view that must exist.
    fn stored(&self, name: &Identifier) -> Result<Arc<TableDef>> {
        self.catalog.table(&name.name).cloned().ok_or_else(|| {
            if self.catalog.view(&name.name).is_some() {
                let text = format!("\"{}\" is a view, not a table", name.name);
                return Error::sql(SqlState::WRONG_OBJECT_TYPE, text).at(name.position);
            }
            let error = Error::sql(
                SqlState::UNDEFINED_TABLE,
                format!("table \"{}\" does not exist", name.name),
            )
            .at(name.position);
            let tables = self.catalog.tables().iter().map(|t| t.name.as_str());
            let views = self.catalog.views().iter().map(|view| view.name.as_str());
            suggest::hint(error, &name.name, tables.chain(views))
        })
    }

    /// An expression that sees no columns, such as that of LIMIT.
    fn free_expr(&mut self, expr: &ast::Expr, place: &'static str) -> Result<Expr> {
        let scope = Scope::default();
        ExprBinder::new(self, &scope, Aggregation::Refused(place)).expr(expr)
    }

    /// A condition in a scope, where aggregates are refused.
    fn condition(&mut self, expr: &ast::Expr, scope: &Scope, place: &'static str) -> Result<Expr> {
        ExprBinder::new(self, scope, Aggregation::Refused(place)).condition(expr, place)
    }

    /// An INTEGER that sees no columns.
    fn row_count(&mut self, expr: &ast::Expr, place: &'static str) -> Result<Expr> {
        let mut bound = self.free_expr(expr, place)?;
        typing::decide(
            &mut self.parameters,
            &mut bound,
            SqlType::Integer,
            typing::Strength::Exact,
        )?;
        match bound.ty {
            SqlType::Integer | SqlType::Unknown => Ok(bound),
            other => Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("{place} takes an INTEGER, not {other}"),
            )
            .at(bound.position)),
        }
    }
}

/// The text parses, and says something that no statement can mean.
fn syntax_error(message: &str) -> Error {
    Error::sql(SqlState::SYNTAX_ERROR, message)
}
