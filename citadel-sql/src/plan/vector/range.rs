//! Distance ranges: conjuncts that keep the rows within a radius of a constant.
//!
//! `column <-> constant < r`, `<=`, `=`, BETWEEN, and the same with the sides exchanged, say how far a search has to go.
//! They leave the WHERE clause, since a vector plan holds them against the distances that it computes anyway.

use super::condition::Comparison;
use super::distance_key::DistanceKey;
use crate::bind::bound::{BinaryOp, Expr, ExprKind, RelationNo};
use crate::plan::expr::{is_constant, is_same};
use crate::schema::TableDef;

/// Which distances are asked for: all ends must hold, and at least one bounds from above. No NULL satisfies them.
#[derive(Clone, Debug)]
pub(crate) struct DistanceRange {
    /// How a distance must compare with a constant.
    pub(crate) ends: Vec<(Comparison, Expr)>,
    /// The conjuncts that say so, for EXPLAIN.
    pub(crate) conjuncts: Vec<Expr>,
}

impl DistanceRange {
    /// Takes the range of a distance out of a WHERE clause; which is left as it is if nothing bounds from above.
    pub(super) fn take(
        filter: &mut Vec<Expr>,
        key: &DistanceKey,
        relation: RelationNo,
        table: &TableDef,
    ) -> Option<Self> {
        let mut range = Self {
            ends: Vec::new(),
            conjuncts: Vec::new(),
        };
        let mut rest = Vec::with_capacity(filter.len());
        for conjunct in filter.iter() {
            match ends(conjunct, relation, table) {
                Some((other, ends)) if other.is_same(key) => {
                    range.ends.extend(ends);
                    range.conjuncts.push(conjunct.clone());
                }
                _ => rest.push(conjunct.clone()),
            }
        }
        if !range.ends.iter().any(is_upper) {
            return None;
        }
        *filter = rest;
        Some(range)
    }

    /// The first distance that a WHERE clause bounds from above.
    pub(super) fn key(
        filter: &[Expr],
        relation: RelationNo,
        table: &TableDef,
    ) -> Option<DistanceKey> {
        filter
            .iter()
            .filter_map(|conjunct| ends(conjunct, relation, table))
            .find_map(|(key, ends)| ends.iter().any(is_upper).then_some(key))
    }
}

impl DistanceKey {
    /// Is it the same distance?
    fn is_same(&self, other: &Self) -> bool {
        self.metric == other.metric
            && self.vector.indexed == other.vector.indexed
            && is_same(&self.query, &other.query)
    }
}

fn is_upper((comparison, _): &(Comparison, Expr)) -> bool {
    matches!(
        comparison,
        Comparison::Lt | Comparison::LtEq | Comparison::Eq
    )
}

/// What a conjunct says of a distance.
fn ends(
    conjunct: &Expr,
    relation: RelationNo,
    table: &TableDef,
) -> Option<(DistanceKey, Vec<(Comparison, Expr)>)> {
    let key = |expr: &Expr| DistanceKey::of(expr, relation, table);
    match &conjunct.kind {
        ExprKind::Binary { op, left, right } if *op != BinaryOp::NotEq => {
            let comparison = Comparison::of(*op)?;
            let (key, comparison, value) = match key(left) {
                Some(key) => (key, comparison, right),
                None => (key(right)?, comparison.mirrored(), left),
            };
            is_constant(value).then(|| (key, vec![(comparison, (**value).clone())]))
        }
        ExprKind::Between {
            operand,
            low,
            high,
            negated: false,
        } if is_constant(low) && is_constant(high) => {
            let ends = vec![
                (Comparison::GtEq, (**low).clone()),
                (Comparison::LtEq, (**high).clone()),
            ];
            Some((key(operand)?, ends))
        }
        _ => None,
    }
}
