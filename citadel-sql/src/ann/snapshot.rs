//! An index as one snapshot sees it: its segments in memory, and the rows that none of them has as they are.
//!
//! What was found for a committed snapshot is kept for the queries that follow in it, and is where the next snapshot
//! starts from: what was touched in between is a short way.

use std::sync::Arc;

use citadel_txn::{Generation, View};
use citadel_vector::{PositionSet, Segment};

use super::blocks::{PagedBlocks, StoredSegment};
use super::cache::{Fetched, SegmentCache};
use super::manifest::{Manifest, SegmentEntry};
use super::recent::{self, Compared, Recent, Touched};
use super::refusal::Refusal;
use super::segment_key::SegmentId;
use crate::error::Result;
use crate::schema::{AnnIndex, IndexId, RowId, TableDef};
use crate::store::delta;

/// A segment, ready to be searched, and its rows that are not as it has them.
#[derive(Debug)]
pub(crate) struct LiveSegment {
    pub(crate) segment: Arc<Segment>,
    /// Its place in the file; none for the part of the delta that is in memory.
    entry: Option<SegmentEntry>,
    void: Arc<Void>,
}

/// Rows of a segment that are not as it has them.
#[derive(Debug)]
struct Void {
    /// By ascending id; some may be in no segment.
    rows: Arc<[RowId]>,
    positions: PositionSet,
}

impl LiveSegment {
    /// Is it the part of a delta that is in memory?
    pub(crate) fn is_of_delta(&self) -> bool {
        self.entry.is_none()
    }

    /// Is what the segment says of the row void?
    pub(crate) fn is_void(&self, row: RowId) -> bool {
        !self.void.rows.is_empty() && self.void.rows.binary_search(&row).is_ok()
    }

    /// The rows that are void.
    pub(crate) fn void(&self) -> &PositionSet {
        &self.void.positions
    }

    /// The rows to look among where no condition says anything; `None`: all, and void ones are to be passed over. Part of a
    /// delta is scanned anyway, and may be void for the most part.
    pub(crate) fn allowed(&self) -> Option<PositionSet> {
        if self.entry.is_some() || self.void.rows.is_empty() {
            return None;
        }
        let mut allowed = PositionSet::all(self.segment.len());
        allowed.subtract(&self.void.positions);
        Some(allowed)
    }

    /// Where a search reads what is not in memory.
    pub(crate) fn blocks<'a>(&self, view: &'a dyn View, index: &'a AnnIndex) -> PagedBlocks<'a> {
        PagedBlocks::new(StoredSegment {
            view,
            index,
            // What is in memory of a delta reads nothing.
            segment: self.entry.map_or(SegmentId(0), |entry| entry.id),
        })
    }

    /// Refuses the segment: it does not match its table.
    pub(crate) fn refuse(&self, cache: &SegmentCache, id: IndexId, reason: Refusal) {
        match &self.entry {
            Some(entry) => cache.refuse(id, entry, reason),
            None => cache.deltas.forget(id),
        }
    }
}

/// An index at a snapshot. See the module.
#[derive(Debug)]
pub(crate) struct IndexSnapshot {
    pub(crate) segments: Vec<LiveSegment>,
    seen: Arc<Seen>,
}

/// What a snapshot says of an index. It holds no segment of the file, so that those kept in memory are bounded.
#[derive(Debug)]
pub(super) struct Seen {
    generation: Generation,
    /// The segments of the file.
    stored: Vec<(SegmentEntry, Arc<Void>)>,
    /// The part of the delta that is in memory.
    recent: Option<(Arc<Segment>, Arc<Void>)>,
    /// Rows that are in no segment as they are now, if they are at all, ascending.
    fresh: Vec<RowId>,
    /// Rows of the delta.
    delta: usize,
}

impl IndexSnapshot {
    /// Opens the index at a snapshot, loading what is not in memory. The inner error: a part of it is refused.
    pub(crate) fn open(
        view: &dyn View,
        cache: &SegmentCache,
        table: &TableDef,
        id: IndexId,
        index: &AnnIndex,
    ) -> Result<Result<Self, Refusal>> {
        let opening = Opening {
            view,
            cache,
            table,
            id,
            index,
        };
        match opening.run() {
            Ok(opened) => Ok(opened),
            Err(error) => {
                let refusal = Refusal::of(error)?;
                tracing::warn!(index = id.0, reason = %refusal, "a vector index is refused");
                Ok(Err(refusal))
            }
        }
    }

    /// Rows that are in no segment as they are now, if they are at all, ascending.
    pub(crate) fn fresh(&self) -> &[RowId] {
        &self.seen.fresh
    }

    /// Rows of the delta, those in memory included.
    pub(crate) fn delta_len(&self) -> usize {
        self.seen.delta
    }
}

/// Where and what to open.
struct Opening<'a> {
    view: &'a dyn View,
    cache: &'a SegmentCache,
    table: &'a TableDef,
    id: IndexId,
    index: &'a AnnIndex,
}

