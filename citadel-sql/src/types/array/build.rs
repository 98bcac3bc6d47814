//! Making arrays, element by element.

use super::dimensions::{Dimensions, too_large};
use super::value::{Array, ArrayRef};
use crate::error::{Error, Result, SqlState};
use crate::types::stored_scalar::put_scalar;
use crate::types::{ScalarType, ValueRef};

/// The most bytes that the elements of an array take.
const BYTES_MAX: usize = 1 << 28;

/// Elements of an array that is being made.
#[derive(Clone, Debug)]
pub(crate) struct ArrayBuilder {
    element: ScalarType,
    len: usize,
    /// A bit for each element, once one is NULL.
    nulls: Vec<u8>,
    has_nulls: bool,
    values: Vec<u8>,
}

impl ArrayBuilder {
    pub(crate) fn new(element: ScalarType) -> Self {
        Self {
            element,
            len: 0,
            nulls: Vec::new(),
            has_nulls: false,
            values: Vec::new(),
        }
    }

    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory that the elements take.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.nulls.capacity() + self.values.capacity()
    }

    /// Appends an element: NULL, or one of the type.
    ///
    /// # Errors
    /// It is of another type, or the array would be too large.
    pub(crate) fn push(&mut self, value: ValueRef<'_>) -> Result<()> {
        if self.len.is_multiple_of(8) {
            self.nulls.push(0);
        }
        if value.is_null() {
            self.has_nulls = true;
            if let Some(last) = self.nulls.last_mut() {
                *last |= 1 << (self.len % 8);
            }
        } else if value.sql_type() != self.element.sql_type()
            || !put_scalar(&mut self.values, value)
        {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "an array of {} cannot hold a value of type {}",
                    self.element.sql_type(),
                    value.sql_type()
                ),
            ));
        }
        if self.values.len() > BYTES_MAX {
            return Err(too_large());
        }
        self.len += 1;
        Ok(())
    }

    /// Appends the elements of another builder of the same type.
    pub(crate) fn append(&mut self, other: &Self) -> Result<()> {
        if self.values.len() + other.values.len() > BYTES_MAX {
            return Err(too_large());
        }
        self.values.extend_from_slice(&other.values);
        for at in 0..other.len {
            if self.len.is_multiple_of(8) {
                self.nulls.push(0);
            }
            let is_null = other.nulls[at / 8] & (1 << (at % 8)) != 0;
            if let Some(last) = self.nulls.last_mut() {
                *last |= u8::from(is_null) << (self.len % 8);
            }
            self.len += 1;
        }
        self.has_nulls |= other.has_nulls;
        Ok(())
    }

    /// Appends all elements of an array of the same type.
    pub(crate) fn extend(&mut self, array: ArrayRef<'_>) -> Result<()> {
        array.iter().try_for_each(|value| self.push(value))
    }

    /// The array, of dimensions for which there are as many elements.
    pub(crate) fn finish(self, dimensions: &Dimensions) -> Array {
        debug_assert_eq!(self.len, dimensions.elements());
        let mut bytes = Vec::with_capacity(self.values.len() + self.nulls.len() + 8);
        dimensions.put(&mut bytes);
        bytes.push(u8::from(self.has_nulls));
        if self.has_nulls {
            bytes.extend_from_slice(&self.nulls);
        }
        bytes.extend_from_slice(&self.values);
        Array::from_valid(self.element, bytes)
    }

    /// The array, of one dimension that begins with 1.
    ///
    /// # Errors
    /// There are too many elements.
    pub(crate) fn finish_flat(self) -> Result<Array> {
        let dimensions = Dimensions::flat(self.len)?;
        Ok(self.finish(&dimensions))
    }
}
