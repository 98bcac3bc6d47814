//! What comparing two codes gives.

/// How near a row is, in units of its search: less is nearer. Never NaN.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Score(f32);

impl Score {
    /// A score; NaN, which no finite input gives, counts as farthest.
    #[inline]
    pub(crate) fn new(value: f32) -> Self {
        Self(if value.is_nan() { f32::INFINITY } else { value })
    }

    /// Its value.
    pub(crate) fn get(self) -> f32 {
        self.0
    }

    /// An integer that orders as the score does.
    #[inline]
    pub(crate) fn ordered(self) -> u32 {
        let bits = self.0.to_bits();
        if bits >> 31 == 0 {
            bits | 1 << 31
        } else {
            !bits
        }
    }

    /// The score that orders as an integer does.
    pub(crate) fn from_ordered(ordered: u32) -> Self {
        Self(f32::from_bits(if ordered >> 31 == 0 {
            !ordered
        } else {
            ordered & !(1 << 31)
        }))
    }
}
