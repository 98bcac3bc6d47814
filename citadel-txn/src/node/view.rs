//! Reading a node.

use std::cmp::Ordering;
use std::ops::Range;

use super::cell::{self, Payload};
use super::malformed::Malformed;
use super::{BODY_MAX, CHILD_BYTES, HEADER_BYTES, SLOT_BYTES};

/// From so many entries on, a guess is better than halving.
const GUESS_ENTRIES_MIN: usize = 16;
/// How far off a guess may be.
const GUESS_ERROR: usize = 4;

/// Where the entry of a leaf lies in the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntrySpan {
    pub(crate) key: Range<usize>,
    pub(crate) payload: Range<usize>,
    /// Whether the payload is the reference of a large value.
    pub(crate) large: bool,
}

/// A node that is being read: a view of its bytes that follows no length unchecked.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    bytes: &'a [u8],
    slots: &'a [[u8; SLOT_BYTES]],
}

impl<'a> Node<'a> {
    /// Views the bytes as a node of the level that its parent promises.
    #[inline]
    pub(crate) fn open(bytes: &'a [u8], level: u8) -> Result<Self, Malformed> {
        let [found, _, c0, c1, _, _, _, _, ..] = *bytes else {
            return Err(Malformed);
        };
        let count = usize::from(u16::from_le_bytes([c0, c1]));
        let slots = bytes
            .get(HEADER_BYTES..HEADER_BYTES + SLOT_BYTES * count)
            .ok_or(Malformed)?;
        if found != level || bytes.len() > BODY_MAX {
            return Err(Malformed);
        }
        Ok(Self {
            bytes,
            slots: slots.as_chunks().0,
        })
    }

