//! Segments in memory, by identity, shared by all connections of a database.
//!
//! What always holds:
//!
//! - A segment is loaded at most once at a time: others who want it wait for the one who loads.
//! - The segments kept take no more than the bound together, and what they take the page cache does without; the least
//!   recently used go first.
//! - Of a segment that is larger than the bound, only the codes that lead a search are kept, or less still: the rest is read
//!   through the page cache. One of which the least is larger serves the queries that hold it, and is not kept.
//! - A refused segment is remembered with its reason, so that it is read and logged once, not by every query.
//! - An error of the medium or of an old snapshot is the query's error and is not remembered: it says nothing
//!   about the segment.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use citadel_txn::{Database, View};
use citadel_vector::{Residency, Scratch, Segment, SegmentHeader};
use parking_lot::{Condvar, Mutex};
use rustc_hash::FxHashMap;

use super::blocks::StoredSegment;
use super::chunks;
use super::deltas::Deltas;
use super::folding::Folding;
use super::manifest::{Blake3, SegmentEntry};
use super::refusal::Refusal;
use super::segment_key::SegmentId;
use crate::error::Result;
use crate::schema::{AnnIndex, IndexId};

/// Of the bytes of the page cache, the share that segments may take: with less, pages of the table would go in and out with
/// every query.
const SHARE: (usize, usize) = (7, 8);

/// Bytes that segments may take where no file says how many.
#[cfg(test)]
const BOUND_BYTES: usize = 1 << 30;

/// Most scratch spaces kept for the next queries: as many as threads that search at once, within reason.
const SCRATCHES_KEPT: usize = 16;

/// Identity of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SegmentKey {
    index: IndexId,
    segment: SegmentId,
    blake3: Blake3,
}

impl SegmentKey {
    fn new(index: IndexId, entry: &SegmentEntry) -> Self {
        Self {
            index,
            segment: entry.id,
            blake3: entry.blake3,
        }
    }
}

impl Hash for SegmentKey {
    /// The ids alone tell keys apart, but for segments of transactions that were rolled back.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.index.0);
        state.write_u64(self.segment.0);
    }
}

/// Where a segment in memory came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This process built it.
    Built,
    /// It was read from the file.
    Loaded,
}

/// What the cache knows of a segment.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    /// Nothing.
    Nothing,
    /// It is in memory, all of it or the parts that lead a search, and so many bytes.
    Resident {
        origin: Origin,
        whole: bool,
        bytes: usize,
    },
    /// It was refused, and why.
    Refused(Refusal),
}

/// What a query gets.
#[derive(Debug)]
pub(crate) enum Fetched {
    /// The segment.
    Segment(Arc<Segment>),
    /// The segment cannot be used.
    Refused(Refusal),
}

#[derive(Debug)]
enum Slot {
    Loading,
    Resident {
        segment: Arc<Segment>,
        origin: Origin,
        bytes: usize,
        used: u64,
    },
    Refused(Refusal),
}

/// The cache. See the module.
#[derive(Debug)]
pub(crate) struct SegmentCache {
    bound_bytes: usize,
    /// Whose page cache does without what is kept here.
    lender: Option<Database>,
    slots: Mutex<Slots>,
    settled: Condvar,
    scratches: Mutex<Vec<Scratch>>,
    /// Rows of deltas in memory.
    pub(super) deltas: Deltas,
    /// Who folds an index of the database.
    pub(super) folding: Folding,
}

#[derive(Debug, Default)]
struct Slots {
    by_key: FxHashMap<SegmentKey, Slot>,
    bytes: usize,
    clock: u64,
}

#[cfg(test)]
impl Default for SegmentCache {
    fn default() -> Self {
        Self::new(BOUND_BYTES)
    }
}

impl SegmentCache {
    /// An empty cache for so many bytes.
    pub(crate) fn new(bound_bytes: usize) -> Self {
        Self {
            bound_bytes,
            lender: None,
            slots: Mutex::default(),
            settled: Condvar::new(),
            scratches: Mutex::default(),
            deltas: Deltas::new(true),
            folding: Folding::default(),
        }
    }

    /// An empty cache for the segments of a database, which takes of its page cache what it keeps.
    pub(crate) fn of(database: &Database) -> Self {
        let capacity = database.file().cache_capacity();
        Self {
            lender: Some(database.clone()),
            deltas: Deltas::new(!database.is_read_only()),
            ..Self::new(capacity / SHARE.1 * SHARE.0)
        }
    }

