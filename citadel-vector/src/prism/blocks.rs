//! Parts of a segment that may be left in the file: codes and links, in blocks that are read when a search needs them.
//!
//! A block is a fixed number of whole rows, so that a row is found without a directory and never lies in two blocks. Each has a
//! *check*, a BLAKE3 cut to 16 bytes ([`check_of`]); the segment's header pins the list of them. A block is compared with its check when it is
//! read for the first time, and not again: the segment never changes, and who stores it seals it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::wire::{Malformed, ensure};

/// The parts of a segment that are stored in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockKind {
    /// Eight-bit codes, which put candidates in order.
    Codes,
    /// Four-bit codes, which lead walks and scans.
    Coarse,
    /// Links.
    Graph,
}

/// Where a search reads blocks that are not in memory.
pub trait Blocks {
    /// Calls `read` once with all bytes of a block.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if it cannot be had: whoever implements this keeps the reason, and the search ends.
    fn read(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Unavailable>;
}

/// A block could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a block of the segment could not be read")]
pub struct Unavailable;

/// Why a search ended before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CutShort {
    /// A block could not be read.
    #[error("a block of the segment's {0:?} could not be read")]
    Unavailable(BlockKind),
    /// A block is not what the segment's header pins.
    #[error("a block of the segment's {0:?} does not match its BLAKE3")]
    Altered(BlockKind),
}

/// Bytes of a check.
pub(crate) const CHECK_LEN: usize = 16;

/// The first bytes of a block's BLAKE3.
pub(crate) type Check = [u8; CHECK_LEN];

/// The check of a block: of the block and zeros up to the next multiple of [`HASHED_AT_ONCE`].
///
/// A block fills a page but for its seal. Without the zeros the end of it would be hashed a kibibyte at a time, which takes twice as
/// long.
pub(crate) fn check_of(block: &[u8]) -> Check {
    let hash = match block.len() {
        0..=HASHED_AT_ONCE => {
            let mut padded = [0; HASHED_AT_ONCE];
            padded[..block.len()].copy_from_slice(block);
            blake3::hash(&padded)
        }
        len => {
            let mut padded = block.to_vec();
            padded.resize(len.next_multiple_of(HASHED_AT_ONCE), 0);
            blake3::hash(&padded)
        }
    };
    *hash.as_bytes().first_chunk().unwrap_or(&[0; CHECK_LEN])
}

/// Eight chunks of BLAKE3, which the widest registers hash side by side.
const HASHED_AT_ONCE: usize = 8 << 10;

/// How rows are cut into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocking {
    pub(crate) rows: usize,
    /// Bytes of a row as it is stored.
    pub(crate) row_len: usize,
    /// Rows of each block but the last.
    pub(crate) rows_per_block: usize,
}

impl Blocking {
    /// Blocks of at most `block_bytes`, but at least one row.
    pub(crate) fn new(rows: usize, row_len: usize, block_bytes: usize) -> Self {
        Self {
            rows,
            row_len,
            rows_per_block: (block_bytes / row_len.max(1)).max(1),
        }
    }

    /// Number of blocks.
    pub(crate) fn blocks(&self) -> usize {
        self.rows.div_ceil(self.rows_per_block)
    }

    /// Bytes of all blocks together; none if that is beyond memory.
    pub(crate) fn len(&self) -> Option<usize> {
        self.rows.checked_mul(self.row_len)
    }

    /// Rows of a block.
    pub(crate) fn rows_of(&self, block: usize) -> std::ops::Range<usize> {
        let first = block * self.rows_per_block;
        first.min(self.rows)..(first + self.rows_per_block).min(self.rows)
    }

    /// The block of a row.
    #[inline]
    fn block_of(&self, position: u32) -> usize {
        position as usize / self.rows_per_block
    }
}

/// A part of a segment: in memory, or read in blocks.
#[derive(Clone, Debug)]
pub(crate) enum Held<T> {
    /// In memory.
    Resident(T),
    /// In the file.
    Paged(Paged),
}

impl<T> Held<T> {
    /// The part, if it is in memory.
    #[inline]
    pub(crate) fn resident(&self) -> Option<&T> {
        match self {
            Self::Resident(part) => Some(part),
            Self::Paged(_) => None,
        }
    }
}

/// A part that is in the file.
#[derive(Clone, Debug)]
pub(crate) struct Paged {
    kind: BlockKind,
    blocking: Blocking,
    checks: Arc<[Check]>,
    /// Blocks that were compared with their check, a bit for each.
    compared: Arc<[AtomicU64]>,
}

