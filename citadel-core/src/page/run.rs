//! A run of contiguous pages.

use std::fmt;

use crate::id::PageNo;

/// One or more contiguous pages, sealed as one. Ordered by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageRun {
    /// The first page.
    pub first: PageNo,
    /// How many pages, at least 1.
    pub pages: u16,
}

impl PageRun {
    /// `pages` pages from `first` on.
    pub const fn new(first: PageNo, pages: u16) -> Self {
        Self { first, pages }
    }

    /// A run of one page.
    pub const fn single(page: PageNo) -> Self {
        Self::new(page, 1)
    }

    /// The page after the last one.
    pub const fn end(&self) -> PageNo {
        self.first.offset(self.pages as u64)
    }

    /// Whether the page lies in the run.
    pub fn contains(&self, page: PageNo) -> bool {
        (self.first..self.end()).contains(&page)
    }

    /// Whether a page lies in both runs.
    pub fn overlaps(&self, other: &PageRun) -> bool {
        self.first < other.end() && other.first < self.end()
    }
}

impl fmt::Display for PageRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pages {
            1 => write!(f, "{}", self.first),
            _ => write!(f, "{}..{}", self.first, self.end()),
        }
    }
}