impl Opening<'_> {
    fn run(&self) -> Result<Result<IndexSnapshot, Refusal>> {
        let known = self.cache.deltas.seen(self.id);
        match known {
            Some(known)
                if self.view.is_committed() && known.generation == self.view.generation() =>
            {
                self.again(known)
            }
            known => self.anew(known.as_deref()),
        }
    }

    /// The segments of what was seen before.
    fn again(&self, seen: Arc<Seen>) -> Result<Result<IndexSnapshot, Refusal>> {
        let mut segments = Vec::with_capacity(seen.stored.len() + 1);
        for (entry, void) in &seen.stored {
            match self.fetch(entry)? {
                Fetched::Refused(reason) => return Ok(Err(reason)),
                Fetched::Segment(segment) => segments.push(LiveSegment {
                    segment,
                    entry: Some(*entry),
                    void: Arc::clone(void),
                }),
            }
        }
        segments.extend(seen.recent.as_ref().map(|(segment, void)| LiveSegment {
            segment: Arc::clone(segment),
            entry: None,
            void: Arc::clone(void),
        }));
        Ok(Ok(IndexSnapshot { segments, seen }))
    }

    /// Reads manifest and delta; `known` is of another snapshot.
    fn anew(&self, known: Option<&Seen>) -> Result<Result<IndexSnapshot, Refusal>> {
        let manifest = Manifest::load(self.view, self.index)?;
        let delta = touched(self.view, self.index)?;
        let rows: Arc<[RowId]> = delta.iter().map(|(row, _)| *row).collect();
        let mut stored = Vec::with_capacity(manifest.live().len());
        for &entry in manifest.live() {
            match self.fetch(&entry)? {
                Fetched::Refused(reason) => return Ok(Err(reason)),
                Fetched::Segment(segment) => {
                    let void = Void {
                        positions: void_positions(&segment, &rows, &entry, known),
                        rows: Arc::clone(&rows),
                    };
                    stored.push((entry, Arc::new(void)));
                }
            }
        }
        let (recent, compared) = self.recent(&delta, &rows)?;
        let segment = recent.as_ref().and_then(|recent| recent.segment());
        let recent = segment.map(|segment| {
            let void = Void {
                positions: recent::positions(segment, &compared.void),
                rows: compared.void.into(),
            };
            (Arc::clone(segment), Arc::new(void))
        });
        let seen = Arc::new(Seen {
            generation: self.view.generation(),
            stored,
            recent,
            fresh: compared.fresh,
            delta: delta.len(),
        });
        self.cache.deltas.keep(self.id, self.view, &seen);
        self.again(seen)
    }

    fn fetch(&self, entry: &SegmentEntry) -> Result<Fetched> {
        self.cache.fetch(self.view, self.id, self.index, entry)
    }

    /// The part of a delta that is in memory, read now if it had better be; and the rest.
    fn recent(&self, delta: &[Touched], rows: &[RowId]) -> Result<(Option<Arc<Recent>>, Compared)> {
        let deltas = &self.cache.deltas;
        if !recent::is_worth_it(self.table, self.index, delta.len()) {
            return Ok((None, Compared::all_fresh(rows)));
        }
        let (known, compared) = self.known_recent(delta, rows);
        if known
            .as_ref()
            .is_some_and(|known| !known.is_stale(&compared))
            || !deltas.may_read(self.view)
        {
            return Ok((known, compared));
        }
        let _alone = deltas.read_alone();
        let (known, compared) = self.known_recent(delta, rows);
        if known
            .as_ref()
            .is_some_and(|known| !known.is_stale(&compared))
        {
            return Ok((known, compared));
        }
        let recent = Recent::read(self.view, self.table, self.index, delta.to_vec())?;
        let recent = Arc::new(recent);
        deltas.keep_recent(self.id, &recent);
        Ok((Some(recent), Compared::default()))
    }

    fn known_recent(&self, delta: &[Touched], rows: &[RowId]) -> (Option<Arc<Recent>>, Compared) {
        match self.cache.deltas.recent(self.id) {
            Some(recent) => {
                let compared = recent.compare(delta);
                (Some(recent), compared)
            }
            None => (None, Compared::all_fresh(rows)),
        }
    }
}

/// Where the rows of a delta are in a segment: what was known, and what has changed since.
fn void_positions(
    segment: &Segment,
    rows: &[RowId],
    entry: &SegmentEntry,
    known: Option<&Seen>,
) -> PositionSet {
    let same = known.and_then(|known| known.stored.iter().find(|(known, _)| known == entry));
    let Some((_, same)) = same else {
        return recent::positions(segment, rows);
    };
    let mut positions = same.positions.clone();
    let mut known = same.rows.iter().copied().peekable();
    let mut change = |row: RowId, void: bool| {
        if let Some(position) = segment.position_of(row.0) {
            if void {
                positions.insert(position);
            } else {
                positions.remove(position);
            }
        }
    };
    for &row in rows {
        while let Some(gone) = known.next_if(|known| *known < row) {
            change(gone, false);
        }
        if known.next_if_eq(&row).is_none() {
            change(row, true);
        }
    }
    known.for_each(|gone| change(gone, false));
    positions
}

/// The rows of a delta with the generations of their last touches, by ascending row id.
fn touched(view: &dyn View, index: &AnnIndex) -> Result<Vec<Touched>> {
    let len = usize::try_from(delta::len(view, index)?).unwrap_or(0);
    let mut touched = Vec::with_capacity(len);
    let mut rows = delta::DeltaRows::new(index);
    while let Some(row) = rows.next(view)? {
        touched.push(row);
    }
    Ok(touched)
}
