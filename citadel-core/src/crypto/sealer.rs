//! Seals and opens pages and commit records.
//!
//! A sealed run is `ciphertext | nonce (24) | tag (16)`. The nonce is a random prefix of 12 bytes, drawn when this writer
//! first seals, and a counter of 12 bytes that begins at 0. So a pair of key and nonce is never used twice: not after a
//! crash, a retry or a restored backup, since each new writer draws a new prefix and with it a new subkey. After
//! [`SEALS_PER_PREFIX`] seals the same writer draws again, which keeps every subkey far inside the limits of AES-GCM.
//!
//! What a run is sealed for (its [`Label`]) is associated data: it is not stored with the run, the reader must know it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, array::Array, inout::InOutBuf};
use parking_lot::{Mutex, RwLock};

use crate::crypto::xaes::{Prefix, Xaes};
use crate::crypto::{RootKey, random};
use crate::error::{Error, Result};
use crate::format::FORMAT_VERSION;
use crate::id::{FileId, Generation, PageNo};
use crate::page::{NONCE_BYTES, PageKind, PagePtr, PageRun, SEAL_BYTES, TAG_BYTES, Tag};

/// Seals under one nonce prefix, before the next is drawn.
const SEALS_PER_PREFIX: u64 = 1 << 28;
/// Subciphers kept.
const DERIVED_SLOTS: usize = 64;

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

    /// The label of a commit record. Records have no run: their slot takes the place of the page number. Their generation
    /// is inside, as whoever opens them cannot know it.
    pub(crate) fn record(slot: u64) -> Self {
        Self {
            run: PageRun::new(PageNo::new(slot), 0),
            kind: PageKind::CommitRecord,
            generation: Generation::ZERO,
        }
    }
}

/// Holds the page key of one open file.
pub(crate) struct Sealer {
    file_id: FileId,
    xaes: Xaes,
    writer: Mutex<Option<Incarnation>>,
    /// Subciphers that were derived lately, placed by their prefix.
    derived: Box<[RwLock<Option<Derived>>]>,
    seals: AtomicU64,
    seals_per_prefix: u64,
}

/// The cipher of a nonce prefix.
struct Derived {
    prefix: Prefix,
    cipher: Arc<Aes256Gcm>,
}

/// A nonce prefix of this writer, and how much of it is used.
struct Incarnation {
    prefix: Prefix,
    cipher: Arc<Aes256Gcm>,
    used: u64,
}

impl Sealer {
    pub(crate) fn new(root: &RootKey, file_id: FileId) -> Self {
        Self {
            file_id,
            xaes: Xaes::new(&root.page_key(&file_id)),
            writer: Mutex::new(None),
            derived: (0..DERIVED_SLOTS).map(|_| RwLock::new(None)).collect(),
            seals: AtomicU64::new(0),
            seals_per_prefix: SEALS_PER_PREFIX,
        }
    }

    /// Seals `body` into `out`, which is [`SEAL_BYTES`] longer.
    pub(crate) fn seal(&self, label: &Label, body: &[u8], out: &mut [u8]) -> Result<Tag> {
        assert_eq!(
            out.len(),
            body.len() + SEAL_BYTES,
            "a sealed run is its body and its seal"
        );
        let (nonce, cipher) = self.next_nonce()?;
        let (sealed, trailer) = out.split_at_mut(body.len());
        let buffers = InOutBuf::new(body, sealed).map_err(|_| too_long())?;
        let tag = cipher
            .encrypt_inout_detached(
                &Array::from(counter_half(&nonce)),
                &self.associated_data(label),
                buffers,
            )
            .map_err(|_| too_long())?;
        trailer[..NONCE_BYTES].copy_from_slice(&nonce);
        trailer[NONCE_BYTES..].copy_from_slice(&tag);
        Ok(Tag::from_bytes(tag.0))
    }

    /// Opens a sealed run in place and cuts its seal off. Where `expected` is given, the tag must be that one. Returns the
    /// tag; `None` where the bytes do not open, which are then still sealed.
    #[must_use]
    pub(crate) fn open(
        &self,
        label: &Label,
        run: &mut Vec<u8>,
        expected: Option<&Tag>,
    ) -> Option<Tag> {
        let body_len = run.len().checked_sub(SEAL_BYTES)?;
        let (body, trailer) = run.split_at_mut(body_len);
        let (nonce, tag) = trailer.split_at(NONCE_BYTES);
        let (nonce, tag): ([u8; NONCE_BYTES], [u8; TAG_BYTES]) =
            (nonce.try_into().ok()?, tag.try_into().ok()?);
        if expected.is_some_and(|expected| *expected != Tag::from_bytes(tag)) {
            return None;
        }
        self.subcipher(&prefix_half(&nonce))
            .decrypt_inout_detached(
                &Array::from(counter_half(&nonce)),
                &self.associated_data(label),
                InOutBuf::from(body),
                &Array::from(tag),
            )
            .ok()?;
        run.truncate(body_len);
        Some(Tag::from_bytes(tag))
    }

    /// How many runs were sealed since the file was opened.
    pub(crate) fn seals(&self) -> u64 {
        self.seals.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(crate) fn set_seals_per_prefix(&mut self, seals: u64) {
        self.seals_per_prefix = seals;
    }

    /// A nonce that was never used under its subkey, and the cipher of that subkey.
    fn next_nonce(&self) -> Result<([u8; NONCE_BYTES], Arc<Aes256Gcm>)> {
        let mut writer = self.writer.lock();
        let spent = writer
            .as_ref()
            .is_none_or(|incarnation| incarnation.used >= self.seals_per_prefix);
        if spent {
            let prefix = random()?;
            *writer = Some(Incarnation {
                prefix,
                cipher: self.subcipher(&prefix),
                used: 0,
            });
        }
        let incarnation = writer.as_mut().ok_or(Error::Misuse {
            what: "no nonce prefix",
        })?;
        let mut nonce = [0; NONCE_BYTES];
        nonce[..12].copy_from_slice(&incarnation.prefix);
        nonce[16..].copy_from_slice(&incarnation.used.to_be_bytes());
        incarnation.used += 1;
        self.seals.fetch_add(1, Ordering::Relaxed);
        Ok((nonce, Arc::clone(&incarnation.cipher)))
    }

    /// The cipher of a prefix, from the cache where it is there. Prefixes come from the medium, so the cache is bounded.
    fn subcipher(&self, prefix: &Prefix) -> Arc<Aes256Gcm> {
        let slot = &self.derived[usize::from(prefix[0] ^ prefix[1]) % DERIVED_SLOTS];
        if let Some(derived) = slot.read().as_ref()
            && derived.prefix == *prefix
        {
            return Arc::clone(&derived.cipher);
        }
        let cipher = Arc::new(self.xaes.subcipher(prefix));
        *slot.write() = Some(Derived {
            prefix: *prefix,
            cipher: Arc::clone(&cipher),
        });
        cipher
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

fn prefix_half(nonce: &[u8; NONCE_BYTES]) -> Prefix {
    std::array::from_fn(|i| nonce[i])
}

fn counter_half(nonce: &[u8; NONCE_BYTES]) -> [u8; 12] {
    std::array::from_fn(|i| nonce[12 + i])
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
            Label::record(77),
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