impl Paged {
    /// A part whose blocks have these checks.
    pub(crate) fn new(
        kind: BlockKind,
        blocking: Blocking,
        checks: &[Check],
    ) -> Result<Self, Malformed> {
        ensure(
            checks.len() == blocking.blocks(),
            "blocks and their checks differ in number",
        )?;
        Ok(Self {
            kind,
            blocking,
            checks: checks.into(),
            compared: (0..checks.len().div_ceil(64))
                .map(|_| AtomicU64::new(0))
                .collect(),
        })
    }

    /// Bytes held in memory.
    pub(crate) fn bytes_in_memory(&self) -> usize {
        self.checks.len() * CHECK_LEN + self.compared.len() * 8
    }

    /// Is it a block of this part?
    fn is_authentic(&self, block: usize, bytes: &[u8]) -> bool {
        let (word, bit) = (&self.compared[block / 64], 1 << (block % 64));
        if bytes.len() != self.blocking.rows_of(block).len() * self.blocking.row_len {
            return false;
        }
        if word.load(Ordering::Relaxed) & bit != 0 {
            return true;
        }
        let authentic = check_of(bytes) == self.checks[block];
        if authentic {
            word.fetch_or(bit, Ordering::Relaxed);
        }
        authentic
    }
}

/// Reads rows of parts that are in the file, for one search.
pub(crate) struct Pager<'s> {
    source: Option<&'s dyn Blocks>,
    cut_short: Option<CutShort>,
    blocks: usize,
}

impl<'s> Pager<'s> {
    /// A reader of blocks; without a source there are none.
    pub(crate) fn new(source: Option<&'s dyn Blocks>) -> Self {
        Self {
            source,
            cut_short: None,
            blocks: 0,
        }
    }

    /// Why reading has ended, if it has.
    pub(crate) fn cut_short(&self) -> Option<CutShort> {
        self.cut_short
    }

    /// Blocks read so far, each as often as it was read.
    pub(crate) fn blocks_read(&self) -> usize {
        self.blocks
    }

    /// Ends reading: what a block says cannot be.
    pub(crate) fn refuse(&mut self, kind: BlockKind) {
        self.cut_short.get_or_insert(CutShort::Altered(kind));
    }

    /// Calls `row` with the place among `positions` and the bytes of each row, in this order. Neighbours in the order that lie in
    /// one block are read together. After an error it calls nothing.
    pub(crate) fn read(
        &mut self,
        part: &Paged,
        positions: &[u32],
        mut row: impl FnMut(usize, &[u8]),
    ) {
        let blocking = &part.blocking;
        let mut at = 0;
        while at < positions.len() && self.cut_short.is_none() {
            let block = blocking.block_of(positions[at]);
            let rows = blocking.rows_of(block);
            let together = positions[at..]
                .iter()
                .take_while(|&&position| rows.contains(&(position as usize)))
                .count();
            let mut read = |bytes: &[u8]| {
                for (place, &position) in (at..).zip(&positions[at..at + together]) {
                    let first = (position as usize - rows.start) * blocking.row_len;
                    row(place, &bytes[first..][..blocking.row_len]);
                }
            };
            self.block(part, block, &mut read);
            // A position beyond the part would be no progress: its block is refused.
            at += together.max(1);
        }
    }

    /// Reads all rows, one block after the other; what `is_right` finds wrong is refused.
    pub(crate) fn read_all(&mut self, part: &Paged, mut is_right: impl FnMut(&[u8]) -> bool) {
        let mut positions = Vec::new();
        for block in 0..part.blocking.blocks() {
            positions.clear();
            positions.extend(part.blocking.rows_of(block).map(|row| row as u32));
            let mut right = true;
            self.read(part, &positions, |_, row| right &= is_right(row));
            if !right {
                self.refuse(part.kind);
            }
        }
    }

    fn block(&mut self, part: &Paged, block: usize, read: &mut dyn FnMut(&[u8])) {
        let kind = part.kind;
        let mut authentic = true;
        let mut checked = |bytes: &[u8]| {
            authentic = part.is_authentic(block, bytes);
            if authentic {
                read(bytes);
            }
        };
        self.blocks += 1;
        let outcome = match self.source {
            Some(source) if block < part.checks.len() => {
                source.read(kind, block as u32, &mut checked)
            }
            _ => Err(Unavailable),
        };
        self.cut_short = match outcome {
            Err(Unavailable) => Some(CutShort::Unavailable(kind)),
            Ok(()) if !authentic => Some(CutShort::Altered(kind)),
            Ok(()) => None,
        };
    }
}

impl std::fmt::Debug for Pager<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Pager")
            .field("cut_short", &self.cut_short)
            .field("blocks", &self.blocks)
            .finish_non_exhaustive()
    }
}
