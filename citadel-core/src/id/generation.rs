//! The number of a commit.

use std::fmt;

/// The number of a commit; the first commit of a file has generation 1. A page carries the generation that wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u64);

impl Generation {
    /// Before the first commit.
    pub const ZERO: Generation = Generation(0);

    /// The generation of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The generation after this one; `None` past the last of them.
    #[must_use]
    pub const fn next(self) -> Option<Generation> {
        match self.0.checked_add(1) {
            Some(number) => Some(Generation(number)),
            None => None,
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
