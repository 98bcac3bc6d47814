//! The bytes of a commit record.

use std::ops::Range;

use citadel_core::{
    Generation, PageKind, PageNo, PageSize, RECORD_BODY_MAX, SHORT_RECORD_BODY_MAX, Tag, record_run,
};

use super::{Digest, FreeMap, Record, Redo, Trail, WrittenRun};
use crate::codec::{Reader, put_ptr, put_run};
use crate::error::Result;
use crate::tree::{DESCRIPTOR_BYTES, Tree};
use crate::tree_id::TreeId;

/// What the bytes are.
const WHAT: &str = "a commit record";
const DATA_SYNCED: u8 = 1;
const RENEWS: u8 = 2;
/// Bytes of a checkpoint before its record: a sequence number, and flags.
pub(crate) const CHECKPOINT_HEAD_BYTES: usize = 8 + 1;
/// Bytes that a record may have: it must also fit into a checkpoint.
const RECORD_BYTES_MAX: usize = RECORD_BODY_MAX - CHECKPOINT_HEAD_BYTES;
/// Bytes of everything but the trail and the three lists.
const FIXED_BYTES: usize = 8 + 1 + 8 + 32 + 8 + 8 + DESCRIPTOR_BYTES + 32 + 8 + 8 + 2 + 4 + 2 + 4;
/// More than what one light commit adds to the trail and to the log of free space, even if it retires all old records.
const ROOM_BYTES: usize = 2048;
const RECENT_BYTES: usize = 8 + DESCRIPTOR_BYTES;
const WRITTEN_BYTES: usize = 8 + 1 + 16;

/// What a record begins with: enough to know which commits it tells of. The head of a sealed record always holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub(crate) generation: Generation,
    /// The newest commit that is on the medium if the record is, whole.
    pub(crate) vouches_for: Generation,
    /// The newest commit that was known to be durable when the record was made, so that it is on the medium if any of the
    /// record is.
    pub(crate) durable: Generation,
}

impl Beginning {
    pub(crate) fn decode(record: &[u8]) -> Result<Self> {
        let (generation, flags, durable) = take_beginning(&mut Reader::new(record, WHAT))?;
        Ok(Self {
            generation,
            vouches_for: vouched(generation, flags, durable),
            durable,
        })
    }
}

/// Generation, flags, and the newest commit that was durable.
fn take_beginning(reader: &mut Reader<'_>) -> Result<(Generation, u8, Generation)> {
    let (generation, flags) = (Generation::new(reader.u64()?), reader.u8()?);
    if flags & !(DATA_SYNCED | RENEWS) != 0 {
        return reader.corrupt();
    }
    Ok((generation, flags, Generation::new(reader.u64()?)))
}

fn vouched(generation: Generation, flags: u8, durable: Generation) -> Generation {
    match flags & (DATA_SYNCED | RENEWS) {
        DATA_SYNCED => generation,
        _ => durable,
    }
}

impl Record {
    /// Whether the record fits into its place.
    pub(crate) fn fits(&self) -> bool {
        self.encoded_len() <= RECORD_BYTES_MAX
    }

    /// The longest redo log, in bytes, that a light commit on top of this one has room for: in a short record or, where the log
    /// begins with it, in a long one. So small changes go on in short records, and larger ones are light half the time.
    pub(crate) fn room_for_redo(&self) -> usize {
        let replaced = self.redo.bytes().len() + self.written.len() * WRITTEN_BYTES;
        let room = match self.redo.is_empty() {
            true => RECORD_BYTES_MAX - ROOM_BYTES,
            false => SHORT_RECORD_BODY_MAX,
        };
        room.saturating_sub(self.encoded_len() - replaced)
    }

