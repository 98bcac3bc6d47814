//! The arithmetic of distances: one face, several siblings, one chooser.
//!
//! Each sibling file offers the same functions for one instruction set. [`Kernels::active`] picks the widest one that this
//! machine runs, once per process. What always holds:
//!
//! 1. `scalar` is always compiled and is the oracle: the integer kernels of every sibling give exactly its integers, the
//!    float kernels agree with it up to rounding.
//! 2. Callers reach a kernel only through the methods of [`Kernels`], which check every length; a sibling may rely on them.
//! 3. Stored components are read as little-endian bytes, at any alignment: a page is never copied to be measured.
//!
//! On AArch64 the scalar sibling is written in lanes that the compiler turns into NEON, which is part of that target's baseline.

mod aligned;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avx512_popcount;
#[cfg(target_arch = "x86_64")]
mod avx512_sift;
mod bits;
mod pages;
mod real;
mod scalar;
mod sift;
#[cfg(test)]
mod tests;

use bits::{BitKernels, Overlap};
use real::Real;
use sift::Sift;

pub(crate) use aligned::AlignedBytes;
pub(crate) use pages::advise_large_pages;
pub(crate) use real::{RealKernels, Stored, StoredF16, StoredF32, StoredI8, components};
pub(crate) use sift::{Line, Marked, Sieve, Sifted};

use std::sync::OnceLock;

#[cfg(target_endian = "big")]
compile_error!(
    "stored vectors are little-endian and are measured in place: big-endian targets are not supported"
);

/// Rows that one tile multiplies at a time on its left side (signed codes).
pub(crate) const TILE_LEFT: usize = 12;
/// Rows in a panel, the right side of a tile (biased codes, interleaved by [`pack_panel`]).
pub(crate) const TILE_RIGHT: usize = 16;
/// Products of one tile: `[left row][right row]`.
type Products = [[i32; TILE_RIGHT]; TILE_LEFT];

/// The left side of a tile: signed rows and what is added to each.
pub(crate) struct TileLeft<'a> {
    /// [`TILE_LEFT`] rows of signed codes, row-major.
    pub(crate) codes: &'a [i8],
    /// Added to every product of a row: minus [`BIAS`] times the sum of its codes makes up for the bias of the right side.
    pub(crate) starts: &'a [i32; TILE_LEFT],
    /// The factor of each row beyond its codes.
    pub(crate) extras: &'a [f32; TILE_LEFT],
    /// The key of each row below which a right row is of interest.
    pub(crate) thresholds: &'a [f32; TILE_LEFT],
}

/// The right side of a tile: one panel of rows.
pub(crate) struct TileRight<'a> {
    /// [`TILE_RIGHT`] rows of biased codes, interleaved by [`pack_panel`].
    pub(crate) panel: &'a [u8],
    /// Half the squared length of each row, or infinity where the panel has no row.
    pub(crate) halves: &'a [f32; TILE_RIGHT],
    /// The factor of each row beyond its codes.
    pub(crate) extras: &'a [f32; TILE_RIGHT],
}

/// What a tile finds: keys that order the right rows by distance from each left row, and which of them are below its threshold.
pub(crate) struct TileKeys {
    /// Written only for rows with a bit below: `half(right) - extra(left) * extra(right) - (product + start)`.
    pub(crate) keys: [[f32; TILE_RIGHT]; TILE_LEFT],
    /// Bit `j` of mask `i`: key `[i][j]` is below threshold `i`.
    pub(crate) below: [u16; TILE_LEFT],
}

impl TileKeys {
    /// Room for the keys of one tile.
    pub(crate) fn new() -> Self {
        Self {
            keys: [[0.0; TILE_RIGHT]; TILE_LEFT],
            below: [0; TILE_LEFT],
        }
    }

    /// Turns products into keys; siblings that do it in wide registers must round as this does.
    fn fill(&mut self, left: &TileLeft<'_>, right: &TileRight<'_>, products: &Products) {
        for (row, products) in products.iter().enumerate() {
            self.below[row] = 0;
            for (lane, &product) in products.iter().enumerate() {
                let fixed = right.halves[lane] - left.extras[row] * right.extras[lane];
                let key = fixed - (product + left.starts[row]) as f32;
                self.keys[row][lane] = key;
                self.below[row] |= u16::from(key < left.thresholds[row]) << lane;
            }
        }
    }
}

