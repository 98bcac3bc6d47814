//! What a vector is made of: the type of its components, and how many there are.

use std::fmt;

/// What each component of a stored vector is.
///
/// Expressions compute with f32, which holds every [`F16`](Element::F16) and [`I8`](Element::I8) exactly; bits
/// are a kind of vector of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Element {
    /// A 32-bit IEEE 754 number: `VECTOR(n)`.
    F32,
    /// A 16-bit IEEE 754 number: `VECTOR(n, f16)`. Storing rounds to the nearest.
    F16,
    /// An integer from -128 to 127: `VECTOR(n, i8)`.
    I8,
    /// 0 or 1, eight to a byte: `VECTOR(n, bit)`.
    Bit,
}

impl Element {
    /// The element of a name in SQL, ASCII case folded.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        [Self::F32, Self::F16, Self::I8, Self::Bit]
            .into_iter()
            .find(|element| element.name().eq_ignore_ascii_case(name))
    }

    /// How it is called in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::I8 => "i8",
            Self::Bit => "bit",
        }
    }

    /// Bytes that so many components take in a row.
    #[inline]
    pub(crate) fn bytes_of(self, dim: usize) -> usize {
        match self {
            Self::F32 => dim * 4,
            Self::F16 => dim * 2,
            Self::I8 => dim,
            Self::Bit => dim.div_ceil(8),
        }
    }
}

/// The type of a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VectorType {
    /// How many components, 1 to 65,535. A column always says; an expression may have vectors of any dimension.
    pub dim: Option<u16>,
    /// What each component is.
    pub element: Element,
}

impl VectorType {
    /// Vectors of one dimension.
    pub const fn new(dim: u16, element: Element) -> Self {
        Self {
            dim: Some(dim),
            element,
        }
    }

    /// Vectors of any dimension.
    pub const fn any(element: Element) -> Self {
        Self { dim: None, element }
    }

    /// Are the components bits?
    pub fn is_bits(self) -> bool {
        self.element == Element::Bit
    }

    /// The type of the values that expressions see: f32, or bits.
    pub(crate) fn evaluated(self) -> Self {
        Self {
            dim: self.dim,
            element: if self.is_bits() {
                Element::Bit
            } else {
                Element::F32
            },
        }
    }

    /// Can a vector be of both types: numbers both or bits both, and no two dimensions?
    pub(crate) fn agrees_with(self, other: Self) -> bool {
        self.is_bits() == other.is_bits() && same_or_open(self.dim, other.dim)
    }

    /// The type of vectors that are of either type; the dimension is left open where it is not the same.
    pub(crate) fn common(self, other: Self) -> Option<Self> {
        (self.is_bits() == other.is_bits()).then(|| Self {
            dim: self.dim.filter(|_| self.dim == other.dim),
            element: self.evaluated().element,
        })
    }

    /// The type of a value that two places want at once.
    pub(crate) fn both(self, other: Self) -> Option<Self> {
        self.agrees_with(other).then(|| Self {
            dim: self.dim.or(other.dim),
            element: if self.element == other.element {
                self.element
            } else {
                Element::F32
            },
        })
    }

    /// Bytes that a column's vectors take.
    #[inline]
    pub(crate) fn stored_bytes(self) -> usize {
        self.element.bytes_of(usize::from(self.dim.unwrap_or(0)))
    }
}

/// Are the dimensions the same, as far as they are known?
pub(crate) fn same_or_open(a: Option<u16>, b: Option<u16>) -> bool {
    a.is_none() || b.is_none() || a == b
}

impl fmt::Display for VectorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.dim, self.element) {
            (None, Element::F32) => f.write_str("VECTOR"),
            (None, element) => write!(f, "VECTOR({})", element.name()),
            (Some(dim), Element::F32) => write!(f, "VECTOR({dim})"),
            (Some(dim), element) => write!(f, "VECTOR({dim}, {})", element.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_one_value() {
        let (f16, i8s) = (
            VectorType::new(3, Element::F16),
            VectorType::any(Element::I8),
        );
        let f32s = VectorType::new(3, Element::F32);
        assert_eq!(f16.both(i8s), Some(f32s));
        assert_eq!(f16.both(f16), Some(f16));
        assert_eq!(f16.both(VectorType::new(4, Element::F16)), None);
        assert_eq!(f16.both(VectorType::any(Element::Bit)), None);
        assert_eq!(f16.common(f32s), Some(f32s));
        let open = VectorType::any(Element::F32);
        assert_eq!(f16.common(VectorType::new(4, Element::F16)), Some(open));
    }

    #[test]
    fn types_are_written_as_in_sql() {
        let text = |ty: VectorType| ty.to_string();
        assert_eq!(text(VectorType::new(3, Element::F32)), "VECTOR(3)");
        assert_eq!(text(VectorType::new(3, Element::Bit)), "VECTOR(3, bit)");
        assert_eq!(text(VectorType::any(Element::F32)), "VECTOR");
        assert_eq!(Element::of_name("F16"), Some(Element::F16));
        assert_eq!(Element::of_name("f64"), None);
    }
}
