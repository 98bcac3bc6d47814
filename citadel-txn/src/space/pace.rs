//! How much small commits write.

/// Commits that are looked back to.
const REMEMBERED: usize = 8;
/// The least and the greatest gap between two records, in pages.
const GAP_PAGES: (u64, u64) = (2, 16);

/// What the last commits wrote, so that room for the next ones is left where it will be wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    /// Pages of the last commits; those that were far larger than a gap do not count.
    pages: [u64; REMEMBERED],
    next: usize,
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
        let most = self.pages.iter().copied().max().unwrap_or_default();
        most.clamp(GAP_PAGES.0, GAP_PAGES.1)
    }
}
