//! The two fixed slots: where recovery begins.
//!
//! A slot holds a copy of a commit record that was durable, with all that the commit wrote, before the copy was written. So
//! a slot that opens is trusted as a whole. From the older one the chain of records leads to the newest commit, so that the
//! loss of either slot loses nothing, and either may be written over.
//!
//! Now and then the older slot is written. Slot A is also written, as a *notice*, before a write that tells of no commit:
//! if such a write goes astray and lies on the newest records, slot A still tells of the newest commit. That it is A matters:
//! one write that begins in slot B may lie on the records behind it as well; one that begins in slot A lies on slot B, too.
//!
//! What always holds:
//!
//! 1. A slot is only written over when the other one is known to be on the medium.
//! 2. The slot that was written last has the higher sequence number, and holds no older commit.
//! 3. The records after the older slot's are in the trail, and in place; while it is not known what is in a slot on the
//!    medium, no record is retired.
//! 4. At most one slot says that the file was closed, and it is the newest one; opening the file for writing takes that back.

use citadel_core::{Generation, PageSize, RecordSlot, SealedFile};

use crate::codec::Reader;
use crate::error::{Error, Result};
use crate::record::{Beginning, CHECKPOINT_HEAD_BYTES, Digest, Record};
use crate::wipe::wipe;

/// Commits from one checkpoint to the next.
const COMMITS_BETWEEN: u64 = 15;
/// Commits from one checkpoint to the next where notices were in its way.
const COMMITS_OVERDUE: u64 = 20;
/// Bytes of a slot.
pub(crate) const SLOT_BYTES: u64 = 8192;
const CLOSED: u8 = 1;

/// What is in a slot.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) slot: RecordSlot,
    /// Counts the writes of both slots.
    pub(crate) sequence: u64,
    /// Whether nothing was committed after it, as the file was closed.
    pub(crate) is_closed: bool,
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
    decode(&bytes, slot, file.page_size()).map(Some)
}

/// What the body of a checkpoint says.
fn decode(bytes: &[u8], slot: RecordSlot, page_size: PageSize) -> Result<Checkpoint> {
    let mut head = Reader::new(bytes, "a checkpoint");
    let (sequence, flags) = take_head(&mut head)?;
    let record = Record::decode(&bytes[CHECKPOINT_HEAD_BYTES..], page_size)?;
    Ok(Checkpoint {
        slot,
        sequence,
        is_closed: flags & CLOSED != 0,
        digest: Digest::of(&record),
        record,
    })
}

/// The number of a checkpoint, of which this is the body or as much of it as is in its head, and what its record begins with.
pub(crate) fn decode_beginning(body: &[u8]) -> Result<(u64, Beginning)> {
    let mut head = Reader::new(body, "a checkpoint");
    let (sequence, _) = take_head(&mut head)?;
    let beginning = Beginning::decode(&body[CHECKPOINT_HEAD_BYTES..])?;
    Ok((sequence, beginning))
}

/// The number of a checkpoint, and its flags.
fn take_head(head: &mut Reader<'_>) -> Result<(u64, u8)> {
    let (sequence, flags) = (head.u64()?, head.u8()?);
    match flags & !CLOSED {
        0 => Ok((sequence, flags)),
        _ => head.corrupt(),
    }
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
    sequence: u64,
    a: Slot,
    b: Slot,
    /// The commit that wrote a checkpoint which was no notice.
    written: Generation,
}

/// What is in one slot.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The commit in it; none of that number where it does not open.
    generation: Generation,
    /// The commit whose sync makes it durable.
    pending: Generation,
}

impl Checkpoints {
    /// Those that were found in a file.
    pub(crate) fn found(found: &[Checkpoint]) -> Self {
        let mut slots = Self::none();
        for checkpoint in found {
            slots.slot(checkpoint.slot).generation = checkpoint.record.generation;
            slots.sequence = slots.sequence.max(checkpoint.sequence);
        }
        slots.written = slots.newest();
        slots
    }

    fn none() -> Self {
        Self {
            sequence: 0,
            a: Slot::default(),
            b: Slot::default(),
            written: Generation::ZERO,
        }
    }

    /// Writes the same record into both slots of a file that has none. `is_closed`: no writer is about to go on.
    pub(crate) fn create(file: &SealedFile, record: &Record, is_closed: bool) -> Result<Self> {
        let mut created = Self::none();
        created.write_into(RecordSlot::A, file, record, false)?;
        created.write_into(RecordSlot::B, file, record, is_closed)?;
        created.written = record.generation;
        Ok(created)
    }

