//! Eight bits for each component, at one scale for all of them.
//!
//! A row is centered, [rotated](super::Rotation), and coded as `round(y / scale)`, clipped to ±127 and stored with a bias of
//! 128, because the widest multiply takes unsigned codes on one side and signed ones on the other. The scale puts a high
//! percentile of all components, not their maximum, at 127: a few outliers must not coarsen everything else.
//!
//! The center is subtracted from rows under every metric. Under L2 it is subtracted from the query too; under inner product and
//! cosine it is not, since `q·x = q·(x - center) + q·center` and the last term is the same for all rows.
//!
//! What always holds: codes are computed in the same way on every machine, so that equal input gives equal segments.

use super::rotation::Rotation;
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
    rotation: Rotation,
}

/// A vector on its way into codes. Reusable: another of the same length does not allocate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spread {
    /// Rotated components, padded as rows are, in units of `unit`.
    pub(super) values: Vec<f32>,
    /// A power of two about as large as the largest component before rotating, so that no sum overflows or vanishes.
    pub(super) unit: f64,
    spare: Vec<f32>,
}

impl Spread {
    /// Takes a vector's components.
    fn take(
        &mut self,
        components: impl Iterator<Item = f64> + Clone,
        rotation: &Rotation,
        len: usize,
    ) {
        let largest = components
            .clone()
            .fold(0.0f64, |most, value| most.max(value.abs()));
        self.unit = power_of_two_below(largest);
        let inverse = 1.0 / self.unit;
        self.values.clear();
        self.values
            .extend(components.map(|value| (value * inverse) as f32));
        self.values.resize(len, 0.0);
        rotation.apply(&mut self.values, &mut self.spare);
    }

    /// The magnitudes of all components, but of padding.
    pub(crate) fn magnitudes(&self, dim: usize) -> impl Iterator<Item = f32> + '_ {
        let coded = &self.values[..coded(dim)];
        coded
            .iter()
            .map(|&value| (f64::from(value) * self.unit).abs() as f32)
    }

    /// The squared length.
    pub(super) fn squared_length(&self) -> f64 {
        let squared: f64 = (self.values.iter())
            .map(|&value| f64::from(value) * f64::from(value))
            .sum();
        squared * self.unit * self.unit
    }
}

/// The greatest power of two that is not above a number; one for zero.
fn power_of_two_below(value: f64) -> f64 {
    if value > 0.0 {
        // Components are `f32`: as `f64` none of them is subnormal.
        f64::from_bits(value.to_bits() & 0x7ff0_0000_0000_0000)
    } else {
        1.0
    }
}

impl ScalarCodes {
    /// A coding by its parts.
    pub(crate) fn new(center: Vec<f32>, scale: f32) -> Self {
        Self {
            rotation: Rotation::new(pad_dim(center.len())),
            center,
            scale,
        }
    }

    /// Fits the scale to a sample of the [magnitudes](Spread::magnitudes) of rows. Reorders the sample.
    pub(crate) fn fit(self, magnitudes: &mut [f32]) -> Self {
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
            scale: if scale.is_normal() { scale } else { 1.0 },
            ..self
        }
    }

    /// Centers and rotates a row, or a query that is measured as rows are.
    pub(crate) fn spread(&self, vector: &[f32], spread: &mut Spread) {
        let centered = (vector.iter().zip(&self.center))
            .map(|(&value, &center)| f64::from(value) - f64::from(center));
        spread.take(centered, &self.rotation, pad_dim(vector.len()));
    }

    /// Rotates a query whose products are measured.
    pub(super) fn spread_uncentered(&self, vector: &[f32], spread: &mut Spread) {
        let values = vector.iter().map(|&value| f64::from(value));
        spread.take(values, &self.rotation, pad_dim(vector.len()));
    }

    /// Codes a row, and tells how far the row is from what its codes stand for (in component units, rounded up).
    pub(crate) fn encode(&self, row: &Spread, out: &mut [u8]) -> f32 {
        let factor = row.unit / f64::from(self.scale);
        let mut squared = 0.0;
        for (code, &value) in out.iter_mut().zip(&row.values) {
            let steps = f64::from(value) * factor;
            let signed = signed_code(steps as f32);
            squared += (steps - f64::from(signed)).powi(2);
            *code = signed.cast_unsigned() ^ BIAS;
        }
        ((squared.sqrt() * f64::from(self.scale)) as f32)
            .next_up()
            .min(f32::MAX)
    }
}

/// Codes that a row of `dim` components holds: all of its padded length where vectors are rotated.
pub(crate) fn coded(dim: usize) -> usize {
    match pad_dim(dim) {
        padded if Rotation::is_for(padded) => padded,
        _ => dim,
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
            let codes = ScalarCodes::new(vec![0.0], 1.0).fit(&mut sample.clone());
            assert!(codes.scale.is_normal() && codes.scale > 0.0, "{sample:?}");
        }
    }
}
