//! Seals and opens pages and commit records.
//!
//! A sealed run is `ciphertext | nonce (24) | tag (16)`. The nonce is a random prefix of 12 bytes, drawn when this writer
//! first seals, a mark of 4 that tells heads of records from all else, and a counter of 8 that begins at 0 for both. So a pair of key and
//! nonce is never used twice: not after a crash, a retry or a restored backup, since each new writer draws a new prefix and
//! with it a new subkey. After [`SEALS_PER_PREFIX`] seals the same writer draws again, which keeps every subkey far inside the limits of AES-GCM.
//!
//! What a run is sealed for (its [`Label`]) is associated data: it is not stored with the run, the reader must know it.
//!
//! While a rekey is under way there are two root keys, and the generation of a label chooses between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use crate::crypto::RootKey;
use crate::crypto::aead::{Cipher, TagBytes};
use crate::crypto::epoch::{Epoch, PageNonce, counter_half, is_marked};
use crate::error::{Error, Result};
use crate::format::FORMAT_VERSION;
use crate::id::{FileId, Generation, PageNo};
use crate::page::{NONCE_BYTES, PageKind, PagePtr, PageRun, SEAL_BYTES, TAG_BYTES, Tag};

/// Seals under one nonce prefix, before the next is drawn.
const SEALS_PER_PREFIX: u64 = 1 << 28;

/// What a run is sealed for. Bytes sealed under one label do not open under another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) run: PageRun,
    pub(crate) kind: PageKind,
    pub(crate) generation: Generation,
}

impl Label {
    pub(crate) fn of(ptr: &PagePtr, kind: PageKind) -> Self {
        Self {
            run: ptr.run,
            kind,
            generation: ptr.generation,
        }
    }

    /// The label of the head of every commit record. Its place and its generation are inside, as whoever opens one may know
    /// neither; so records are sealed under the newest root key, and opened under either.
    pub(crate) const RECORD_HEAD: Self = Self {
        run: PageRun::new(PageNo::new(0), 0),
        kind: PageKind::CommitRecord,
        generation: Generation::ZERO,
    };

    /// The label of what a commit record has behind its head, which holds the tag.
    pub(crate) const RECORD_REST: Self = Self {
        run: PageRun::new(PageNo::new(0), 1),
        ..Self::RECORD_HEAD
    };
}

/// Holds the page keys of one open file.
pub(crate) struct Sealer {
    file_id: FileId,
    epochs: RwLock<Epochs>,
    seals: AtomicU64,
    seals_per_prefix: u64,
}

/// One root key's sealing, or two during a rekey.
struct Epochs {
    current: Arc<Epoch>,
    /// What seals and opens generations before this one.
    retiring: Option<(Generation, Arc<Epoch>)>,
}

impl Epochs {
    /// What seals and opens a generation. No generation is [`Generation::ZERO`]: what bears it is sealed under the newest.
    fn of(&self, generation: Generation) -> &Arc<Epoch> {
        match &self.retiring {
            Some((until, old)) if generation < *until && generation != Generation::ZERO => old,
            _ => &self.current,
        }
    }
}

impl Sealer {
    pub(crate) fn new(root: &RootKey, file_id: FileId) -> Self {
        Self {
            file_id,
            epochs: RwLock::new(Epochs {
                current: Arc::new(Epoch::new(root, &file_id)),
                retiring: None,
            }),
            seals: AtomicU64::new(0),
            seals_per_prefix: SEALS_PER_PREFIX,
        }
    }

    /// From now on the root key `old` opens and seals the generations before `until`.
    pub(crate) fn add_retiring(&self, old: &RootKey, until: Generation) {
        let old = Arc::new(Epoch::new(old, &self.file_id));
        self.epochs.write().retiring = Some((until, old));
    }

    /// From now on the root key `new` seals the generations from `from` on, and the one until now only what is older.
    pub(crate) fn begin_epoch(&self, new: &RootKey, from: Generation) {
        let new = Arc::new(Epoch::new(new, &self.file_id));
        let mut epochs = self.epochs.write();
        let old = std::mem::replace(&mut epochs.current, new);
        epochs.retiring = Some((from, old));
    }

    /// Forgets the root key that was replaced.
    pub(crate) fn end_retiring(&self) {
        self.epochs.write().retiring = None;
    }

    /// Seals `body` into `out`, which is [`SEAL_BYTES`] longer.
    pub(crate) fn seal(&self, label: &Label, body: &[u8], out: &mut [u8]) -> Result<Tag> {
        assert_eq!(
            out.len(),
            body.len() + SEAL_BYTES,
            "a sealed run is its body and its seal"
        );
        let (sealed, seal) = out.split_at_mut(body.len());
        self.seal_with(label, seal, |cipher, nonce, aad| {
            cipher.seal(&counter_half(nonce), aad, body, sealed)
        })
    }

