//! How a database is created and opened.

use std::time::Duration;

use citadel_core::{CreateOptions, Kdf, OpenOptions, PageSize};

use crate::anchor::Anchor;

/// Bytes of changes that a write transaction holds in memory, however small the cache is.
const DIRTY_BYTES_MIN: usize = 1 << 20;

/// When a commit is safe on the medium. A database has one setting, and a transaction may have its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When `commit` returns, the commit survives the loss of power. Commits that wait at the same time share one sync.
    #[default]
    Full,
    /// When `commit` returns, the commit survives the death of the process. The loss of power may take the last commits
    /// away, but only as a whole and the newest ones first: what is found is always a state that was committed. A sync
    /// follows every few megabytes, on closing, and with the next commit that is [`Full`](Durability::Full).
    Normal,
    /// As [`Normal`](Durability::Normal), and nothing is ever synced before closing: a loss of power may damage the file.
    Off,
}

/// How a database is created and opened. Start from [`Options::default`].
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of a page; only for creating.
    pub page_size: PageSize,
    /// Bytes that the page cache may hold.
    pub cache_bytes: usize,
    /// Bytes of changed pages and large values that a write transaction holds in memory before it writes them ahead of its
    /// commit; none for a quarter of `cache_bytes`, half of what is not pinned of those, and at least 1 MiB.
    pub dirty_bytes: Option<usize>,
    /// How a passphrase is stretched; only for creating.
    pub kdf: Kdf,
    /// How long [`begin_write`](crate::Database::begin_write) waits for another write transaction to end.
    pub busy_timeout: Duration,
    /// When a commit is safe on the medium.
    pub durability: Durability,
    /// Whether closing gives free pages back: where they are more than a quarter of a file, and at most 64 MiB are in use,
    /// the file is [vacuumed](crate::Database::vacuum).
    pub vacuum_on_close: bool,
    /// Opens without a lock and follows what a writer in another process commits.
    pub read_only: bool,
    /// Refuses a file that is older than this.
    pub expect: Option<Anchor>,
}

impl Default for Options {
    fn default() -> Self {
        let core = CreateOptions::default();
        Self {
            page_size: core.page_size,
            cache_bytes: core.cache_bytes,
            dirty_bytes: None,
            kdf: core.kdf,
            busy_timeout: Duration::from_secs(5),
            durability: Durability::Full,
            vacuum_on_close: true,
            read_only: false,
            expect: None,
        }
    }
}

impl Options {
    /// Bytes that a write transaction may hold in memory, where the cache has `room` for pages.
    pub(crate) fn dirty_budget(&self, room: usize) -> usize {
        self.dirty_bytes
            .unwrap_or((self.cache_bytes / 4).min(room / 2).max(DIRTY_BYTES_MIN))
    }

    pub(crate) fn to_create(&self) -> CreateOptions {
        CreateOptions::default()
            .page_size(self.page_size)
            .kdf(self.kdf)
            .cache_bytes(self.cache_bytes)
    }

    pub(crate) fn to_open(&self) -> OpenOptions {
        OpenOptions::default()
            .cache_bytes(self.cache_bytes)
            .read_only(self.read_only)
    }
}