/// One sibling: a table of functions, all of the same instruction set.
#[derive(Clone, Copy)]
pub(crate) struct Kernels {
    name: &'static str,
    f32s: Real<StoredF32>,
    f16s: Real<StoredF16>,
    i8s: Real<StoredI8>,
    bits: BitKernels,
    dot_rows: unsafe fn(CodeRows<'_>, &[u32], &[i8], &mut [i32]),
    dot_halved: unsafe fn(CodeRows<'_>, &[u32], &[i8], &mut [i32]),
    sift_rows: Sift,
    sift_halved: Sift,
    tile: unsafe fn(&TileLeft<'_>, &TileRight<'_>, usize, &mut TileKeys),
    keep_u8: unsafe fn(&[u8], u8, u8, &mut [u64]),
    keep_u16: unsafe fn(&[u16], u16, u16, &mut [u64]),
    keep_u32: unsafe fn(&[u32], u32, u32, &mut [u64]),
    keep_i64: unsafe fn(&[i64], i64, i64, &mut [u64]),
}

/// A key of a filter column, as wide as its column needs.
pub(crate) trait Key: Copy + Ord + Into<i64> {
    /// The least key of this width.
    const MIN: i64;
    /// The greatest key of this width.
    const MAX: i64;

    /// From a key within the width.
    fn narrow(key: i64) -> Self;

    /// Clears the bits of keys outside of `low..=high`: bit `i % 64` of word `i / 64` belongs to key `i`.
    fn keep_within(kernels: &Kernels, keys: &[Self], low: Self, high: Self, words: &mut [u64]);
}

macro_rules! keys {
    ($($width:ident $kernel:ident),*) => {$(
        impl Key for $width {
            const MIN: i64 = $width::MIN as i64;
            const MAX: i64 = $width::MAX as i64;

            fn narrow(key: i64) -> Self {
                key as $width
            }

            fn keep_within(kernels: &Kernels, keys: &[Self], low: Self, high: Self, words: &mut [u64]) {
                // SAFETY: `available` listed this sibling after detecting its instruction set; it relies on no length.
                unsafe { (kernels.$kernel)(keys, low, high, words) }
            }
        }
    )*};
}
keys!(u8 keep_u8, u16 keep_u16, u32 keep_u32, i64 keep_i64);

/// A matrix of biased codes: row `i` is `bytes[i * stride..][..stride]`.
#[derive(Clone, Copy)]
pub(crate) struct CodeRows<'a> {
    /// All rows, one after the other.
    pub(crate) bytes: &'a [u8],
    /// Bytes in a row, a multiple of 16.
    pub(crate) stride: usize,
}

impl<'a> CodeRows<'a> {
    /// The codes of one row.
    #[inline(always)]
    pub(crate) fn row(self, index: u32) -> &'a [u8] {
        &self.bytes[index as usize * self.stride..][..self.stride]
    }
}

