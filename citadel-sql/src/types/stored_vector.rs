//! A vector as rows and vector trees hold it: its components end to end, little-endian, bits packed.

use half::f16;

use super::bits::{self, BitsRef};
use super::vector_type::{Element, VectorType};
use super::{Value, ValueRef};

/// The bytes of a stored vector, and what they mean. There are as many as the type says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StoredVector<'a> {
    pub(crate) element: Element,
    dim: u16,
    pub(crate) bytes: &'a [u8],
}

impl<'a> StoredVector<'a> {
    /// The vector of a column of a type; `None`: the bytes are not as many as its vectors take.
    #[inline]
    pub(crate) fn new(ty: VectorType, bytes: &'a [u8]) -> Option<Self> {
        (bytes.len() == ty.stored_bytes()).then(|| Self {
            element: ty.element,
            dim: ty.dim.unwrap_or(0),
            bytes,
        })
    }

    /// How many components.
    pub(crate) fn dim(self) -> usize {
        usize::from(self.dim)
    }

    /// Appends the components as f32, bits as 0 and 1.
    pub(crate) fn append_to(self, out: &mut Vec<f32>) {
        match self.element {
            Element::F32 => {
                let (components, _) = self.bytes.as_chunks::<4>();
                out.extend(components.iter().map(|&c| f32::from_le_bytes(c)));
            }
            Element::F16 => {
                let (components, _) = self.bytes.as_chunks::<2>();
                out.extend(components.iter().map(|&c| f16::from_le_bytes(c).to_f32()));
            }
            Element::I8 => out.extend(self.bytes.iter().map(|c| f32::from(c.cast_signed()))),
            Element::Bit => out.extend(BitsRef::new(self.bytes, self.dim).numbers()),
        }
    }

    /// Writes the components as f32, bits as 0 and 1. False: they are not as many.
    pub(crate) fn copy_to(self, out: &mut [f32]) -> bool {
        if out.len() != self.dim() {
            return false;
        }
        fn put(out: &mut [f32], values: impl Iterator<Item = f32>) {
            out.iter_mut()
                .zip(values)
                .for_each(|(out, value)| *out = value);
        }
        match self.element {
            Element::F32 => {
                let (components, _) = self.bytes.as_chunks::<4>();
                put(out, components.iter().map(|&c| f32::from_le_bytes(c)));
            }
            Element::F16 => {
                let (components, _) = self.bytes.as_chunks::<2>();
                put(
                    out,
                    components.iter().map(|&c| f16::from_le_bytes(c).to_f32()),
                );
            }
            Element::I8 => put(out, self.bytes.iter().map(|c| f32::from(c.cast_signed()))),
            Element::Bit => put(out, BitsRef::new(self.bytes, self.dim).numbers()),
        }
        true
    }

    /// Appends the components as little-endian f32, as the fingerprint of a segment wants them.
    pub(crate) fn append_f32_bytes(self, out: &mut Vec<u8>) {
        if self.element == Element::F32 {
            return out.extend_from_slice(self.bytes);
        }
        let mut components = Vec::with_capacity(self.dim());
        self.append_to(&mut components);
        put_f32(out, &components);
    }

    /// The value.
    pub(crate) fn to_value(self) -> Value {
        if self.element == Element::Bit {
            return Value::Bits(BitsRef::new(self.bytes, self.dim).to_owned());
        }
        let mut components = Vec::with_capacity(self.dim());
        self.append_to(&mut components);
        Value::Vector(components)
    }

    /// Is it a vector that SQL may hold: finite numbers, and no bit after the last?
    pub(crate) fn is_sound(self) -> bool {
        let (words, _) = self.bytes.as_chunks::<4>();
        let (halves, _) = self.bytes.as_chunks::<2>();
        match self.element {
            Element::F32 => words.iter().all(|&c| f32::from_le_bytes(c).is_finite()),
            Element::F16 => halves.iter().all(|&c| f16::from_le_bytes(c).is_finite()),
            Element::I8 => true,
            Element::Bit => bits::is_packed(self.bytes, self.dim),
        }
    }
}

/// Appends a vector as a column of an element stores it. The column can hold it, which its writer has checked; f16
/// rounds. Nothing is appended for a value that is no vector.
pub(crate) fn put_vector(out: &mut Vec<u8>, value: ValueRef<'_>, element: Element) {
    match (value, element) {
        (ValueRef::Bits(bits), _) => out.extend_from_slice(bits.as_bytes()),
        (ValueRef::Vector(v), Element::F32 | Element::Bit) => put_f32(out, v),
        (ValueRef::Vector(v), Element::F16) => {
            out.extend(v.iter().flat_map(|&c| f16::from_f32(c).to_le_bytes()));
        }
        // Whole and in range: the cast is exact.
        (ValueRef::Vector(v), Element::I8) => {
            out.extend(v.iter().map(|&c| (c as i8).cast_unsigned()))
        }
        _ => {}
    }
}

fn put_f32(out: &mut Vec<u8>, vector: &[f32]) {
    let start = out.len();
    out.resize(start + size_of_val(vector), 0);
    let (slots, _) = out[start..].as_chunks_mut::<4>();
    for (slot, component) in slots.iter_mut().zip(vector) {
        *slot = component.to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(value: &Value, ty: VectorType) -> Value {
        let mut bytes = Vec::new();
        put_vector(&mut bytes, value.as_ref(), ty.element);
        let stored = StoredVector::new(ty, &bytes).unwrap();
        assert!(stored.is_sound());
        stored.to_value()
    }

    proptest! {
        #[test]
        fn every_element_comes_back(numbers in prop::collection::vec(any::<i8>(), 1..40)) {
            let dim = numbers.len() as u16;
            let reals = Value::Vector(numbers.iter().map(|&c| f32::from(c)).collect());
            for element in [Element::F32, Element::F16, Element::I8] {
                prop_assert_eq!(round_trip(&reals, VectorType::new(dim, element)), reals.clone());
            }
            let bits = Value::Bits(numbers.iter().map(|c| *c > 0).collect());
            prop_assert_eq!(round_trip(&bits, VectorType::new(dim, Element::Bit)), bits);
        }
    }

    #[test]
    fn what_is_not_sound_is_seen() {
        let stored =
            |ty, bytes: &[u8]| StoredVector::new(ty, bytes).is_some_and(|stored| stored.is_sound());
        assert!(!stored(VectorType::new(3, Element::Bit), &[0xFF]));
        assert!(stored(VectorType::new(3, Element::Bit), &[0xE0]));
        assert!(!stored(VectorType::new(1, Element::F16), &[0, 0x7C]));
        assert!(!stored(VectorType::new(1, Element::F32), &[0; 3]));
    }
}
