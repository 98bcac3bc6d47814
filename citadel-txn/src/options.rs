//! How a database is created and opened.

use std::time::Duration;

use citadel_core::{CreateOptions, Kdf, OpenOptions, PageSize};

use crate::anchor::Anchor;

/// How a database is created and opened. Start from [`Options::default`].
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of a page; only for creating.
    pub page_size: PageSize,
    /// Bytes that the page cache may hold.
    pub cache_bytes: usize,
    /// How a passphrase is stretched; only for creating.
    pub kdf: Kdf,
    /// How long [`begin_write`](crate::Database::begin_write) waits for another write transaction to end.
    pub busy_timeout: Duration,
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
            kdf: core.kdf,
            busy_timeout: Duration::from_secs(5),
            read_only: false,
            expect: None,
        }
    }
}

impl Options {
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
