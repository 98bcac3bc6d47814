//! Queries inside expressions that equalities alone tie to the query around: all their answers make a table, by the keys
//! that the equalities compare.

use super::expr::split_conjuncts;
use crate::bind::bound::{
    BinaryOp, ColumnId, Expr, ExprKind, OutputColumn, Query, Subquery, SubqueryKind,
};
use crate::types::{SqlType, Value};

/// A query for all keys at once.
pub(super) struct Keyed {
    /// Gives the keys, and then the value that the one for a single row gives; nothing for EXISTS.
    pub(super) query: Query,
    /// What the keys must equal, over the query around.
    pub(super) keys: Vec<Expr>,
    /// The value of a key that is not there, where that is not NULL: of an aggregate over no rows.
    pub(super) otherwise: Option<Query>,
}

/// The query for all keys, if there is one.
pub(super) fn keyed(subquery: &Subquery, query: &Query) -> Option<Keyed> {
    if subquery.arguments.is_empty() {
        return Some(Keyed {
            query: query.clone(),
            keys: Vec::new(),
            otherwise: None,
        });
    }
    // A window would see the rows of all keys.
    if query.limit.is_some()
        || query.offset.is_some()
        || query.windows.is_some()
        || query.distinct_on.is_some()
    {
        return None;
    }
    let reads = |expr: &Expr| expr.reads_parameter(&|at| is_argument(subquery, at));
    let (mut inner, mut keys, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    let mut conjuncts = Vec::new();
    split_conjuncts(query.filter.clone()?, &mut conjuncts);
    for conjunct in conjuncts {
        match equality(&conjunct, subquery) {
            Some((own, around)) if !reads(own) => {
                inner.push(own.clone());
                keys.push(around.clone());
            }
            _ => rest.push(conjunct),
        }
    }
    let mut query = query.clone();
    query.filter = rest.into_iter().reduce(and);
    let is_tied = query.reads_parameter(&|at| is_argument(subquery, at));
    if inner.is_empty() || is_tied {
        return None;
    }
    query.order_by.clear();
    match (subquery.kind, query.grouping.is_some()) {
        (SubqueryKind::Exists, false) => {
            query.output = inner.into_iter().map(output).collect();
        }
        (SubqueryKind::Any(_), false) => {
            query.distinct = false;
            query.output = inner.into_iter().map(output).chain(query.output).collect();
        }
        (SubqueryKind::Scalar, false) if !query.distinct => {
            query.output = inner.into_iter().map(output).chain(query.output).collect();
        }
        (SubqueryKind::Scalar, true) => return aggregated(query, inner, keys),
        _ => return None,
    }
    Some(Keyed {
        query,
        keys,
        otherwise: None,
    })
}

/// One group of all rows becomes a group for each key.
fn aggregated(mut query: Query, inner: Vec<Expr>, keys: Vec<Expr>) -> Option<Keyed> {
    let mut nothing = query.clone();
    nothing.filter = Some(Expr {
        kind: ExprKind::Literal(Value::Boolean(false)),
        ty: SqlType::Boolean,
        position: None,
    });
    let grouping = query.grouping.as_mut()?;
    if !grouping.keys.is_empty()
        || !grouping.sets.is_empty()
        || grouping.having.is_some()
        || query.distinct
    {
        return None;
    }
    let shift = u32::try_from(inner.len()).ok()?;
    let relation = grouping.relation;
    for output in &mut query.output {
        shift_columns(&mut output.expr, &mut |id| {
            if id.relation == relation {
                id.column += shift;
            }
        });
    }
    let columns = (0..).zip(&inner).map(|(column, key)| {
        output(Expr {
            kind: ExprKind::Column(ColumnId { relation, column }),
            ty: key.ty,
            position: None,
        })
    });
    query.output = columns.chain(query.output).collect();
    grouping.keys = inner;
    Some(Keyed {
        query,
        keys,
        otherwise: Some(nothing),
    })
}

fn shift_columns(expr: &mut Expr, shift: &mut dyn FnMut(&mut ColumnId)) {
    if let ExprKind::Column(id) = &mut expr.kind {
        shift(id);
    }
    expr.for_each_child_mut(&mut |child| shift_columns(child, shift));
}

/// The sides of an equality with a value of the query around: the own one, and what the other is there.
fn equality<'a>(conjunct: &'a Expr, subquery: &'a Subquery) -> Option<(&'a Expr, &'a Expr)> {
    let ExprKind::Binary {
        op: BinaryOp::Eq,
        left,
        right,
    } = &conjunct.kind
    else {
        return None;
    };
    let around = |expr: &Expr| match expr.kind {
        ExprKind::Parameter(at) => {
            let mut arguments = subquery.arguments.iter();
            arguments.find(|(parameter, _)| *parameter == at)
        }
        _ => None,
    };
    match (around(left), around(right)) {
        (None, Some((_, value))) => Some((left, value)),
        (Some((_, value)), None) => Some((right, value)),
        _ => None,
    }
}

fn is_argument(subquery: &Subquery, parameter: usize) -> bool {
    subquery.arguments.iter().any(|(at, _)| *at == parameter)
}

fn and(left: Expr, right: Expr) -> Expr {
    Expr {
        position: left.position,
        ty: SqlType::Boolean,
        kind: ExprKind::Binary {
            op: BinaryOp::And,
            left: Box::new(left),
            right: Box::new(right),
        },
    }
}

fn output(expr: Expr) -> OutputColumn {
    OutputColumn {
        name: String::new(),
        expr,
    }
}
