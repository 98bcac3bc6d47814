//! INSERT, and what it takes to store an expression in a column.

use std::sync::Arc;

use super::Binder;
use super::array::convert_elements;
use super::bound::{
    Conflict, ConflictAction, Expr, ExprKind, Insert, InsertSource, Query, RelationNo, Returning,
};
use super::expr::{Aggregation, ExprBinder};
use super::lake::refuse_lake;
use super::returning::Changing;
use super::same::same;
use super::scope::Scope;
use super::suggest;
use super::typing::{self, Strength};
use crate::ast::{self, Identifier, Overriding};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::{assignment_to, fit_within, zoned_assignment};
use crate::schema::{ColumnDef, ColumnDefault, ColumnNo, KeyGraph, TableDef};
use crate::types::temporal::needs_zone;
use crate::types::{ScalarType, SqlType, Value, assign_in, can_assign};

impl Binder<'_> {
    pub(super) fn insert(&mut self, insert: &ast::Insert) -> Result<Insert> {
        self.with_ctes(&insert.with, |binder| binder.insert_here(insert))
    }

    fn insert_here(&mut self, insert: &ast::Insert) -> Result<Insert> {
        let target = self.target(&insert.table, insert.alias.as_ref())?;
        self.insert_into(target, insert)
    }

    /// An INSERT into a table that is found.
    pub(super) fn insert_into(
        &mut self,
        (table, relation, scope): (Arc<TableDef>, RelationNo, Scope),
        insert: &ast::Insert,
    ) -> Result<Insert> {
        let mut columns = target_columns(&table, &insert.columns)?;
        // Without a list, the columns after those that are given get their defaults.
        let fewer = insert.columns.is_empty();
        let overriding = insert.overriding;
        let source = match &insert.source {
            ast::InsertSource::Defaults if insert.columns.is_empty() => InsertSource::DefaultValues,
            ast::InsertSource::Defaults => {
                return Err(Error::sql(
                    SqlState::SYNTAX_ERROR,
                    "DEFAULT VALUES takes no column list",
                )
                .at(insert.table.position));
            }
            ast::InsertSource::Values(values) => {
                if fewer && let Some(first) = values.rows.first() {
                    columns.truncate(first.len());
                }
                let rows = without_computed(&values.rows, (&table, overriding), &mut columns)?;
                let values = ast::Values { rows };
                InsertSource::Values(self.insert_rows(&values, &table, &columns, &insert.table)?)
            }
            ast::InsertSource::Query(query) => {
                let mut query = self.query(query)?;
                if fewer {
                    columns.truncate(query.output.len());
                }
                check_width(query.output.len(), &columns, &table, insert.table.position)?;
                for no in &mut columns {
                    match wanted(&table, *no, overriding) {
                        Wanted::Given => {}
                        Wanted::Default => {
                            return Err(computed(&table, *no, insert.table.position));
                        }
                        // What the query gives for it goes nowhere.
                        Wanted::Nothing => *no = NOWHERE,
                    }
                }
                for (output, no) in query.output.iter_mut().zip(&columns) {
                    if *no == NOWHERE {
                        continue;
                    }
                    let selected = output.expr.clone();
                    self.assign_output(&mut output.expr, &table, *no)?;
                    // What DISTINCT keeps apart and what ORDER BY orders stay the same expressions.
                    for key in &mut query.order_by {
                        if same(&key.expr, &selected) {
                            key.expr.clone_from(&output.expr);
                        }
                    }
                }
                InsertSource::Query(Box::new(query))
            }
        };
        let conflict = match &insert.on_conflict {
            Some(on) => {
                refuse_lake(&table, "ON CONFLICT", insert.table.position)?;
                Some(self.conflict(on, (&table, relation), &scope)?)
            }
            None => None,
        };
        if matches!(source, InsertSource::DefaultValues) {
            columns.clear();
        }
        Ok(Insert {
            defaults: self.computed_defaults(&table, &columns, conflict.as_ref())?,
            columns,
            keys: KeyGraph::of(self.catalog, &table),
            triggers: self.triggers(&table),
            relation,
            source,
            conflict,
            returning: self.returning(
                &insert.returning,
                (&table, relation),
                &scope,
                Changing::Written,
            )?,
            table,
        })
    }

    /// An INSERT of the rows of a query whose columns are fitted already.
    pub(super) fn insert_rows_of(
        &mut self,
        (table, relation): (Arc<TableDef>, RelationNo),
        columns: Vec<ColumnNo>,
        query: Query,
    ) -> Result<Insert> {
        Ok(Insert {
            defaults: self.computed_defaults(&table, &columns, None)?,
            columns,
            keys: KeyGraph::of(self.catalog, &table),
            triggers: self.triggers(&table),
            relation,
            source: InsertSource::Query(Box::new(query)),
            conflict: None,
            returning: Returning::default(),
            table,
        })
    }

    /// The defaults that are computed, of columns that are left out, and of those that REPLACE puts in the place of a NULL.
    fn computed_defaults(
        &mut self,
        table: &TableDef,
        given: &[ColumnNo],
        conflict: Option<&Conflict>,
    ) -> Result<Vec<(ColumnNo, Expr)>> {
        let replaces = conflict.is_some_and(|on| matches!(on.action, ConflictAction::Replace));
        let mut defaults = Vec::new();
        for (no, column) in (0..).map(ColumnNo).zip(&table.columns) {
            let is_wanted = !given.contains(&no) || (replaces && column.not_null);
            if is_wanted && matches!(column.default, ColumnDefault::Computed(_)) {
                defaults.push((no, self.default_value(column)?));
            }
        }
        Ok(defaults)
    }

    fn insert_rows(
        &mut self,
        values: &ast::Values,
        table: &TableDef,
        columns: &[ColumnNo],
        target: &Identifier,
    ) -> Result<Vec<Vec<Expr>>> {
        values
            .rows
            .iter()
            .map(|row| {
                let at = row.first().and_then(|expr| expr.position);
                check_width(row.len(), columns, table, at.or(target.position))?;
                row.iter()
                    .zip(columns)
                    .map(|(expr, no)| {
                        let scope = Scope::default();
                        self.value_for(expr, table, *no, &scope, "VALUES")
                    })
                    .collect()
            })
            .collect()
    }

    /// The value of a column in INSERT or UPDATE.
    pub(super) fn value_for(
        &mut self,
        expr: &ast::Expr,
        table: &TableDef,
        no: ColumnNo,
        scope: &Scope,
        place: &'static str,
    ) -> Result<Expr> {
        let column = table.column(no);
        if expr.kind == ast::ExprKind::Default {
            let value = self.default_value(column)?;
            return Ok(Expr {
                position: expr.position,
                ..value
            });
        }
        let mut bound = ExprBinder::new(self, scope, Aggregation::Refused(place)).expr(expr)?;
        self.assign(&mut bound, column)?;
        Ok(bound)
    }

    /// Fits an expression to a column: the same value, or an error here or when it is computed.
    pub(super) fn assign(&mut self, expr: &mut Expr, column: &ColumnDef) -> Result<()> {
        self.assign_type(expr, column)?;
        if let Some((function, most)) = column.limit.and_then(fit_within) {
            if let (ExprKind::Literal(value), Some(limit)) = (&mut expr.kind, column.limit) {
                *value = limit
                    .fit(std::mem::take(value))
                    .map_err(|error| error.at(expr.position))?;
                return Ok(());
            }
            let most = Expr {
                kind: ExprKind::Literal(Value::Integer(most)),
                ty: SqlType::Integer,
                position: None,
            };
            typing::wrap(expr, |operand| ExprKind::Function {
                function: function.into(),
                arguments: vec![*operand, most],
            });
        }
        Ok(())
    }

    fn assign_type(&mut self, expr: &mut Expr, column: &ColumnDef) -> Result<()> {
        typing::decide(&mut self.parameters, expr, column.ty, Strength::Exact)?;
        if column.ty == SqlType::Numeric && self.parameters.is_decimal(expr) {
            self.parameters.convert(expr, SqlType::Numeric)?;
        }
        if column.ty == SqlType::Array(ScalarType::Numeric) && can_assign(expr.ty, column.ty) {
            convert_elements(&mut self.parameters, expr, ScalarType::Numeric)?;
        }
        if !can_assign(expr.ty, column.ty) {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{}\" is {}, the value {}",
                    column.name, column.ty, expr.ty
                ),
            )
            .at(expr.position)
            .hint("convert it with CAST"));
        }
        if let ExprKind::Literal(value) = &mut expr.kind {
            let zone = self.parameters.zone_for(expr.ty, column.ty);
            *value = assign_in(std::mem::take(value), column.ty, zone)
                .map_err(|error| error.at(expr.position))?;
            expr.ty = column.ty;
            return Ok(());
        }
        let element = |ty: SqlType| ty.element().map_or(ty, ScalarType::sql_type);
        if element(expr.ty).is_moment()
            && needs_zone(expr.ty, column.ty)
            && let Some(function) = zoned_assignment(column.ty)
        {
            self.parameters.call_with_clock(expr, function, column.ty);
            return Ok(());
        }
        // What a vector's components may be is left to the writer, as its dimension is.
        let is_fitting = expr.ty == column.ty
            || matches!(
                (expr.ty, column.ty),
                (SqlType::Vector(_), SqlType::Vector(_))
            );
        if !is_fitting && let Some(function) = assignment_to(column.ty) {
            typing::wrap(expr, |operand| ExprKind::Function {
                function: function.into(),
                arguments: vec![*operand],
            });
            expr.ty = column.ty;
        }
        Ok(())
    }
}

