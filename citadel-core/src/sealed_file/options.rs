//! How a file is created and opened.

use crate::crypto::Kdf;
use crate::id::PageSize;

/// Bytes of cache where nothing else is said: 64 MiB.
const CACHE_BYTES_DEFAULT: usize = 64 << 20;

/// How to create a file. Start from [`CreateOptions::default`]: 8 KiB pages, Argon2id, 64 MiB of cache.
#[derive(Clone, Debug)]
pub struct CreateOptions {
    /// Bytes of a page, for ever.
    pub page_size: PageSize,
    /// How a passphrase is stretched; means nothing for a raw key.
    pub kdf: Kdf,
    /// Bytes that the page cache may hold.
    pub cache_bytes: usize,
}

impl CreateOptions {
    /// The same with another page size.
    #[must_use]
    pub fn page_size(mut self, page_size: PageSize) -> Self {
        self.page_size = page_size;
        self
    }

    /// The same with another derivation.
    #[must_use]
    pub fn kdf(mut self, kdf: Kdf) -> Self {
        self.kdf = kdf;
        self
    }

    /// The same with another size of the cache.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }
}

impl Default for CreateOptions {
    fn default() -> Self {
        Self {
            page_size: PageSize::DEFAULT,
            kdf: Kdf::default(),
            cache_bytes: CACHE_BYTES_DEFAULT,
        }
    }
}

/// How to open a file. Start from [`OpenOptions::default`]: for writing, 64 MiB of cache.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Bytes that the page cache may hold.
    pub cache_bytes: usize,
    /// Takes no lock and writes nothing.
    pub read_only: bool,
}

impl OpenOptions {
    /// The same with another size of the cache.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// The same for reading only, or not.
    #[must_use]
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            cache_bytes: CACHE_BYTES_DEFAULT,
            read_only: false,
        }
    }
}
