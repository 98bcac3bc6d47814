//! Bounds of a distance, from the codes on both sides and how far they are from what they stand for.

use super::Score;

/// Turns scores and residuals into bounds, for one query.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    /// Under L2 the distance between codes is `sqrt(offset + factor * score)`, and the distance itself differs by no more than the
    /// residuals of both sides.
    Root {
        /// Squared length of the query's codes.
        offset: f32,
        factor: f32,
        /// Rounding of the squared distance.
        rounding: f32,
        /// Residual of the query, and rounding of the distance.
        query: f32,
    },
    /// For products it is `offset + factor * score`, and the distance itself differs by no more than `fixed` and `slope` times
    /// the row's residual.
    Linear {
        offset: f32,
        factor: f32,
        fixed: f32,
        slope: f32,
    },
    /// Numbers so large or so small that the sums above leave the range of `f32`: nothing is known.
    Unknown,
}

impl Reach {
    /// A number that the distance is not below.
    #[inline(always)]
    pub(crate) fn at_least(&self, score: Score, residual: f32) -> f32 {
        match *self {
            Self::Root {
                offset,
                factor,
                rounding,
                query,
            } => {
                let squared = offset + factor * score.get() - rounding;
                (squared.max(0.0).sqrt() - (query + residual)).max(0.0)
            }
            Self::Linear {
                offset,
                factor,
                fixed,
                slope,
            } => offset + factor * score.get() - (fixed + slope * residual),
            Self::Unknown => f32::NEG_INFINITY,
        }
    }

    /// A number that the distance is not above.
    #[inline(always)]
    pub(crate) fn at_most(&self, score: Score, residual: f32) -> f32 {
        match *self {
            Self::Root {
                offset,
                factor,
                rounding,
                query,
            } => {
                let squared = offset + factor * score.get() + rounding;
                squared.max(0.0).sqrt() + (query + residual)
            }
            Self::Linear {
                offset,
                factor,
                fixed,
                slope,
            } => offset + factor * score.get() + (fixed + slope * residual),
            Self::Unknown => f32::INFINITY,
        }
    }
}