    /// Seals a run in place: all but its last [`SEAL_BYTES`], which become the seal. After an error the body is as it was.
    pub(crate) fn seal_in_place(&self, label: &Label, run: &mut [u8]) -> Result<Tag> {
        let body_len = run.len().checked_sub(SEAL_BYTES).ok_or(Error::Misuse {
            what: "a run without room for its seal",
        })?;
        let (body, seal) = run.split_at_mut(body_len);
        self.seal_with(label, seal, |cipher, nonce, aad| {
            cipher.seal_in_place(&counter_half(nonce), aad, body)
        })
    }

    /// Writes the seal of a run whose body `encrypt` encrypts.
    fn seal_with(
        &self,
        label: &Label,
        seal: &mut [u8],
        encrypt: impl FnOnce(&Cipher, &PageNonce, &[u8]) -> Option<TagBytes>,
    ) -> Result<Tag> {
        let epoch = Arc::clone(self.epochs.read().of(label.generation));
        let (nonce, cipher) =
            epoch.next_nonce(self.seals_per_prefix, *label == Label::RECORD_HEAD)?;
        self.seals.fetch_add(1, Ordering::Relaxed);
        let aad = self.associated_data(label);
        let tag = encrypt(&cipher, &nonce, &aad).ok_or_else(too_long)?;
        seal[..NONCE_BYTES].copy_from_slice(&nonce);
        seal[NONCE_BYTES..].copy_from_slice(&tag);
        Ok(Tag::from_bytes(tag))
    }

    /// Opens a sealed run in place and cuts its seal off. Where `expected` is given, the tag must be that one. Returns the
    /// tag; `None` where the bytes do not open, and what is then in `run` is unspecified.
    #[must_use]
    pub(crate) fn open(
        &self,
        label: &Label,
        run: &mut Vec<u8>,
        expected: Option<&Tag>,
    ) -> Option<Tag> {
        let body_len = run.len().checked_sub(SEAL_BYTES)?;
        let (nonce, tag) = run[body_len..].split_at(NONCE_BYTES);
        let (nonce, tag): (PageNonce, [u8; TAG_BYTES]) =
            (nonce.try_into().ok()?, tag.try_into().ok()?);
        if is_marked(&nonce) != (*label == Label::RECORD_HEAD) {
            return None;
        }
        if expected.is_some_and(|expected| *expected != Tag::from_bytes(tag)) {
            return None;
        }
        let (epoch, other) = self.epochs_to_try(label.generation);
        let aad = self.associated_data(label);
        let open = |epoch: &Epoch, body: &mut [u8]| {
            let cipher = epoch.cipher_of(&nonce);
            cipher.open(&counter_half(&nonce), &aad, body, &tag)
        };
        let untouched = other.as_ref().map(|_| run.clone());
        if !open(&epoch, &mut run[..body_len]) {
            *run = untouched?;
            if !open(&*other?, &mut run[..body_len]) {
                return None;
            }
        }
        run.truncate(body_len);
        Some(Tag::from_bytes(tag))
    }

    /// What may have sealed this generation: the second only where the label does not say, during a rekey.
    fn epochs_to_try(&self, generation: Generation) -> (Arc<Epoch>, Option<Arc<Epoch>>) {
        let epochs = self.epochs.read();
        let other = match &epochs.retiring {
            Some((_, old)) if generation == Generation::ZERO => Some(Arc::clone(old)),
            _ => None,
        };
        (Arc::clone(epochs.of(generation)), other)
    }

