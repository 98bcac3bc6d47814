//! The superblock as text, for people.

use std::fmt;

use crate::error::Result;
use crate::format::{CIPHER_SUITE, FORMAT_VERSION, first_page};
use crate::id::{FileId, Generation, PageSize};
use crate::storage::Storage;
use crate::superblock::unlock::{Twin, read_candidates};
use crate::superblock::{SlotInfo, Superblock};

/// What the superblock says without a key: its [`Display`](fmt::Display) is the dump. Nothing in it is secret, and nothing
/// in it is authenticated until the file is opened.
#[derive(Clone, Debug)]
pub struct SuperblockInfo {
    /// The page size.
    pub page_size: PageSize,
    /// The file's identity.
    pub file_id: FileId,
    /// How often the slots were changed, plus one.
    pub sequence: u64,
    /// The slots in use.
    pub slots: Vec<SlotInfo>,
    /// While a rekey is under way: the first generation that the new root key seals.
    pub rekey_from: Option<Generation>,
    /// The copies that can be read, with their sequence.
    copies: Vec<(Twin, u64)>,
}

impl SuperblockInfo {
    /// Reads the superblock of a storage, without a key.
    ///
    /// # Errors
    /// Where it is no database, truncated, damaged in both copies, or of another version.
    pub fn read(storage: &dyn Storage) -> Result<Self> {
        let candidates = read_candidates(storage)?;
        let copies = candidates
            .iter()
            .map(|(copy, candidate)| (*copy, candidate.superblock.sequence))
            .collect();
        Ok(Self::of(&candidates[0].1.superblock, copies))
    }

    pub(super) fn of(superblock: &Superblock, copies: Vec<(Twin, u64)>) -> Self {
        Self {
            page_size: superblock.page_size,
            file_id: superblock.file_id,
            sequence: superblock.sequence,
            slots: superblock.slot_infos(),
            rekey_from: superblock.retiring.map(|retiring| retiring.from),
            copies,
        }
    }
}

impl fmt::Display for SuperblockInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "superblock")?;
        writeln!(f, "  format version  {FORMAT_VERSION}")?;
        writeln!(f, "  cipher suite    {CIPHER_SUITE} (XAES-256-GCM)")?;
        writeln!(f, "  file id         {}", self.file_id)?;
        writeln!(f, "  page size       {} bytes", self.page_size)?;
        writeln!(f, "  first page      {}", first_page(self.page_size))?;
        for copy in Twin::BOTH {
            match self.copies.iter().find(|(readable, _)| *readable == copy) {
                Some((_, sequence)) => writeln!(f, "  copy {copy:?}          sequence {sequence}")?,
                None => writeln!(f, "  copy {copy:?}          damaged")?,
            }
        }
        if let Some(from) = self.rekey_from {
            writeln!(
                f,
                "  rekey           under way, new from generation {from} on"
            )?;
        }
        for slot in &self.slots {
            writeln!(f, "  key slot {}      {}", slot.index, slot.kind)?;
        }
        Ok(())
    }
}
