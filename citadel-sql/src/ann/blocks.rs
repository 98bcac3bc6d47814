//! The bytes of one segment, as a snapshot has them: what a search reads of a segment that is not all in memory, and what
//! loading it reads.

use std::cell::RefCell;

use citadel_txn::{Again, View};
use citadel_vector::{BlockKind, Blocks, CutShort, SectionTag, SegmentStore, Unavailable};

use super::chunks;
use super::refusal::Refusal;
use super::segment_key::{Key, SegmentId};
use crate::error::{Error, Result};
use crate::schema::AnnIndex;

/// One segment in the tree of its index.
#[derive(Clone, Copy)]
pub(super) struct StoredSegment<'a> {
    pub(super) view: &'a dyn View,
    pub(super) index: &'a AnnIndex,
    pub(super) segment: SegmentId,
}

impl StoredSegment<'_> {
    fn read(
        &self,
        kind: BlockKind,
        block: u32,
        again: Again,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<()> {
        let key = Key::Chunk {
            segment: self.segment,
            section: u32::from(SectionTag::of(kind).number()),
            chunk: block,
        };
        match (self.view).visit(self.index.segments, &key.encode(), again, read)? {
            true => Ok(()),
            false => Err(super::corrupt("a block of the segment is missing")),
        }
    }
}

impl SegmentStore for StoredSegment<'_> {
    type Error = Error;

    fn section(&self, tag: SectionTag, len: usize) -> Result<Vec<u8>> {
        chunks::read_section(self.view, self.index, self.segment, tag, len)
    }

    fn block(&self, kind: BlockKind, block: u32, read: &mut dyn FnMut(&[u8])) -> Result<()> {
        self.read(kind, block, Again::No, read)
    }
}

/// The blocks of a segment through the page cache, for one search on one thread.
pub(crate) struct PagedBlocks<'a> {
    stored: StoredSegment<'a>,
    again: Again,
    failure: RefCell<Option<Error>>,
}

impl<'a> PagedBlocks<'a> {
    pub(super) fn new(stored: StoredSegment<'a>) -> Self {
        Self {
            stored,
            again: Again::Likely,
            failure: RefCell::default(),
        }
    }

    /// The same past the cache.
    pub(super) fn once(stored: StoredSegment<'a>) -> Self {
        Self {
            again: Again::No,
            ..Self::new(stored)
        }
    }

    /// Why a search was cut short: damage is a refusal of the segment, anything else the error of the query.
    pub(crate) fn refusal(&self, cut_short: CutShort) -> Result<Refusal> {
        match self.failure.take() {
            Some(error) => Refusal::of(error),
            None => Ok(Refusal::new(cut_short)),
        }
    }
}

impl Blocks for PagedBlocks<'_> {
    fn read(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> std::result::Result<(), Unavailable> {
        (self.stored.read(kind, block, self.again, read)).map_err(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            Unavailable
        })
    }
}