/// The columns that an INSERT names, or all.
pub(super) fn target_columns(table: &TableDef, names: &[Identifier]) -> Result<Vec<ColumnNo>> {
    if names.is_empty() {
        return Ok((0..).map(ColumnNo).take(table.columns.len()).collect());
    }
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let no = column_of(table, name)?;
        if columns.contains(&no) {
            return Err(named_twice(name));
        }
        columns.push(no);
    }
    Ok(columns)
}

/// The place of a value that is left aside; no column has it.
const NOWHERE: ColumnNo = ColumnNo(u16::MAX);

/// What becomes of a value that is given for a column.
enum Wanted {
    /// The column gets it.
    Given,
    /// Only DEFAULT can stand there.
    Default,
    /// It is left aside.
    Nothing,
}

fn wanted(table: &TableDef, no: ColumnNo, overriding: Option<Overriding>) -> Wanted {
    let column = table.column(no);
    match (column.sequences.identity, overriding) {
        _ if column.generated.is_some() => Wanted::Default,
        (Some(_), Some(Overriding::User)) => Wanted::Nothing,
        (Some(identity), None) if identity.always => Wanted::Default,
        _ => Wanted::Given,
    }
}

/// Rows without the columns for which only DEFAULT can stand.
fn without_computed(
    rows: &[Vec<ast::Expr>],
    (table, overriding): (&TableDef, Option<Overriding>),
    columns: &mut Vec<ColumnNo>,
) -> Result<Vec<Vec<ast::Expr>>> {
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        let mut values = Vec::with_capacity(row.len());
        for (at, value) in row.iter().enumerate() {
            let Some(no) = columns.get(at) else {
                values.push(value.clone());
                continue;
            };
            match wanted(table, *no, overriding) {
                Wanted::Given => values.push(value.clone()),
                Wanted::Default if value.kind != ast::ExprKind::Default => {
                    return Err(computed(table, *no, value.position));
                }
                Wanted::Default | Wanted::Nothing => {}
            }
        }
        kept.push(values);
    }
    columns.retain(|no| matches!(wanted(table, *no, overriding), Wanted::Given));
    Ok(kept)
}

