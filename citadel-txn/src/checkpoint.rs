//! The two fixed slots: where recovery begins.
//!
//! A slot holds a copy of a commit record that was durable, with all that the commit wrote, before the copy was written. So
//! a slot that opens is trusted as a whole. The slots are written in turn, now and then; from the older one the chain of
//! records leads to the newest commit, so that the loss of either slot loses nothing.
//!
//! What always holds:
//!
//! 1. A slot is only written over when the other one is known to be on the medium, and a sync has succeeded since that was
//!    written.
//! 2. The slot that was written last has the higher sequence number and is not the older one.
//! 3. The records after the older slot's are in the trail, and in place.

use citadel_core::{Generation, RecordSlot, SealedFile};

use crate::error::{Error, Result};
use crate::record::{Digest, Record};
use crate::wipe::wipe;

/// Commits from one checkpoint to the next.
const COMMITS_BETWEEN: u64 = 16;
const SEQUENCE_BYTES: usize = 8;

/// What is in a slot.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) slot: RecordSlot,
    /// Counts the writes of both slots.
    pub(crate) sequence: u64,
    pub(crate) record: Record,
    pub(crate) digest: Digest,
}

/// What is in a slot; none where it was never written, or does not open.
pub(crate) fn read(file: &SealedFile, slot: RecordSlot) -> Result<Option<Checkpoint>> {
    let bytes = match file.read_record(slot) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error) if error.is_corrupt() => {
            tracing::warn!(?slot, %error, "a checkpoint does not open");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let Some((sequence, record)) = bytes.split_first_chunk::<SEQUENCE_BYTES>() else {
        return Err(Error::corrupt("a checkpoint"));
    };
    Ok(Some(Checkpoint {
        slot,
        sequence: u64::from_le_bytes(*sequence),
        record: Record::decode(record, file.page_size())?,
        digest: Digest::of(record),
    }))
}

/// What is in both slots, newest first.
pub(crate) fn read_both(file: &SealedFile) -> Result<Vec<Checkpoint>> {
    let mut found = Vec::with_capacity(2);
    for slot in RecordSlot::BOTH {
        found.extend(read(file, slot)?);
    }
    found.sort_by_key(|found| std::cmp::Reverse((found.record.generation, found.sequence)));
    Ok(found)
}

/// The slots of a file that is open for writing.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoints {
    /// The slot that was written last.
    last: RecordSlot,
    sequence: u64,
    /// The commit in it.
    generation: Generation,
    /// The commit whose sync makes it durable.
    pending: Generation,
}

impl Checkpoints {
    /// Those of a file whose slot with the newest commit is this one.
    pub(crate) fn found(newest: &Checkpoint) -> Self {
        Self {
            last: newest.slot,
            sequence: newest.sequence,
            generation: newest.record.generation,
            pending: Generation::ZERO,
        }
    }

    /// Writes the same record into both slots of a file that has none.
    pub(crate) fn create(file: &SealedFile, record: &Record) -> Result<Self> {
        let mut created = Self {
            last: RecordSlot::B,
            sequence: 0,
            generation: record.generation,
            pending: Generation::ZERO,
        };
        created.write(file, record, Generation::ZERO)?;
        created.write(file, record, Generation::ZERO)?;
        Ok(created)
    }

    /// The commit in the slot that was written last.
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// Whether commit `commit` should write a checkpoint of `durable`, and may. `urgent`: even if the last is recent.
    pub(crate) fn is_due(&self, commit: Generation, durable: Generation, urgent: bool) -> bool {
        let since = commit.get().saturating_sub(self.generation.get());
        durable > self.generation && durable >= self.pending && (urgent || since >= COMMITS_BETWEEN)
    }

    /// Writes a record that is durable over the older slot. Commit `pending` is the one whose sync will make it durable;
    /// the caller who syncs by himself gives none.
    pub(crate) fn write(
        &mut self,
        file: &SealedFile,
        record: &Record,
        pending: Generation,
    ) -> Result<()> {
        self.write_into(self.last.other(), file, record)?;
        self.pending = pending;
        Ok(())
    }

    /// Writes the slot again that was written last, since nobody knows whether that was ever synced; or the other one,
    /// where that does not open. The caller syncs.
    pub(crate) fn repair(&mut self, file: &SealedFile, found: &[Checkpoint]) -> Result<()> {
        match found {
            [newest, _] => self.write_into(newest.slot, file, &newest.record),
            [only] => self.write_into(only.slot.other(), file, &only.record),
            _ => Err(Error::corrupt("no checkpoint opens")),
        }
    }

    fn write_into(&mut self, slot: RecordSlot, file: &SealedFile, record: &Record) -> Result<()> {
        let sequence = self.sequence.checked_add(1).ok_or(Error::Exhausted {
            what: "checkpoints",
        })?;
        let mut bytes = sequence.to_le_bytes().to_vec();
        bytes.extend_from_slice(&record.encode());
        let written = file.write_record(slot, &bytes);
        wipe(&mut bytes);
        written?;
        self.last = slot;
        self.sequence = sequence;
        self.generation = record.generation;
        Ok(())
    }
}
