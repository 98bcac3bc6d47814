//! How much small commits write.

/// Commits that are looked back to.
const REMEMBERED: usize = 8;
/// The gap between two records while little is known, and the greatest one, in pages.
const GAP_PAGES: (u64, u64) = (2, 16);

/// What the last commits wrote, so that room for the next ones is left where it will be wanted.
/// After light commits alone, which write their records only, there is no gap: a sync of many is then one write.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Pages of the last commits; those that were far larger than a gap do not count.
    pages: [u64; REMEMBERED],
    next: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pages: [GAP_PAGES.0; REMEMBERED],
            next: 0,
        }
    }
}

impl Pace {
    /// Remembers how many pages a commit wrote, its record not counted.
    pub(super) fn note(&mut self, pages: u64) {
        if pages <= GAP_PAGES.1 {
            self.pages[self.next] = pages;
            self.next = (self.next + 1) % REMEMBERED;
        }
    }

    /// Pages to leave between two records.
    pub(super) fn gap(&self) -> u64 {
        self.pages.iter().copied().max().unwrap_or_default()
    }
}
