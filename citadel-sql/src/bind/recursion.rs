//! WITH RECURSIVE: a query that names itself.
//!
//! Of the queries that UNION joins, those that do not name it say with which rows it begins, and decide the types of its
//! columns; the others make more rows of those that were new the last time, until there are none.

use super::Binder;
use super::bound::{Expr, ExprKind, From, Query, RelationNo};
use super::from::renamed;
use super::scope::{Scope, ScopeRelation};
use super::typing;
use crate::ast::{self, Identifier, QueryBody, SetOperation, SetOperator};
use crate::error::{Error, Result, SqlState};
use crate::types::{SqlType, Value};

/// A query that is being bound and may name itself.
pub(super) struct Recursion {
    /// Has it?
    is_named: bool,
    /// In how many queries inside expressions it lies.
    subquery_depth: usize,
    /// What its name stands for, once the rows with which it begins are bound.
    working: Option<Working>,
}

#[derive(Clone)]
struct Working {
    no: RelationNo,
    columns: Vec<(String, SqlType)>,
}

impl Binder<'_> {
    /// The query of a name of WITH RECURSIVE, which stands at that place.
    pub(super) fn recursive_query(
        &mut self,
        at: usize,
        query: &ast::Query,
        names: &[Identifier],
    ) -> Result<Query> {
        let bound = match &query.body {
            QueryBody::SetOperation(operation) if operation.operator == SetOperator::Union => {
                self.recursion(at, operation, names)?
            }
            _ => None,
        };
        let Some(bound) = bound else {
            return self
                .with_recursion(at, None, |binder| binder.query(query))
                .0;
        };
        let is_bare = query.with.is_empty()
            && query.order_by.is_empty()
            && query.limit.is_none()
            && query.offset.is_none();
        if !is_bare {
            return Err(Error::unsupported(
                "WITH, ORDER BY or LIMIT in a query that names itself",
            ));
        }
        Ok(bound)
    }

    /// A UNION as a recursion, if one of its queries names it.
    fn recursion(
        &mut self,
        at: usize,
        operation: &SetOperation,
        names: &[Identifier],
    ) -> Result<Option<Query>> {
        let (mut firsts, mut steps) = (Vec::new(), Vec::new());
        for input in &operation.inputs {
            let tried = self.with_recursion(at, None, |binder| binder.body(input, &[]));
            match tried {
                (_, true) if firsts.is_empty() => {
                    return Err(Error::sql(
                        SqlState::INVALID_RECURSION,
                        "a query that names itself needs a UNION that begins with one that does not",
                    )
                    .at(operation.position));
                }
                (_, true) => steps.push(input.clone()),
                (Ok(_), false) => firsts.push(input.clone()),
                (Err(error), false) => return Err(error),
            }
        }
        if steps.is_empty() {
            return Ok(None);
        }
        let mut first = self.one_of(operation, firsts)?;
        for output in &mut first.output {
            typing::settle(&mut output.expr);
        }
        let columns = first.output.iter();
        let columns = columns.map(|output| (output.name.clone(), output.expr.ty));
        let working = Working {
            no: self.new_relation()?,
            columns: renamed(columns.collect(), names)?,
        };
        let steps = self.with_recursion(at, Some(working.clone()), |binder| {
            binder.one_of(operation, steps)
        });
        let mut step = steps.0?;
        if aggregates(&step, working.no) {
            return Err(Error::sql(
                SqlState::INVALID_RECURSION,
                "a recursion cannot aggregate its own rows",
            )
            .at(operation.position));
        }
        self.fit(&first, &mut step, operation)?;
        let relation = self.new_relation()?;
        let scope = Scope::of(
            ScopeRelation {
                name: String::new(),
                no: relation,
                has_rowid: false,
            },
            working.columns.iter().cloned(),
        );
        let from = From::Recursive {
            relation,
            no: working.no,
            all: operation.all,
            first: Box::new(first),
            step: Box::new(step),
            names: working.columns.into_iter().map(|(name, _)| name).collect(),
        };
        self.everything(from, &scope).map(Some)
    }

    /// The rows of all these queries, in a form that takes conversions.
    fn one_of(&mut self, operation: &SetOperation, inputs: Vec<QueryBody>) -> Result<Query> {
        if let [input] = inputs.as_slice() {
            return self.set_input(input);
        }
        let (from, scope) = self.set_operation(&SetOperation {
            operator: SetOperator::Union,
            all: true,
            inputs,
            position: operation.position,
        })?;
        self.everything(from, &scope)
    }

    /// The types of the first rows hold for all.
    fn fit(&mut self, first: &Query, step: &mut Query, operation: &SetOperation) -> Result<()> {
        if step.output.len() != first.output.len() {
            return Err(Error::sql(
                SqlState::SYNTAX_ERROR,
                "each query of UNION must have the same number of columns",
            )
            .at(operation.position));
        }
        for (place, (from, to)) in step.output.iter_mut().zip(&first.output).enumerate() {
            let found = from.expr.ty;
            let mut model = Expr {
                kind: ExprKind::Literal(Value::Null),
                ty: to.expr.ty,
                position: None,
            };
            let common = typing::unify_results(
                &mut self.parameters,
                &mut [&mut model, &mut from.expr],
                "UNION",
            )?;
            if common != to.expr.ty.evaluated() {
                return Err(Error::sql(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "column {} of the recursion begins as {} and goes on as {found}",
                        place + 1,
                        to.expr.ty
                    ),
                )
                .at(from.expr.position.or(operation.position))
                .hint("convert the first with CAST"));
            }
        }
        Ok(())
    }

    /// Binds what may name a query of WITH inside itself, and says whether it does.
    fn with_recursion<T>(
        &mut self,
        at: usize,
        working: Option<Working>,
        run: impl FnOnce(&mut Self) -> Result<T>,
    ) -> (Result<T>, bool) {
        self.ctes[at].recursion = Some(Recursion {
            is_named: false,
            subquery_depth: self.subquery_depth,
            working,
        });
        let result = run(self);
        let recursion = self.ctes[at].recursion.take();
        (
            result,
            recursion.is_some_and(|recursion| recursion.is_named),
        )
    }

    /// The name of a query inside itself.
    pub(super) fn working_relation(
        &mut self,
        at: usize,
        name: String,
        renames: &[Identifier],
    ) -> Result<(From, Scope)> {
        let mut in_expression = false;
        let recursion = self.ctes[at].recursion.as_mut();
        let working = recursion.and_then(|recursion| {
            recursion.is_named = true;
            in_expression = self.subquery_depth > recursion.subquery_depth;
            recursion.working.clone()
        });
        if working.is_some() && in_expression {
            return Err(Error::sql(
                SqlState::INVALID_RECURSION,
                format!("\"{name}\" names itself in a query inside an expression"),
            ));
        }
        let Some(Working { no, columns }) = working else {
            return Err(Error::sql(
                SqlState::INVALID_RECURSION,
                format!("\"{name}\" names itself other than in one of the queries of a UNION"),
            ));
        };
        let relation = self.new_relation()?;
        let columns = renamed(columns, renames)?;
        let from = From::Working {
            relation,
            no,
            alias: name.clone(),
            names: columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        let scope = ScopeRelation {
            name,
            no: relation,
            has_rowid: false,
        };
        Ok((from, Scope::of(scope, columns)))
    }
}

