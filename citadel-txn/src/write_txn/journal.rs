//! How to take changes back.
//!
//! Undos lie as bytes in segments, youngest last. A segment that is full stays as it is, and is written as a large value when
//! the transaction spills; it is read again when it is its turn to be undone. So an open savepoint costs no memory beyond
//! the transaction's budget, however much is changed above it.
//!
//! ```text
//! undo   kind u8 | tree u64 | key length u16 | key | payload, up to the end | bytes of all that u32
//! ```

use crate::codec::Reader;
use crate::dirty::LargeRef;
use crate::error::{Error, Result};
use crate::tree::OldValue;
use crate::tree::OpenTree;
use crate::tree_id::TreeId;
use crate::wipe::wipe;

/// Bytes of a segment; of one with a single undo, as many as that has.
const SEGMENT_BYTES: usize = 128 << 10;
/// The most memory that is kept for the next segment when one is forgotten.
const SPARE_BYTES: usize = 4 << 10;

const ABSENT: u8 = 0;
const INLINE: u8 = 1;
const LARGE: u8 = 2;
const FILLED: u8 = 3;
const CREATED: u8 = 4;
const DROPPED: u8 = 5;

/// How to take one change back.
#[derive(Debug)]
pub(crate) enum Undo {
    /// The entry held this before, or was not there.
    Entry {
        tree: TreeId,
        key: Vec<u8>,
        old: Option<OldValue>,
    },
    /// The tree was empty before a bulk load.
    Filled(TreeId),
    /// The tree was not there.
    Created(TreeId),
    /// The tree was there, like this.
    Dropped(TreeId, OpenTree),
}

/// A savepoint that is open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) serial: u64,
    /// How many undos there were when it was set.
    pub(super) undos: u64,
}

/// The changes since the oldest open savepoint, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// Savepoints, oldest first.
    pub(super) open: Vec<Open>,
    pub(super) next_serial: u64,
    undos: u64,
    segments: Vec<Segment>,
    /// Bytes of the segments in memory.
    bytes: usize,
    /// Memory for the next segment: each small statement makes and forgets one.
    spare: Spare,
    /// The trees of all [`Undo::Dropped`], in their order.
    dropped: Vec<OpenTree>,
}

/// A segment that was forgotten. What is in it is of no use, but still wiped in the end.
#[derive(Debug, Default)]
struct Spare(Vec<u8>);

impl Drop for Spare {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

#[derive(Debug)]
struct Segment {
    place: SegmentPlace,
    /// Whether some of its undos keep large values.
    keeps_large: bool,
}

#[derive(Debug)]
enum SegmentPlace {
    Memory(Vec<u8>),
    File(LargeRef),
}

impl Drop for Segment {
    fn drop(&mut self) {
        if let SegmentPlace::Memory(bytes) = &mut self.place {
            wipe(bytes);
        }
    }
}

impl Journal {
    /// Whether changes must be recorded.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// How many changes can be taken back.
    pub(super) fn undos(&self) -> u64 {
        self.undos
    }

    /// Bytes that it takes in memory.
    #[inline]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Records that an entry held this, or was not there.
    pub(super) fn entry(&mut self, tree: TreeId, key: &[u8], old: Option<&OldValue>) {
        let kind = match old {
            None => ABSENT,
            Some(old) if old.large => LARGE,
            Some(_) => INLINE,
        };
        let payload = old.map_or(&[][..], |old| &old.bytes);
        self.push(kind, tree, key, payload);
    }

    /// Records that a tree was empty.
    pub(super) fn filled(&mut self, tree: TreeId) {
        self.push(FILLED, tree, &[], &[]);
    }

    /// Records that a tree was not there.
    pub(super) fn created(&mut self, tree: TreeId) {
        self.push(CREATED, tree, &[], &[]);
    }

    /// Records that a tree was there.
    pub(super) fn dropped(&mut self, id: TreeId, tree: OpenTree) {
        self.dropped.push(tree);
        self.push(DROPPED, id, &[], &[]);
    }

    fn push(&mut self, kind: u8, tree: TreeId, key: &[u8], payload: &[u8]) {
        let len = 1 + 8 + 2 + key.len() + payload.len();
        self.undos += 1;
        self.bytes += len + 4;
        let (bytes, keeps_large) = self.segment(len + 4);
        *keeps_large |= kind == LARGE;
        bytes.push(kind);
        bytes.extend_from_slice(&tree.get().to_le_bytes());
        bytes.extend_from_slice(&(key.len() as u16).to_le_bytes());
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(payload);
        bytes.extend_from_slice(&(len as u32).to_le_bytes());
    }

