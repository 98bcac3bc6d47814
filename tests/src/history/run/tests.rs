//! Stores that break one promise each: a round finds every one of them.

use citadel_txn::Durability;

use super::{Layer, Mode, Round};
use crate::history::disk::PowerDisk;
use crate::history::event::{Key, Value};
use crate::history::store::{Contents, Failure, Intent, Session, Setup, Store, TxnStore};

const NONE: u8 = 0;
/// Each read is of a snapshot of its own.
const MOVING_SNAPSHOTS: u8 = 1;
/// A connection goes on reading the first snapshot that it took.
const STALE_SNAPSHOTS: u8 = 2;
/// Each change is committed by itself.
const HALF_COMMITS: u8 = 3;
/// Who reads before he writes lets others write in between.
const NO_UPGRADE_CHECK: u8 = 4;
/// A sync does nothing.
const LYING_DISK: u8 = 5;
/// What is found after the end lacks the registers.
const FORGETS_REGISTERS: u8 = 6;

struct Faulty<const FAULT: u8>(TxnStore);

struct FaultySession<const FAULT: u8> {
    inner: <TxnStore as Store>::Session,
    /// Reads while `inner` does not.
    snapshot: <TxnStore as Store>::Session,
    intent: Intent,
    begun: bool,
}

impl<const FAULT: u8> Store for Faulty<FAULT> {
    type Session = FaultySession<FAULT>;

    fn create(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        TxnStore::create(disk, setup).map(Self)
    }

    fn open(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        let store = TxnStore::open(disk, setup)?;
        if FAULT == LYING_DISK {
            disk.lie();
        }
        Ok(Self(store))
    }

    fn follow(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        TxnStore::follow(disk, setup).map(Self)
    }

    fn session(&self) -> Self::Session {
        FaultySession {
            inner: self.0.session(),
            snapshot: self.0.session(),
            intent: Intent::Read,
            begun: false,
        }
    }

    fn contents(&self) -> Result<Contents, Failure> {
        let mut contents = self.0.contents()?;
        if FAULT == FORGETS_REGISTERS {
            contents.registers.clear();
        }
        Ok(contents)
    }

    fn problems(&self) -> Result<Vec<String>, Failure> {
        self.0.problems()
    }
}

impl<const FAULT: u8> FaultySession<FAULT> {
    fn split(&mut self) -> Result<(), Failure> {
        if FAULT == HALF_COMMITS && self.intent != Intent::Read {
            self.inner.commit()?;
            std::thread::yield_now();
            self.inner.begin(self.intent, Durability::Full)?;
        }
        Ok(())
    }
}

impl<const FAULT: u8> Session for FaultySession<FAULT> {
    fn begin(&mut self, intent: Intent, durability: Durability) -> Result<(), Failure> {
        self.intent = intent;
        if FAULT == STALE_SNAPSHOTS && intent == Intent::Read && self.begun {
            return Ok(());
        }
        if FAULT == STALE_SNAPSHOTS && intent == Intent::Read {
            self.begun = true;
            return self.snapshot.begin(intent, durability);
        }
        if FAULT == NO_UPGRADE_CHECK && intent == Intent::Upgrade {
            return self.snapshot.begin(Intent::Read, durability);
        }
        self.inner.begin(intent, durability)
    }

    fn append(&mut self, key: Key, value: Value) -> Result<(), Failure> {
        if FAULT == NO_UPGRADE_CHECK && self.intent == Intent::Upgrade {
            self.inner.begin(Intent::Write, Durability::Full)?;
            self.inner.append(key, value)?;
            return self.inner.commit();
        }
        self.inner.append(key, value)?;
        self.split()
    }

    fn list(&mut self, key: Key) -> Result<Vec<Value>, Failure> {
        match (FAULT, self.intent) {
            (STALE_SNAPSHOTS, Intent::Read) | (NO_UPGRADE_CHECK, Intent::Upgrade) => {
                self.snapshot.list(key)
            }
            (MOVING_SNAPSHOTS, Intent::Read) => {
                self.inner.begin(Intent::Read, Durability::Full)?;
                self.inner.list(key)
            }
            _ => self.inner.list(key),
        }
    }

    fn write(&mut self, key: Key, value: Value) -> Result<(), Failure> {
        if FAULT == NO_UPGRADE_CHECK && self.intent == Intent::Upgrade {
            self.inner.begin(Intent::Write, Durability::Full)?;
            self.inner.write(key, value)?;
            return self.inner.commit();
        }
        self.inner.write(key, value)?;
        self.split()
    }

    fn register(&mut self, key: Key) -> Result<Option<Value>, Failure> {
        match (FAULT, self.intent) {
            (STALE_SNAPSHOTS, Intent::Read) | (NO_UPGRADE_CHECK, Intent::Upgrade) => {
                self.snapshot.register(key)
            }
            _ => self.inner.register(key),
        }
    }

    fn commit(&mut self) -> Result<(), Failure> {
        match (FAULT, self.intent) {
            (STALE_SNAPSHOTS, Intent::Read) | (NO_UPGRADE_CHECK, Intent::Upgrade) => Ok(()),
            _ => self.inner.commit(),
        }
    }

    fn roll_back(&mut self) {
        if (FAULT, self.intent) != (STALE_SNAPSHOTS, Intent::Read) {
            self.inner.roll_back();
        }
    }
}

fn problems_with<const FAULT: u8>() -> String {
    let round = Round {
        seed: 5,
        layer: Layer::Txn,
        mode: Mode::Full,
        page_size: 1024,
        clients: 6,
        followers: 0,
        histories: 6,
        transactions: 500,
    };
    match round.run_on::<Faulty<FAULT>>() {
        Ok(report) => report.problems.join("\n"),
        Err(problem) => problem,
    }
}

#[test]
fn a_store_without_a_fault_passes() {
    assert_eq!(problems_with::<NONE>(), "");
}

#[test]
fn snapshots_that_move_are_found() {
    assert!(problems_with::<MOVING_SNAPSHOTS>().contains("internal"));
}

#[test]
fn snapshots_that_are_stale_are_found() {
    assert!(problems_with::<STALE_SNAPSHOTS>().contains("G-single-session"));
}

#[test]
fn commits_by_half_are_found() {
    // Someone must look between the halves; in some runs only the transaction itself does, and reads one key two ways.
    let mut runs = (0..20).map(|_| problems_with::<HALF_COMMITS>());
    assert!(runs.any(|problems| problems.contains("G1a") || problems.contains("G1b")));
}

#[test]
fn updates_of_what_others_changed_are_found() {
    // Threads must meet for it, which they do not in every run.
    let mut runs = (0..300).map(|_| problems_with::<NO_UPGRADE_CHECK>());
    assert!(runs.any(|problems| problems.contains('G')));
}

#[test]
fn a_disk_that_lies_is_found() {
    // What is lost is a commit, or pages that a commit needs.
    let problems = problems_with::<LYING_DISK>();
    assert!(
        problems.contains("lost write") || problems.contains("corrupt"),
        "{problems}"
    );
}

#[test]
fn a_recovery_that_forgets_is_found() {
    let problems = problems_with::<FORGETS_REGISTERS>();
    assert!(problems.contains("G-single"), "{problems}");
}