/// Takes the column no value but DEFAULT?
pub(super) fn is_computed(table: &TableDef, no: ColumnNo) -> bool {
    let column = table.column(no);
    let identity = column.sequences.identity;
    column.generated.is_some() || identity.is_some_and(|identity| identity.always)
}

/// A value is given for a computed column, or for an identity that takes none.
pub(super) fn computed(table: &TableDef, no: ColumnNo, at: Option<Position>) -> Error {
    if table.column(no).generated.is_none() {
        let name = &table.column(no).name;
        return Error::sql(
            SqlState::GENERATED_ALWAYS,
            format!(
                "column \"{name}\" is an identity column GENERATED ALWAYS, and takes no other value"
            ),
        )
        .at(at)
        .hint("write DEFAULT, or in INSERT OVERRIDING SYSTEM VALUE");
    }
    Error::sql(
        SqlState::GENERATED_ALWAYS,
        format!(
            "column \"{}\" is computed, and takes no other value",
            table.column(no).name
        ),
    )
    .at(at)
}

/// A column of a table that must exist.
pub(super) fn column_of(table: &TableDef, name: &Identifier) -> Result<ColumnNo> {
    table.column_no(&name.name).ok_or_else(|| {
        let error = Error::sql(
            SqlState::UNDEFINED_COLUMN,
            format!("table \"{}\" has no column \"{}\"", table.name, name.name),
        )
        .at(name.position);
        let names = table.columns.iter().map(|column| column.name.as_str());
        suggest::hint(error, &name.name, names)
    })
}

/// A list names a column more than once.
pub(super) fn named_twice(name: &Identifier) -> Error {
    Error::sql(
        SqlState::DUPLICATE_COLUMN,
        format!("column \"{}\" is named more than once", name.name),
    )
    .at(name.position)
}

fn check_width(
    given: usize,
    columns: &[ColumnNo],
    table: &TableDef,
    position: Option<Position>,
) -> Result<()> {
    if given == columns.len() {
        return Ok(());
    }
    Err(Error::sql(
        SqlState::SYNTAX_ERROR,
        format!(
            "INSERT into \"{}\" takes {} values, not {given}",
            table.name,
            columns.len()
        ),
    )
    .at(position))
}