    /// The segment that the next undo, of `more` bytes, goes to; it has the room, and at most a segment's bytes.
    fn segment(&mut self, more: usize) -> (&mut Vec<u8>, &mut bool) {
        let has_room = self.segments.last().is_some_and(|last| {
            matches!(&last.place, SegmentPlace::Memory(bytes) if bytes.len() + more <= SEGMENT_BYTES)
        });
        if !has_room {
            let mut spare = std::mem::take(&mut self.spare.0);
            spare.clear();
            self.segments.push(Segment {
                place: SegmentPlace::Memory(spare),
                keeps_large: false,
            });
        }
        match self.segments.last_mut() {
            Some(Segment {
                place: SegmentPlace::Memory(bytes),
                keeps_large,
            }) => {
                let needed = bytes.len() + more;
                if needed > bytes.capacity() {
                    let room = (bytes.capacity() * 2).min(SEGMENT_BYTES).max(needed);
                    bytes.reserve_exact(room - bytes.len());
                }
                (bytes, keeps_large)
            }
            _ => unreachable!("a segment in memory was just put there"),
        }
    }

    /// The file's copy of the youngest segment, where that is not in memory; [`load`](Journal::load) it before
    /// [`pop`](Journal::pop).
    pub(super) fn written_tail(&self) -> Option<LargeRef> {
        match self.segments.last()?.place {
            SegmentPlace::File(large) => Some(large),
            SegmentPlace::Memory(_) => None,
        }
    }

    /// Takes the youngest segment back into memory.
    pub(super) fn load(&mut self, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        if let Some(last) = self.segments.last_mut() {
            last.place = SegmentPlace::Memory(bytes);
        }
    }

    /// Takes the youngest undo out. None where there is none.
    pub(super) fn pop(&mut self) -> Result<Option<Undo>> {
        let Some(Segment {
            place: SegmentPlace::Memory(bytes),
            ..
        }) = self.segments.last_mut()
        else {
            return Ok(None);
        };
        let (body, len) = bytes.split_last_chunk().ok_or(DAMAGED)?;
        let start = body.len().checked_sub(u32::from_le_bytes(*len) as usize);
        let body = start.and_then(|start| body.get(start..)).ok_or(DAMAGED)?;
        let len = body.len() + 4;
        let undo = decode(body, &mut self.dropped)?;
        let rest = bytes.len() - len;
        wipe(&mut bytes[rest..]);
        bytes.truncate(rest);
        if rest == 0 {
            self.segments.pop();
        }
        self.bytes -= len;
        self.undos -= 1;
        Ok(Some(undo))
    }

    /// Writes all segments that are in memory by `write`.
    pub(super) fn spill(&mut self, mut write: impl FnMut(&[u8]) -> Result<LargeRef>) -> Result<()> {
        for segment in &mut self.segments {
            if let SegmentPlace::Memory(bytes) = &mut segment.place {
                let large = write(bytes)?;
                self.bytes -= bytes.len();
                wipe(bytes);
                segment.place = SegmentPlace::File(large);
            }
        }
        Ok(())
    }

    /// Forgets the youngest segment, and tells what it left behind. None where there is none.
    pub(super) fn forget_segment(&mut self) -> Option<Leftover> {
        let last = self.segments.last_mut()?;
        if last.keeps_large {
            return Some(Leftover::Undos);
        }
        let leftover = match &mut last.place {
            SegmentPlace::File(large) => Leftover::Extents(*large),
            SegmentPlace::Memory(bytes) => {
                self.bytes -= bytes.len();
                if bytes.capacity() <= SPARE_BYTES {
                    self.spare = Spare(std::mem::take(bytes));
                }
                Leftover::Nothing
            }
        };
        self.segments.pop();
        Some(leftover)
    }

    /// The trees that were dropped and may come back.
    pub(super) fn dropped_trees(&mut self) -> impl Iterator<Item = &mut OpenTree> {
        self.dropped.iter_mut()
    }

    /// Takes out the trees that were dropped, and forgets all savepoints.
    pub(super) fn close(&mut self) -> Vec<OpenTree> {
        self.open.clear();
        self.undos = 0;
        std::mem::take(&mut self.dropped)
    }
}

/// What a segment that is forgotten leaves behind.
pub(super) enum Leftover {
    /// Itself, not yet forgotten: its undos keep large values and must be popped one by one.
    Undos,
    /// Its copy in the file.
    Extents(LargeRef),
    /// Nothing.
    Nothing,
}

const DAMAGED: Error = Error::corrupt("an undo journal");

fn decode(body: &[u8], dropped: &mut Vec<OpenTree>) -> Result<Undo> {
    let mut reader = Reader::new(body, "an undo journal");
    let (kind, tree) = (reader.u8()?, TreeId::new(reader.u64()?));
    let key_len = usize::from(reader.u16()?);
    let key = reader.take(key_len)?.to_vec();
    let payload = reader.rest();
    let old = |large| {
        Some(OldValue {
            bytes: payload.to_vec(),
            large,
        })
    };
    Ok(match kind {
        ABSENT => Undo::Entry {
            tree,
            key,
            old: None,
        },
        INLINE | LARGE => Undo::Entry {
            tree,
            key,
            old: old(kind == LARGE),
        },
        FILLED => Undo::Filled(tree),
        CREATED => Undo::Created(tree),
        DROPPED => Undo::Dropped(tree, dropped.pop().ok_or(DAMAGED)?),
        _ => return reader.corrupt(),
    })
}