    fn slot(&mut self, slot: RecordSlot) -> &mut Slot {
        match slot {
            RecordSlot::A => &mut self.a,
            RecordSlot::B => &mut self.b,
        }
    }

    fn newest(&self) -> Generation {
        self.a.generation.max(self.b.generation)
    }

    /// The commit in the older slot.
    pub(crate) fn oldest(&self) -> Generation {
        self.a.generation.min(self.b.generation)
    }

    /// The slot with the older commit.
    fn older(&self) -> RecordSlot {
        match self.a.generation < self.b.generation {
            true => RecordSlot::A,
            false => RecordSlot::B,
        }
    }

    /// Whether the slots are known to be on the medium, once this commit is durable.
    pub(crate) fn are_durable(&self, durable: Generation) -> bool {
        self.a.pending <= durable && self.b.pending <= durable
    }

    /// Nothing leads to the records up to this commit's. None where that is not known.
    pub(crate) fn retirable(&self, durable: Generation) -> Generation {
        match self.are_durable(durable) {
            true => self.oldest(),
            false => Generation::ZERO,
        }
    }

    /// Whether commit `commit` should write a checkpoint of `durable`, and may. `urgent`: even if the last is recent.
    pub(crate) fn is_due(&self, commit: Generation, durable: Generation, urgent: bool) -> bool {
        let is_time = urgent || self.commits_since(commit) >= COMMITS_BETWEEN;
        durable > self.oldest() && self.are_durable(durable) && is_time
    }

    /// Whether a checkpoint was due for so long that it is worth a sync.
    pub(crate) fn is_overdue(&self, commit: Generation) -> bool {
        self.commits_since(commit) >= COMMITS_OVERDUE
    }

    fn commits_since(&self, commit: Generation) -> u64 {
        commit.get().saturating_sub(self.written.get())
    }

    /// Writes a record that is durable over the older slot. Commit `pending` is the one whose sync will make it durable.
    pub(crate) fn write(
        &mut self,
        file: &SealedFile,
        record: &Record,
        pending: Generation,
    ) -> Result<()> {
        let slot = self.older();
        self.write_into(slot, file, record, false)?;
        self.slot(slot).pending = pending;
        self.written = pending;
        Ok(())
    }

    /// The same for a caller who syncs by himself. `is_closed`: this is the end of all that is written.
    pub(crate) fn write_last(
        &mut self,
        file: &SealedFile,
        record: &Record,
        is_closed: bool,
    ) -> Result<()> {
        let slot = self.older();
        self.slot(slot).pending = Generation::ZERO;
        self.written = record.generation;
        self.write_into(slot, file, record, is_closed)
    }

    /// Notes that a sync has succeeded since the slots were written.
    pub(crate) fn are_synced(&mut self) {
        self.a.pending = Generation::ZERO;
        self.b.pending = Generation::ZERO;
    }

    /// Whether slot A tells of this commit.
    pub(crate) fn tells_of(&self, commit: Generation) -> bool {
        self.a.generation >= commit
    }

    /// Whether slot A may be written over, once this commit is durable.
    pub(crate) fn may_tell(&self, durable: Generation) -> bool {
        self.b.pending <= durable
    }

    /// Writes a record that is durable over slot A. Commit `pending` is the one whose sync will make it durable.
    pub(crate) fn tell(
        &mut self,
        file: &SealedFile,
        record: &Record,
        pending: Generation,
    ) -> Result<()> {
        self.write_into(RecordSlot::A, file, record, false)?;
        self.a.pending = pending;
        Ok(())
    }

    /// Writes the slot again that was written last, since nobody knows whether that was ever synced; or the other one,
    /// where that does not open. The caller syncs.
    pub(crate) fn repair(&mut self, file: &SealedFile, found: &[Checkpoint]) -> Result<()> {
        match found {
            [newest, _] => self.write_into(newest.slot, file, &newest.record, false),
            [only] => self.write_into(only.slot.other(), file, &only.record, false),
            _ => Err(Error::corrupt("no checkpoint opens")),
        }
    }

    fn write_into(
        &mut self,
        slot: RecordSlot,
        file: &SealedFile,
        record: &Record,
        is_closed: bool,
    ) -> Result<()> {
        let sequence = self.sequence.checked_add(1).ok_or(Error::Exhausted {
            what: "checkpoints",
        })?;
        let mut bytes = sequence.to_le_bytes().to_vec();
        bytes.push(u8::from(is_closed) * CLOSED);
        bytes.extend_from_slice(&record.encode());
        let written = file.write_record(slot, &bytes);
        wipe(&mut bytes);
        written?;
        self.sequence = sequence;
        self.slot(slot).generation = record.generation;
        Ok(())
    }
}
