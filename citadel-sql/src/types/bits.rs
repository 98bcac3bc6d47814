//! Vectors of bits, packed: the first component is the highest bit of the first byte, as PostgreSQL and numpy have it.
//!
//! What always holds: a vector of n bits has ceil(n / 8) bytes, and the bits after the last component are 0.

use super::vector_text::{DIMENSION_MAX, too_long};
use super::vector_type::{Element, VectorType};
use crate::error::Result;

/// A vector of bits: the value of a `VECTOR(n, bit)`.
///
/// ```
/// use citadel_sql::Bits;
/// let bits: Bits = [true, false, true].iter().copied().collect();
/// assert_eq!(bits.to_string(), "101");
/// assert_eq!(bits.as_ref().as_bytes(), [0b1010_0000]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bits {
    bytes: Vec<u8>,
    dim: u16,
}

/// A borrowed vector of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BitsRef<'a> {
    bytes: &'a [u8],
    dim: u16,
}

impl Bits {
    /// A vector of `dim` bits from bytes, of which the first component is the highest bit of the first.
    /// `None`: they are not `ceil(dim / 8)` bytes, or a bit after the last component is set.
    pub fn from_bytes(bytes: Vec<u8>, dim: u16) -> Option<Self> {
        is_packed(&bytes, dim).then_some(Self { bytes, dim })
    }

    /// The same bits, borrowed.
    pub fn as_ref(&self) -> BitsRef<'_> {
        BitsRef {
            bytes: &self.bytes,
            dim: self.dim,
        }
    }
}

impl FromIterator<bool> for Bits {
    /// Collects bits.
    ///
    /// # Panics
    /// If there are more than 65,535.
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let (mut bytes, mut dim) = (Vec::new(), 0);
        for bit in bits {
            assert!(
                dim < DIMENSION_MAX,
                "a vector of bits has a dimension of 16 bits"
            );
            if dim % 8 == 0 {
                bytes.push(0);
            }
            if let (true, Some(last)) = (bit, bytes.last_mut()) {
                *last |= 0x80 >> (dim % 8);
            }
            dim += 1;
        }
        Self {
            bytes,
            dim: dim as u16,
        }
    }
}

impl std::fmt::Display for Bits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl<'a> BitsRef<'a> {
    /// Bits of a place that keeps the promise of the module.
    pub(crate) fn new(bytes: &'a [u8], dim: u16) -> Self {
        debug_assert_eq!(bytes.len(), usize::from(dim).div_ceil(8));
        Self { bytes, dim }
    }

    /// How many bits.
    pub fn dim(self) -> usize {
        usize::from(self.dim)
    }

    /// The bytes: the first component is the highest bit of the first.
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Is the component set? False beyond the last.
    pub fn get(self, at: usize) -> bool {
        let byte = self.bytes.get(at / 8).copied().unwrap_or(0);
        byte & (0x80 >> (at % 8)) != 0
    }

    /// The components from the first.
    pub fn iter(self) -> impl Iterator<Item = bool> + 'a {
        (0..self.dim()).map(move |at| self.get(at))
    }

    /// The components as the numbers 0 and 1.
    pub(crate) fn numbers(self) -> impl Iterator<Item = f32> + 'a {
        self.iter().map(|bit| f32::from(u8::from(bit)))
    }

    /// The same bits, owned.
    pub fn to_owned(self) -> Bits {
        Bits {
            bytes: self.bytes.to_owned(),
            dim: self.dim,
        }
    }

    /// `VECTOR(n, bit)`.
    pub(crate) fn vector_type(self) -> VectorType {
        VectorType::new(self.dim, Element::Bit)
    }
}

impl std::fmt::Display for BitsRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.iter().map(|bit| if bit { '1' } else { '0' }).collect();
        f.write_str(&text)
    }
}

/// Are these the bytes of so many bits?
pub(crate) fn is_packed(bytes: &[u8], dim: u16) -> bool {
    let rest = dim % 8;
    bytes.len() == usize::from(dim).div_ceil(8)
        && (rest == 0 || bytes.last().is_none_or(|last| last & (0xFF >> rest) == 0))
}

/// Reads `101`.
pub(super) fn parse(text: &str) -> Option<Result<Bits>> {
    let text = text.trim_ascii();
    if text.is_empty() || !text.bytes().all(|b| matches!(b, b'0' | b'1')) {
        return None;
    }
    if text.len() > DIMENSION_MAX {
        return Some(Err(too_long(text.len())));
    }
    Some(Ok(text.bytes().map(|b| b == b'1').collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_come_back(bits in prop::collection::vec(any::<bool>(), 1..70)) {
            let packed: Bits = bits.iter().copied().collect();
            prop_assert_eq!(packed.as_ref().iter().collect::<Vec<_>>(), bits.clone());
            prop_assert!(is_packed(packed.as_ref().as_bytes(), bits.len() as u16));
            let read = parse(&packed.to_string()).unwrap().unwrap();
            prop_assert_eq!(&read, &packed);
            let bytes = packed.as_ref().as_bytes().to_vec();
            prop_assert_eq!(Bits::from_bytes(bytes, bits.len() as u16), Some(packed));
        }
    }

    #[test]
    fn bits_after_the_last_must_be_zero() {
        assert!(Bits::from_bytes(vec![0xE0], 3).is_some());
        assert!(Bits::from_bytes(vec![0xF0], 3).is_none());
        assert!(Bits::from_bytes(vec![0xE0, 0], 3).is_none());
        assert!(Bits::from_bytes(vec![0xFF], 8).is_some());
        assert!(parse("102").is_none());
    }
}
