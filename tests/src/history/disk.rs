//! A disk for many threads that is cut off in the middle of an operation.
//!
//! Its failure model is that of [`crate::sim`]. It keeps no trace of the whole run, only what is not synced, so that runs may be long;
//! and a sync takes a while, in which others go on writing: what they write meanwhile is not covered by it.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use citadel_core::Storage;
use parking_lot::{Mutex, RwLock};

use crate::sim::Random;

/// The unit in which a disk writes.
const SECTOR: usize = 512;
/// How often a sync lets others go first.
const SYNC_YIELDS: usize = 3;

/// How a disk is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cut {
    /// The power fails: of what is not synced, any part may be there.
    Power,
    /// The process dies: all that it wrote is there, of the last write perhaps only the beginning.
    Process,
}

/// When a disk is cut off, and how.
#[derive(Clone, Copy, Debug)]
struct Plan {
    cut: Cut,
    /// Operations that still succeed.
    left: u64,
    seed: u64,
}

#[derive(Debug)]
struct Unsynced {
    offset: usize,
    bytes: Vec<u8>,
}

/// What is not in the visible bytes alone.
#[derive(Debug, Default)]
struct Durability {
    durable: Vec<u8>,
    /// In the order of issue; `None` is a length.
    unsynced: VecDeque<Result<Unsynced, usize>>,
    /// The number of the first of `unsynced`.
    first: u64,
    plan: Option<Plan>,
    /// What is found after the cut.
    found: Option<Vec<u8>>,
    /// Whether a sync says that it succeeded and does nothing.
    lies: bool,
}

#[derive(Debug, Default)]
struct State {
    visible: RwLock<Vec<u8>>,
    durability: Mutex<Durability>,
}

/// The disk. Clones are other handles to the same one, as those of another process are.
#[derive(Clone, Debug, Default)]
pub struct PowerDisk {
    state: Arc<State>,
}

impl PowerDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// A disk that holds bytes, all durable.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        let disk = Self::new();
        disk.state.visible.write().clone_from(&bytes);
        disk.state.durability.lock().durable = bytes;
        disk
    }

    /// Cuts the disk off after so many more writes, changes of length and syncs; in the middle of the one after that.
    pub fn cut_after(&self, operations: u64, cut: Cut, seed: u64) {
        self.state.durability.lock().plan = Some(Plan {
            cut,
            left: operations,
            seed,
        });
    }

    /// From now on syncs say that they succeeded and do nothing: no promise can be kept on such a disk, and tests must find that.
    pub fn lie(&self) {
        self.state.durability.lock().lies = true;
    }

    /// Whether it is cut off.
    pub fn is_cut(&self) -> bool {
        self.state.durability.lock().found.is_some()
    }

    /// What is on it for whoever opens it next: what the cut left, or all of it.
    pub fn found(&self) -> Vec<u8> {
        let found = self.state.durability.lock().found.clone();
        found.unwrap_or_else(|| self.state.visible.read().clone())
    }

    /// Carries out a change, or is cut off in its midst.
    fn change(&self, change: Result<Unsynced, usize>) -> io::Result<()> {
        let mut durability = self.state.durability.lock();
        let mut visible = self.state.visible.write();
        if durability.is_last()? {
            durability.cut(&visible, Some(change));
            return Err(cut_off());
        }
        apply(&mut visible, &change);
        durability.unsynced.push_back(change);
        Ok(())
    }
}

impl Durability {
    /// Counts an operation; true for the one that is cut.
    fn is_last(&mut self) -> io::Result<bool> {
        if self.found.is_some() {
            return Err(cut_off());
        }
        let Some(plan) = &mut self.plan else {
            return Ok(false);
        };
        let last = plan.left == 0;
        plan.left = plan.left.saturating_sub(1);
        Ok(last)
    }