    /// How many runs were sealed since the file was opened.
    pub(crate) fn seals(&self) -> u64 {
        self.seals.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(crate) fn set_seals_per_prefix(&mut self, seals: u64) {
        self.seals_per_prefix = seals;
    }

    /// `format version | file id | page | pages | kind | generation`, little-endian.
    fn associated_data(&self, label: &Label) -> [u8; 39] {
        let mut bytes = [0; 39];
        bytes[..4].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes[4..20].copy_from_slice(self.file_id.as_bytes());
        bytes[20..28].copy_from_slice(&label.run.first.get().to_le_bytes());
        bytes[28..30].copy_from_slice(&label.run.pages.to_le_bytes());
        bytes[30] = label.kind as u8;
        bytes[31..].copy_from_slice(&label.generation.get().to_le_bytes());
        bytes
    }
}

#[cfg(feature = "nonce-ledger")]
impl Drop for Sealer {
    fn drop(&mut self) {
        crate::ledger::report();
    }
}

/// Cannot happen below 64 GiB, and a run is at most 4 GiB; an error is still better than a panic.
fn too_long() -> Error {
    Error::Misuse {
        what: "a run is too long to be sealed",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn sealer(root: &RootKey, id: u8) -> Sealer {
        Sealer::new(root, FileId::from_bytes([id; 16]))
    }

    fn label() -> Label {
        Label {
            run: PageRun::new(PageNo::new(77), 2),
            kind: PageKind::TreeNode,
            generation: Generation::new(9),
        }
    }

    fn seal(sealer: &Sealer, label: &Label, body: &[u8]) -> (Vec<u8>, Tag) {
        let mut out = vec![0; body.len() + SEAL_BYTES];
        let tag = sealer.seal(label, body, &mut out).unwrap();
        (out, tag)
    }

    #[test]
    fn what_was_sealed_opens_under_its_label_only() {
        let root = RootKey::generate().unwrap();
        let (mine, other_file) = (sealer(&root, 1), sealer(&root, 2));
        let (run, tag) = seal(&mine, &label(), b"the body");
        let opens = |sealer: &Sealer, label: &Label, tag: Option<&Tag>| {
            let mut run = run.clone();
            sealer.open(label, &mut run, tag).map(|_| run)
        };
        assert_eq!(opens(&mine, &label(), Some(&tag)).unwrap(), b"the body");
        assert_eq!(opens(&mine, &label(), None).unwrap(), b"the body");
        assert!(opens(&mine, &label(), Some(&Tag::from_bytes([0; 16]))).is_none());
        assert!(opens(&other_file, &label(), Some(&tag)).is_none());
        assert!(opens(&sealer(&RootKey::generate().unwrap(), 1), &label(), None).is_none());
        let others = [
            Label {
                run: PageRun::new(PageNo::new(78), 2),
                ..label()
            },
            Label {
                run: PageRun::new(PageNo::new(77), 1),
                ..label()
            },
            Label {
                kind: PageKind::Extent,
                ..label()
            },
            Label {
                generation: Generation::new(8),
                ..label()
            },
            Label::RECORD_HEAD,
            Label::RECORD_REST,
        ];
        for other in others {
            assert!(opens(&mine, &other, Some(&tag)).is_none(), "{other:?}");
        }
    }

    #[test]
    fn no_bit_of_a_run_can_change() {
        let sealer = sealer(&RootKey::generate().unwrap(), 1);
        let (run, _) = seal(&sealer, &label(), &[0x5a; 64]);
        for bit in 0..run.len() * 8 {
            let mut altered = run.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(
                sealer.open(&label(), &mut altered, None).is_none(),
                "bit {bit}"
            );
        }
        for len in 0..run.len() {
            assert!(
                sealer
                    .open(&label(), &mut run[..len].to_vec(), None)
                    .is_none(),
                "cut to {len}"
            );
        }
    }

    #[test]
    fn no_nonce_is_used_twice_by_one_writer_or_by_the_next() {
        let root = RootKey::generate().unwrap();
        let mut ledger = HashSet::new();
        let mut prefixes = HashSet::new();
        for _ in 0..8 {
            let mut sealer = sealer(&root, 1);
            sealer.set_seals_per_prefix(100);
            for _ in 0..1000 {
                let (run, _) = seal(&sealer, &label(), b"x");
                assert!(ledger.insert(run[1..25].to_vec()), "a nonce was repeated");
                prefixes.insert(run[1..13].to_vec());
            }
            assert_eq!(sealer.seals(), 1000);
        }
        assert_eq!(prefixes.len(), 80, "each writer draws ten prefixes");
    }

    #[test]
    fn many_writers_in_threads_share_no_nonce() {
        let sealer = sealer(&RootKey::generate().unwrap(), 1);
        let nonces: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        (0..500)
                            .map(|_| seal(&sealer, &label(), b"").0)
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
                .collect()
        });
        let distinct: HashSet<_> = nonces.iter().map(|run| &run[..24]).collect();
        assert_eq!(distinct.len(), 2000);
    }

    /// Changing any of this makes every existing file unreadable.
    #[test]
    fn what_format_1_seals_with_is_fixed() {
        let sealer = sealer(&RootKey::generate().unwrap(), 0xf1);
        let mut expected = vec![1, 0, 0, 0];
        expected.extend([0xf1; 16]);
        expected.extend([77, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(sealer.associated_data(&label()).to_vec(), expected);
    }
}
