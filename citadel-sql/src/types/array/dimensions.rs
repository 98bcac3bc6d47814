//! How an array's elements are arranged.

use crate::codec::{Decoded, Malformed, Reader, put_signed, put_varint};
use crate::error::{Error, Result, SqlState};

/// The most dimensions of an array.
pub(crate) const DIMENSIONS_MAX: usize = 6;

/// The most elements of an array.
const ELEMENTS_MAX: usize = 134_217_727;

/// One dimension of an array: its subscripts go from `lower` to `lower + len - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimension {
    /// How many there are; not 0.
    pub len: usize,
    /// The first subscript; 1 unless something else is asked for.
    pub lower: i32,
}

impl Dimension {
    /// The last subscript.
    pub fn upper(self) -> i32 {
        let last = i64::from(self.lower) + self.len as i64 - 1;
        i32::try_from(last).unwrap_or(i32::MAX)
    }
}

/// The dimensions of an array; of an empty one there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dimensions {
    count: usize,
    all: [Dimension; DIMENSIONS_MAX],
}

impl Dimensions {
    /// Those of an empty array.
    pub(crate) const NONE: Self = Self {
        count: 0,
        all: [Dimension { len: 0, lower: 1 }; DIMENSIONS_MAX],
    };

    /// Some dimensions, in order. One without an element makes the array empty.
    ///
    /// # Errors
    /// There are too many of them, or too many elements, or a subscript is out of range.
    pub(crate) fn new(dimensions: &[Dimension]) -> Result<Self> {
        if dimensions.len() > DIMENSIONS_MAX {
            return Err(Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!(
                    "number of array dimensions ({}) exceeds the maximum allowed ({DIMENSIONS_MAX})",
                    dimensions.len()
                ),
            ));
        }
        if dimensions.iter().any(|dimension| dimension.len == 0) {
            return Ok(Self::NONE);
        }
        Self::checked(dimensions).ok_or_else(too_large)
    }

    fn checked(dimensions: &[Dimension]) -> Option<Self> {
        let mut made = Self::NONE;
        let mut elements = 1_usize;
        for (slot, dimension) in made.all.iter_mut().zip(dimensions) {
            elements = elements.checked_mul(dimension.len)?;
            let last = i64::from(dimension.lower) + i64::try_from(dimension.len).ok()? - 1;
            if elements > ELEMENTS_MAX || i32::try_from(last).ok()? == i32::MAX {
                return None;
            }
            *slot = *dimension;
        }
        made.count = dimensions.len();
        Some(made)
    }

    /// One dimension of so many elements, from 1.
    ///
    /// # Errors
    /// There are too many.
    pub(crate) fn flat(len: usize) -> Result<Self> {
        Self::new(&[Dimension { len, lower: 1 }])
    }

    /// The dimensions, in order.
    pub(crate) fn as_slice(&self) -> &[Dimension] {
        &self.all[..self.count]
    }

    /// How many elements there are.
    pub(crate) fn elements(&self) -> usize {
        match self.count {
            0 => 0,
            _ => self
                .as_slice()
                .iter()
                .map(|dimension| dimension.len)
                .product(),
        }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.push(self.count as u8);
        for dimension in self.as_slice() {
            put_varint(out, dimension.len as u64);
            put_signed(out, i64::from(dimension.lower));
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Decoded<Self> {
        let count = usize::from(from.byte()?);
        if count > DIMENSIONS_MAX {
            return Err(Malformed);
        }
        let mut read = Self::NONE;
        for slot in &mut read.all[..count] {
            let len = usize::try_from(from.varint()?).map_err(|_| Malformed)?;
            let lower = i32::try_from(from.signed()?).map_err(|_| Malformed)?;
            if len == 0 {
                return Err(Malformed);
            }
            *slot = Dimension { len, lower };
        }
        Self::checked(&read.all[..count]).ok_or(Malformed)
    }
}

/// An array of more elements than there may be.
pub(crate) fn too_large() -> Error {
    Error::sql(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!("array size exceeds the maximum allowed ({ELEMENTS_MAX})"),
    )
}
