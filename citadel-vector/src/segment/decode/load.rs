//! Blocks into memory: read, compared with their checks and put in their places by several threads.
//!
//! The threads are begun and ended here. Shared ones could be given a job that waits for this very segment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Graph, Matrix, Paged, decode_rooms};
use crate::prism::{BlockKind, Blocking, Check, check_of};
use crate::segment::header::SectionTag;
use crate::segment::refusal::Refusal;
use crate::segment::store::SegmentStore;
use crate::wire::Malformed;

/// Bytes from which a second thread is worth being begun.
const BYTES_PER_THREAD: usize = 1 << 20;
const THREADS_MAX: usize = 8;

/// One part of a segment in a store.
pub(super) struct Loader<'a, S> {
    pub(super) store: &'a S,
    pub(super) kind: BlockKind,
    pub(super) blocking: Blocking,
    pub(super) checks: &'a [Check],
}

impl<S: SegmentStore> Loader<'_, S> {
    /// The part as it is left in the store.
    pub(super) fn paged(&self) -> Result<Paged, Malformed> {
        Paged::new(self.kind, self.blocking, self.checks)
    }

    /// Codes, padded to `stride` bytes a row.
    pub(super) fn matrix(&self, stride: usize) -> Result<Matrix, Refusal<S::Error>> {
        let mut matrix = Matrix::try_zeroed(self.blocking.rows, stride)?;
        let row_len = self.blocking.row_len;
        self.load(matrix.bytes_mut(), stride, |block, rows| {
            if row_len == stride {
                rows.copy_from_slice(block);
            } else {
                let codes = block.chunks_exact(row_len);
                for (row, codes) in rows.chunks_exact_mut(stride).zip(codes) {
                    row[..row_len].copy_from_slice(codes);
                }
            }
            Ok(())
        })?;
        Ok(matrix)
    }

    /// Links, with so much room for each row.
    pub(super) fn graph(&self, room: usize) -> Result<Graph, Refusal<S::Error>> {
        let rows = self.blocking.rows;
        let mut graph = Graph::try_new(rows, room)?;
        self.load(graph.links_mut(), room, |block, links| {
            decode_rooms(block, room, rows, links)
        })?;
        Ok(graph)
    }

    /// Has `place` put each block where it belongs among `to`, which holds `per_row` values for each row.
    fn load<T: Send>(
        &self,
        to: &mut [T],
        per_row: usize,
        place: impl Fn(&[u8], &mut [T]) -> Result<(), Malformed> + Sync,
    ) -> Result<(), Refusal<S::Error>> {
        let threads = self.threads();
        let places = to.chunks_mut(self.blocking.rows_per_block * per_row);
        let places = Mutex::new(places.enumerate());
        let next = || places.lock().unwrap_or_else(PoisonError::into_inner).next();
        let failed = AtomicBool::new(false);
        let work = || {
            while !failed.load(Ordering::Relaxed) {
                let Some((block, to)) = next() else {
                    break;
                };
                if let Err(refusal) = self.block(block, |bytes| place(bytes, to)) {
                    failed.store(true, Ordering::Relaxed);
                    return Err(refusal);
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut outcome = work();
            for other in others {
                match other.join() {
                    Ok(theirs) => outcome = outcome.and(theirs),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            outcome
        })
    }

    fn threads(&self) -> usize {
        let worth = self.blocking.len().unwrap_or(0) / BYTES_PER_THREAD;
        if worth < 2 {
            return 1;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        cores.min(THREADS_MAX).min(worth)
    }

    fn block(
        &self,
        block: usize,
        place: impl FnOnce(&[u8]) -> Result<(), Malformed>,
    ) -> Result<(), Refusal<S::Error>> {
        let section = SectionTag::of(self.kind);
        let len = self.blocking.rows_of(block).len() * self.blocking.row_len;
        let (mut place, mut outcome) = (Some(place), Err(Refusal::Section(section)));
        let mut read = |bytes: &[u8]| {
            let authentic = bytes.len() == len && check_of(bytes) == self.checks[block];
            if let (true, Some(place)) = (authentic, place.take()) {
                outcome = place(bytes).map_err(Refusal::from);
            }
        };
        (self.store.block(self.kind, block as u32, &mut read))
            .map_err(|error| Refusal::Fetch { section, error })?;
        outcome
    }
}