    fn encoded_len(&self) -> usize {
        let lists =
            self.recent.len() * RECENT_BYTES + self.log.len() + self.written.len() * WRITTEN_BYTES;
        FIXED_BYTES + self.trail.encoded_len() + lists + self.redo.bytes().len()
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        bytes.extend_from_slice(&self.generation.get().to_le_bytes());
        bytes.push(self.flags());
        bytes.extend_from_slice(&self.durable.get().to_le_bytes());
        bytes.extend_from_slice(&self.previous.0);
        bytes.extend_from_slice(&self.pages_end.get().to_le_bytes());
        bytes.extend_from_slice(&self.next_tree.to_le_bytes());
        bytes.extend_from_slice(&self.catalog.encode());
        put_ptr(&mut bytes, self.free_map.ptr.as_ref());
        bytes.extend_from_slice(&self.free_map.generation.get().to_le_bytes());
        bytes.extend_from_slice(&self.free_map.end.get().to_le_bytes());
        self.trail.encode(&mut bytes);
        bytes.extend_from_slice(&(self.recent.len() as u16).to_le_bytes());
        for (id, tree) in &self.recent {
            bytes.extend_from_slice(&id.get().to_le_bytes());
            bytes.extend_from_slice(&tree.encode());
        }
        bytes.extend_from_slice(&(self.log.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&self.log);
        bytes.extend_from_slice(&(self.written.len() as u16).to_le_bytes());
        for written in &self.written {
            put_run(&mut bytes, written.run);
            bytes.push(written.kind as u8);
            bytes.extend_from_slice(written.tag.as_bytes());
        }
        bytes.extend_from_slice(&(self.redo.bytes().len() as u32).to_le_bytes());
        bytes.extend_from_slice(self.redo.bytes());
        bytes
    }

    fn flags(&self) -> u8 {
        u8::from(self.data_synced) * DATA_SYNCED + u8::from(self.renews) * RENEWS
    }

    /// The newest commit that this record says to be durable, if it is itself: at least the commits up to that one, and
    /// all that they wrote, are on the medium.
    pub(crate) fn vouches_for(&self) -> Generation {
        vouched(self.generation, self.flags(), self.durable)
    }

    /// Where the two logs are among the bytes of this record, which are so many.
    pub(super) fn places_of_logs(&self, len: usize) -> (Range<usize>, Range<usize>) {
        let redo = len - self.redo.bytes().len()..len;
        let log_end = redo.start - 4 - self.written.len() * WRITTEN_BYTES - 2;
        (log_end - self.log.len()..log_end, redo)
    }

    pub(crate) fn decode(bytes: &[u8], page_size: PageSize) -> Result<Self> {
        let mut reader = Reader::new(bytes, WHAT);
        let (generation, flags, durable) = take_beginning(&mut reader)?;
        let data_synced = flags & DATA_SYNCED != 0;
        let renews = flags & RENEWS != 0;
        let previous = Digest(reader.array()?);
        let (pages_end, next_tree) = (PageNo::new(reader.u64()?), reader.u64()?);
        let catalog = Tree::decode(reader.take(DESCRIPTOR_BYTES)?, page_size)?;
        let free_map = FreeMap {
            ptr: reader.ptr()?,
            generation: Generation::new(reader.u64()?),
            end: PageNo::new(reader.u64()?),
        };
        let trail = Trail::decode(&mut reader, generation)?;
        let recent = take_recent(&mut reader, page_size)?;
        let log_len = reader.u32()? as usize;
        let log = reader.take(log_len)?.to_vec();
        let written = take_written(&mut reader)?;
        let redo_len = reader.u32()? as usize;
        let redo = Redo::decode(reader.take(redo_len)?)?;
        let ordered =
            free_map.generation <= generation && free_map.end <= pages_end && durable <= generation;
        let within = |place| record_run(page_size, place).end() <= pages_end;
        if !reader.is_empty()
            || !ordered
            || !trail.iter().all(|(_, place)| within(place))
            || generation == Generation::ZERO
            || pages_end > PageNo::MAX
        {
            return reader.corrupt();
        }
        Ok(Self {
            generation,
            data_synced,
            renews,
            durable,
            previous,
            pages_end,
            next_tree,
            catalog,
            free_map,
            trail,
            recent,
            log,
            written,
            redo,
        })
    }
}

fn take_recent(reader: &mut Reader<'_>, page_size: PageSize) -> Result<Vec<(TreeId, Tree)>> {
    let mut recent: Vec<(TreeId, Tree)> = Vec::new();
    for _ in 0..reader.u16()? {
        let id = TreeId::new(reader.u64()?);
        if recent.last().is_some_and(|(last, _)| *last >= id) {
            return reader.corrupt();
        }
        recent.push((id, Tree::decode(reader.take(DESCRIPTOR_BYTES)?, page_size)?));
    }
    Ok(recent)
}

fn take_written(reader: &mut Reader<'_>) -> Result<Vec<WrittenRun>> {
    let mut written = Vec::new();
    for _ in 0..reader.u16()? {
        let run = reader.run()?;
        let kind = match reader.u8()? {
            1 => PageKind::TreeNode,
            2 => PageKind::Extent,
            3 => PageKind::ExtentMap,
            4 => PageKind::FreeMap,
            _ => return reader.corrupt(),
        };
        written.push(WrittenRun {
            run,
            kind,
            tag: Tag::from_bytes(reader.array()?),
        });
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use citadel_core::PageRun;
    use proptest::prelude::*;

    #[test]
    fn a_record_survives_its_encoding() {
        let mut record = Record::genesis(PageNo::new(3), PageSize::DEFAULT);
        record.generation = Generation::new(77);
        record.durable = Generation::new(76);
        record.trail = Trail::begin(record.generation, PageNo::new(5), PageNo::new(3));
        record.pages_end = PageNo::new(90);
        record.recent = vec![
            (TreeId::new(1), Tree::empty(2)),
            (TreeId::new(20), Tree::empty(1)),
        ];
        record.log = vec![1, 2, 3];
        record.written = vec![WrittenRun {
            run: PageRun::new(PageNo::new(9), 4),
            kind: PageKind::Extent,
            tag: Tag::from_bytes([7; 16]),
        }];
        record.data_synced = false;
        assert!(record.fits());
        let bytes = record.encode();
        let begins = |record: &Record| {
            let bytes = record.encode();
            let beginning = Beginning::decode(&bytes[..CHECKPOINT_HEAD_BYTES + 8]).unwrap();
            assert_eq!(beginning.vouches_for, record.vouches_for());
            [
                beginning.generation,
                beginning.vouches_for,
                beginning.durable,
            ]
            .map(Generation::get)
        };
        assert_eq!(begins(&record), [77, 76, 76]);
        record.data_synced = true;
        assert_eq!(begins(&record), [77, 77, 76]);
        record.renews = true;
        assert_eq!(begins(&record), [77, 76, 76]);
        (record.data_synced, record.renews) = (false, false);
        assert_eq!(Record::decode(&bytes, PageSize::DEFAULT).unwrap(), record);
        for len in 0..bytes.len() {
            assert!(
                Record::decode(&bytes[..len], PageSize::DEFAULT)
                    .unwrap_err()
                    .is_corrupt()
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_record_or_refused(at in 0usize..400, value: u8) {
            let mut record = Record::genesis(PageNo::new(3), PageSize::DEFAULT);
            record.recent = vec![(TreeId::new(1), Tree::empty(2)), (TreeId::new(20), Tree::empty(1))];
            record.log = vec![1, 2, 3];
            let mut bytes = record.encode();
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = Record::decode(&bytes, PageSize::DEFAULT);
        }
    }
}
