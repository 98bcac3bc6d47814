//! Distances from the vector of a query, as SQL has them: NULL where undefined, an error where not finite.

use citadel_vector::{Metric, Query};

use crate::bind::bound::DistanceMetric;
use crate::error::Result;
use crate::types::number_text::finite;

/// One vector that others are measured against; its norm is computed once.
#[derive(Debug)]
pub(crate) enum Measure<'a> {
    Indexed(Query<'a>),
    L1(&'a [f32]),
}

impl<'a> Measure<'a> {
    pub(crate) fn new(metric: DistanceMetric, vector: &'a [f32]) -> Self {
        match index_metric(metric) {
            Some(metric) => Self::Indexed(Query::new(metric, vector)),
            None => Self::L1(vector),
        }
    }

    /// The distance of a vector of the same dimension; `None`: NULL.
    #[inline]
    pub(crate) fn distance(&self, other: &[f32]) -> Result<Option<f32>> {
        representable(match self {
            Self::Indexed(query) => query.distance(other),
            Self::L1(vector) => Some(citadel_vector::l1(vector, other)),
        })
    }

    /// The distance of a stored vector: little-endian f32, read in place.
    #[inline]
    pub(crate) fn distance_le(&self, other: &[u8]) -> Result<Option<f32>> {
        representable(match self {
            Self::Indexed(query) => query.distance_le(other),
            Self::L1(vector) => Some(citadel_vector::l1_le(vector, other)),
        })
    }
}

/// The metric that an index can have, for an operator; L1 has none.
pub(crate) fn index_metric(metric: DistanceMetric) -> Option<Metric> {
    match metric {
        DistanceMetric::L2 => Some(Metric::L2),
        DistanceMetric::NegativeInnerProduct => Some(Metric::InnerProduct),
        DistanceMetric::Cosine => Some(Metric::Cosine),
        DistanceMetric::L1 => None,
    }
}

#[inline]
fn representable(distance: Option<f32>) -> Result<Option<f32>> {
    match distance {
        Some(distance) if !distance.is_finite() => finite(f64::from(distance)).map(|_| None),
        distance => Ok(distance),
    }
}
