//! Overwriting what nobody refers to any more.

use crate::error::{Error, Result};
use crate::id::PageNo;
use crate::sealed_file::SealedFile;

/// Zeros are written in pieces of this size.
const PIECE_BYTES: u64 = 1 << 20;

impl SealedFile {
    /// Writes zeros over pages that nothing reaches, and that no commit is writing: what was sealed there is gone from the
    /// file after the next [`sync`](SealedFile::sync). A medium that moves data when it is overwritten may keep copies.
    ///
    /// # Errors
    /// [`Error::Misuse`] where the pages begin in the header or end past the end of the file; otherwise as
    /// [`SealedFile::sync`].
    pub fn scrub(&self, first: PageNo, pages: u64) -> Result<()> {
        let page_bytes = u64::from(self.page_size.get());
        let end = self
            .offset(first)?
            .checked_add(pages.saturating_mul(page_bytes));
        let end = end.filter(|end| *end <= self.medium.len());
        let (true, Some(end)) = (first >= self.first_page(), end) else {
            return Err(Error::Misuse {
                what: "pages to scrub that the file does not have",
            });
        };
        let mut at = self.offset(first)?;
        let zeros = vec![0; PIECE_BYTES.min(end - at) as usize];
        while at < end {
            let piece = (end - at).min(PIECE_BYTES) as usize;
            self.medium
                .write_at(at, &zeros[..piece], "scrub free pages")?;
            at += piece as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        CreateOptions, Generation, Key, MemoryStorage, PageKind, PageNo, PageRun, SealedFile,
        body_len,
    };

    #[test]
    fn scrubbed_pages_are_zero_and_their_neighbours_are_not() {
        let storage = MemoryStorage::new();
        let options = CreateOptions::default();
        let file =
            SealedFile::create(Arc::new(storage.clone()), &Key::raw([1; 32]), &options).unwrap();
        let first = file.first_page();
        let mut batch = file.batch(Generation::new(2));
        for page in 0..4 {
            let body = vec![1; body_len(file.page_size(), 1)];
            let run = PageRun::single(first.offset(page));
            batch.seal(run, PageKind::TreeNode, body).unwrap();
        }
        batch.write().unwrap();
        file.scrub(first.offset(1), 2).unwrap();
        let bytes = storage.snapshot();
        let page = |number: u64| {
            let at = first.offset(number).get() as usize * 8192;
            &bytes[at..at + 8192]
        };
        assert!(
            [1, 2]
                .iter()
                .all(|n| page(*n).iter().all(|byte| *byte == 0))
        );
        assert!(
            [0, 3]
                .iter()
                .all(|n| page(*n).iter().any(|byte| *byte != 0))
        );
        assert!(file.scrub(first, 5).unwrap_err().is_misuse());
        assert!(file.scrub(PageNo::new(0), 1).unwrap_err().is_misuse());
    }
}
