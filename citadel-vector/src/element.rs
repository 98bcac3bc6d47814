//! How stored vectors write their components, and distances from bytes.

use crate::kernel::{Kernels, Stored, StoredF16, StoredF32, StoredI8, components};
use crate::metric::{Query, l1_stored};

/// How a stored vector writes each component. All numbers are little-endian, one after the other, at any alignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Element {
    /// Four bytes, IEEE 754 binary32.
    #[default]
    F32,
    /// Two bytes, IEEE 754 binary16.
    F16,
    /// One byte, an integer of -128 to 127.
    I8,
}

impl Element {
    /// Bytes of a component.
    pub fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
            Self::I8 => 1,
        }
    }

    /// Writes the components of a stored vector to `out`, in the place of what it held; exact.
    ///
    /// # Panics
    ///
    /// If `bytes` is not a whole number of components.
    ///
    /// ```
    /// use citadel_vector::Element;
    /// let mut out = Vec::new();
    /// Element::I8.decode(&[1, 0xff], &mut out);
    /// assert_eq!(out, [1.0, -1.0]);
    /// Element::F16.decode(&[0x00, 0x3c, 0x00, 0xc0], &mut out);
    /// assert_eq!(out, [1.0, -2.0]);
    /// ```
    pub fn decode(self, bytes: &[u8], out: &mut Vec<f32>) {
        out.clear();
        match self {
            Self::F32 => out.extend(components::<4>(bytes).iter().map(|&c| c.widen())),
            Self::F16 => out.extend(components::<2>(bytes).iter().map(|&c| c.widen())),
            Self::I8 => out.extend(components::<1>(bytes).iter().map(|&c| c.widen())),
        }
    }
}

impl Query<'_> {
    /// The exact distance to a vector stored in this way, read in place; `None` for the cosine of a zero vector.
    ///
    /// # Panics
    ///
    /// If `bytes` is not as long as a stored vector of this dimension.
    ///
    /// ```
    /// use citadel_vector::{Element, Metric, Query};
    /// let query = Query::new(Metric::L2, &[1.0, 5.0]);
    /// assert_eq!(query.distance_stored(Element::I8, &[4, 1]), Some(5.0));
    /// ```
    #[inline]
    pub fn distance_stored(&self, element: Element, bytes: &[u8]) -> Option<f32> {
        self.distance_ahead(element, bytes, &[])
    }

    /// The same, where `ahead` will be read soon: it is fetched meanwhile, as many bytes of it as the vector has. So a scan of
    /// vectors that are not in the processor's caches waits for none of them.
    ///
    /// # Panics
    ///
    /// As [`distance_stored`](Self::distance_stored).
    #[inline]
    pub fn distance_ahead(&self, element: Element, bytes: &[u8], ahead: &[u8]) -> Option<f32> {
        match element {
            Element::F32 => self.measure::<StoredF32>(components(bytes), ahead),
            Element::F16 => self.measure::<StoredF16>(components(bytes), ahead),
            Element::I8 => self.measure::<StoredI8>(components(bytes), ahead),
        }
    }
}

/// The sum of absolute differences (taxicab distance), the operator `<+>`, to a vector stored in this way, read in place; `ahead` as
/// for [`Query::distance_ahead`].
///
/// # Panics
///
/// If `bytes` is not as long as a stored vector of this dimension.
pub fn l1_to_stored(a: &[f32], element: Element, bytes: &[u8], ahead: &[u8]) -> f32 {
    match element {
        Element::F32 => l1_stored::<StoredF32>(a, components(bytes), ahead),
        Element::F16 => l1_stored::<StoredF16>(a, components(bytes), ahead),
        Element::I8 => l1_stored::<StoredI8>(a, components(bytes), ahead),
    }
}

/// The number of bits in which two packed bit vectors differ, the operator `<~>`. Bits beyond the dimension must be equal in
/// both: zero, say.
///
/// It is also the squared euclidean distance of the bits as zeros and ones, so that a segment over those, under
/// [`Metric::L2`](crate::Metric::L2), finds neighbours by it.
///
/// # Panics
///
/// If the lengths differ.
///
/// ```
/// assert_eq!(citadel_vector::hamming(&[0b1010], &[0b0110]), 2);
/// ```
pub fn hamming(a: &[u8], b: &[u8]) -> u64 {
    Kernels::active().differing_bits(a, b)
}

/// One minus the share of the bits that both packed bit vectors have among those that either has, the operator `<%>`. Two
/// vectors without a bit are equal, thus at zero. Bits beyond the dimension must be zero.
///
/// # Panics
///
/// If the lengths differ.
///
/// ```
/// assert_eq!(citadel_vector::jaccard(&[0b1011], &[0b0011]), 1.0 - 2.0 / 3.0);
/// assert_eq!(citadel_vector::jaccard(&[0], &[0]), 0.0);
/// ```
pub fn jaccard(a: &[u8], b: &[u8]) -> f64 {
    let overlap = Kernels::active().overlapping_bits(a, b);
    if overlap.either == 0 {
        return 0.0;
    }
    1.0 - overlap.both as f64 / overlap.either as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Metric, distance, l1};

    #[test]
    fn every_element_measures_like_its_numbers() {
        let query = [1.0f32, -2.5, 3.25, 7.0, 0.5];
        let numbers = [3.0f32, -8.0, 0.0, 127.0, -1.0];
        let halves: [u16; 5] = [0x4200, 0xc800, 0x0000, 0x57f0, 0xbc00];
        let stored: [(Element, Vec<u8>); 3] = [
            (
                Element::F32,
                numbers.iter().flat_map(|n| n.to_le_bytes()).collect(),
            ),
            (
                Element::F16,
                halves.iter().flat_map(|n| n.to_le_bytes()).collect(),
            ),
            (
                Element::I8,
                numbers.iter().map(|&n| n as i8 as u8).collect(),
            ),
        ];
        for (element, bytes) in stored {
            assert_eq!(bytes.len(), element.size() * numbers.len());
            let mut decoded = Vec::new();
            element.decode(&bytes, &mut decoded);
            assert_eq!(decoded, numbers, "{element:?}");
            for metric in [Metric::L2, Metric::InnerProduct, Metric::Cosine] {
                let found = Query::new(metric, &query).distance_stored(element, &bytes);
                assert_eq!(found, distance(metric, &query, &numbers), "{element:?}");
            }
            assert_eq!(
                l1_to_stored(&query, element, &bytes, &[]),
                l1(&query, &numbers)
            );
        }
    }

    #[test]
    fn a_stored_zero_vector_has_no_cosine() {
        let query = Query::new(Metric::Cosine, &[1.0, 0.0]);
        assert_eq!(query.distance_stored(Element::I8, &[0, 0]), None);
        assert_eq!(query.distance_stored(Element::F16, &[0, 0, 0, 0x80]), None);
    }
}
