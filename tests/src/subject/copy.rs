//! Copies of a database into a file that has no name until it is whole: backup, and VACUUM INTO. The disk under test is the target; the
//! source goes on being written meanwhile.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use citadel_core::Storage;
use citadel_txn::{Database, MemoryStorage, Progress, Result, Step, TreeOptions};

use super::{Reading, Refusal, State, Stop, Subject, TxnSubject};
use crate::sim::SimDisk;

/// How a copy is made.
type Copy = fn(&Database, Arc<dyn Storage>, &mut dyn Progress) -> Result<()>;

/// Commits to the source while it is copied.
const COMMITS: usize = 3;

/// A copy of a database.
#[derive(Debug)]
pub struct CopySubject {
    name: &'static str,
    copy: Copy,
    source: TxnSubject,
    made: OnceLock<(Vec<u8>, State)>,
}

impl CopySubject {
    /// Backup and compact copy, of a file with a bit of everything.
    pub fn all(page_size: u32) -> Vec<Self> {
        let kinds: [(&str, Copy); 2] = [
            ("backup", |source, target, progress| {
                source.backup(target, progress).map(drop)
            }),
            ("vacuum-into", |source, target, progress| {
                source.vacuum_into(target, progress).map(drop)
            }),
        ];
        let subject = |(name, copy)| Self {
            name,
            copy,
            source: TxnSubject::named("random", page_size),
            made: OnceLock::new(),
        };
        kinds.map(subject).into()
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

    fn copy(&self, disk: &SimDisk) -> std::result::Result<(), Stop> {
        let storage = MemoryStorage::from_bytes(self.made().0.clone());
        let source = self.source.open_storage(Arc::new(storage))?;
        let mut left = COMMITS;
        let mut write_meanwhile = |_: Step| {
            if left > 0 {
                left -= 1;
                change(&source).expect("nothing fails on the source");
            }
            ControlFlow::Continue(())
        };
        (self.copy)(&source, Arc::new(disk.clone()), &mut write_meanwhile)?;
        Ok(())
    }
}

/// One commit that frees pages and takes others.
fn change(source: &Database) -> Result<()> {
    let mut write = source.begin_write()?;
    let tree = write.create_tree(TreeOptions::default())?;
    for entry in 0u32..20 {
        write.insert(tree, &entry.to_be_bytes(), &[1; 60])?;
    }
    write.commit().map(drop)
}

impl Subject for CopySubject {
    fn name(&self) -> &str {
        self.name
    }

    fn page_size(&self) -> u32 {
        self.source.page_size()
    }

    fn run(&self, disk: &SimDisk, states: &mut Vec<State>) -> std::result::Result<(), Stop> {
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

    fn go_on(
        &self,
        disk: &SimDisk,
        commits: usize,
        states: &mut Vec<State>,
    ) -> std::result::Result<(), Stop> {
        self.source.go_on(disk, commits, states)
    }

    fn finish(&self, disk: &SimDisk) -> std::result::Result<bool, Stop> {
        disk.attempt(0);
        if disk.is_partial() {
            self.copy(disk)?;
        }
        disk.acknowledge(0);
        Ok(true)
    }
}
