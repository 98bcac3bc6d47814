//! The place of a page in the file.

use std::fmt;

/// The number of a page: page `n` begins at byte `n × page size` of the file. Numbers have 48 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageNo(u64);

impl PageNo {
    /// The largest number that a pointer can hold.
    pub const MAX: PageNo = PageNo((1 << 48) - 1);

    /// The page of this number. Numbers past [`PageNo::MAX`] can be made (as an end that lies past a run), but no page
    /// there can be sealed.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The page that lies `pages` further on; saturates, and what saturated is past [`PageNo::MAX`].
    #[must_use]
    pub const fn offset(self, pages: u64) -> PageNo {
        PageNo(self.0.saturating_add(pages))
    }
}

impl fmt::Display for PageNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
