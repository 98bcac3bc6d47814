//! A second file under the same keys: what backups and compact copies are written into.
//!
//! What always holds: as long as a replica is not published, its header is zeros on the medium, so nothing opens it as a
//! database, whatever is in it already. Its identity and keys are those of its source, so sealed pages are copied as they
//! are; what it seals itself is sealed under a nonce prefix of its own.

use std::sync::Arc;

use crate::crypto::Label;
use crate::error::{Error, Result};
use crate::format::{PAGES_OFFSET, run_range};
use crate::page::{Frame, PageKind, PagePtr};
use crate::sealed_file::{Medium, SealedFile};
use crate::storage::Storage;
use crate::superblock::{self, Twin, Unlocked};

/// A run that a replica has taken over.
#[derive(Debug)]
pub struct Adopted {
    /// Its open body.
    pub frame: Frame,
    /// Whether it had to be copied; otherwise an earlier attempt had left it, whole.
    pub copied: bool,
}

impl SealedFile {
    /// Begins a copy of this file in another storage: with the same identity, keys and page size, and without any page.
    /// The storage must be empty, or hold what an earlier attempt left ([`Storage::is_partial`]). It does not open as a
    /// database before [`publish`](SealedFile::publish).
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] where the storage holds something else: it is not touched. [`Error::Locked`],
    /// [`Error::Io`].
    pub fn replica(&self, target: Arc<dyn Storage>, cache_bytes: usize) -> Result<SealedFile> {
        let partial = target.is_partial();
        let medium = Medium::open_for_writing(target)?;
        if medium.len() != 0 && !partial {
            return Err(Error::AlreadyExists { path: None });
        }
        void_header(&medium)?;
        let header = self.header.lock();
        let unlocked = Unlocked {
            superblock: header.superblock.clone(),
            root: header.root.share(),
            retired: superblock::open_retired(&header.superblock, &header.root)?,
            repair: None,
        };
        drop(header);
        Self::assemble(medium, unlocked, cache_bytes)
    }

    /// Takes a sealed run over from `source`, at its place, unless it is here already. Either way the bytes were opened
    /// under the pointer. Not through the cache of either file.
    ///
    /// # Errors
    /// [`Error::TamperedPage`] and the like where the source's run does not open; [`Error::Io`].
    pub fn adopt(&self, source: &SealedFile, ptr: &PagePtr, kind: PageKind) -> Result<Adopted> {
        let range = run_range(self.page_size, &ptr.run)?;
        if range.end <= self.medium.len() {
            match self.read_uncached(ptr, kind) {
                Ok(frame) => {
                    return Ok(Adopted {
                        frame,
                        copied: false,
                    });
                }
                Err(error) if error.is_corrupt() => {}
                Err(error) => return Err(error),
            }
        }
        source.medium.require(range.end)?;
        let mut sealed = vec![0; (range.end - range.start) as usize];
        source.medium.read_at(range.start, &mut sealed)?;
        let mut body = sealed.clone();
        if source
            .sealer
            .open(&Label::of(ptr, kind), &mut body, Some(&ptr.tag))
            .is_none()
        {
            return Err(Error::TamperedPage {
                page: ptr.run.first.get(),
            });
        }
        self.medium
            .write_at(range.start, &sealed, "write the copy of a page")?;
        Ok(Adopted {
            frame: Frame::new(*ptr, kind, body),
            copied: true,
        })
    }

    /// Finishes a replica: what was written is made durable, then the header is written, which makes it a database, and
    /// then it gets its name.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] where its name is taken meanwhile; [`Error::Poisoned`], [`Error::Io`].
    pub fn publish(&self) -> Result<()> {
        self.sync()?;
        self.store_header(&self.header.lock(), Twin::B)?;
        self.medium.publish()
    }
}

/// Makes the header zeros, durably where it held anything, before a page is written behind it.
fn void_header(medium: &Medium) -> Result<()> {
    let zeros = vec![0; PAGES_OFFSET as usize];
    let mut bytes = vec![0; (PAGES_OFFSET.min(medium.len())) as usize];
    medium.read_at(0, &mut bytes)?;
    if bytes == zeros {
        return Ok(());
    }
    medium.write_at(0, &zeros, "write the header of the copy")?;
    if bytes.iter().any(|byte| *byte != 0) {
        medium.sync()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CreateOptions, Generation, Key, MemoryStorage, OpenOptions, PageRun, body_len};

    fn source() -> (SealedFile, PagePtr, Key) {
        let key = Key::raw([5; 32]);
        let file = SealedFile::create(
            Arc::new(MemoryStorage::new()),
            &key,
            &CreateOptions::default(),
        )
        .unwrap();
        let mut batch = file.batch(Generation::new(2));
        let run = PageRun::new(file.first_page(), 2);
        let ptr = batch
            .seal(
                run,
                PageKind::Extent,
                vec![9; body_len(file.page_size(), 2)],
            )
            .unwrap();
        batch.write().unwrap();
        (file, ptr, key)
    }

    #[test]
    fn a_replica_opens_when_it_is_published_and_not_before() {
        let (file, ptr, key) = source();
        let target = MemoryStorage::partial(Vec::new());
        let replica = file.replica(Arc::new(target.clone()), 0).unwrap();
        assert!(replica.adopt(&file, &ptr, PageKind::Extent).unwrap().copied);
        assert!(!replica.adopt(&file, &ptr, PageKind::Extent).unwrap().copied);
        let open = |bytes| {
            SealedFile::open(
                Arc::new(MemoryStorage::from_bytes(bytes)),
                &key,
                &OpenOptions::default(),
            )
        };
        assert!(open(target.snapshot()).is_err());
        replica.publish().unwrap();
        assert!(!target.is_partial());
        let copy = open(target.snapshot()).unwrap();
        assert_eq!(copy.read(&ptr, PageKind::Extent).unwrap()[0], 9);
    }

    #[test]
    fn what_an_interrupted_copy_left_is_used_and_no_longer_opens() {
        let (file, ptr, key) = source();
        let target = MemoryStorage::partial(Vec::new());
        let replica = file.replica(Arc::new(target.clone()), 0).unwrap();
        replica.adopt(&file, &ptr, PageKind::Extent).unwrap();
        replica
            .store_header(&replica.header.lock(), Twin::B)
            .unwrap();
        drop(replica);
        let again = file.replica(Arc::new(target.clone()), 0).unwrap();
        assert!(!again.adopt(&file, &ptr, PageKind::Extent).unwrap().copied);
        let opened = SealedFile::open(
            Arc::new(MemoryStorage::from_bytes(target.snapshot())),
            &key,
            &OpenOptions::default(),
        );
        assert!(opened.is_err());
    }

    #[test]
    fn a_storage_with_something_in_it_is_not_touched() {
        let (file, _, _) = source();
        let precious = MemoryStorage::from_bytes(b"precious".to_vec());
        let refused = file.replica(Arc::new(precious.clone()), 0).unwrap_err();
        assert!(matches!(refused, Error::AlreadyExists { .. }));
        assert_eq!(precious.snapshot(), b"precious");
    }

    #[test]
    fn a_damaged_page_is_not_copied() {
        let (file, ptr, _) = source();
        let mut wrong = ptr;
        wrong.generation = Generation::new(3);
        let replica = file
            .replica(Arc::new(MemoryStorage::new()), 0)
            .unwrap()
            .adopt(&file, &wrong, PageKind::Extent);
        assert!(replica.unwrap_err().is_tampered());
    }
}
