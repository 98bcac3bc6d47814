//! A new root key for a file in use.
//!
//! ```text
//! begin_rekey ─► pages from the epoch generation on: new root key ─► the caller rewrites all that is older ─► finish_rekey
//! ```
//!
//! This room keeps both root keys and lets the generation of a page choose between them; rewriting is the work of the
//! layer above, which knows what is reachable. Each step is one change of the superblock, and so atomic: after a crash the
//! file is before it or after it, and a rekey that was begun goes on when the file is opened with the new key.

use crate::crypto::{Kdf, Key, RootKey};
use crate::error::{Error, Result};
use crate::id::Generation;
use crate::sealed_file::{Header, SealedFile};
use crate::superblock::{self, Twin};

impl SealedFile {
    /// Begins to replace the root key. From the generation `from` on, pages and records are sealed under a new root key;
    /// the old one still opens, and seals, what is older. It is durable when this returns.
    ///
    /// `key` opens the file from now on, and nothing else does: the other slots' keys are not known here, so that the new
    /// root key cannot be wrapped for them. Add them anew with [`add_slot`](SealedFile::add_slot), which may be done at
    /// once. A passphrase is stretched by `kdf`.
    ///
    /// The caller holds off all writers, and no page of the generation `from` or of a later one may ever have been sealed
    /// in this file. Then it rewrites all that is reachable and older than `from`, and calls
    /// [`finish_rekey`](SealedFile::finish_rekey).
    ///
    /// The two fixed commit records do not show their generation: they are sealed under the new root key as soon as this
    /// returns, and until `finish_rekey` they open under either.
    ///
    /// # Errors
    /// [`Error::Misuse`] where a rekey is under way already, or where `from` is [`Generation::ZERO`];
    /// [`Error::EmptyPassphrase`], [`Error::KdfOutOfBounds`]; [`Error::ReadOnly`], [`Error::Poisoned`], [`Error::Io`].
    /// After an error the keys are what they were, or, after [`Error::Io`], may be either.
    pub fn begin_rekey(&self, key: &Key, kdf: &Kdf, from: Generation) -> Result<()> {
        self.medium.require_writable()?;
        if from == Generation::ZERO {
            return Err(Error::Misuse {
                what: "a rekey begins with a generation",
            });
        }
        let mut header = self.header.lock();
        if header.superblock.retiring.is_some() {
            return Err(Error::Misuse {
                what: "a rekey is under way: finish it first",
            });
        }
        let root = RootKey::generate()?;
        let mut superblock = header
            .superblock
            .rekeyed((&header.root, &root), (key, kdf), from)?;
        superblock.sequence = superblock.next_sequence()?;
        let next = Header { superblock, root };
        self.store_header(&next, Twin::B)?;
        self.sealer.begin_epoch(&next.root, from);
        *header = next;
        Ok(())
    }

    /// The first generation that the new root key seals, while a rekey is under way.
    pub fn rekey_state(&self) -> Option<Generation> {
        let header = self.header.lock();
        header.superblock.retiring.map(|retiring| retiring.from)
    }

    /// Ends a rekey: the old root key is taken out of the superblock, and what was sealed under it opens no more. Nothing
    /// that is older than [`rekey_state`](SealedFile::rekey_state) may be reachable, and both commit records must have
    /// been written since the rekey began. It is durable when this returns.
    ///
    /// # Errors
    /// [`Error::Misuse`] where no rekey is under way; [`Error::ReadOnly`], [`Error::Poisoned`], [`Error::Io`].
    pub fn finish_rekey(&self) -> Result<()> {
        self.change_header(|_, next| match next.retiring.take() {
            Some(_) => Ok(()),
            None => Err(Error::Misuse {
                what: "no rekey is under way",
            }),
        })?;
        self.sealer.end_retiring();
        Ok(())
    }

    /// `error`, unless what did not open was sealed under a root key that another process brought in since, or that cannot
    /// be learnt: then the medium is to blame, and not what is in the file.
    pub(super) fn unless_rekeyed(&self, error: Error) -> Error {
        match self.was_rekeyed() {
            Ok(true) => Error::Rekeyed,
            Ok(false) => error,
            Err(unknown) => unknown,
        }
    }

    /// Whether another process replaced the root key since this one opened the file: only a file that is open for reading
    /// can meet that.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn was_rekeyed(&self) -> Result<bool> {
        let commitment = self.header.lock().superblock.commitment;
        match self.is_read_only() {
            true => superblock::has_other_root(self.medium.storage(), &commitment),
            false => Ok(false),
        }
    }
}
