//! The plug is pulled before each operation on the medium.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::sim::{Crash, Operation, SimDisk, Trace};
use crate::subject::{Refusal, Subject};

/// Every so many distinct images are also written to.
const WRITE_EVERY: usize = 4;
/// In every so many distinct images the plug is pulled again while they recover.
const NEST_EVERY: usize = 16;

/// What was tried.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tried {
    /// Places of the trace.
    pub boundaries: usize,
    /// Distinct disks that were opened.
    pub images: usize,
    /// Disks on which a state that was only attempted had arrived.
    pub early: usize,
    /// Disks on which the attempted state was rolled back.
    pub rolled_back: usize,
    /// Disks whose recovery was interrupted in turn.
    pub nested: usize,
    /// States that became durable with one sync.
    pub one_sync: usize,
    /// States that became durable with more syncs than one.
    pub more_syncs: usize,
}

/// Runs the subject on an empty disk, and crashes it everywhere.
///
/// # Panics
/// Where the promise is broken.
pub fn everywhere<S: Subject>(subject: &S, disk: &SimDisk, seed: u64) -> Tried {
    let mut states = Vec::new();
    subject
        .run(disk, &mut states)
        .expect("nothing fails on this disk");
    let trace = disk.trace();
    let mut witness = Witness {
        subject,
        states: &states,
        seen: HashSet::new(),
        tried: syncs_per_state(&trace),
    };
    for at in trace.boundaries() {
        witness.tried.boundaries += 1;
        let promised = trace.promised(at);
        Crash::at(&[], &trace, at, seed).images(|what, image| {
            witness.see(image, promised, || {
                format!("crash before operation {at}, {what}, seed {seed}")
            });
        });
    }
    witness.tried
}

fn syncs_per_state(trace: &Trace) -> Tried {
    let mut tried = Tried::default();
    let mut syncs = 0;
    for operation in trace.operations() {
        match operation {
            Operation::Attempt(_) => syncs = 0,
            Operation::Sync => syncs += 1,
            Operation::Acknowledge(_) if syncs == 1 => tried.one_sync += 1,
            Operation::Acknowledge(_) => tried.more_syncs += 1,
            _ => {}
        }
    }
    tried
}

struct Witness<'s, S: Subject> {
    subject: &'s S,
    states: &'s [S::State],
    seen: HashSet<u64>,
    tried: Tried,
}

impl<S: Subject> Witness<'_, S> {
    /// Opens a disk, unless the like was seen.
    fn see(
        &mut self,
        image: &[u8],
        (acknowledged, attempted): (Option<usize>, Option<usize>),
        place: impl Fn() -> String,
    ) {
        let mut hasher = DefaultHasher::new();
        (image, acknowledged, attempted).hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return;
        }
        self.tried.images += 1;
        let disk = SimDisk::from_bytes(image);
        let state = match self.subject.read(&disk).whole() {
            Ok(state) => state,
            Err(Refusal::Damaged(_)) if acknowledged.is_none() => return,
            Err(refusal) => panic!("{}: {refusal:?}", place()),
        };
        let found = self.number_of(&state, acknowledged.unwrap_or(0), attempted, &place);
        self.tried.early += usize::from(Some(found) != acknowledged);
        self.tried.rolled_back += usize::from(Some(found) != attempted);
        let again = self.subject.read(&disk).whole();
        assert_eq!(again.as_ref(), Ok(&state), "{}: opened again", place());
        if self.tried.images.is_multiple_of(WRITE_EVERY) {
            self.write(&disk, &place);
        }
        if self.tried.images.is_multiple_of(NEST_EVERY) {
            self.crash_again(image, &state, &place);
        }
    }

    /// Which state this is, among those that may be there.
    fn number_of(
        &self,
        state: &S::State,
        oldest: usize,
        newest: Option<usize>,
        place: impl Fn() -> String,
    ) -> usize {
        let newest = newest.unwrap_or(0).max(oldest).min(self.states.len() - 1);
        let allowed = &self.states[oldest..=newest];
        match allowed.iter().rposition(|allowed| allowed == state) {
            Some(at) => oldest + at,
            None => {
                let known = self.states.iter().rposition(|known| known == state);
                panic!(
                    "{}: state {known:?} is there; {oldest} was acknowledged and {newest} attempted",
                    place()
                );
            }
        }
    }

    fn write(&self, disk: &SimDisk, place: impl Fn() -> String) {
        let expected = match self.subject.write(disk) {
            Ok(state) => state,
            Err(refusal) => panic!("{}: written to: {refusal:?}", place()),
        };
        let found = self.subject.read(disk).whole();
        assert_eq!(found, Ok(expected), "{}: written to", place());
    }

    /// Crashes everywhere in the recovery of a disk, which must not move from the state that it has shown.
    fn crash_again(&mut self, image: &[u8], state: &S::State, place: impl Fn() -> String) {
        let disk = SimDisk::from_bytes(image);
        drop(self.subject.read(&disk));
        let trace = disk.trace();
        self.tried.nested += usize::from(!trace.is_empty());
        for at in trace.boundaries() {
            Crash::at(image, &trace, at, 1).images(|what, second| {
                let found = self.subject.read(&SimDisk::from_bytes(second)).whole();
                assert_eq!(
                    found.as_ref(),
                    Ok(state),
                    "{}; then crash before operation {at} of the recovery, {what}",
                    place()
                );
            });
        }
    }
}
