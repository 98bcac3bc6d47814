//! Distances between vectors. A constant side is prepared once, so that its norm is not computed for each row.

use super::fold::is_constant;
use super::measure::Measure;
use super::node::Node;
use super::values::{Rows, Values};
use crate::batch::{Batch, Column};
use crate::bind::bound::DistanceMetric;
use crate::error::{Error, Position, Result, SqlState};
use crate::types::vector_text::dimension_mismatch;
use crate::types::{SqlType, Value, ValueRef};

/// `left <op> right`: all four distances are symmetric.
#[derive(Debug)]
pub(super) struct DistanceNode {
    metric: DistanceMetric,
    left: Node,
    right: Node,
    position: Option<Position>,
}

impl DistanceNode {
    /// A constant comes to the right.
    pub(super) fn new(
        metric: DistanceMetric,
        left: Node,
        right: Node,
        position: Option<Position>,
    ) -> Self {
        let (left, right) = if is_constant(&left) {
            (right, left)
        } else {
            (left, right)
        };
        Self {
            metric,
            left,
            right,
            position,
        }
    }

    pub(super) fn is_constant(&self) -> bool {
        is_constant(&self.left) && is_constant(&self.right)
    }

    pub(super) fn evaluate(&self, input: &Batch, rows: Rows<'_>) -> Result<Column> {
        let left = self.left.evaluate(input, rows)?;
        let right = self.right.evaluate(input, rows)?;
        self.measure(&left, &right, rows)
            .map_err(|error| error.at(self.position))
    }

    fn measure(&self, left: &Values<'_>, right: &Values<'_>, rows: Rows<'_>) -> Result<Column> {
        let prepared = match right {
            Values::Constant(Value::Vector(vector)) => Some(Measure::new(self.metric, vector)),
            _ => None,
        };
        let mut out = Column::new(SqlType::Real, rows.len());
        for i in 0..rows.len() {
            let (a, b) = match (left.get(i), right.get(i)) {
                (ValueRef::Null, _) | (_, ValueRef::Null) => {
                    out.push_null();
                    continue;
                }
                (ValueRef::Vector(a), ValueRef::Vector(b)) => (a, b),
                (a, b) => return Err(not_vectors(a, b)),
            };
            if a.len() != b.len() {
                return Err(dimension_mismatch(b.len(), a.len()));
            }
            let distance = match &prepared {
                Some(prepared) => prepared.distance(a)?,
                None => Measure::new(self.metric, b).distance(a)?,
            };
            match distance {
                Some(distance) => out.push_real(f64::from(distance))?,
                None => out.push_null(),
            }
        }
        Ok(out)
    }
}

#[cold]
fn not_vectors(a: ValueRef<'_>, b: ValueRef<'_>) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!(
            "a distance needs two vectors, not {} and {}",
            a.sql_type(),
            b.sql_type()
        ),
    )
}
