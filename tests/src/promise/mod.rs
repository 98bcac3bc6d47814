//! What is promised of every subject, whatever its states hold:
//!
//! - [`crash`]: pull the plug anywhere, and what is there afterwards is a state that was attempted, not older than the
//!   last that was acknowledged; it is whole, stays when it is opened again, and can be written to. So it is when the plug is
//!   pulled again while it recovers.
//! - [`restart`]: the process dies and the machine goes on; a second process opens the file, commits, and then the power fails.
//! - [`fault`]: when the disk fails, the error says so, the handle commits nothing more, and the same holds afterwards.
//! - [`stray`]: a write that went elsewhere is found out, or changes nothing but that the last commit may be gone.
//! - [`tamper`]: change the bytes of a file at rest, and what is read is refused or right; never wrong, never a panic.
//!
//! Each promise is put to a [`Case`] and ends in an [`Outcome`]: counts, so that its test can assert that it was no empty one, and
//! violations, each with what replays it.

pub mod crash;
pub mod fault;
mod life;
mod outcome;
pub mod restart;
pub mod stray;
pub mod tamper;
mod witness;

use crate::subject::Subject;

pub use outcome::{Outcome, Tried, Violation};

/// A subject, and how hard it is tried.
#[derive(Clone, Copy)]
pub struct Case<'s> {
    /// What is tried.
    pub subject: &'s dyn Subject,
    /// What all that is random is drawn from.
    pub seed: u64,
    /// How hard.
    pub effort: Effort,
    /// One place and one image of it alone, to look at a violation again.
    pub only: Option<(usize, Option<usize>)>,
}

/// How hard something is tried.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Of so many places one is crashed; which ones is drawn.
    pub places: usize,
    /// Images at each of them.
    pub images: usize,
    /// Every so many images are also written to.
    pub write_every: usize,
    /// In every so many images the plug is pulled again while they recover.
    pub nest_every: usize,
    /// Images at each place of a recovery.
    pub nested_images: usize,
    /// In every so many of those the plug is pulled a third time.
    pub deep_every: usize,
    /// Every so many calls get a fault, and every so many places a second process.
    pub stride: usize,
    /// Places that each write is sent astray to.
    pub astray: usize,
}

impl Effort {
    /// Enough to find what is broken, in seconds.
    pub const SLICE: Self = Self {
        places: 4,
        images: 12,
        write_every: 5,
        nest_every: 24,
        nested_images: 6,
        deep_every: 64,
        stride: 9,
        astray: 1,
    };

    /// All that there is at `images` images a place, with every recovery interrupted in its turn.
    pub const fn full(images: usize) -> Self {
        Self {
            places: 1,
            images,
            write_every: 8,
            nest_every: 16,
            nested_images: 8,
            deep_every: 32,
            stride: 1,
            astray: 4,
        }
    }

    /// The same with every recovery of every image interrupted everywhere.
    #[must_use]
    pub const fn exhaustive_recovery(mut self) -> Self {
        self.nest_every = 1;
        self.nested_images = 40;
        self
    }
}
