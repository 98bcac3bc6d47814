//! What an ann index orders vectors by.

use citadel_vector::Metric as SegmentMetric;

/// The distance that a vector index serves. Smaller is nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Metric {
    /// Euclidean distance: `<->`.
    L2,
    /// Negative inner product: `<#>`.
    InnerProduct,
    /// 1 − cosine: `<=>`.
    Cosine,
    /// How many bits differ: `<~>`, on vectors of bits.
    Hamming,
}

impl Metric {
    /// The name in index options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::L2 => "l2",
            Self::InnerProduct => "inner_product",
            Self::Cosine => "cosine",
            Self::Hamming => "hamming",
        }
    }

    /// The metric of the index's segments, over numbers. Of bits as zeros and ones, Hamming's distance is the square of
    /// the euclidean one, so both put vectors in the same order.
    pub(crate) fn of_segments(self) -> SegmentMetric {
        match self {
            Self::L2 | Self::Hamming => SegmentMetric::L2,
            Self::InnerProduct => SegmentMetric::InnerProduct,
            Self::Cosine => SegmentMetric::Cosine,
        }
    }

    /// Is it a distance of vectors of bits?
    pub(crate) fn is_of_bits(self) -> bool {
        matches!(self, Self::Hamming)
    }
}