    /// Entries in the node.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn heap(&self) -> usize {
        usize::from(u16::from_le_bytes([self.bytes[4], self.bytes[5]]))
    }

    pub(super) fn garbage(&self) -> usize {
        usize::from(u16::from_le_bytes([self.bytes[6], self.bytes[7]]))
    }

    /// Bytes that cells and slots take.
    pub(crate) fn used(&self) -> usize {
        SLOT_BYTES * self.count()
            + (self.bytes.len().saturating_sub(self.heap())).saturating_sub(self.garbage())
    }

    /// Bytes that cells and slots may take.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.len() - HEADER_BYTES
    }

    /// Where the cell begins; `index` is below the count.
    #[inline]
    pub(super) fn offset(&self, index: usize) -> usize {
        usize::from(u16::from_le_bytes(self.slots[index]))
    }

    #[inline]
    fn cell_onwards(&self, index: usize) -> Result<&'a [u8], Malformed> {
        self.bytes.get(self.offset(index)..).ok_or(Malformed)
    }

    /// The key of the entry; `index` is below the count.
    #[inline]
    pub(crate) fn key(&self, index: usize) -> Result<&'a [u8], Malformed> {
        Ok(cell::take_key(self.cell_onwards(index)?)?.0)
    }

    /// Key and payload of a leaf's entry.
    #[inline]
    pub(crate) fn entry(&self, index: usize) -> Result<(&'a [u8], Payload<'a>), Malformed> {
        let (key, rest) = cell::take_key(self.cell_onwards(index)?)?;
        Ok((key, cell::take_payload(rest)?))
    }

    /// Where key and payload of a leaf's entry lie in the body.
    #[inline]
    pub(crate) fn entry_span(&self, index: usize) -> Result<EntrySpan, Malformed> {
        let (key, rest) = cell::take_key(self.cell_onwards(index)?)?;
        let key_start = self.bytes.len() - rest.len() - key.len();
        let (tag, rest) = cell::take_short(rest)?;
        let (start, len) = (self.bytes.len() - rest.len(), tag >> 1);
        if len > rest.len() {
            return Err(Malformed);
        }
        Ok(EntrySpan {
            key: key_start..key_start + key.len(),
            payload: start..start + len,
            large: tag & 1 == 1,
        })
    }

    /// Key and pointer of a branch's entry.
    #[inline]
    pub(crate) fn child(
        &self,
        index: usize,
    ) -> Result<(&'a [u8], &'a [u8; CHILD_BYTES]), Malformed> {
        let (key, rest) = cell::take_key(self.cell_onwards(index)?)?;
        Ok((key, rest.first_chunk().ok_or(Malformed)?))
    }

    /// The whole cell, as it stands.
    pub(crate) fn raw(&self, index: usize) -> Result<&'a [u8], Malformed> {
        let from = self.cell_onwards(index)?;
        let (_, rest) = cell::take_key(from)?;
        let tail = if self.is_leaf() {
            let payload = cell::take_payload(rest)?;
            rest.len() - (cell::short_len(payload.bytes.len() << 1) + payload.bytes.len())
        } else {
            rest.len().checked_sub(CHILD_BYTES).ok_or(Malformed)?
        };
        Ok(&from[..from.len() - tail])
    }

    pub(crate) fn is_leaf(&self) -> bool {
        self.bytes[0] == 0
    }

    pub(crate) fn level(&self) -> u8 {
        self.bytes[0]
    }

    /// Finds a key in a leaf: `Ok(index)` of the entry, or `Err(index)` of the first greater one.
    #[inline]
    pub(crate) fn find(&self, key: &[u8]) -> Result<Result<usize, usize>, Malformed> {
        self.rank(0, key)
    }

    /// The child of a branch in which the key lies.
    #[inline]
    pub(crate) fn child_index(&self, key: &[u8]) -> Result<usize, Malformed> {
        if self.slots.is_empty() {
            return Err(Malformed);
        }
        Ok(match self.rank(1, key)? {
            Ok(index) => index,
            Err(index) => index - 1,
        })
    }

    /// How many children of a branch, from its first, may have keys before this one.
    pub(crate) fn children_before(&self, key: &[u8]) -> Result<usize, Malformed> {
        match self.rank(1, key)? {
            Ok(index) | Err(index) => Ok(index),
        }
    }

    /// Where the key is among the entries from `from` on: `Ok(index)`, or `Err(index)` of the first greater one.
    #[inline]
    fn rank(&self, from: usize, key: &[u8]) -> Result<Result<usize, usize>, Malformed> {
        let head = head_of(key);
        let (mut low, mut high) = (from, self.count());
        let mut at = self.guess(low, high, head)?;
        let mut step = 1;
        while low < high {
            match self.compare(at, key, head)? {
                Ordering::Less => low = at + 1,
                Ordering::Greater => high = at,
                Ordering::Equal => return Ok(Ok(at)),
            }
            // After the guess, a look a little further on, towards the key; then halving.
            at = match step {
                1 if low == at + 1 => (at + GUESS_ERROR).min(high.max(1) - 1).max(low),
                1 => at.saturating_sub(GUESS_ERROR).max(low),
                _ => (low + high) / 2,
            };
            step += 1;
        }
        Ok(Err(low))
    }

    /// Where a key of this head would be if the keys were spread evenly, as row numbers are: each look may miss the
    /// processor's caches, so three of them are better than the seven of halving. Anything in the range will do.
    #[inline]
    fn guess(&self, low: usize, high: usize, head: u64) -> Result<usize, Malformed> {
        if high - low < GUESS_ENTRIES_MIN {
            return Ok((low + high) / 2);
        }
        let (first, last) = (self.head(low)?, self.head(high - 1)?);
        if head < first || head > last || first == last {
            return Ok((low + high) / 2);
        }
        let steps = u128::from(head - first) * (high - 1 - low) as u128;
        Ok(low + (steps / u128::from(last - first)) as usize)
    }

    /// The first eight bytes of an entry's key, as [`head_of`] gives them.
    #[inline]
    fn head(&self, index: usize) -> Result<u64, Malformed> {
        let cell = self.cell_onwards(index)?;
        match quick_head(cell) {
            Some(head) => Ok(head),
            None => Ok(head_of(cell::take_key(cell)?.0)),
        }
    }

    /// Compares the entry's key with another, whose head is given. Heads mostly decide, without a call and before the cell is
    /// taken apart.
    #[inline]
    fn compare(&self, index: usize, key: &[u8], head: u64) -> Result<Ordering, Malformed> {
        let cell = self.cell_onwards(index)?;
        if let Some(mine) = quick_head(cell)
            && mine != head
        {
            return Ok(mine.cmp(&head));
        }
        Ok(cell::take_key(cell)?.0.cmp(key))
    }

    /// Proves all that a writer relies on: cells lie within the heap, do not overlap, keys ascend, and the bytes
    /// that they take are exactly those that the header accounts for.
    pub(crate) fn validate(&self) -> Result<(), Malformed> {
        let floor = HEADER_BYTES + SLOT_BYTES * self.count();
        if self.bytes[1] != 0 || self.heap() < floor || self.heap() > self.bytes.len() {
            return Err(Malformed);
        }
        let mut spans = Vec::with_capacity(self.count());
        for index in 0..self.count() {
            let offset = self.offset(index);
            if offset < self.heap() {
                return Err(Malformed);
            }
            spans.push((offset, self.raw(index)?.len()));
        }
        self.validate_keys()?;
        spans.sort_unstable();
        let apart = spans
            .windows(2)
            .all(|pair| pair[0].0 + pair[0].1 <= pair[1].0);
        let cells: usize = spans.iter().map(|span| span.1).sum();
        if apart && cells + self.garbage() == self.bytes.len() - self.heap() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    fn validate_keys(&self) -> Result<(), Malformed> {
        if !self.is_leaf() && (self.slots.is_empty() || !self.key(0)?.is_empty()) {
            return Err(Malformed);
        }
        for index in 1..self.count() {
            if self.key(index - 1)? >= self.key(index)? {
                return Err(Malformed);
            }
        }
        Ok(())
    }
}

/// The first eight bytes of a key as a number, with zeros where it is shorter. Where the heads of two keys differ, the keys
/// are in their order.
#[inline]
fn head_of(key: &[u8]) -> u64 {
    match key.first_chunk() {
        Some(head) => u64::from_be_bytes(*head),
        None => {
            let mut head = [0; 8];
            head[..key.len()].copy_from_slice(key);
            u64::from_be_bytes(head)
        }
    }
}

/// The head of the key with which a cell begins; none where the length takes two bytes, or the body ends too soon.
#[inline]
fn quick_head(cell: &[u8]) -> Option<u64> {
    let [len @ 0..0x80, rest @ ..] = cell.first_chunk::<9>()? else {
        return None;
    };
    let absent = 8 * 8u32.saturating_sub(u32::from(*len));
    Some(u64::from_be_bytes(*rest) & u64::MAX.checked_shl(absent).unwrap_or(0))
}