    /// The segment, from memory or through `view`.
    pub(crate) fn fetch(
        &self,
        view: &dyn View,
        id: IndexId,
        index: &AnnIndex,
        entry: &SegmentEntry,
    ) -> Result<Fetched> {
        let key = SegmentKey::new(id, entry);
        if let Some(known) = self.lookup_or_claim(key) {
            return Ok(known);
        }
        let _claim = Claim { cache: self, key };
        match load(view, index, entry, self.bound_bytes)? {
            Ok(segment) => {
                let segment = Arc::new(segment);
                self.change(|slots| {
                    slots.keep(key, Arc::clone(&segment), Origin::Loaded, self.bound_bytes);
                });
                Ok(Fetched::Segment(segment))
            }
            Err(reason) => {
                self.change(|slots| slots.refuse(key, reason.clone()));
                Ok(Fetched::Refused(reason))
            }
        }
    }

    /// A segment that is known, waiting for one that is being loaded. `None`: the caller is to load it.
    fn lookup_or_claim(&self, key: SegmentKey) -> Option<Fetched> {
        let mut slots = self.slots.lock();
        loop {
            let slots_now = &mut *slots;
            match slots_now.by_key.get_mut(&key) {
                None => {
                    slots_now.by_key.insert(key, Slot::Loading);
                    return None;
                }
                Some(Slot::Resident { segment, used, .. }) => {
                    slots_now.clock += 1;
                    *used = slots_now.clock;
                    return Some(Fetched::Segment(Arc::clone(segment)));
                }
                Some(Slot::Refused(reason)) => return Some(Fetched::Refused(reason.clone())),
                Some(Slot::Loading) => self.settled.wait(&mut slots),
            }
        }
    }

    /// Keeps a segment that was just built.
    pub(super) fn insert_built(&self, id: IndexId, entry: &SegmentEntry, segment: Arc<Segment>) {
        let key = SegmentKey::new(id, entry);
        self.change(|slots| {
            slots.forget(|known| *known == key);
            slots.keep(key, segment, Origin::Built, self.bound_bytes);
        });
        self.settled.notify_all();
    }

    /// Refuses a segment that was found not to match its table.
    pub(crate) fn refuse(&self, id: IndexId, entry: &SegmentEntry, reason: Refusal) {
        let key = SegmentKey::new(id, entry);
        self.change(|slots| {
            slots.forget(|known| *known == key);
            slots.refuse(key, reason);
        });
    }

    /// Changes what is kept, and lets the page cache have the bytes that are left.
    fn change(&self, change: impl FnOnce(&mut Slots)) {
        let mut slots = self.slots.lock();
        let before = slots.bytes;
        change(&mut slots);
        let after = slots.bytes;
        if let Some(lender) = &self.lender {
            lender.file().pin_cache(after);
            lender.file().unpin_cache(before);
        }
    }

    /// What is known of a segment.
    pub(crate) fn known(&self, id: IndexId, entry: &SegmentEntry) -> Known {
        match self.slots.lock().by_key.get(&SegmentKey::new(id, entry)) {
            None | Some(Slot::Loading) => Known::Nothing,
            Some(Slot::Resident {
                segment,
                origin,
                bytes,
                ..
            }) => Known::Resident {
                origin: *origin,
                whole: segment.is_resident(),
                bytes: *bytes,
            },
            Some(Slot::Refused(reason)) => Known::Refused(reason.clone()),
        }
    }

    /// Frees what belongs to an index that is dropped. An older snapshot that still names a segment loads it again.
    pub(crate) fn forget_index(&self, id: IndexId) {
        self.change(|slots| slots.forget(|key| key.index == id));
        self.deltas.forget(id);
    }

    /// Frees the segments of an index that are no longer live.
    pub(super) fn forget_dead(&self, id: IndexId, live: &[SegmentEntry]) {
        let is_dead = |key: &SegmentKey| {
            key.index == id && !live.iter().any(|entry| SegmentKey::new(id, entry) == *key)
        };
        self.change(|slots| slots.forget(is_dead));
    }

    /// Runs a search with a scratch space that earlier searches have warmed.
    pub(crate) fn with_scratch<R>(&self, search: impl FnOnce(&mut Scratch) -> R) -> R {
        let mut scratch = self.scratches.lock().pop().unwrap_or_default();
        let result = search(&mut scratch);
        let mut kept = self.scratches.lock();
        if kept.len() < SCRATCHES_KEPT {
            kept.push(scratch);
        }
        result
    }
}

