//! Distances from the vector of a query, as SQL has them: NULL where undefined, an error where not finite.

use citadel_vector::{Metric, Query, hamming, jaccard, l1, l1_to_stored};

use crate::bind::bound::DistanceMetric;
use crate::error::Result;
use crate::types::number_text::finite;
use crate::types::{BitsRef, Element, StoredVector, ValueRef};

/// One vector that others are measured against; its norm is computed once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Measure<'a> {
    Indexed(Query<'a>),
    L1(&'a [f32]),
    Hamming(BitsRef<'a>),
    Jaccard(BitsRef<'a>),
}

impl<'a> Measure<'a> {
    /// A measure from a vector; `None`: the metric measures no such value.
    pub(crate) fn new(metric: DistanceMetric, from: ValueRef<'a>) -> Option<Self> {
        Some(match (metric, from) {
            (DistanceMetric::L1, ValueRef::Vector(vector)) => Self::L1(vector),
            (DistanceMetric::Hamming, ValueRef::Bits(bits)) => Self::Hamming(bits),
            (DistanceMetric::Jaccard, ValueRef::Bits(bits)) => Self::Jaccard(bits),
            (metric, ValueRef::Vector(vector)) => {
                Self::Indexed(Query::new(number_metric(metric)?, vector))
            }
            _ => return None,
        })
    }

    /// The dimension that is measured.
    pub(crate) fn dim(&self) -> usize {
        match self {
            Self::Indexed(query) => query.dim(),
            Self::L1(vector) => vector.len(),
            Self::Hamming(bits) | Self::Jaccard(bits) => bits.dim(),
        }
    }

    /// The distance of a vector of numbers of the same dimension; `None`: NULL.
    #[inline]
    pub(crate) fn distance(&self, other: &[f32]) -> Result<Option<f32>> {
        representable(match self {
            Self::Indexed(query) => query.distance(other),
            Self::L1(vector) => Some(l1(vector, other)),
            Self::Hamming(_) | Self::Jaccard(_) => None,
        })
    }

    /// The distance of a vector of bits of the same dimension, packed.
    #[inline]
    pub(crate) fn distance_of_bits(&self, other: &[u8]) -> Option<f32> {
        match self {
            // Exact: no vector has more than 2^16 bits.
            Self::Hamming(bits) => Some(hamming(bits.as_bytes(), other) as f32),
            Self::Jaccard(bits) => Some(jaccard(bits.as_bytes(), other) as f32),
            Self::Indexed(_) | Self::L1(_) => None,
        }
    }

    /// The distance of a stored vector of the same dimension, read in place; `ahead` is to be read soon.
    #[inline(always)]
    pub(crate) fn distance_ahead(
        &self,
        other: StoredVector<'_>,
        ahead: &[u8],
    ) -> Result<Option<f32>> {
        let Some(element) = number_element(other.element) else {
            return Ok(self.distance_of_bits(other.bytes));
        };
        representable(match self {
            Self::Indexed(query) => query.distance_ahead(element, other.bytes, ahead),
            Self::L1(vector) => Some(l1_to_stored(vector, element, other.bytes, ahead)),
            Self::Hamming(_) | Self::Jaccard(_) => None,
        })
    }
}

/// The kernels' name of an operator on numbers that they know in full.
fn number_metric(metric: DistanceMetric) -> Option<Metric> {
    match metric {
        DistanceMetric::L2 => Some(Metric::L2),
        DistanceMetric::NegativeInnerProduct => Some(Metric::InnerProduct),
        DistanceMetric::Cosine => Some(Metric::Cosine),
        DistanceMetric::L1 | DistanceMetric::Hamming | DistanceMetric::Jaccard => None,
    }
}

/// How the kernels call numbers that are stored; `None`: bits.
fn number_element(element: Element) -> Option<citadel_vector::Element> {
    match element {
        Element::F32 => Some(citadel_vector::Element::F32),
        Element::F16 => Some(citadel_vector::Element::F16),
        Element::I8 => Some(citadel_vector::Element::I8),
        Element::Bit => None,
    }
}

#[inline]
fn representable(distance: Option<f32>) -> Result<Option<f32>> {
    match distance {
        Some(distance) if !distance.is_finite() => finite(f64::from(distance)).map(|_| None),
        distance => Ok(distance),
    }
}
