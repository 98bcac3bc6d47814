//! The sort key that makes a query a vector search: a distance between a vector of each row and a constant.

use std::sync::Arc;

use crate::bind::bound::{DistanceMetric, Expr, ExprKind, RelationNo};
use crate::plan::expr::{is_constant, is_same};
use crate::schema::{ColumnNo, IndexKind, IndexedVector, TableDef};
use crate::store::RowVector;
use crate::types::SqlType;

/// `column <-> constant`, either way round: distances are symmetric. In place of the column, an expression that an ann index is
/// on.
#[derive(Clone, Debug)]
pub(crate) struct DistanceKey {
    pub(crate) metric: DistanceMetric,
    pub(crate) vector: Arc<RowVector>,
    /// The vector searched for; no column in it.
    pub(crate) query: Expr,
}

impl DistanceKey {
    /// Recognizes a distance from a stored vector of the relation.
    pub(super) fn of(expr: &Expr, relation: RelationNo, table: &TableDef) -> Option<Self> {
        let ExprKind::Distance {
            metric,
            left,
            right,
        } = &expr.kind
        else {
            return None;
        };
        let (operand, query) = match (is_constant(left), is_constant(right)) {
            (false, true) => (left, right),
            (true, false) => (right, left),
            _ => return None,
        };
        let vector = match vector_column(operand, relation, table) {
            Some(no) => RowVector::of_column(table, no, relation),
            None => indexed_expression(operand, relation, table)?,
        };
        Some(Self {
            metric: *metric,
            vector: Arc::new(vector),
            query: (**query).clone(),
        })
    }
}

/// The expression that an ann index of the table is on, if it says the same.
fn indexed_expression(expr: &Expr, relation: RelationNo, table: &TableDef) -> Option<RowVector> {
    let indexes = table.indexes.iter();
    let expressions = indexes.filter_map(|index| {
        match &index.kind {
        IndexKind::Ann(ann) => Some(&ann.vector).filter(|vector| {
            matches!(vector, IndexedVector::Expression(e) if expr.ty == SqlType::Vector(e.ty))
        }),
        IndexKind::BTree(_) => None,
    }
    });
    expressions
        // One that has no meaning any more serves no query.
        .filter_map(|indexed| RowVector::bind(table, indexed, relation).ok())
        .find(|vector| is_same(&vector.expr, expr))
}

fn vector_column(expr: &Expr, relation: RelationNo, table: &TableDef) -> Option<ColumnNo> {
    let ExprKind::Column(id) = expr.kind else {
        return None;
    };
    let no = ColumnNo(u16::try_from(id.column).ok()?);
    let column = table.columns.get(usize::from(no.0))?;
    (id.relation == relation && matches!(column.ty, SqlType::Vector(_))).then_some(no)
}
