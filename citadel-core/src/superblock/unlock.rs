//! Reading the two copies, choosing between them, and writing them.

use std::io;

use crate::crypto::{Kdf, Kek, Key, RootKey};
use crate::error::{Error, Result};
use crate::format::{FORMAT_VERSION, PAGES_OFFSET, SUPERBLOCK_BYTES};
use crate::id::Generation;
use crate::storage::Storage;
use crate::superblock::codec::{self, Candidate, Fault};
use crate::superblock::{CopyBytes, SlotIndex, Superblock};

/// Which of the two copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twin {
    A,
    B,
}

impl Twin {
    pub(super) const BOTH: [Twin; 2] = [Twin::A, Twin::B];

    fn offset(self) -> u64 {
        match self {
            Twin::A => 0,
            Twin::B => SUPERBLOCK_BYTES as u64,
        }
    }

    fn other(self) -> Twin {
        match self {
            Twin::A => Twin::B,
            Twin::B => Twin::A,
        }
    }
}

/// A superblock that a key opened.
pub(crate) struct Unlocked {
    pub(crate) superblock: Superblock,
    pub(crate) root: RootKey,
    /// The root key that a rekey replaces.
    pub(crate) retired: Option<Retired>,
    /// Where the copies are not the same: the one that does not count. Both should be written again, and this one first.
    pub(crate) repair: Option<Twin>,
}

/// A root key that a rekey replaces, open.
pub(crate) struct Retired {
    /// The first generation that it does not seal.
    pub(crate) until: Generation,
    pub(crate) root: RootKey,
}

