//! How a database is opened.

use std::num::NonZero;
use std::time::Duration;

use citadel_txn::{Anchor, Durability, Kdf, PageSize, memory_bytes};

use crate::ann::DEFAULT_MERGE_BYTES;
use crate::bind::bound::WORK_MEM_MIN;

/// Bytes that pages and vector indexes may take unless the user says otherwise: this share of the memory that the process may
/// use, within these bounds.
const CACHE_SHARE: u64 = 8;
const CACHE_BYTES_MIN: usize = 256 << 20;
const CACHE_BYTES_MAX: usize = 1 << 30;

/// Bytes of memory in which an operator holds rows unless the user says otherwise.
const WORK_MEM: usize = 64 << 20;

fn cache_bytes(memory: Option<u64>) -> usize {
    let share = memory.map_or(0, |bytes| bytes / CACHE_SHARE);
    let share = usize::try_from(share).unwrap_or(usize::MAX);
    share.clamp(CACHE_BYTES_MIN, CACHE_BYTES_MAX)
}

/// How a database is opened or created. Start from [`Options::default`] and change what matters.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) storage: citadel_txn::Options,
    pub(crate) create: bool,
    pub(crate) ann_auto_merge: bool,
    pub(crate) ann_merge_bytes: usize,
    pub(crate) auto_analyze: bool,
    /// `None`: as many as the machine has processors.
    pub(crate) threads: Option<NonZero<usize>>,
    pub(crate) work_mem: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            storage: citadel_txn::Options {
                cache_bytes: cache_bytes(memory_bytes()),
                ..citadel_txn::Options::default()
            },
            create: true,
            ann_auto_merge: true,
            ann_merge_bytes: DEFAULT_MERGE_BYTES,
            auto_analyze: true,
            threads: None,
            work_mem: WORK_MEM,
        }
    }
}

impl Options {
    /// Create the file if it is not there. Default: yes.
    #[must_use]
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// Change nothing: takes no lock, and follows what a writer in another process commits. Default: no.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.storage.read_only = read_only;
        self
    }

    /// Bytes of a page of a new file. Default: 8 KiB.
    #[must_use]
    pub fn page_size(mut self, page_size: PageSize) -> Self {
        self.storage.page_size = page_size;
        self
    }

    /// Whether closing gives free pages back: where they are more than a quarter of the file, and at most 64 MiB are in
    /// use, the file is vacuumed when its last connection ends. Default: yes.
    #[must_use]
    pub fn vacuum_on_close(mut self, vacuum: bool) -> Self {
        self.storage.vacuum_on_close = vacuum;
        self
    }

    /// Bytes that pages and vector indexes may take in memory together. Indexes take up to seven eighths of them: one that is larger
    /// keeps what leads its searches, and its other parts are read as pages are. Each open database has its own.
    ///
    /// Default: an eighth of the memory that the process may use (the machine's, or its container's), at least 256 MiB and at
    /// most 1 GiB; 256 MiB where the system does not tell. They are taken as they are needed.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.storage.cache_bytes = bytes;
        self
    }

    /// How the passphrase of a new file is stretched. Default: Argon2id with 64 MiB.
    #[must_use]
    pub fn kdf(mut self, kdf: Kdf) -> Self {
        self.storage.kdf = kdf;
        self
    }

    /// How long a write waits for another connection's transaction to end. Default: 5 s.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.storage.busy_timeout = timeout;
        self
    }

    /// When commits are safe on the medium. Default: before they return.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.storage.durability = durability;
        self
    }

    /// Whether statistics are gathered again in the background once much of their table has changed: only of tables that
    /// ANALYZE has looked at, by one thread, which ends with the last connection. Default: yes. `PRAGMA auto_analyze`
    /// changes it while the database is open.
    #[must_use]
    pub fn auto_analyze(mut self, analyze: bool) -> Self {
        self.auto_analyze = analyze;
        self
    }

    /// Whether vector indexes are folded in the background once so many rows were written that queries become slower: on
    /// one thread, which ends with the last connection. Default: yes. `PRAGMA ann_auto_merge` changes it while the
    /// database is open, and the option `auto_merge` of an index turns it off for that one.
    #[must_use]
    pub fn ann_auto_merge(mut self, merge: bool) -> Self {
        self.ann_auto_merge = merge;
        self
    }

    /// Bytes that folding in the background may take: an index of which codes (two bytes a component) and
    /// links (512 bytes a row) take more is folded when
    /// [`persist_ann_index`](crate::Connection::persist_ann_index) says so. Default: 1 GiB.
    #[must_use]
    pub fn ann_merge_bytes(mut self, bytes: usize) -> Self {
        self.ann_merge_bytes = bytes;
        self
    }

    /// The most threads that a query of these connections may run on, its own included; 1: no other. Default: as many as there are
    /// processors for this process. `PRAGMA threads` changes it for one connection.
    ///
    /// Exact vector searches of large tables are shared by threads, and so is
    /// [`query_many`](crate::Statement::query_many). The answer is the same, whatever their number. Helpers are threads of the
    /// process, one fewer than there are processors, but at least three; a query gets those that are idle.
    #[must_use]
    pub fn threads(mut self, threads: NonZero<usize>) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Bytes of memory in which an operator of a query may hold rows (a sort, groups, one side of a join, a set operation), at least
    /// 64 KiB; what it has more of is written, sealed, into a file without a name beside the database, and gone with the query.
    /// Default: 64 MiB. `SET work_mem` changes it for one connection.
    #[must_use]
    pub fn work_mem(mut self, bytes: usize) -> Self {
        self.work_mem = bytes.max(WORK_MEM_MIN);
        self
    }

    /// Refuse a file that is older than this, or has another history: a copy put back in its place.
    #[must_use]
    pub fn expect(mut self, anchor: Anchor) -> Self {
        self.storage.expect = Some(anchor);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::cache_bytes;

    #[test]
    fn the_cache_is_a_share_of_memory_within_bounds() {
        let bounds = [
            (None, 256 << 20),
            (Some(512 << 20), 256 << 20),
            (Some(4 << 30), 512 << 20),
            (Some(64 << 30), 1 << 30),
            (Some(u64::MAX), 1 << 30),
        ];
        for (memory, bytes) in bounds {
            assert_eq!(cache_bytes(memory), bytes);
        }
    }
}