impl Kernels {
    /// The sibling for this machine.
    #[inline]
    pub(crate) fn active() -> &'static Kernels {
        static ACTIVE: OnceLock<Kernels> = OnceLock::new();
        ACTIVE.get_or_init(|| *Self::available().last().unwrap_or(&scalar::KERNELS))
    }

    /// Every sibling that this machine runs, from the plainest to the widest.
    fn available() -> Vec<Kernels> {
        let mut found = vec![scalar::KERNELS];
        #[cfg(target_arch = "x86_64")]
        {
            if avx2::is_supported() {
                found.push(avx2::KERNELS);
            }
            if avx512::is_supported() {
                found.push(avx512::KERNELS);
            }
            if avx512_popcount::is_supported() {
                found.push(avx512_popcount::KERNELS);
            }
        }
        found
    }

    /// The instruction set, for diagnostics.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The float kernels over one kind of stored component.
    #[inline(always)]
    pub(crate) fn real<S: Stored>(&self) -> RealKernels<'_, S> {
        S::kernels(self)
    }

    /// Products of a signed query with the named rows of biased codes: `out[i] = Σ row(positions[i]) * query`.
    ///
    /// The sums are exact: 65,535 products of 255 and 127 still fit in 31 bits.
    #[inline]
    pub(crate) fn dot_rows(
        &self,
        rows: CodeRows<'_>,
        positions: &[u32],
        query: &[i8],
        out: &mut [i32],
    ) {
        assert_eq!(query.len(), rows.stride, "query and rows differ in stride");
        assert_eq!(
            positions.len(),
            out.len(),
            "one product per position is written"
        );
        assert!(rows.stride.is_multiple_of(16), "rows are padded");
        // SAFETY: the instruction set was detected; the lengths were checked; each row is sliced, thus bounds-checked.
        unsafe { (self.dot_rows)(rows, positions, query, out) }
    }

    /// Products of a signed query with the named rows of four-bit codes: byte `i` of a row holds component `i` in its lower half
    /// and component `stride + i` in its upper one. The sums are exact.
    #[inline]
    pub(crate) fn dot_halved(
        &self,
        rows: CodeRows<'_>,
        positions: &[u32],
        query: &[i8],
        out: &mut [i32],
    ) {
        assert_eq!(
            query.len(),
            2 * rows.stride,
            "query and rows differ in components"
        );
        assert_eq!(
            positions.len(),
            out.len(),
            "one product per position is written"
        );
        assert!(rows.stride.is_multiple_of(16), "rows are padded");
        // SAFETY: the instruction set was detected; the lengths were checked; each row is sliced, thus bounds-checked.
        unsafe { (self.dot_halved)(rows, positions, query, out) }
    }

    /// Keys of [`TILE_LEFT`] signed rows against one panel of [`TILE_RIGHT`] biased rows.
    #[inline]
    pub(crate) fn tile(&self, left: &TileLeft<'_>, right: &TileRight<'_>, out: &mut TileKeys) {
        let stride = left.codes.len() / TILE_LEFT;
        assert!(
            stride.is_multiple_of(4) && left.codes.len() == stride * TILE_LEFT,
            "left rows are padded"
        );
        assert_eq!(
            right.panel.len(),
            stride * TILE_RIGHT,
            "panel and left rows differ in stride"
        );
        // SAFETY: the instruction set was detected; the lengths were checked.
        unsafe { (self.tile)(left, right, stride, out) }
    }
}

/// Interleaves up to [`TILE_RIGHT`] rows of biased codes, four bytes of each in turn, so that each lane of a wide register
/// adds up its own row and no sum across lanes is needed. Rows that are missing stay zero.
pub(crate) fn pack_panel<'a>(rows: impl Iterator<Item = &'a [u8]>, panel: &mut [u8]) {
    for (lane, row) in rows.enumerate() {
        for (group, four) in row.as_chunks::<4>().0.iter().enumerate() {
            panel[(group * TILE_RIGHT + lane) * 4..][..4].copy_from_slice(four);
        }
    }
}

/// Views floats as stored bytes.
#[inline]
pub(crate) fn stored(values: &[f32]) -> &[StoredF32] {
    // SAFETY: `[u8; 4]` has the size of `f32` and a weaker alignment, and every byte of an `f32` is initialized. The target is
    // little-endian (checked above), so the bytes are in stored order. The lifetime is that of `values`.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<StoredF32>(), values.len()) }
}

/// The bit that turns a biased code (`0..=255`, zero at 128) into a signed one (`-128..=127`) and back.
pub(crate) const BIAS: u8 = 0x80;

/// Writes the signed form of a row of biased codes.
#[inline]
pub(crate) fn signed(biased: &[u8], out: &mut [i8]) {
    for (out, &code) in out.iter_mut().zip(biased) {
        *out = (code ^ BIAS) as i8;
    }
}

/// Bytes that the processor reads at once.
pub(crate) const CACHE_LINE: usize = 64;

/// Asks the processor for memory that will be read soon.
#[inline(always)]
pub(crate) fn prefetch<T>(values: &[T]) {
    for offset in (0..size_of_val(values)).step_by(CACHE_LINE) {
        prefetch_line(values.as_ptr().cast::<u8>().wrapping_add(offset));
    }
}

/// Asks the processor for the line of memory at an address, which need not be readable.
#[inline(always)]
pub(crate) fn prefetch_line(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch has no effect on memory, and one of an unreadable address does nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