/// Whether the storage now holds a superblock of another root key than the one with this commitment: a rekey in another
/// process replaced it. It is told by what is public, so it explains a failure and proves nothing.
///
/// # Errors
/// [`Error::Io`]. Copies that are damaged name no root key.
pub(crate) fn has_other_root(storage: &dyn Storage, commitment: &[u8; 32]) -> Result<bool> {
    // Both copies name the root key nearly always: then there is no need to read them whole.
    let names_it = |copy: Twin| {
        let mut found = [0; 32];
        let at = copy.offset() + codec::COMMITMENT_AT as u64;
        storage.read_at(at, &mut found).is_ok() && found == *commitment
    };
    if Twin::BOTH.into_iter().all(names_it) {
        return Ok(false);
    }
    match read_candidates(storage) {
        Ok(candidates) => Ok(candidates
            .first()
            .is_some_and(|(_, newest)| newest.superblock.commitment != *commitment)),
        Err(error @ Error::Io { .. }) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Reads both copies and opens the valid one with `key`.
pub(crate) fn load(storage: &dyn Storage, key: &Key) -> Result<Unlocked> {
    key.check()?;
    unlock(&read_candidates(storage)?, key)
}

/// Writes both copies, this one `first`: at every instant the other one is whole, if it is when this is called. Before
/// anything is written, what a process that died has written is on the medium.
pub(crate) fn store(storage: &dyn Storage, first: Twin, bytes: &CopyBytes) -> Result<()> {
    let sync = || storage.sync().map_err(Error::io("sync the superblock"));
    for copy in [first, first.other()] {
        sync()?;
        storage
            .write_at(copy.offset(), bytes)
            .map_err(Error::io("write the superblock"))?;
    }
    sync()
}

/// The copies whose digest holds, the highest sequence first; an error where there is none.
pub(super) fn read_candidates(storage: &dyn Storage) -> Result<Vec<(Twin, Candidate)>> {
    let len = storage
        .len()
        .map_err(Error::io("learn the length of the file"))?;
    if len < PAGES_OFFSET {
        return Err(too_short(storage, len));
    }
    let mut faults = Vec::new();
    let mut candidates = Vec::new();
    for copy in Twin::BOTH {
        let mut bytes = Box::new([0; SUPERBLOCK_BYTES]);
        storage
            .read_at(copy.offset(), &mut *bytes)
            .map_err(Error::io("read the superblock"))?;
        match codec::decode(bytes) {
            Ok(candidate) => candidates.push((copy, candidate)),
            Err(fault) => faults.push(fault),
        }
    }
    candidates.sort_by_key(|(_, candidate)| std::cmp::Reverse(candidate.superblock.sequence));
    if candidates.is_empty() {
        Err(worst(&faults))
    } else {
        Ok(candidates)
    }
}

/// What is said of a file that is too short for a header: a truncated database, or no database.
fn too_short(storage: &dyn Storage, len: u64) -> Error {
    let mut magic = [0; codec::MAGIC.len()];
    match storage.read_at(0, &mut magic) {
        Ok(()) if magic == *codec::MAGIC => Error::Truncated {
            len,
            needed: PAGES_OFFSET,
        },
        Err(source) if source.kind() != io::ErrorKind::UnexpectedEof => Error::Io {
            action: "read the superblock",
            source,
        },
        _ => Error::NotADatabase,
    }
}

/// The fault to report where no copy serves: the one that says most about the file.
fn worst(faults: &[Fault]) -> Error {
    let rank = |fault: &&Fault| match fault {
        Fault::NotOurs => 0,
        Fault::Damaged(_) => 1,
        Fault::Suite(_) => 2,
        Fault::Version(_) => 3,
    };
    match faults.iter().max_by_key(rank) {
        Some(&Fault::Version(found)) => Error::UnsupportedVersion {
            found,
            supported: FORMAT_VERSION,
        },
        Some(&Fault::Suite(found)) => Error::UnsupportedCipher { found },
        Some(&Fault::Damaged(reason)) => Error::DamagedHeader { reason },
        Some(Fault::NotOurs) | None => Error::NotADatabase,
    }
}

/// Tries the copies in their order.
fn unlock(candidates: &[(Twin, Candidate)], key: &Key) -> Result<Unlocked> {
    let mut keks = KekCache {
        key,
        derived: Vec::new(),
    };
    let mut forged = false;
    for (i, (copy, candidate)) in candidates.iter().enumerate() {
        let Some(root) = unwrap_root(&candidate.superblock, &mut keks)? else {
            continue;
        };
        let superblock = &candidate.superblock;
        let mac_key = root.mac_key(&superblock.file_id);
        let committed = root.commitment(&superblock.file_id) == superblock.commitment;
        if !committed || !candidate.is_authentic(&mac_key) {
            forged = true;
            continue;
        }
        // A newer copy that the same root key vouches for knows this key no more: it was removed.
        if candidates[..i]
            .iter()
            .any(|(_, newer)| newer.is_authentic(&mac_key))
        {
            return Err(Error::WrongKey);
        }
        let is_twin = |(other, twin): &(Twin, Candidate)| {
            other != copy && twin.superblock == *superblock && twin.is_authentic(&mac_key)
        };
        let repair = (!candidates.iter().any(is_twin)).then(|| copy.other());
        let retired = open_retired(superblock, &root)?;
        return Ok(Unlocked {
            superblock: superblock.clone(),
            root,
            retired,
            repair,
        });
    }
    Err(if forged {
        Error::Tampered {
            what: "the superblock",
        }
    } else {
        Error::WrongKey
    })
}

/// The root key before this one, where a rekey is under way.
pub(crate) fn open_retired(superblock: &Superblock, root: &RootKey) -> Result<Option<Retired>> {
    let Some(retiring) = &superblock.retiring else {
        return Ok(None);
    };
    let old = superblock.open_retiring(root, retiring);
    let root = old.ok_or(Error::Tampered {
        what: "the retiring root key",
    })?;
    Ok(Some(Retired {
        until: retiring.from,
        root,
    }))
}

/// The root key, by whichever slot the key opens.
fn unwrap_root(superblock: &Superblock, keks: &mut KekCache<'_>) -> Result<Option<RootKey>> {
    for index in SlotIndex::all() {
        let Some(slot) = &superblock.slots[index.position()] else {
            continue;
        };
        let Some(kek) = keks.get(slot.method.as_ref(), &slot.salt)? else {
            continue;
        };
        let context = codec::slot_context(superblock, index, slot.method.as_ref(), &slot.salt);
        if let Some(root) = slot.open(&kek, &context) {
            return Ok(Some(root));
        }
    }
    Ok(None)
}

/// Remembers derived keys, since both copies of the superblock usually hold the same slots and a derivation is slow.
struct KekCache<'a> {
    key: &'a Key,
    derived: Vec<(Option<Kdf>, [u8; 32], Kek)>,
}

impl KekCache<'_> {
    fn get(&mut self, method: Option<&Kdf>, salt: &[u8; 32]) -> Result<Option<Kek>> {
        let known = self
            .derived
            .iter()
            .find(|(m, s, _)| m.as_ref() == method && s == salt);
        if let Some((_, _, kek)) = known {
            return Ok(Some(kek.clone()));
        }
        let kek = self.key.kek(method, salt)?;
        if let Some(kek) = &kek {
            self.derived.push((method.copied(), *salt, kek.clone()));
        }
        Ok(kek)
    }
}
