//! A segment together with where its blocks are read.

use super::blocks::{Blocks, CutShort, Held, Pager};
use super::bounds::Bounded;
use super::graph::decode_rooms;
use super::scratch::Scratch;
use super::search::{Search, SearchError, SearchParams};
use super::segment::Segment;
use crate::filter::PositionSet;

/// A segment that reads what it has not in memory from somewhere. Made by [`Segment::through`].
#[derive(Clone, Copy)]
pub struct Reading<'s> {
    segment: &'s Segment,
    source: Option<&'s dyn Blocks>,
}

impl Segment {
    /// The segment, with blocks that are not in memory read from `source`.
    pub fn through<'s>(&'s self, source: &'s dyn Blocks) -> Reading<'s> {
        Reading {
            segment: self,
            source: Some(source),
        }
    }

    /// The segment with what is in memory.
    pub(super) fn in_memory(&self) -> Reading<'_> {
        Reading {
            segment: self,
            source: None,
        }
    }
}

impl Reading<'_> {
    /// Reads all that is not in memory, and tells what is wrong with it.
    pub fn check(self) -> Option<CutShort> {
        let Segment {
            matrix,
            coarse,
            graph,
            ..
        } = self.segment;
        let mut pager = Pager::new(self.source);
        let coarse = coarse.as_ref().map(|coarse| &coarse.matrix);
        for matrix in [Some(matrix), coarse].into_iter().flatten() {
            if let Held::Paged(part) = matrix {
                pager.read_all(part, |_| true);
            }
        }
        if let Held::Paged(part) = graph {
            let rows = self.segment.indexed_len();
            let mut links = Vec::new();
            pager.read_all(part, |room| {
                links.resize(room.len() / 4, 0);
                decode_rooms(room, links.len(), rows, &mut links).is_ok()
            });
        }
        pager.cut_short()
    }
}

impl<'s> Reading<'s> {
    /// As [`Segment::search`]. Ask [`Search::cut_short`] after each batch whether all blocks could be read.
    ///
    /// # Errors
    ///
    /// As [`Segment::search`].
    pub fn search(
        self,
        query: &[f32],
        allowed: Option<&'s PositionSet>,
        params: SearchParams,
        scratch: &'s mut Scratch,
    ) -> Result<Search<'s>, SearchError> {
        let pager = Pager::new(self.source);
        Search::new(self.segment, pager, query, allowed, params, scratch)
    }

    /// As [`Segment::bounded`].
    ///
    /// # Errors
    ///
    /// As [`Segment::bounded`]; [`SearchError::CutShort`] if a block could not be read.
    pub fn bounded<'r>(
        self,
        query: &[f32],
        allowed: Option<&PositionSet>,
        k: usize,
        scratch: &'r mut Scratch,
    ) -> Result<&'r [Bounded], SearchError> {
        let mut pager = Pager::new(self.source);
        let through = (self, &mut pager);
        let bounded = self.segment.bound(through, query, allowed, k, scratch)?;
        match pager.cut_short() {
            Some(cut_short) => Err(SearchError::CutShort(cut_short)),
            None => Ok(bounded),
        }
    }
}
