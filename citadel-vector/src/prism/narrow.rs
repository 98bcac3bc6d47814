//! Narrowing a running search: from here on, only rows of a smaller set.
//!
//! A caller that rechecks candidates may find that few pass. Once it knows which rows do, the same search goes on among those:
//! what was yielded stays yielded, and the other rows of the set are scanned.

use super::search::{Phase, Search};
use crate::filter::{Position, PositionSet};

impl<'s> Search<'s> {
    /// Yields only rows of `allowed` from now on, which were allowed before too.
    ///
    /// # Panics
    ///
    /// If the set is of another segment.
    pub fn narrow(&mut self, allowed: &'s PositionSet) {
        assert_eq!(
            allowed.universe(),
            self.segment.len(),
            "a set of the segment"
        );
        self.allowed = Some(allowed);
        if !self.began {
            self.phase = Phase::Scan;
            self.stats.matching = allowed.count_below(self.segment.shape.indexed);
            return;
        }
        match self.phase {
            Phase::Walk => self.end_walk(),
            Phase::Scan | Phase::Scanned => self.phase = Phase::Scan,
            Phase::Rest => {
                let rest = &mut self.scratch.rest;
                rest.retain(|entry| allowed.contains(Position(entry.position())));
                self.stats.matching = self.stats.yielded + rest.len();
                return;
            }
        }
        self.stats.matching = self.stats.yielded + self.count_unyielded();
    }
}
