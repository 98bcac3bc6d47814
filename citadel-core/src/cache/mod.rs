//! The page cache: open frames, by page and generation.
//!
//! Its bound is in bytes and is real: what the shards hold together, with the memory of their bookkeeping, never passes the
//! capacity, less what is pinned for something else and lent to pages that are being changed. A frame that a reader still
//! holds when it is evicted lives on with the reader and no longer counts here.
//!
//! Shards are chosen by a hash of the page, so threads rarely meet. Within a shard the policy is SIEVE (Zhang et al.,
//! NSDI 2024): a hit only sets a flag under the shared lock and moves nothing; a new frame that is never hit again is the
//! first to go, so that a long scan passes through without pushing out what is in use.

mod several;
mod shard;
mod stats;

use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::RwLock;

use crate::id::{Generation, PageNo};
use crate::page::FrameRef;
use shard::Shard;
pub use stats::CacheStats;

/// A shard holds at least so many bytes, unless the cache is smaller.
const SHARD_BYTES_MIN: usize = 2 << 20;
const SHARDS_MAX: usize = 64;

/// A sealing is known by where it lies and which commit wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FrameKey {
    page: u64,
    generation: u64,
}

impl FrameKey {
    pub(crate) fn new(page: PageNo, generation: Generation) -> Self {
        Self {
            page: page.get(),
            generation: generation.get(),
        }
    }

    fn of(frame: &FrameRef) -> Self {
        Self::new(frame.ptr().run.first, frame.ptr().generation)
    }

    /// Neighbouring pages are far apart; the multiplier is that of Fibonacci hashing.
    fn hash(self) -> u64 {
        (self.page ^ self.generation.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// The cache of one open file.
pub(crate) struct Cache {
    shards: Box<[RwLock<Shard>]>,
    capacity_bytes: usize,
    /// Bytes of the capacity that are lent to pages that are being changed.
    reserved_bytes: AtomicUsize,
    /// Bytes of the capacity that are given away for as long as their owner keeps them.
    pinned_bytes: AtomicUsize,
}

impl Cache {
    /// A cache of so many bytes; 0 caches nothing.
    pub(crate) fn new(capacity_bytes: usize) -> Self {
        let shards = (capacity_bytes / SHARD_BYTES_MIN).clamp(1, SHARDS_MAX);
        let shards = 1 << shards.ilog2();
        Self {
            shards: (0..shards)
                .map(|_| RwLock::new(Shard::new(capacity_bytes / shards)))
                .collect(),
            capacity_bytes,
            reserved_bytes: AtomicUsize::new(0),
            pinned_bytes: AtomicUsize::new(0),
        }
    }

    /// The frame of this key, if it is here. The caller compares its pointer.
    pub(crate) fn get(&self, key: FrameKey) -> Option<FrameRef> {
        self.shard(key).read().get(key)
    }

    /// Whether a frame of this key is here. Counts as no use of it.
    pub(crate) fn holds(&self, key: FrameKey) -> bool {
        self.shard(key).read().holds(key)
    }

    /// Takes a frame in, in place of one of the same key, and evicts what must go. A frame that is larger than a shard is
    /// not taken.
    pub(crate) fn insert(&self, frame: FrameRef) {
        let key = FrameKey::of(&frame);
        let bytes_max = self.shard_bytes_max();
        let evicted = self.shard(key).write().insert(key, frame, bytes_max);
        // Wiping evicted frames takes longer than finding them: it happens here, after the lock was released.
        drop(evicted);
    }

    /// Lends so many bytes of the capacity to pages that are being changed, which are not here: frames make room for them
    /// now. At least half of what is not pinned remains.
    pub(crate) fn reserve(&self, bytes: usize) {
        self.reserved_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.shrink();
    }

    /// Gives so many bytes of the capacity to something that is kept in memory in place of pages. At least an eighth remains.
    pub(crate) fn pin(&self, bytes: usize) {
        self.pinned_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.shrink();
    }

    /// Takes back what was given.
    pub(crate) fn unpin(&self, bytes: usize) {
        self.pinned_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn shrink(&self) {
        let max = self.shard_bytes_max();
        for shard in &self.shards {
            let evicted = shard.write().shrink_to(max);
            drop(evicted);
        }
    }

    /// Takes back what was lent.
    pub(crate) fn release(&self, bytes: usize) {
        self.reserved_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Bytes that may be held.
    pub(crate) fn capacity_bytes(&self) -> usize {
        self.capacity_bytes
    }

    /// Bytes of the capacity that are not pinned.
    pub(crate) fn room_bytes(&self) -> usize {
        let pinned = self.pinned_bytes.load(Ordering::Relaxed);
        self.capacity_bytes - pinned.min(self.capacity_bytes / 8 * 7)
    }

    /// Bytes that one shard may hold now.
    fn shard_bytes_max(&self) -> usize {
        let reserved = self.reserved_bytes.load(Ordering::Relaxed);
        let room = self.room_bytes();
        (room - reserved.min(room / 2)) / self.shards.len()
    }

    /// Numbers since the file was opened.
    pub(crate) fn stats(&self) -> CacheStats {
        self.shards
            .iter()
            .map(|shard| shard.read().stats())
            .fold(CacheStats::default(), CacheStats::plus)
    }

    fn shard(&self, key: FrameKey) -> &RwLock<Shard> {
        &self.shards[self.shard_index(key)]
    }

    fn shard_index(&self, key: FrameKey) -> usize {
        (key.hash() >> 48) as usize & (self.shards.len() - 1)
    }
}

#[cfg(test)]
mod tests;
