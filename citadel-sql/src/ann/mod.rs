//! The vector index: what makes `ORDER BY embedding <-> :q LIMIT k` fast, and always right.
//!
//! # Vocabulary
//!
//! - A **segment** is an immutable PRISM graph over the rows of one snapshot: codes, links, row ids and the filter
//!   columns, without the vectors themselves. [`citadel_vector::Segment`] makes and reads it; here it is bytes in a tree.
//! - The **manifest** lists the live segments of an index. It is one small value in the same tree.
//! - The **delta** names the rows whose segment entry is void: written, changed or deleted since. Row id → generation
//!   of the transaction that touched the row last.
//! - A segment's **identity** is (index, segment id, BLAKE3 of its header). The header pins everything else.
//!
//! # What always holds, in every snapshot
//!
//! 1. A row of the table is in exactly one place: in the delta, or (if not in the delta) in exactly one live segment.
//!    An entry of the delta may name a row that is no more; a segment's row that is not in the delta exists.
//! 2. The index changes in the transaction that changes the rows, and only by [`delta::touch`]: no statement drops an
//!    index, rebuilds one or leaves one stale. A rollback takes the touch back with the row.
//! 3. A query reads manifest and delta through its own snapshot. Segments never change, so a cache of them
//!    ([`SegmentCache`]) needs no invalidation: an identity that a snapshot names is right for that snapshot.
//! 4. Segment ids of an index are given once. Should a rolled-back transaction have used one before, the BLAKE3 differs.
//! 5. A segment that does not decode, or does not match its table, is refused: the reason is kept for
//!    [`AnnIndexStatus`], logged once, and queries take the exact plan. It is never repaired in silence.
//!
//! # How an index is folded
//!
//! [`persist()`] builds a segment from a snapshot of generation g without the writer's lock. Then, under the lock, it
//! replaces the manifest's list and removes the delta's entries whose generation is at most g. A row touched while
//! the segment was being built has a later generation, so it stays in the delta and its segment entry stays void.
//!
//! ```text
//!   snapshot g ──build──────────────────────────► segment(g) ─┐
//!   writers        touch(5)@g+1    touch(9)@g+2               ├─ lock: manifest = [segment(g)], delta = {5, 9}
//! ```

mod blocks;
mod build;
mod cache;
mod check;
mod chunks;
mod deltas;
mod folding;
mod manifest;
mod merger;
mod moment;
mod persist;
mod progress;
mod recent;
mod refusal;
mod row_vectors;
mod segment_key;
mod snapshot;
mod status;
mod targets;
#[cfg(test)]
pub(crate) mod tests;
mod walk;

pub(crate) use blocks::PagedBlocks;
pub(crate) use build::attribute_value;
pub(crate) use cache::SegmentCache;
pub(crate) use check::check;
#[cfg(test)]
pub(crate) use check::check_all;
pub(crate) use merger::{DEFAULT_MERGE_BYTES, Merger};
pub(crate) use persist::{fill_new_index, persist, persist_within};
pub(crate) use progress::BuildProgress;
pub(crate) use recent::fits_in_memory;
pub(crate) use refusal::Refusal;
pub(crate) use snapshot::{IndexSnapshot, LiveSegment};
pub(crate) use status::{Asking, status};

pub use manifest::Blake3;
pub use moment::Moment;
pub use persist::PersistReport;
pub use status::{AnnIndexStatus, SegmentState, SegmentStatus};

use crate::store::delta;

/// Authentic bytes that no version of this crate writes.
fn corrupt(what: impl Into<String>) -> crate::error::Error {
    crate::error::Error::Corrupt(what.into())
}