impl Slots {
    fn keep(&mut self, key: SegmentKey, segment: Arc<Segment>, origin: Origin, bound: usize) {
        let bytes = segment.bytes_in_memory();
        self.by_key.remove(&key);
        if bytes > bound {
            tracing::warn!(
                bytes,
                bound,
                "a vector index segment is larger than the segment cache"
            );
            return;
        }
        while self.bytes > bound - bytes {
            self.evict_oldest();
        }
        self.clock += 1;
        self.bytes += bytes;
        let used = self.clock;
        let slot = Slot::Resident {
            segment,
            origin,
            bytes,
            used,
        };
        self.by_key.insert(key, slot);
    }

    fn refuse(&mut self, key: SegmentKey, reason: Refusal) {
        tracing::warn!(
            index = key.index.0,
            segment = key.segment.0,
            %reason,
            "a vector index segment is refused; queries take the exact plan"
        );
        self.by_key.insert(key, Slot::Refused(reason));
    }

    fn evict_oldest(&mut self) {
        let oldest = self
            .by_key
            .iter()
            .filter_map(|(key, slot)| match slot {
                Slot::Resident { used, .. } => Some((*used, *key)),
                _ => None,
            })
            .min_by_key(|(used, _)| *used);
        let (_, key) = oldest.expect("bytes are counted for resident segments only");
        self.forget(|known| *known == key);
    }

    /// Forgets what is settled; one who loads keeps the claim.
    fn forget(&mut self, which: impl Fn(&SegmentKey) -> bool) {
        let freed = &mut self.bytes;
        self.by_key.retain(|key, slot| match slot {
            Slot::Loading => true,
            _ if !which(key) => true,
            Slot::Resident { bytes, .. } => {
                *freed -= *bytes;
                false
            }
            Slot::Refused(_) => false,
        });
    }
}

/// The duty of one thread to load a segment. Dropped without a result (an error, a panic), it lets another try.
struct Claim<'a> {
    cache: &'a SegmentCache,
    key: SegmentKey,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut slots = self.cache.slots.lock();
        if matches!(slots.by_key.get(&self.key), Some(Slot::Loading)) {
            slots.by_key.remove(&self.key);
        }
        drop(slots);
        self.cache.settled.notify_all();
    }
}

/// Reads and verifies a segment: all of it if it takes no more than `bound` bytes, else what leads a search, or less. The inner
/// error: it is refused.
pub(super) fn load(
    view: &dyn View,
    index: &AnnIndex,
    entry: &SegmentEntry,
    bound: usize,
) -> Result<Result<Segment, Refusal>> {
    match try_load(view, index, entry, bound) {
        Ok(segment) => Ok(Ok(segment)),
        Err(error) => Refusal::of(error).map(Err),
    }
}

fn try_load(
    view: &dyn View,
    index: &AnnIndex,
    entry: &SegmentEntry,
    bound: usize,
) -> Result<Segment> {
    let refused = |refusal: citadel_vector::Refusal| super::corrupt(refusal.to_string());
    let bytes = chunks::read_header(view, index, entry.id)?;
    let header = SegmentHeader::decode(&bytes).map_err(refused)?;
    if let Some(what) = mismatch(&header, index, entry) {
        return Err(super::corrupt(what));
    }
    let fits = |residency: &Residency| header.bytes_in_memory(*residency) <= bound;
    let residency = [Residency::Whole, Residency::Leading]
        .into_iter()
        .find(fits)
        .unwrap_or(Residency::Least);
    let stored = StoredSegment {
        view,
        index,
        segment: entry.id,
    };
    Segment::decode(&bytes, residency, &stored).map_err(|refusal| match refusal {
        citadel_vector::Refusal::Fetch { error, .. } => error,
        refusal => super::corrupt(refusal.to_string()),
    })
}

/// What does a segment have otherwise than its manifest and its index's definition say?
fn mismatch(
    header: &SegmentHeader,
    index: &AnnIndex,
    entry: &SegmentEntry,
) -> Option<&'static str> {
    let rows = header.indexed_len() + header.undefined_len();
    let same = [
        (
            header.identity == entry.blake3.0,
            "it is another segment than the manifest lists",
        ),
        (
            header.generation == entry.generation.get(),
            "its generation is not the manifest's",
        ),
        (
            rows as u64 == entry.rows,
            "its row count is not the manifest's",
        ),
        (
            header.metric() == index.metric.of_segments(),
            "its metric is not the index's",
        ),
        (
            header.filters.len() == index.filters.len(),
            "its filter columns are not the index's",
        ),
    ];
    same.iter().find(|(same, _)| !same).map(|(_, what)| *what)
}
