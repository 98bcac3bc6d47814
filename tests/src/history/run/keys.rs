//! Which lists and registers are in use.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::history::event::Key;
use crate::sim::Random;

/// Lists that are appended to at one time: few, so that transactions meet.
const LISTS: u64 = 6;
/// Appends to these before new ones take their place, so that lists stay short.
const APPENDS: u64 = LISTS * 32;
const REGISTERS: u32 = 5;
/// Keys of registers are not those of lists, so that a report says which is meant.
const FIRST_REGISTER: u32 = 1 << 24;

/// The keys of one database.
#[derive(Debug, Default)]
pub(super) struct Keys {
    appends: AtomicU64,
}

impl Keys {
    /// A list in use.
    pub(super) fn list(&self, random: &mut Random) -> Key {
        let window = self.appends.load(Ordering::Relaxed) / APPENDS;
        let at = window * LISTS + random.bits() % LISTS;
        Key(u32::try_from(at).expect("a round is short"))
    }

    /// The same for an append, which is counted.
    pub(super) fn list_to_append(&self, random: &mut Random) -> Key {
        self.appends.fetch_add(1, Ordering::Relaxed);
        self.list(random)
    }

    /// A register.
    pub(super) fn register(random: &mut Random) -> Key {
        Key(FIRST_REGISTER + random.below(REGISTERS as usize) as u32)
    }

    /// All lists that may ever have been in use.
    pub(super) fn lists(&self) -> impl Iterator<Item = Key> + use<> {
        let windows = self.appends.load(Ordering::Relaxed) / APPENDS + 1;
        (0..u32::try_from(windows * LISTS).expect("a round is short")).map(Key)
    }

    /// All registers.
    pub(super) fn registers() -> impl Iterator<Item = Key> {
        (0..REGISTERS).map(|at| Key(FIRST_REGISTER + at))
    }
}
