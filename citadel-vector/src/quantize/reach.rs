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

    /// What to hold scores against, of fine or of coarse codes, so that no row is left out whose distance may be `distance` or
    /// less. Gives a leniency and a limit: a row counts whose score, less the leniency times its residual, is not above the
    /// limit. No residual of fine codes is above `farthest`; that of coarse codes is how far they are from the fine ones, and
    /// that of those.
    pub(crate) fn sieve(&self, distance: f32, farthest: f32) -> (f32, f32) {
        let distance = f64::from(distance);
        let up = |value: f64| match value as f32 {
            value if value.is_nan() => f32::INFINITY,
            value => value.next_up(),
        };
        match *self {
            // Squared distances of fine codes are compared with `(distance + query + residual)^2`. The residual adds no more to
            // that than `2 * (distance + query) + farthest` times itself. A score of coarse codes is off by the product of the
            // query's codes with what they are off, thus by twice the length of one times the other in squared distances.
            Self::Root {
                offset,
                factor,
                rounding,
                query,
            } => {
                let (offset, factor) = (f64::from(offset), f64::from(factor));
                let beyond = distance + f64::from(query);
                let slope = (2.0 * beyond + f64::from(farthest)).max(2.0 * offset.sqrt());
                let squared = beyond * beyond + f64::from(rounding) - offset;
                (up(slope / factor), up(squared / factor))
            }
            // Here both are off by the product of the query with what codes are off.
            Self::Linear {
                offset,
                factor,
                fixed,
                slope,
            } => {
                let factor = f64::from(factor);
                let above = distance + f64::from(fixed) - f64::from(offset);
                (up(f64::from(slope) / factor), up(above / factor))
            }
            Self::Unknown => (0.0, f32::INFINITY),
        }
    }
}
