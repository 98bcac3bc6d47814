//! The bytes of one tree node.
//!
//! A node is the body of one sealed run. Slots grow up from the header, cells grow down from the end:
//!
//! ```text
//! 0      level     u8    0 = leaf; a branch is one level above its children
//! 1      reserved  u8    0
//! 2      count     u16   entries
//! 4      heap      u16   offset of the lowest cell
//! 6      garbage   u16   bytes at or above `heap` that belong to no cell
//! 8      slots     count × u16, the offset of each cell, in the order of the keys
//! ...    free
//! heap   cells
//! ```
//!
//! What always holds in a node that this crate wrote:
//!
//! 1. Keys ascend strictly in slot order. The first key of a branch is empty: it stands for "all that is smaller".
//! 2. `heap - (8 + 2 × count) + garbage` is exactly the free space, and every cell lies within `heap..len`.
//! 3. A body has at most 65,535 bytes, so offsets are `u16`.
//!
//! Reading never trusts this: [`Node`] checks each length that it follows and answers [`Malformed`]. Writing
//! ([`NodeMut`]) only ever happens to nodes that were [validated](Node::validate) or made here.

mod build;
mod cell;
mod edit;
mod malformed;
mod view;

#[cfg(test)]
mod tests;

pub(crate) use build::{NodeBuilder, merge, shortest_between, split};
pub(crate) use cell::{Cell, Payload};
pub(crate) use edit::{NodeMut, leaf_footprint};
pub(crate) use malformed::Malformed;
pub(crate) use view::{EntrySpan, Node};

/// Bytes before the first slot.
pub(crate) const HEADER_BYTES: usize = 8;
/// Bytes of one slot.
pub(crate) const SLOT_BYTES: usize = 2;
/// Bytes of a child pointer in a branch cell.
pub(crate) const CHILD_BYTES: usize = 32;
/// The longest body: offsets are 16 bits.
pub(crate) const BODY_MAX: usize = u16::MAX as usize;
