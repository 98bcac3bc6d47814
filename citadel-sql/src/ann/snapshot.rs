//! An index as one snapshot sees it: its live segments in memory, and the rows of its delta.

use std::sync::Arc;

use citadel_txn::View;
use citadel_vector::Segment;

use super::cache::{Fetched, SegmentCache};
use super::delta;
use super::manifest::{Manifest, SegmentEntry};
use super::refusal::Refusal;
use crate::error::Result;
use crate::schema::{AnnIndex, IndexId, RowId};

/// A live segment, ready to be searched.
#[derive(Debug)]
pub(crate) struct LiveSegment {
    pub(crate) entry: SegmentEntry,
    pub(crate) segment: Arc<Segment>,
}

/// An index at a snapshot. See the module.
#[derive(Debug)]
pub(crate) struct IndexSnapshot {
    pub(crate) segments: Vec<LiveSegment>,
    /// Rows that are void in all segments, ascending.
    pub(crate) delta: Vec<RowId>,
}

impl IndexSnapshot {
    /// Opens the index at a snapshot, loading what is not in memory. The inner error: a part of it is refused.
    pub(crate) fn open(
        view: &dyn View,
        cache: &SegmentCache,
        id: IndexId,
        index: &AnnIndex,
    ) -> Result<Result<Self, Refusal>> {
        match Self::try_open(view, cache, id, index) {
            Ok(opened) => Ok(opened),
            Err(error) => {
                let refusal = Refusal::of(error)?;
                tracing::warn!(index = id.0, reason = %refusal, "a vector index is refused");
                Ok(Err(refusal))
            }
        }
    }

    fn try_open(
        view: &dyn View,
        cache: &SegmentCache,
        id: IndexId,
        index: &AnnIndex,
    ) -> Result<Result<Self, Refusal>> {
        let manifest = Manifest::load(view, index)?;
        let mut segments = Vec::with_capacity(manifest.live().len());
        for &entry in manifest.live() {
            match cache.fetch(view, id, index, &entry)? {
                Fetched::Segment(segment) => segments.push(LiveSegment { entry, segment }),
                Fetched::Refused(reason) => return Ok(Err(reason)),
            }
        }
        let delta = delta::rows(view, index)?;
        Ok(Ok(Self { segments, delta }))
    }

    /// Is the row void in the segments?
    pub(crate) fn in_delta(&self, row: RowId) -> bool {
        !self.delta.is_empty() && self.delta.binary_search(&row).is_ok()
    }
}
