//! UNION, INTERSECT and EXCEPT.

use super::Binder;
use super::bound::{ColumnId, Expr, From, Query, SetOperator};
use super::scope::{Scope, ScopeRelation};
use super::typing;
use crate::ast;
use crate::error::{Error, Result, SqlState};

impl Binder<'_> {
    /// A set operation as a relation: named as the first input's columns, of the types that all inputs agree on.
    pub(super) fn set_operation(&mut self, operation: &ast::SetOperation) -> Result<(From, Scope)> {
        let ast::SetOperation {
            operator,
            all,
            inputs,
            position,
        } = operation;
        let mut inputs = inputs
            .iter()
            .map(|input| self.set_input(input))
            .collect::<Result<Vec<Query>>>()?;
        let names: Vec<String> = match inputs.first() {
            Some(first) => first.output.iter().map(|o| o.name.clone()).collect(),
            None => Vec::new(),
        };
        if inputs.iter().any(|input| input.output.len() != names.len()) {
            return Err(Error::sql(
                SqlState::SYNTAX_ERROR,
                format!(
                    "each query of {} must have the same number of columns",
                    operator.name()
                ),
            )
            .at(*position));
        }
        let mut types = Vec::with_capacity(names.len());
        for at in 0..names.len() {
            let mut column: Vec<&mut Expr> = inputs
                .iter_mut()
                .filter_map(|input| input.output.get_mut(at))
                .map(|output| &mut output.expr)
                .collect();
            types.push(
                typing::unify_results(&mut self.parameters, &mut column, operator.name())
                    .map_err(|error| error.at(*position))?,
            );
        }
        let relation = self.new_relation()?;
        for input in &inputs {
            for (column, output) in (0..).zip(&input.output) {
                let id = |relation| ColumnId { relation, column };
                let Some(collation) = self.collations.get(&id(input.relation)).copied() else {
                    continue;
                };
                if *operator != SetOperator::Union || !*all {
                    let what = format!(
                        "{} of a text with a collation other than \"C\"",
                        operator.name()
                    );
                    return Err(Error::unsupported(what)
                        .at(output.expr.position.or(*position))
                        .hint("say COLLATE \"C\""));
                }
                self.note_collation(id(relation), collation);
            }
        }
        let scope = Scope::of(
            ScopeRelation {
                name: String::new(),
                no: relation,
                has_rowid: false,
            },
            names.iter().cloned().zip(types),
        );
        let from = From::SetOperation {
            relation,
            operator: *operator,
            all: *all,
            inputs,
            names,
        };
        Ok((from, scope))
    }

    /// An input whose output may be converted: DISTINCT, an order or a limit stay as they are, below.
    pub(super) fn set_input(&mut self, input: &ast::QueryBody) -> Result<Query> {
        let query = self.body(input, &[])?;
        let is_plain = !query.distinct
            && query.order_by.is_empty()
            && query.limit.is_none()
            && query.offset.is_none();
        if is_plain {
            return Ok(query);
        }
        let (from, scope) = self.query_relation(query, "", &[])?;
        self.everything(from, &scope)
    }
}
