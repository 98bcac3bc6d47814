//! What the cache did.

/// Numbers of the page cache since the file was opened. Hits and misses may miss some where threads meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Reads answered from the cache.
    pub hits: u64,
    /// Reads that had to go to the storage.
    pub misses: u64,
    /// Frames pushed out by others.
    pub evictions: u64,
    /// Frames held now.
    pub frames: u64,
    /// Bytes held now, bookkeeping included.
    pub bytes: u64,
    /// Bytes that may be held.
    pub capacity_bytes: u64,
}

impl CacheStats {
    pub(super) fn plus(self, other: CacheStats) -> CacheStats {
        CacheStats {
            hits: self.hits + other.hits,
            misses: self.misses + other.misses,
            evictions: self.evictions + other.evictions,
            frames: self.frames + other.frames,
            bytes: self.bytes + other.bytes,
            capacity_bytes: self.capacity_bytes + other.capacity_bytes,
        }
    }
}
