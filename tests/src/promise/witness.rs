//! Who opens a disk and says what is there.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Case;
use super::outcome::{Outcome, Violation};
use crate::sim::{Crash, Image, Moment, Promised, SimDisk};
use crate::subject::{Reading, Refusal, State, Stop};

/// A witness of one case: opens each disk once, and keeps count.
pub(super) struct Witness<'c> {
    pub(super) case: Case<'c>,
    pub(super) outcome: Outcome,
    seen: HashSet<u64>,
}

impl<'c> Witness<'c> {
    pub(super) fn new(case: Case<'c>) -> Self {
        Self {
            case,
            outcome: Outcome::default(),
            seen: HashSet::new(),
        }
    }

    /// Whether the like of this was not seen before.
    pub(super) fn is_new(&mut self, image: &Image, about: impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        (image.fingerprint(), about).hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }

    pub(super) fn blame(&mut self, place: &str, what: impl Into<String>) {
        let subject = self.case.subject;
        self.outcome.blame(Violation {
            subject: format!(
                "{} at {}-byte pages, seed {}",
                subject.name(),
                subject.page_size(),
                self.case.seed
            ),
            place: place.into(),
            what: what.into(),
        });
    }

    /// What the subject reads.
    pub(super) fn read(&self, disk: &SimDisk) -> Reading {
        Refusal::guard(|| self.case.subject.read(disk), Reading::refused)
    }

    /// What the subject makes of a disk in `commits` commits.
    pub(super) fn go_on(&self, disk: &SimDisk, commits: usize) -> (Vec<State>, Result<(), Stop>) {
        let mut states = Vec::new();
        let end = Refusal::guard(
            || self.case.subject.go_on(disk, commits, &mut states),
            |refusal| Err(refusal.into()),
        );
        (states, end)
    }

    /// Lets the subject take up what was interrupted before state 0 was there; false where it cannot.
    pub(super) fn finish(&self, disk: &SimDisk) -> Result<bool, Stop> {
        let subject = self.case.subject;
        Refusal::guard(|| subject.finish(disk), |refusal| Err(refusal.into()))
    }

    /// Opens a disk, which must hold one of the states that are promised. The number of that state; none where the
    /// promise is broken (that is in the outcome), or where nothing was promised yet and nothing is there.
    pub(super) fn find(
        &mut self,
        disk: &SimDisk,
        states: &[State],
        promised: Promised,
        place: &str,
    ) -> Option<usize> {
        let state = match self.read(disk).whole() {
            Ok(state) => state,
            Err(Refusal::Damaged(_)) if promised.acknowledged.is_none() => return None,
            Err(refusal) => {
                self.blame(place, format!("{refusal:?}"));
                return None;
            }
        };
        let range = promised.range(states.len());
        let found = states[range.clone()].iter().rposition(|s| *s == state);
        if found.is_none() {
            let known = states.iter().rposition(|known| *known == state);
            let newest = &states[range.end.saturating_sub(1)];
            self.blame(
                place,
                format!(
                    "there is state {known:?}, not one of {range:?}; {}",
                    state.difference(newest)
                ),
            );
        }
        found.map(|at| range.start + at)
    }

    /// Opens a disk again, which must still hold a state.
    pub(super) fn confirm(&mut self, disk: &SimDisk, state: &State, place: &str) -> bool {
        match self.read(disk).whole() {
            Ok(found) if found == *state => true,
            Ok(found) => {
                self.blame(place, format!("another state: {}", found.difference(state)));
                false
            }
            Err(refusal) => {
                self.blame(place, format!("{refusal:?}"));
                false
            }
        }
    }

    /// Each new image of a moment, with its number and what became of things there.
    pub(super) fn images(
        &mut self,
        moment: &Moment<'_>,
        most: usize,
        about: impl Hash + Copy,
        mut visit: impl FnMut(&mut Self, usize, Image, String),
    ) {
        let mut crash = Crash::at(moment, self.case.seed);
        for (number, fate) in crash.fates(most).iter().enumerate() {
            let image = crash.image(fate);
            if self.is_new(&image, about) {
                visit(self, number, image, fate.to_string());
            }
            if self.outcome.is_hopeless() {
                return;
            }
        }
    }
}
