//! Where everything lies in a file of format version 1. All numbers on the medium are little-endian.
//!
//! ```text
//! offset 0      superblock copy A   4 KiB   clear fields and key slots, authenticated under the root key
//! offset 4096   superblock copy B   4 KiB
//! offset 8192   commit record A     8 KiB   sealed
//! offset 16384  commit record B     8 KiB
//! offset 24576  pages               page n at n × page size; the first is ceil(24576 / page size)
//! ```

use crate::error::{Error, Result};
use crate::id::{PageNo, PageSize};
use crate::page::PageRun;

/// The format that this crate reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// The only cipher suite of format 1: XAES-256-GCM pages, AES-256-GCM slots, BLAKE3 derivation and authentication.
#[cfg(not(any(fuzzing, feature = "identity-aead")))]
pub(crate) const CIPHER_SUITE: u16 = 1;
/// The suite of files that are not encrypted, which only fuzzers make and open.
#[cfg(any(fuzzing, feature = "identity-aead"))]
pub(crate) const CIPHER_SUITE: u16 = 0xffff;
/// Bytes of one copy of the superblock.
pub(crate) const SUPERBLOCK_BYTES: usize = 4096;
/// Where a write of any medium may begin: at a multiple of this.
pub(crate) const SECTOR_BYTES: u64 = 512;
/// Offset of commit record A.
pub(crate) const RECORDS_OFFSET: u64 = 2 * SUPERBLOCK_BYTES as u64;
/// Bytes of the place of a commit record, which takes as many sectors of it as it needs.
pub(crate) const RECORD_BYTES: usize = 8192;
/// Bytes that are written of a record that takes no more, where it is written alone.
pub(crate) const SHORT_RECORD_BYTES: usize = 4096;
/// Offset behind everything that is not a page.
pub(crate) const PAGES_OFFSET: u64 = RECORDS_OFFSET + 2 * RECORD_BYTES as u64;

/// The first page that can be sealed.
pub(crate) const fn first_page(page_size: PageSize) -> PageNo {
    PageNo::new(PAGES_OFFSET.div_ceil(page_size.get() as u64))
}

/// The bytes of a run in the file.
///
/// # Errors
/// [`Error::Corrupt`] for an empty run, one that reaches into the header, or one past what a file can hold.
pub(crate) fn run_range(page_size: PageSize, run: &PageRun) -> Result<std::ops::Range<u64>> {
    let size = u64::from(page_size.get());
    if run.pages == 0 || run.first < first_page(page_size) || run.end() > PageNo::MAX {
        return Err(Error::Corrupt {
            what: "a page pointer to where no page can be",
        });
    }
    let start = run.first.get().checked_mul(size);
    let end = run.end().get().checked_mul(size);
    match (start, end) {
        (Some(start), Some(end)) => Ok(start..end),
        _ => Err(Error::Corrupt {
            what: "a page pointer past the largest file",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_begin_behind_the_records() {
        for (bytes, first) in [(512, 48), (4096, 6), (8192, 3), (16_384, 2), (65_536, 1)] {
            assert_eq!(first_page(PageSize::new(bytes).unwrap()).get(), first);
        }
    }

    #[test]
    fn runs_outside_the_pages_are_refused() {
        let range =
            |first, pages| run_range(PageSize::MAX, &PageRun::new(PageNo::new(first), pages));
        assert_eq!(range(1, 2).unwrap(), 65_536..196_608);
        for (first, pages) in [(0, 1), (1, 0), (PageNo::MAX.get(), 1), (u64::MAX, u16::MAX)] {
            assert!(range(first, pages).unwrap_err().is_corrupt());
        }
    }
}
