//! A rotation before coding.
//!
//! Embeddings often have a few components far larger than the rest. At one scale for all components those would be clipped, or
//! coarsen all others. After a random rotation every component holds a little of each, all are about equally large, and
//! distances and products are what they were. With it, 60,000 embeddings that have no such outliers still lose a fifth less
//! recall to four-bit codes.
//!
//! The rotation is a butterfly network: signs are flipped at random, then in each stage the halves of a vector are added and
//! subtracted and the results interleaved. After `log2` stages every component has met every other one. Unlike a Hadamard
//! matrix it takes any even length, and each stage is one pass that vectorizes.
//!
//! What always holds: additions, subtractions and one scaling in a fixed order, so that every machine gets the same numbers.

/// Components from which vectors are rotated: fewer are coded precisely as they are, and would not mix well.
const FEWEST: usize = 64;

/// The rotation of vectors of one length.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rotation {
    /// Signs to flip before the stages and in the middle of them, as `±1`; empty where vectors are left as they are.
    signs: [Vec<f32>; 2],
    stages: u32,
}

impl Rotation {
    /// The rotation for vectors padded to `len` components.
    pub(crate) fn new(len: usize) -> Self {
        if !Self::is_for(len) {
            return Self {
                signs: [Vec::new(), Vec::new()],
                stages: 0,
            };
        }
        let mut state = 0x243f_6a88_85a3_08d3u64;
        let mut sign = || {
            // Xorshift: signs need to be irregular, nothing more.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if state >> 32 & 1 == 1 { 1.0 } else { -1.0 }
        };
        Self {
            signs: [(); 2].map(|()| (0..len).map(|_| sign()).collect()),
            stages: len.next_power_of_two().trailing_zeros(),
        }
    }

    /// Whether vectors padded to `len` components are rotated at all.
    pub(crate) fn is_for(len: usize) -> bool {
        len >= FEWEST && len.is_multiple_of(2)
    }

    /// Rotates a vector; `spare` is scratch.
    pub(crate) fn apply(&self, values: &mut Vec<f32>, spare: &mut Vec<f32>) {
        if self.stages == 0 {
            return;
        }
        let len = self.signs[0].len();
        assert_eq!(values.len(), len, "vectors are padded");
        spare.resize(len, 0.0);
        for stage in 0..self.stages {
            let signs = match stage {
                0 => Some(&self.signs[0]),
                _ if stage == self.stages / 2 => Some(&self.signs[1]),
                _ => None,
            };
            if let Some(signs) = signs {
                for (value, sign) in values.iter_mut().zip(signs) {
                    *value *= sign;
                }
            }
            butterfly(values, spare);
            std::mem::swap(values, spare);
        }
        let root = if self.stages % 2 == 1 {
            std::f32::consts::FRAC_1_SQRT_2
        } else {
            1.0
        };
        let scale = root / (1u64 << (self.stages / 2)) as f32;
        for value in values {
            *value *= scale;
        }
    }
}

/// Sums and differences of the halves, interleaved.
#[inline(always)]
fn butterfly(values: &[f32], out: &mut [f32]) {
    let (low, high) = values.split_at(values.len() / 2);
    let (pairs, _) = out.as_chunks_mut::<2>();
    for (pair, (&low, &high)) in pairs.iter_mut().zip(low.iter().zip(high)) {
        *pair = [low + high, low - high];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lengths_and_products_stay(
            half in 32usize..150,
            seed in prop::collection::vec(-1.0f32..1.0, 300),
        ) {
            let len = half * 2;
            let rotation = Rotation::new(len);
            let (a, b) = (seed[..len].to_vec(), seed.iter().rev().copied().take(len).collect::<Vec<_>>());
            let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(x * y)).sum::<f64>();
            let rotated = [&a, &b].map(|vector| {
                let mut vector = vector.clone();
                rotation.apply(&mut vector, &mut Vec::new());
                vector
            });
            prop_assert!((product(&a, &b) - product(&rotated[0], &rotated[1])).abs() < 1e-3);
            prop_assert!((product(&a, &a) - product(&rotated[0], &rotated[0])).abs() < 1e-3);
        }
    }

    #[test]
    fn one_component_spreads_over_all() {
        for len in [64, 96, 384, 768, 960, 1_536] {
            let rotation = Rotation::new(len);
            for at in [0, 1, len / 2, len - 1] {
                let mut values = vec![0.0; len];
                values[at] = 1.0;
                rotation.apply(&mut values, &mut Vec::new());
                let largest = values
                    .iter()
                    .fold(0.0f32, |most, value| most.max(value.abs()));
                assert!(largest <= 3.0 / (len as f32).sqrt(), "{len}: {largest}");
            }
        }
    }

    #[test]
    fn short_vectors_are_left_alone() {
        let mut values = vec![1.0, 2.0];
        let rotation = Rotation::new(2);
        rotation.apply(&mut values, &mut Vec::new());
        assert_eq!(values, [1.0, 2.0]);
    }
}
