//! The one B+tree of this database.
//!
//! A [`Tree`] is a root pointer with a few counts. Leaves hold entries in the order of their keys; branches hold children
//! and the smallest key that each may hold. All leaves have the same depth: a node's level is one less than its parent's
//! and is checked on the way down, so that no chain of pointers can be a circle.
//!
//! Splitting favours the edges: an entry that goes to the end of a node opens a new one and leaves a full one behind, so
//! that keys in order fill the pages. A node that falls below a quarter is merged with a neighbour where both fit into
//! one; an empty node leaves the tree. Separators are the shortest keys that separate.
//!
//! A leaf may be a run of several pages sealed as one, chosen per tree; branches are always one page.

mod descriptor;
mod geometry;
mod insert;
mod refresh;
mod remove;
mod repack;
mod search;
mod walk;

pub(crate) use descriptor::{DESCRIPTOR_BYTES, OpenTree, Tree, WritableTree};
pub(crate) use geometry::Geometry;
pub use geometry::TreeOptions;
pub(crate) use insert::{OldValue, insert};
pub(crate) use refresh::{Choice, Refreshed, refresh};
pub(crate) use remove::remove;
pub(crate) use repack::repack;
pub(crate) use search::{find, for_each};
pub(crate) use walk::{free_large, free_tree};
