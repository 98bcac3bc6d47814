//! Arrays as parts of keys.

use super::{NOT_NULL, NULL, put_key_column, read_key_column};
use crate::codec::{Decoded, Malformed, Reader};
use crate::error::Result;
use crate::types::{Array, ArrayBuilder, ArrayRef, Dimension, Dimensions, ScalarType};

/// Behind the last element: below what an element begins with, so that an array is before those that go on.
const END: u8 = 0;

pub(super) fn put_array(out: &mut Vec<u8>, array: ArrayRef<'_>) -> Result<()> {
    for element in array {
        put_key_column(out, element)?;
    }
    let shape = array.shape();
    let dimensions = shape.as_slice();
    out.extend_from_slice(&[END, dimensions.len() as u8]);
    for dimension in dimensions {
        // No array has as many as 2^32 elements.
        let len = u32::try_from(dimension.len).unwrap_or(u32::MAX);
        out.extend_from_slice(&len.to_be_bytes());
    }
    for dimension in dimensions {
        out.extend_from_slice(&(dimension.lower ^ i32::MIN).to_be_bytes());
    }
    Ok(())
}

pub(super) fn read_array(from: &mut Reader<'_>, element: ScalarType) -> Decoded<Array> {
    let mut builder = ArrayBuilder::new(element);
    while matches!(from.rest().first(), Some(&(NOT_NULL | NULL))) {
        let value = read_key_column(from, element.sql_type())?;
        builder.push(value.as_ref()).map_err(|_| Malformed)?;
    }
    if from.byte()? != END {
        return Err(Malformed);
    }
    let count = usize::from(from.byte()?);
    let mut dimensions = Vec::new();
    for _ in 0..count {
        let len = u32::from_be_bytes(from.array()?) as usize;
        dimensions.push(Dimension { len, lower: 1 });
    }
    for dimension in &mut dimensions {
        dimension.lower = i32::from_be_bytes(from.array()?) ^ i32::MIN;
    }
    let dimensions = Dimensions::new(&dimensions).map_err(|_| Malformed)?;
    if dimensions.elements() != builder.len() {
        return Err(Malformed);
    }
    Ok(builder.finish(&dimensions))
}
