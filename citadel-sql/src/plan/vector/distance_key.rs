//! The sort key that makes a query a vector search: a distance between a vector column and a constant.

use crate::bind::bound::{DistanceMetric, Expr, ExprKind, RelationNo};
use crate::plan::expr::is_constant;
use crate::schema::{ColumnNo, TableDef};
use crate::types::SqlType;

/// `column <-> constant`, either way round: distances are symmetric.
#[derive(Clone, Debug)]
pub(crate) struct DistanceKey {
    pub(crate) metric: DistanceMetric,
    pub(crate) column: ColumnNo,
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
        let (column, query) = match vector_column(left, relation, table) {
            Some(column) => (column, right),
            None => (vector_column(right, relation, table)?, left),
        };
        is_constant(query).then(|| Self {
            metric: *metric,
            column,
            query: (**query).clone(),
        })
    }
}

fn vector_column(expr: &Expr, relation: RelationNo, table: &TableDef) -> Option<ColumnNo> {
    let ExprKind::Column(id) = expr.kind else {
        return None;
    };
    let no = ColumnNo(u16::try_from(id.column).ok()?);
    let column = table.columns.get(usize::from(no.0))?;
    (id.relation == relation && matches!(column.ty, SqlType::Vector(_))).then_some(no)
}
