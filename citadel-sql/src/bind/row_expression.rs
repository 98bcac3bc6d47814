//! Expressions of the columns of one row, which an index can be on.

use super::Binder;
use super::bound::{Expr, ExprKind, Parameters, RelationNo};
use super::expr::{Aggregation, ExprBinder};
use super::scope::{Scope, ScopeRelation};
use crate::ast::{self, QueryBody, SelectItem, StatementKind};
use crate::error::{Error, Result, SqlState};
use crate::parse::parse;
use crate::schema::{Catalog, RowText, TableDef, quoted};
use crate::types::temporal::Zone;
use crate::types::{SqlType, VectorType};

impl Binder<'_> {
    /// An expression of the columns of one table.
    pub(super) fn row_expression(
        &mut self,
        expr: &ast::Expr,
        table: &TableDef,
        relation: RelationNo,
    ) -> Result<Expr> {
        self.note_collations(table, relation);
        let scope = rows_of(table, relation);
        let bound = ExprBinder::new(self, &scope, Aggregation::Refused("an index")).expr(expr)?;
        refuse_queries(&bound)?;
        Ok(bound)
    }

    /// The condition of an index.
    pub(super) fn row_condition(
        &mut self,
        expr: &ast::Expr,
        table: &TableDef,
        relation: RelationNo,
    ) -> Result<Expr> {
        self.note_collations(table, relation);
        let scope = rows_of(table, relation);
        let bound = self.condition(expr, &scope, "the condition of an index")?;
        refuse_queries(&bound)?;
        check_immutable(&bound)?;
        Ok(bound)
    }
}

fn rows_of(table: &TableDef, relation: RelationNo) -> Scope {
    Scope::of(
        ScopeRelation {
            name: table.name.clone(),
            no: relation,
            has_rowid: false,
        },
        table.columns.iter().map(|c| (c.name.clone(), c.ty)),
    )
}

fn refuse_queries(expr: &Expr) -> Result<()> {
    match expr.has_subquery() {
        false => Ok(()),
        true => Err(Error::sql(
            SqlState::INVALID_DEFINITION,
            "an index cannot be on what a query says",
        )
        .at(expr.position)),
    }
}

/// Refuses what does not depend on a row alone.
pub(super) fn check_immutable(expr: &Expr) -> Result<()> {
    let mut has_parameters = false;
    find_parameters(expr, &mut has_parameters);
    match has_parameters || !expr.is_immutable() {
        false => Ok(()),
        true => Err(not_of_a_row(expr)),
    }
}

fn not_of_a_row(expr: &Expr) -> Error {
    Error::sql(
        SqlState::INVALID_DEFINITION,
        "an index is on columns of its table, or on what is computed from them and constants alone",
    )
    .at(expr.position)
}

/// Gives an expression over the rows of one table its meaning: what an index of that table is on.
fn bind_row_expression(expr: &ast::Expr, table: &TableDef, relation: RelationNo) -> Result<Expr> {
    // Nothing but the types that its columns have.
    let types = Catalog::of_types(table.columns.iter().map(|column| column.ty));
    let parameters = Parameters::new(&[], &Zone::default());
    let mut binder = Binder::new(&types, "", parameters);
    binder.row_expression(expr, table, relation)
}

/// The meaning of an expression's text. Places in it mean nothing to anyone.
///
/// # Errors
/// It means nothing to this version.
pub(crate) fn bind_row_text(
    text: &RowText,
    table: &TableDef,
    relation: RelationNo,
) -> Result<Expr> {
    let expr = parse_expression(&text.sql(table, quoted))?;
    let mut bound = bind_row_expression(&expr, table, relation)?;
    forget_positions(&mut bound);
    Ok(bound)
}

/// The text of an expression that the catalog keeps, parsed.
///
/// # Errors
/// It does not parse in this version.
pub(super) fn parse_expression(text: &str) -> Result<ast::Expr> {
    let mut parsed = parse(&format!("SELECT {text}"))?;
    let item = match parsed.pop().map(|parsed| parsed.statement.kind) {
        Some(StatementKind::Query(query)) => match query.body {
            QueryBody::Select(mut select) => select.items.pop(),
            QueryBody::Values(_) | QueryBody::SetOperation(_) | QueryBody::Query(_) => None,
        },
        _ => None,
    };
    match item {
        Some(SelectItem::Expr { expr, alias: None }) => Ok(expr),
        _ => Err(Error::sql(SqlState::SYNTAX_ERROR, "it is no expression")),
    }
}

/// Takes the places in the text off an expression.
pub(super) fn forget_positions(expr: &mut Expr) {
    expr.position = None;
    expr.for_each_child_mut(&mut forget_positions);
}

/// The vectors that an expression gives, where an ann index can be on it.
pub(super) fn indexable(expr: &Expr, table: &TableDef) -> Result<VectorType> {
    let what = match &expr.kind {
        ExprKind::Column(id) => match table.columns.get(id.column as usize) {
            Some(column) => format!("column \"{}\"", column.name),
            None => "this".to_owned(),
        },
        _ => "this expression".to_owned(),
    };
    let error =
        |message: String| Error::sql(SqlState::DATATYPE_MISMATCH, message).at(expr.position);
    let mut no_columns = true;
    expr.for_each_column(&mut |_| no_columns = false);
    check_immutable(expr)?;
    if no_columns {
        return Err(not_of_a_row(expr));
    }
    match expr.ty {
        SqlType::Vector(vector) if vector.dim.is_some() => Ok(vector),
        SqlType::Vector(vector) => Err(error(format!(
            "an ann index is on vectors of one dimension, and that of this {vector} is not known"
        ))
        .hint("say it with a cast: ((…)::VECTOR(128))")),
        found => Err(error(format!(
            "an ann index is on a VECTOR, and {what} is {found}"
        ))),
    }
}

fn find_parameters(expr: &Expr, found: &mut bool) {
    *found |= matches!(expr.kind, ExprKind::Parameter(_));
    expr.for_each_child(&mut |child| find_parameters(child, found));
}
