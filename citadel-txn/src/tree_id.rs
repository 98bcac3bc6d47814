//! The identity of a tree.

use std::fmt;

/// The id of a B+tree in the file. Ids are never used again, and no name is ever an id.
///
/// Ids below [`TreeId::FIRST_ASSIGNED`] are well-known: whoever stands above this crate gives them a meaning and makes
/// them with [`WriteTxn::create_tree_at`](crate::WriteTxn::create_tree_at). All others are assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeId(u64);

impl TreeId {
    /// The first id that is assigned rather than chosen.
    pub const FIRST_ASSIGNED: u64 = 16;

    /// The id of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether the id may be chosen by the caller.
    pub const fn is_well_known(self) -> bool {
        self.0 < Self::FIRST_ASSIGNED
    }
}

impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
