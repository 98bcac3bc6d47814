//! Values that do not fit into a leaf.
//!
//! A large value lies in one *extent*, a sealed run of up to 64 pages, or in several that an *extent map* lists in
//! order. The leaf holds a [`LargeRef`](crate::dirty::LargeRef): the length of the value and the pointer of the extent or map, so that the
//! value's tags hang in the same Merkle tree as everything else.
//!
//! What always holds: extents before the last are full, the last is no longer than it must be, and unused bytes at its
//! end are zero. A value has exactly one reference.

mod again;
mod plan;
mod read;

pub use again::Again;
pub(crate) use plan::ExtentPlan;
pub(crate) use read::{listed, read, runs, verify, visit};
