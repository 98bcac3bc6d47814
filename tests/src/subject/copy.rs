//! Copies of a database into a file that has no name until it is whole: backup, and VACUUM INTO. The disk under test is the target; the
//! source goes on being written meanwhile.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use citadel_txn::{MemoryStorage, Step, Storage};

use super::{Reading, Refusal, SqlSubject, State, Stop, Subject, TxnSubject};
use crate::sim::SimDisk;

/// Steps of the SQL workload that make the tables that are copied: with a vector index that is folded in part.
const TABLE_STEPS: usize = 14;
/// Commits to the source while it is copied.
const COMMITS: usize = 3;

/// How a copy is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Copying {
    /// Page by page.
    Backup,
    /// Tree by tree, without free space.
    Vacuum,
}

/// A workload whose file can be copied.
pub(super) trait Source: Subject + fmt::Debug {
    /// Opens `from`, which holds what the workload has left, and copies it to `to`, with so many commits to the source meanwhile.
    fn copy(
        &self,
        copying: Copying,
        from: MemoryStorage,
        to: Arc<dyn Storage>,
        commits: usize,
    ) -> Result<(), Stop>;
}

/// Work that goes on at the first steps of a copy: so many times.
pub(super) fn meanwhile(mut times: usize, work: impl Fn()) -> impl FnMut(Step) -> ControlFlow<()> {
    move |_| {
        if times > 0 {
            times -= 1;
            work();
        }
        ControlFlow::Continue(())
    }
}

/// A copy of a database.
#[derive(Debug)]
pub struct CopySubject {
    name: &'static str,
    copying: Copying,
    source: Box<dyn Source>,
    made: OnceLock<(Vec<u8>, State)>,
}

impl CopySubject {
    /// Backup and compact copy, of files with a bit of everything.
    pub fn all(page_size: u32) -> Vec<Self> {
        let trees = || Box::new(TxnSubject::named("random", page_size));
        let tables = SqlSubject::named("sql-everything", page_size);
        let tables = Box::new(tables.first(TABLE_STEPS).large(2_000));
        vec![
            Self::new("backup", Copying::Backup, trees()),
            Self::new("vacuum-into", Copying::Vacuum, trees()),
            Self::new("sql-vacuum-into", Copying::Vacuum, tables),
        ]
    }

    fn new(name: &'static str, copying: Copying, source: Box<dyn Source>) -> Self {
        Self {
            name,
            copying,
            source,
            made: OnceLock::new(),
        }
    }

    /// The source, and what the copy must hold.
    fn made(&self) -> &(Vec<u8>, State) {
        self.made.get_or_init(|| {
            let disk = SimDisk::new();
            let ran = self.source.run(&disk, &mut Vec::new());
            ran.expect("nothing fails on this disk");
            let state = self.source.read(&disk).whole();
            (disk.image().to_bytes(), state.expect("the source is whole"))
        })
    }

    fn copy(&self, disk: &SimDisk) -> Result<(), Stop> {
        let from = MemoryStorage::from_bytes(self.made().0.clone());
        let to = Arc::new(disk.clone());
        self.source.copy(self.copying, from, to, COMMITS)
    }
}

impl Subject for CopySubject {
    fn name(&self) -> &str {
        self.name
    }

    fn page_size(&self) -> u32 {
        self.source.page_size()
    }

    fn run(&self, disk: &SimDisk, states: &mut Vec<State>) -> Result<(), Stop> {
        disk.begin_partial();
        disk.attempt(0);
        states.push(self.made().1.clone());
        self.copy(disk)?;
        disk.acknowledge(0);
        Ok(())
    }

    /// A file that has no name yet may be whole, or be refused; it is never taken for another database.
    fn read(&self, disk: &SimDisk) -> Reading {
        let partial = disk.is_partial();
        let mut reading = self.source.read(disk);
        if partial
            && reading
                .state
                .as_ref()
                .is_ok_and(|state| *state != self.made().1)
        {
            reading = Reading::refused(Refusal::Other("a copy that is not finished opens".into()));
        } else if partial && reading.state.is_ok() {
            reading = Reading::refused(Refusal::Damaged("the file has no name yet".into()));
        }
        reading
    }

    fn go_on(&self, disk: &SimDisk, commits: usize, states: &mut Vec<State>) -> Result<(), Stop> {
        self.source.go_on(disk, commits, states)
    }

    fn finish(&self, disk: &SimDisk) -> Result<bool, Stop> {
        disk.attempt(0);
        if disk.is_partial() {
            self.copy(disk)?;
        }
        disk.acknowledge(0);
        Ok(true)
    }
}
