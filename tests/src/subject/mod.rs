//! What is put on the simulated disk: a workload with states that can be told apart, and a way to read them back.
//!
//! A [`Subject`] runs the same workload every time. State 0 is the created, empty database; each further state is one
//! more durable commit. The promises in [`crate::promise`] know nothing of what the states hold.

mod refusal;
mod sql;
mod txn;

use std::fmt::Debug;

use crate::sim::SimDisk;

pub use refusal::Refusal;
pub use sql::SqlSubject;
pub use txn::TxnSubject;

/// A workload on a disk.
pub trait Subject {
    /// All that a reader can see of a state.
    type State: PartialEq + Debug;

    /// Runs the workload on an empty disk, and marks on the disk which state is attempted and acknowledged. Pushes each
    /// state that is acknowledged.
    ///
    /// # Errors
    /// Where the disk failed; the workload ends there.
    fn run(&self, disk: &SimDisk, states: &mut Vec<Self::State>) -> Result<(), Stop>;

    /// Opens what is on the disk, reads all of it, checks it, and closes it.
    fn read(&self, disk: &SimDisk) -> Reading<Self::State>;

    /// Opens what is on the disk and commits one more change; the state that this makes.
    ///
    /// # Errors
    /// Where the database refused.
    fn write(&self, disk: &SimDisk) -> Result<Self::State, Refusal>;
}

/// The end of a workload before its time.
#[derive(Debug)]
pub struct Stop {
    /// Why.
    pub refusal: Refusal,
    /// Whether the same handle could commit something else afterwards, outside of the states.
    pub committed_later: bool,
}

/// What a reader found.
#[derive(Debug)]
pub struct Reading<S> {
    /// What all queries together said.
    pub state: Result<S, Refusal>,
    /// What the integrity check said.
    pub check: Result<(), Refusal>,
}

impl<S> Reading<S> {
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
    pub fn whole(self) -> Result<S, Refusal> {
        let state = self.state?;
        self.check.map(|()| state)
    }
}
