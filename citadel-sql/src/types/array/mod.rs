//! Arrays: values of one type in up to six dimensions, as PostgreSQL has them.
//!
//! An array is kept as the bytes that rows hold, in batches and values alike, so that it is read without copying:
//!
//! ```text
//! dimensions  u8           0 for an empty array, at most 6
//! each:       length (varint, above 0), lower bound (signed varint)
//! has nulls   u8           1: bits follow, one for each element; bit i % 8 of byte i / 8 is set: element i is NULL
//! elements    …            of each that is not NULL, as in a row (see `stored_scalar`); the last dimension varies fastest
//! ```
//!
//! What always holds: the bytes of an [`Array`] or [`ArrayRef`] were made by an [`ArrayBuilder`] or have been checked
//! from end to end, so reading elements does not fail; lengths and lower bounds, and so every subscript, fit an i32.

mod build;
mod convert;
mod dimensions;
mod order;
mod subscript;
mod text;
mod value;

pub(crate) use build::ArrayBuilder;
pub(crate) use convert::{cast_elements, map_elements, vector_of_array, vector_to_array};
pub use dimensions::Dimension;
pub(crate) use dimensions::{DIMENSIONS_MAX, Dimensions, too_large};
pub(crate) use order::compare_arrays;
pub(crate) use subscript::{SliceBound, assigned_element, assigned_slice, element, slice};
pub(crate) use text::{element_text, parse_array, print_array};
pub use value::{Array, ArrayRef, Elements};
