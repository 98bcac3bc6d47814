//! Eight bits for each component, at one scale for all of them.
//!
//! A row is coded as `round((x - center) / scale)`, clipped to ±127 and stored with a bias of 128, because the widest
//! multiply takes unsigned codes on one side and signed ones on the other. The scale puts a high percentile of all components,
//! not their maximum, at 127: a few outliers must not coarsen everything else.
//!
//! The center is subtracted from rows under every metric. Under L2 it is subtracted from the query too; under inner product and
//! cosine it is not, since `q·x = q·(x - center) + q·center` and the last term is the same for all rows.
//!
//! What always holds: codes are computed component by component in the same way on every machine, so that equal input gives
//! equal segments.

use crate::kernel::BIAS;

/// The largest code, by magnitude.
pub(super) const LARGEST: f32 = 127.0;
/// The share of components that are coded without clipping.
const PERCENTILE: f64 = 0.9995;

/// Bytes of a row of codes: the dimension, padded so that kernels meet no odd tail, in half of it either, and long rows start
/// on cache lines.
pub(crate) fn pad_dim(dim: usize) -> usize {
    if dim < 128 {
        dim.next_multiple_of(32)
    } else {
        dim.next_multiple_of(64)
    }
}

/// The coding of one segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScalarCodes {
    /// Mean of the rows.
    pub(crate) center: Vec<f32>,
    /// Component units for one step of a code; positive and finite.
    pub(crate) scale: f32,
}

impl ScalarCodes {
    /// Fits the scale to a sample of centered components (magnitudes). Reorders the sample.
    pub(crate) fn fit(center: Vec<f32>, magnitudes: &mut [f32]) -> Self {
        let scale = match magnitudes.len() {
            0 => 1.0,
            len => {
                let index = ((len as f64 * PERCENTILE) as usize).min(len - 1);
                let (_, percentile, _) = magnitudes.select_nth_unstable_by(index, f32::total_cmp);
                let percentile = *percentile;
                let largest = magnitudes.iter().copied().fold(0.0, f32::max);
                // Where most components are equal, the percentile says nothing: take the outliers then.
                let reach = if percentile > 0.0 {
                    percentile
                } else {
                    largest
                };
                (reach / LARGEST).min(f32::MAX)
            }
        };
        Self {
            center,
            scale: if scale.is_normal() { scale } else { 1.0 },
        }
    }

    /// Codes a row. Bytes beyond the dimension become zero codes.
    pub(crate) fn encode(&self, vector: &[f32], out: &mut [u8]) {
        let inverse = 1.0 / f64::from(self.scale);
        let (codes, padding) = out.split_at_mut(vector.len());
        for ((code, &value), &center) in codes.iter_mut().zip(vector).zip(&self.center) {
            let steps = ((f64::from(value) - f64::from(center)) * inverse) as f32;
            *code = signed_code(steps).cast_unsigned() ^ BIAS;
        }
        padding.fill(BIAS);
    }
}

/// Rounds to the nearest code, ties to even.
#[inline(always)]
pub(super) fn signed_code(steps: f32) -> i8 {
    // 1.5 * 2^23: adding it leaves no room for a fraction, so that the hardware's own rounding does the work, in any vector.
    const ROUNDER: f32 = 12_582_912.0;
    let rounded = (steps.clamp(-LARGEST, LARGEST) + ROUNDER) - ROUNDER;
    rounded as i32 as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_samples_give_a_usable_scale() {
        for sample in [vec![], vec![0.0; 5], vec![f32::MAX; 5], vec![1e-45; 5]] {
            let codes = ScalarCodes::fit(vec![0.0], &mut sample.clone());
            assert!(codes.scale.is_normal() && codes.scale > 0.0, "{sample:?}");
        }
    }
}
