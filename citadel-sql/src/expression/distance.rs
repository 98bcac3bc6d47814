//! Distances between vectors. A constant side is prepared once, so that its norm is not computed for each row.

use super::fold::is_constant;
use super::measure::Measure;
use super::node::Node;
use super::values::{Rows, Values};
use crate::batch::{Batch, Column};
use crate::bind::bound::DistanceMetric;
use crate::error::{Error, Position, Result, SqlState};
use crate::types::vector_text::dimension_mismatch;
use crate::types::{SqlType, ValueRef};

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
            Values::Constant(value) => Measure::new(self.metric, value.as_ref()),
            _ => None,
        };
        let mut out = Column::new(SqlType::Real, rows.len());
        for i in 0..rows.len() {
            let (a, b) = (left.get(i), right.get(i));
            if a.is_null() || b.is_null() {
                out.push_null();
                continue;
            }
            let distance = match &prepared {
                Some(prepared) => distance(prepared, a, b),
                None => match Measure::new(self.metric, b) {
                    Some(measure) => distance(&measure, a, b),
                    None => Err(not_vectors(self.metric, a, b)),
                },
            };
            match distance? {
                Some(distance) => out.push_real(f64::from(distance))?,
                None => out.push_null(),
            }
        }
        Ok(out)
    }
}

/// The distance of `a` from the vector `b` that was prepared.
#[inline]
fn distance(measure: &Measure<'_>, a: ValueRef<'_>, b: ValueRef<'_>) -> Result<Option<f32>> {
    match (a, b) {
        (ValueRef::Vector(a), ValueRef::Vector(_)) if a.len() == measure.dim() => {
            measure.distance(a)
        }
        (ValueRef::Bits(a), ValueRef::Bits(_)) if a.dim() == measure.dim() => {
            Ok(measure.distance_of_bits(a.as_bytes()))
        }
        (ValueRef::Vector(a), ValueRef::Vector(_)) => {
            Err(dimension_mismatch(measure.dim(), a.len()))
        }
        (ValueRef::Bits(a), ValueRef::Bits(_)) => Err(dimension_mismatch(measure.dim(), a.dim())),
        (a, b) => Err(not_alike(a, b)),
    }
}

#[cold]
fn not_vectors(metric: DistanceMetric, a: ValueRef<'_>, b: ValueRef<'_>) -> Error {
    let what = if metric.is_of_bits() {
        "vectors of bits"
    } else {
        "vectors of numbers"
    };
    mismatch(what, a, b)
}

#[cold]
fn not_alike(a: ValueRef<'_>, b: ValueRef<'_>) -> Error {
    mismatch("vectors", a, b)
}

fn mismatch(what: &str, a: ValueRef<'_>, b: ValueRef<'_>) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!(
            "a distance needs two {what}, not {} and {}",
            a.sql_type(),
            b.sql_type()
        ),
    )
}
