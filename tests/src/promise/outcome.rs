//! What came of putting a promise to the test.

use std::fmt;
use std::ops::AddAssign;

/// Violations that are told; a broken promise mostly breaks everywhere.
const VIOLATIONS_MAX: usize = 8;

/// What was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Places of a trace at which something crashed.
    pub boundaries: usize,
    /// Distinct disks that were opened after a crash.
    pub images: usize,
    /// Disks on which a state that was only attempted had arrived.
    pub early: usize,
    /// Disks on which the attempted state was rolled back.
    pub rolled_back: usize,
    /// Disks that were written to afterwards.
    pub written: usize,
    /// Disks whose recovery was interrupted in turn.
    pub nested: usize,
    /// Distinct disks that an interrupted recovery left, and that were opened: depth 2.
    pub nested_images: usize,
    /// The same after a recovery of those was interrupted: depth 3.
    pub deep_images: usize,
    /// States that became durable with one sync.
    pub one_sync: usize,
    /// States that became durable with more syncs than one.
    pub more_syncs: usize,
    /// Runs in which a fault struck.
    pub faults: usize,
    /// Runs that the fault ended.
    pub stopped: usize,
    /// Runs after whose end the same handle could still commit, because only a read had failed.
    pub survived: usize,
    /// Second processes on a machine that went on.
    pub restarts: usize,
    /// Writes that went astray.
    pub strays: usize,
    /// Of those and of files that were changed at rest: how many were refused.
    pub refused: usize,
    /// How many read as if nothing had happened: the bytes are unused, or are there twice.
    pub harmless: usize,
    /// How many lost the last commit and no more: they could not be told from a crash within it.
    pub last_lost: usize,
    /// Files that were changed at rest.
    pub tampered: usize,
}

impl AddAssign for Tried {
    fn add_assign(&mut self, other: Self) {
        let pairs = [
            (&mut self.boundaries, other.boundaries),
            (&mut self.images, other.images),
            (&mut self.early, other.early),
            (&mut self.rolled_back, other.rolled_back),
            (&mut self.written, other.written),
            (&mut self.nested, other.nested),
            (&mut self.nested_images, other.nested_images),
            (&mut self.deep_images, other.deep_images),
            (&mut self.one_sync, other.one_sync),
            (&mut self.more_syncs, other.more_syncs),
            (&mut self.faults, other.faults),
            (&mut self.stopped, other.stopped),
            (&mut self.survived, other.survived),
            (&mut self.restarts, other.restarts),
            (&mut self.strays, other.strays),
            (&mut self.refused, other.refused),
            (&mut self.harmless, other.harmless),
            (&mut self.last_lost, other.last_lost),
            (&mut self.tampered, other.tampered),
        ];
        for (sum, more) in pairs {
            *sum += more;
        }
    }
}

impl Tried {
    /// All disks that were opened.
    pub fn all_images(&self) -> usize {
        self.images + self.nested_images + self.deep_images
    }
}

/// A broken promise.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The workload, and the page size.
    pub subject: String,
    /// What was done to it.
    pub place: String,
    /// What came of it.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.subject, self.place, self.what)
    }
}

/// Counts and violations.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was tried.
    pub tried: Tried,
    /// What broke; the first few.
    pub violations: Vec<Violation>,
    /// How much broke.
    pub broken: usize,
}

impl Outcome {
    /// Whether nothing broke.
    pub fn is_kept(&self) -> bool {
        self.broken == 0
    }

    /// Whether so much broke that more would say nothing new.
    pub fn is_hopeless(&self) -> bool {
        self.broken >= VIOLATIONS_MAX
    }

    /// The counts, where nothing broke.
    ///
    /// # Panics
    /// Where something broke, with all that is known of it.
    pub fn kept(self) -> Tried {
        let texts: Vec<String> = self.violations.iter().map(ToString::to_string).collect();
        assert!(
            self.is_kept(),
            "{} violations:\n{}",
            self.broken,
            texts.join("\n")
        );
        self.tried
    }

    pub(super) fn blame(&mut self, violation: Violation) {
        self.broken += 1;
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(violation);
        }
    }
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.tried += other.tried;
        self.broken += other.broken;
        let room = VIOLATIONS_MAX.saturating_sub(self.violations.len());
        self.violations
            .extend(other.violations.into_iter().take(room));
    }
}
