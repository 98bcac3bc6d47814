//! Stored components: how a vector's numbers are written, and the float kernels over each way.
//!
//! A query is always `f32`. What it is compared with may be stored as `f32`, as half floats or as small integers; each sibling
//! widens components in its registers, so that a stored vector is read once and never copied.

use super::{CACHE_LINE, Kernels, prefetch_line};

/// A stored `f32`: four little-endian bytes at any alignment.
pub(crate) type StoredF32 = [u8; 4];
/// A stored half float (IEEE 754 binary16): two little-endian bytes at any alignment.
pub(crate) type StoredF16 = [u8; 2];
/// A stored `i8`.
pub(crate) type StoredI8 = [u8; 1];

/// A kernel that gives a `T` of a query, a stored vector, and memory that will be read soon.
type Kernel<S, T> = unsafe fn(&[f32], &[S], &[u8]) -> T;

/// Float kernels over one kind of stored component. The last argument of each is memory that will be read soon: while a kernel
/// goes through a stored vector it asks the processor for as many bytes from there, where there are any.
#[derive(Clone, Copy)]
pub(super) struct Real<S> {
    pub(super) dot: Kernel<S, f32>,
    pub(super) squared_l2: Kernel<S, f32>,
    pub(super) l1: Kernel<S, f32>,
    pub(super) dot_and_square: Kernel<S, (f32, f32)>,
}

/// A way to store a component.
pub(crate) trait Stored: Copy + Sized + 'static {
    /// The number that is stored; exact.
    fn widen(self) -> f32;

    /// The kernels of a sibling for this kind.
    #[doc(hidden)]
    fn kernels(siblings: &Kernels) -> RealKernels<'_, Self>;
}

/// The float kernels of one sibling for one kind of component.
pub(crate) struct RealKernels<'a, S>(pub(super) &'a Real<S>);

impl Stored for StoredF32 {
    #[inline(always)]
    fn widen(self) -> f32 {
        f32::from_le_bytes(self)
    }

    #[inline(always)]
    fn kernels(siblings: &Kernels) -> RealKernels<'_, Self> {
        RealKernels(&siblings.f32s)
    }
}

impl Stored for StoredF16 {
    #[inline(always)]
    fn widen(self) -> f32 {
        widen_half(u16::from_le_bytes(self))
    }

    #[inline(always)]
    fn kernels(siblings: &Kernels) -> RealKernels<'_, Self> {
        RealKernels(&siblings.f16s)
    }
}

impl Stored for StoredI8 {
    #[inline(always)]
    fn widen(self) -> f32 {
        f32::from(self[0] as i8)
    }

    #[inline(always)]
    fn kernels(siblings: &Kernels) -> RealKernels<'_, Self> {
        RealKernels(&siblings.i8s)
    }
}

/// The components of a stored vector.
///
/// # Panics
///
/// If the bytes are not a whole number of them.
#[inline]
pub(crate) fn components<const SIZE: usize>(bytes: &[u8]) -> &[[u8; SIZE]] {
    let (components, rest) = bytes.as_chunks::<SIZE>();
    assert!(
        rest.is_empty(),
        "a stored vector is a whole number of components"
    );
    components
}

/// Asks for the memory that is as far into `ahead` as a block of components, of so many each, is into its vector.
#[inline(always)]
pub(super) fn fetch_block<S>(ahead: &[u8], block: usize, components: usize) {
    let bytes = components * size_of::<S>();
    if let Some(ahead) = ahead.get(block * bytes..) {
        for line in (0..bytes).step_by(CACHE_LINE) {
            prefetch_line(ahead.as_ptr().wrapping_add(line));
        }
    }
}

/// A half float as `f32`, without a branch, so that lanes of it become vectors.
#[inline(always)]
fn widen_half(bits: u16) -> f32 {
    // The exponents of both formats differ by 112. Scaling by two to that power moves a half's fields to their places as an
    // `f32`, and makes of a subnormal half a normal number, exactly.
    const SCALE: f32 = f32::from_bits((127 + 112) << 23);
    let magnitude = f32::from_bits(u32::from(bits & 0x7fff) << 13) * SCALE;
    // Infinities and NaN: the largest exponent stays the largest.
    let special = u32::from(bits & 0x7c00 == 0x7c00).wrapping_neg() & 0x7f80_0000;
    f32::from_bits(magnitude.to_bits() | special | u32::from(bits & 0x8000) << 16)
}

impl<S> RealKernels<'_, S> {
    /// Inner product.
    #[inline]
    pub(crate) fn dot(&self, a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
        assert_eq!(a.len(), b.len(), "vectors of different dimensions");
        // SAFETY: `Kernels::available` listed this sibling after detecting its instruction set; the lengths are equal.
        unsafe { (self.0.dot)(a, b, ahead) }
    }

    /// Squared euclidean distance.
    #[inline]
    pub(crate) fn squared_l2(&self, a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
        assert_eq!(a.len(), b.len(), "vectors of different dimensions");
        // SAFETY: as in `dot`.
        unsafe { (self.0.squared_l2)(a, b, ahead) }
    }

    /// Sum of absolute differences.
    #[inline]
    pub(crate) fn l1(&self, a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
        assert_eq!(a.len(), b.len(), "vectors of different dimensions");
        // SAFETY: as in `dot`.
        unsafe { (self.0.l1)(a, b, ahead) }
    }

    /// Inner product, and squared length of the second vector, in one pass.
    #[inline]
    pub(crate) fn dot_and_square(&self, a: &[f32], b: &[S], ahead: &[u8]) -> (f32, f32) {
        assert_eq!(a.len(), b.len(), "vectors of different dimensions");
        // SAFETY: as in `dot`.
        unsafe { (self.0.dot_and_square)(a, b, ahead) }
    }
}

/// The [`Real`] table of a sibling: its functions, each for the named kind of component.
macro_rules! real {
    ($stored:ty) => {
        Real {
            dot: dot::<$stored>,
            squared_l2: squared_l2::<$stored>,
            l1: l1::<$stored>,
            dot_and_square: dot_and_square::<$stored>,
        }
    };
}
pub(super) use real;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_widen_exactly() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0001, 2f32.powi(-24)),
            (0x03ff, 1023.0 * 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(widen_half(bits), value, "{bits:#06x}");
        }
        assert_eq!(widen_half(0x8000).to_bits(), (-0.0f32).to_bits());
        assert!(widen_half(0x7e00).is_nan());
    }
}