    /// Decides what is found.
    fn cut(&mut self, visible: &[u8], under_way: Option<Result<Unsynced, usize>>) {
        let Some(plan) = self.plan else { return };
        let mut random = Random::new(plan.seed);
        let found = match plan.cut {
            Cut::Process => {
                let mut found = visible.to_vec();
                if let Some(Ok(mut write)) = under_way {
                    write.bytes.truncate(random.below(write.bytes.len() + 1));
                    apply(&mut found, &Ok(write));
                }
                found
            }
            Cut::Power => {
                self.unsynced.extend(under_way);
                let mut found = std::mem::take(&mut self.durable);
                // How much arrives differs from one cut to the next: nothing, most, all.
                let arrives = random.below(5);
                for change in &mut self.unsynced {
                    if random.below(4) >= arrives {
                        continue;
                    }
                    if let Ok(write) = change
                        && random.one_in(6)
                    {
                        tear(&found, write, &mut random);
                    }
                    apply(&mut found, change);
                }
                found
            }
        };
        self.found = Some(found);
    }
}

/// Leaves some sectors of a write old, zero or garbage.
fn tear(medium: &[u8], write: &mut Unsynced, random: &mut Random) {
    let model = random.below(3);
    for (sector, chunk) in write.bytes.chunks_mut(SECTOR).enumerate() {
        if random.one_in(2) {
            continue;
        }
        match model {
            0 => random.fill(chunk),
            1 => chunk.fill(0),
            _ => {
                let start = write.offset + sector * SECTOR;
                for (at, byte) in chunk.iter_mut().enumerate() {
                    *byte = medium.get(start + at).copied().unwrap_or(0);
                }
            }
        }
    }
}

fn apply(medium: &mut Vec<u8>, change: &Result<Unsynced, usize>) {
    match change {
        Ok(write) => {
            let end = write.offset + write.bytes.len();
            if medium.len() < end {
                medium.resize(end, 0);
            }
            medium[write.offset..end].copy_from_slice(&write.bytes);
        }
        Err(len) => medium.resize(*len, 0),
    }
}

fn cut_off() -> io::Error {
    io::Error::other("the disk is cut off")
}

fn place(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(io::Error::other)
}

impl Storage for PowerDisk {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let start = place(offset)?;
        let visible = self.state.visible.read();
        let bytes = visible
            .get(start..start + buf.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        buf.copy_from_slice(bytes);
        Ok(())
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        self.change(Ok(Unsynced {
            offset: place(offset)?,
            bytes: buf.to_vec(),
        }))
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.state.visible.read().len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Err(place(len)?))
    }

    fn sync(&self) -> io::Result<()> {
        let covered = {
            let mut durability = self.state.durability.lock();
            if durability.is_last()? {
                let visible = self.state.visible.read();
                durability.cut(&visible, None);
                return Err(cut_off());
            }
            durability.first + durability.unsynced.len() as u64
        };
        for _ in 0..SYNC_YIELDS {
            std::thread::yield_now();
        }
        let mut durability = self.state.durability.lock();
        if durability.found.is_some() {
            return Err(cut_off());
        }
        while durability.first < covered && !durability.lies {
            let Some(change) = durability.unsynced.pop_front() else {
                break;
            };
            apply(&mut durability.durable, &change);
            durability.first += 1;
        }
        Ok(())
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_synced_is_found_whatever_else_is() {
        for seed in 0..50 {
            let disk = PowerDisk::new();
            disk.write_at(0, &[1; 600]).unwrap();
            disk.sync().unwrap();
            disk.cut_after(2, Cut::Power, seed);
            disk.write_at(600, &[2; 600]).unwrap();
            disk.write_at(1200, &[3; 600]).unwrap();
            assert!(disk.write_at(1800, &[4; 600]).is_err() && disk.is_cut());
            assert!(disk.sync().is_err() && disk.write_at(0, &[9]).is_err());
            let found = disk.found();
            assert_eq!(found[..600], [1; 600]);
            assert!(found.len() <= 2400);
        }
    }

    #[test]
    fn a_dead_process_leaves_all_that_it_wrote() {
        let disk = PowerDisk::new();
        disk.cut_after(1, Cut::Process, 3);
        disk.write_at(0, &[1; 10]).unwrap();
        assert!(disk.write_at(10, &[2; 10]).is_err());
        let found = disk.found();
        assert_eq!(found[..10], [1; 10]);
        assert!(found[10..].iter().all(|byte| *byte == 2));
    }
}
