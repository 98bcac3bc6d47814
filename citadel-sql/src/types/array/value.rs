//! Arrays as values hold them.

use std::fmt;

use super::dimensions::{Dimension, Dimensions};
use super::{ArrayBuilder, print_array};
use crate::codec::{Decoded, Malformed, Reader};
use crate::error::{Error, Result, SqlState};
use crate::types::stored_scalar::{read_scalar, skip_scalar};
use crate::types::temporal::Zone;
use crate::types::{ScalarType, SqlType, Value, ValueRef};

/// An array: the value of a column of type `t[]`.
///
/// ```
/// use citadel_sql::{Array, ScalarType, Value};
/// # fn main() -> citadel_sql::Result<()> {
/// let array = Array::new(ScalarType::Integer, [Value::Integer(1), Value::Null])?;
/// assert_eq!(array.as_ref().len(), 2);
/// assert_eq!(array.to_string(), "{1,NULL}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Array {
    element: ScalarType,
    bytes: Box<[u8]>,
}

/// A borrowed array.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArrayRef<'a> {
    element: ScalarType,
    bytes: &'a [u8],
}

impl Array {
    /// An array of one dimension. Elements are NULL or of the type.
    ///
    /// # Errors
    /// An element is of another type, or there are too many.
    pub fn new(element: ScalarType, values: impl IntoIterator<Item = Value>) -> Result<Self> {
        let mut builder = ArrayBuilder::new(element);
        for value in values {
            builder.push(value.as_ref())?;
        }
        builder.finish_flat()
    }

    /// An array of several dimensions; the last one varies fastest.
    ///
    /// # Errors
    /// An element is of another type, or there are more or fewer than the dimensions say, or too many.
    pub fn with_dimensions(
        element: ScalarType,
        dimensions: &[Dimension],
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Self> {
        let dimensions = Dimensions::new(dimensions)?;
        let mut builder = ArrayBuilder::new(element);
        for value in values {
            builder.push(value.as_ref())?;
        }
        if builder.len() != dimensions.elements() {
            return Err(Error::sql(
                SqlState::ARRAY_SUBSCRIPT_ERROR,
                format!(
                    "an array of {} elements was given {}",
                    dimensions.elements(),
                    builder.len()
                ),
            ));
        }
        Ok(builder.finish(&dimensions))
    }

    /// An array without elements.
    pub fn empty(element: ScalarType) -> Self {
        ArrayBuilder::new(element).finish(&Dimensions::NONE)
    }

    pub(super) fn from_valid(element: ScalarType, bytes: Vec<u8>) -> Self {
        Self {
            element,
            bytes: bytes.into_boxed_slice(),
        }
    }

    /// The same array, borrowed.
    pub fn as_ref(&self) -> ArrayRef<'_> {
        ArrayRef {
            element: self.element,
            bytes: &self.bytes,
        }
    }
}

impl<'a> ArrayRef<'a> {
    /// An array of bytes that are not trusted.
    pub(crate) fn from_bytes(element: ScalarType, bytes: &'a [u8]) -> Option<Self> {
        check(element, bytes).ok()?;
        Some(Self { element, bytes })
    }

    /// An array of bytes that come from one.
    pub(crate) fn from_valid(element: ScalarType, bytes: &'a [u8]) -> Self {
        Self { element, bytes }
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The type of the elements.
    pub fn element_type(self) -> ScalarType {
        self.element
    }

    /// The type of the array.
    pub fn sql_type(self) -> SqlType {
        SqlType::Array(self.element)
    }

    /// How many elements there are in all dimensions.
    pub fn len(self) -> usize {
        self.shape().elements()
    }

    /// Is there no element?
    pub fn is_empty(self) -> bool {
        self.bytes.first() == Some(&0)
    }

    /// The dimensions; none of an empty array.
    pub fn dimensions(self) -> Vec<Dimension> {
        self.shape().as_slice().to_vec()
    }

    pub(crate) fn shape(self) -> Dimensions {
        Dimensions::read(&mut Reader::new(self.bytes)).unwrap_or(Dimensions::NONE)
    }

    /// All elements; the last dimension varies fastest.
    pub fn iter(self) -> Elements<'a> {
        Elements::new(self).unwrap_or(Elements {
            element: self.element,
            nulls: &[],
            values: Reader::new(&[]),
            at: 0,
            len: 0,
        })
    }

    /// The text of the array, with moments as clocks of a time zone show them.
    ///
    /// # Errors
    /// There is no zone of that name.
    pub fn in_zone(self, zone: &str) -> Result<String> {
        let mut out = String::new();
        print_array(self, &Zone::of_name(zone)?, &mut out);
        Ok(out)
    }

    /// The same array, owned.
    pub fn to_owned(self) -> Array {
        Array {
            element: self.element,
            bytes: self.bytes.into(),
        }
    }
}

