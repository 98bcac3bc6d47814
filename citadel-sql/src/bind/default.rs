//! DEFAULT: a constant, or an expression that is bound anew in each statement that leaves the column out.

use super::bound::{ColumnId, Expr, ExprKind, NewDefault, RelationNo};
use super::expr::{Aggregation, ExprBinder};
use super::print::Printer;
use super::row_expression::{forget_positions, parse_expression};
use super::same::same;
use super::scope::Scope;
use super::typing::{self, Strength};
use super::{Binder, constant};
use crate::ast;
use crate::error::{Error, Result, SqlState};
use crate::functions::Needs;
use crate::schema::{ColumnDef, ColumnDefault, DefaultText, SequenceId};
use crate::types::{SqlType, Value, assign_in, can_assign, literal_text};

impl Binder<'_> {
    /// What DEFAULT says of a column.
    pub(super) fn new_default(
        &mut self,
        expr: &ast::Expr,
        column: &ColumnDef,
    ) -> Result<NewDefault> {
        let at = expr.position;
        let mut bound = self.default_expr(expr)?;
        if bound.has_subquery() {
            return Err(Error::unsupported("a query in DEFAULT").at(at));
        }
        if !self.parameters.names.is_empty() {
            return Err(Error::unsupported("a parameter in DEFAULT").at(at));
        }
        typing::decide(&mut self.parameters, &mut bound, column.ty, Strength::Exact)?;
        if column.ty == SqlType::Numeric && self.parameters.is_decimal(&bound) {
            self.parameters.convert(&mut bound, column.ty)?;
        }
        if !can_assign(bound.ty, column.ty) {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "column \"{}\" is {}, its default {}",
                    column.name, column.ty, bound.ty
                ),
            )
            .at(at));
        }
        if let Some(value) = constant::evaluate(&bound)? {
            let value = self.constant_default(value, column);
            return value.map(NewDefault::Value).map_err(|error| error.at(at));
        }
        let text = self
            .default_text(&bound)?
            .ok_or_else(|| Error::unsupported("this kind of DEFAULT").at(at))?;
        let mut value = bound;
        self.assign(&mut value, column)?;
        Ok(NewDefault::Computed {
            text,
            value: Box::new(value),
        })
    }

    fn constant_default(&mut self, value: Value, column: &ColumnDef) -> Result<Value> {
        let zone = self.parameters.zone_for(value.sql_type(), column.ty);
        let value = assign_in(value, column.ty, zone)?;
        let Some(limit) = column.limit else {
            return Ok(value);
        };
        let value = limit.fit(value)?;
        // What domains say is for the rows that get it.
        if let Some(limit) = limit.without_domains() {
            limit.check(value.as_ref())?;
        }
        Ok(value)
    }

    /// The default of a column as a value for it.
    pub(super) fn default_value(&mut self, column: &ColumnDef) -> Result<Expr> {
        let text = match &column.default {
            ColumnDefault::Value(value) => {
                return Ok(Expr {
                    kind: ExprKind::Literal(value.clone()),
                    ty: column.ty,
                    position: None,
                });
            }
            ColumnDefault::Computed(text) => text,
        };
        let mut bound = self.read_default(text)?;
        self.assign(&mut bound, column)?;
        Ok(bound)
    }

    /// The meaning of a default's text. Places in it mean nothing to anyone.
    fn read_default(&mut self, text: &DefaultText) -> Result<Expr> {
        let parsed = parse_expression(&text.sql(|id| id.0.to_string()))?;
        self.view_depth += 1;
        let bound = self.default_expr(&parsed);
        self.view_depth -= 1;
        let mut bound = bound?;
        forget_positions(&mut bound);
        Ok(bound)
    }

    fn default_expr(&mut self, expr: &ast::Expr) -> Result<Expr> {
        // It sees no names of the statement that it stands in.
        let (ctes, around) = (
            std::mem::take(&mut self.ctes),
            std::mem::take(&mut self.around),
        );
        let scope = Scope::default();
        let bound = ExprBinder::new(self, &scope, Aggregation::Refused("DEFAULT")).expr(expr);
        (self.ctes, self.around) = (ctes, around);
        bound
    }

    /// The text of a default. `None`: it has none that means the same.
    fn default_text(&mut self, bound: &Expr) -> Result<Option<DefaultText>> {
        let mut gapped = bound.clone();
        cut_sequences(&mut gapped);
        let (mut sql, mut gaps) = (String::new(), Vec::new());
        let mut printer = Printer {
            column: &mut |out, id| gaps.push((out.len(), SequenceId(u64::from(id.column)))),
            constant: literal_text,
        };
        printer.print_expr(&mut sql, &gapped, false);
        let (mut pieces, mut from) = (Vec::with_capacity(gaps.len()), 0);
        for (at, id) in gaps {
            pieces.push((sql[from..at].to_owned(), id));
            from = at;
        }
        let text = DefaultText {
            pieces,
            tail: sql[from..].to_owned(),
        };
        let Ok(read) = self.read_default(&text) else {
            return Ok(None);
        };
        Ok(same(&timeless(bound), &timeless(&read)).then_some(text))
    }
}

/// Puts columns in the places of sequences, which have none else here: so the printer tells where they stand.
fn cut_sequences(expr: &mut Expr) {
    if let ExprKind::Function {
        function,
        arguments,
    } = &mut expr.kind
        && function.needs == Needs::Sequences
        && let Some(named) = arguments.first_mut()
        && let ExprKind::Literal(Value::Integer(id)) = named.kind
        && let Ok(column) = u32::try_from(id)
    {
        named.kind = ExprKind::Column(ColumnId {
            relation: RelationNo(0),
            column,
        });
    }
    expr.for_each_child_mut(&mut cut_sequences);
}

/// The same without the numbers of the parameters that moments are: each statement has its own.
fn timeless(expr: &Expr) -> Expr {
    fn forget(expr: &mut Expr) {
        if let ExprKind::Parameter(index) = &mut expr.kind {
            *index = 0;
        }
        expr.for_each_child_mut(&mut forget);
    }
    let mut expr = expr.clone();
    forget(&mut expr);
    expr
}
