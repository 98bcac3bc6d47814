//! What is put on the simulated disk: workloads with states that can be told apart, and a way to read them back.
//!
//! A [`Subject`] runs the same workload every time. State 0 is the first that is there, most often the created, empty database; each
//! further state is one more commit. The promises in [`crate::promise`] know nothing of what the states hold.
//!
//! [`all`] lists the scripted workloads: each is one kind of use, small enough that every place in it can be crashed.

mod copy;
mod keys;
mod refusal;
mod sql;
mod state;
mod txn;

use crate::sim::SimDisk;

pub use copy::CopySubject;
pub use refusal::Refusal;
pub use sql::SqlSubject;
pub use state::State;
pub use txn::TxnSubject;

/// A workload on a disk.
pub trait Subject: Sync {
    /// What it is called.
    fn name(&self) -> &str;

    /// Bytes of a page.
    fn page_size(&self) -> u32;

    /// Which crashes it is promised to survive.
    fn survives(&self) -> Survives {
        Survives::PowerLoss
    }

    /// Runs the workload on an empty disk, and marks on the disk which state is attempted and which is acknowledged as durable. Pushes
    /// each state as it is attempted.
    ///
    /// # Errors
    /// Where the disk failed; the workload ends there.
    fn run(&self, disk: &SimDisk, states: &mut Vec<State>) -> Result<(), Stop>;

    /// Opens what is on the disk, reads all of it, checks it, and closes it.
    fn read(&self, disk: &SimDisk) -> Reading;

    /// Opens what is on the disk, and commits `commits` more changes through one handle. Pushes the state that was
    /// found, as number 0, and each that was made, and marks them on the disk.
    ///
    /// # Errors
    /// Where the database refused.
    fn go_on(&self, disk: &SimDisk, commits: usize, states: &mut Vec<State>) -> Result<(), Stop>;

    /// Takes up a workload that was interrupted before state 0 was there; true where this kind can do that. Then state 0 is
    /// there, and the disk was told that it was attempted and acknowledged.
    ///
    /// # Errors
    /// Where the database refused.
    fn finish(&self, _disk: &SimDisk) -> Result<bool, Stop> {
        Ok(false)
    }
}

/// Which crashes lose nothing acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survives {
    /// The power fails, or the process dies.
    PowerLoss,
    /// The process dies, and the machine goes on: all that was written has arrived.
    ProcessDeath,
}

/// The end of a workload before its time.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Why.
    pub refusal: Refusal,
    /// Whether the same handle could commit something else afterwards, outside of the states.
    pub committed_later: bool,
}

impl<E: Into<Refusal>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self {
            refusal: error.into(),
            committed_later: false,
        }
    }
}

/// What a reader found.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What all queries together said.
    pub state: Result<State, Refusal>,
    /// What the integrity check said.
    pub check: Result<(), Refusal>,
}

impl Reading {
    /// A file that could not even be opened.
    pub fn refused(refusal: Refusal) -> Self {
        Self {
            check: Err(refusal.clone()),
            state: Err(refusal),
        }
    }

    /// The state, where the check agrees that it is whole.
    ///
    /// # Errors
    /// What the reader or the check refused.
    pub fn whole(self) -> Result<State, Refusal> {
        let state = self.state?;
        self.check.map(|()| state)
    }
}

/// The scripted workloads, each at one page size.
pub fn all(page_size: u32) -> Vec<Box<dyn Subject>> {
    let mut all: Vec<Box<dyn Subject>> = Vec::new();
    for subject in TxnSubject::all(page_size) {
        all.push(Box::new(subject));
    }
    for subject in CopySubject::all(page_size) {
        all.push(Box::new(subject));
    }
    for subject in SqlSubject::all(page_size) {
        all.push(Box::new(subject));
    }
    all
}