impl<'a> IntoIterator for ArrayRef<'a> {
    type Item = ValueRef<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        self.iter()
    }
}

/// The elements of an array, one after the other.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    element: ScalarType,
    nulls: &'a [u8],
    values: Reader<'a>,
    at: usize,
    len: usize,
}

impl<'a> Elements<'a> {
    fn new(array: ArrayRef<'a>) -> Decoded<Self> {
        let mut values = Reader::new(array.bytes);
        let len = Dimensions::read(&mut values)?.elements();
        let nulls = match values.byte()? {
            0 => &[][..],
            1 => values.take(len.div_ceil(8))?,
            _ => return Err(Malformed),
        };
        Ok(Self {
            element: array.element,
            nulls,
            values,
            at: 0,
            len,
        })
    }

    fn is_null(&self) -> bool {
        let bits = self.nulls.get(self.at / 8).copied().unwrap_or(0);
        bits & (1 << (self.at % 8)) != 0
    }

    /// Passes over elements.
    pub(super) fn skip_to(&mut self, at: usize) {
        while self.at < at.min(self.len) {
            if !self.is_null() {
                // Checked when the array was made.
                let _ = skip_scalar(&mut self.values, self.element);
            }
            self.at += 1;
        }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = ValueRef<'a>;

    fn next(&mut self) -> Option<ValueRef<'a>> {
        if self.at == self.len {
            return None;
        }
        let is_null = self.is_null();
        self.at += 1;
        if is_null {
            return Some(ValueRef::Null);
        }
        // Checked when the array was made.
        Some(read_scalar(&mut self.values, self.element).unwrap_or(ValueRef::Null))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len - self.at, Some(self.len - self.at))
    }
}

impl ExactSizeIterator for Elements<'_> {}

/// Are these the bytes of an array?
fn check(element: ScalarType, bytes: &[u8]) -> Decoded<()> {
    let mut elements = Elements::new(ArrayRef { element, bytes })?;
    // Every element takes a byte, or a bit where all may be NULL.
    if elements.len > bytes.len().saturating_mul(8) {
        return Err(Malformed);
    }
    while elements.at < elements.len {
        if !elements.is_null() {
            read_scalar(&mut elements.values, element)?;
        }
        elements.at += 1;
    }
    elements.values.finish()
}

impl fmt::Display for ArrayRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        print_array(*self, &Zone::default(), &mut out);
        f.write_str(&out)
    }
}

impl fmt::Debug for ArrayRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{self}", self.sql_type())
    }
}

impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_ref(), f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::testing::of_type;

    fn any_array() -> impl Strategy<Value = Value> {
        prop::sample::select(ScalarType::ALL.to_vec())
            .prop_flat_map(|element| of_type(SqlType::Array(element)))
    }

    proptest! {
        #[test]
        fn elements_come_back(values in prop::collection::vec(prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::Integer)], 0..20)) {
            let array = Array::new(ScalarType::Integer, values.clone()).unwrap();
            let read: Vec<Value> = array.as_ref().iter().map(ValueRef::to_owned).collect();
            prop_assert_eq!(&read, &values);
            prop_assert_eq!(array.as_ref().len(), values.len());
            let mut rest = array.as_ref().iter();
            rest.skip_to(values.len() / 2);
            prop_assert_eq!(rest.map(ValueRef::to_owned).collect::<Vec<_>>(), &values[values.len() / 2..]);
        }

        #[test]
        fn bytes_are_checked(array in any_array(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let Value::Array(array) = array else { unreachable!() };
            let element = array.element;
            prop_assert!(ArrayRef::from_bytes(element, &array.bytes).is_some());
            prop_assert!(ArrayRef::from_bytes(element, &array.bytes[..array.bytes.len() - 1]).is_none());
            let mut changed = array.bytes.to_vec();
            let at = at.index(changed.len());
            changed[at] = byte;
            if let Some(other) = ArrayRef::from_bytes(element, &changed) {
                prop_assert_eq!(other.iter().count(), other.len());
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..30)) {
            for element in ScalarType::ALL {
                if let Some(array) = ArrayRef::from_bytes(element, &bytes) {
                    let _ = array.to_string();
                }
            }
        }
    }

    #[test]
    fn lengths_that_are_not_there_are_refused() {
        // Six dimensions of 2^20 elements each, and a few bytes.
        let mut bytes = vec![2];
        for _ in 0..2 {
            crate::codec::put_varint(&mut bytes, 1 << 20);
            crate::codec::put_signed(&mut bytes, 1);
        }
        bytes.push(0);
        assert!(ArrayRef::from_bytes(ScalarType::Integer, &bytes).is_none());
        assert!(ArrayRef::from_bytes(ScalarType::Integer, &[7]).is_none());
        assert!(ArrayRef::from_bytes(ScalarType::Integer, &[1, 0, 2, 0]).is_none());
    }
}