/// Does the query, or one in its FROM clause, aggregate the rows of a recursion?
fn aggregates(query: &Query, no: RelationNo) -> bool {
    let (mut reads, mut inside) = (false, false);
    look(&query.from, no, &mut reads, &mut inside);
    inside || (reads && query.grouping.is_some())
}

/// Whether FROM reads the rows, and whether a query inside it aggregates them.
fn look(from: &From, no: RelationNo, reads: &mut bool, inside: &mut bool) {
    match from {
        From::Working { no: of, .. } => *reads |= *of == no,
        From::Query { query, .. } => {
            *inside |= aggregates(query, no);
            look(&query.from, no, reads, inside);
        }
        From::SetOperation { inputs, .. } => {
            for query in inputs {
                *inside |= aggregates(query, no);
                look(&query.from, no, reads, inside);
            }
        }
        From::Join { left, right, .. } => {
            look(left, no, reads, inside);
            look(right, no, reads, inside);
        }
        From::Lateral { left, right, .. } => {
            *inside |= aggregates(right, no);
            look(left, no, reads, inside);
            look(&right.from, no, reads, inside);
        }
        From::Extend { input, .. } => look(input, no, reads, inside),
        From::Recursive { first, step, .. } => {
            *inside |= aggregates(first, no) || aggregates(step, no);
        }
        From::Nothing | From::Values { .. } | From::Table { .. } | From::Function { .. } => {}
    }
}
