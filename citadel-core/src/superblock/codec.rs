//! The bytes of a superblock.
//!
//! ```text
//!    0  magic               16   "Citadel vault\r\n\x1a": a text-mode copy breaks it
//!   16  format version       4
//!   20  page size            4
//!   24  file id             16
//!   40  cipher suite         2
//!   42  zero                 6
//!   48  sequence             8
//!   56  key commitment      32
//!   88  zero                40
//!  128  key slots      8 × 128   kind 1, zero 3, KDF parameters 3 × 4, salt 32, nonce 12, wrapped root key 32, tag 16, zero 20
//! 1152  retiring root       76   during a rekey: flag 1, zero 7, epoch generation 8, nonce 12, old root key wrapped 32, tag 16
//! 1228  zero              2804
//! 4032  MAC                 32   BLAKE3 keyed, over bytes 0..4032
//! 4064  digest              32   BLAKE3, over bytes 0..4064; every later format keeps it here
//! ```

use crate::crypto::{Kdf, KdfBounds, MacKey, WrappedRoot};
use crate::format::{CIPHER_SUITE, FORMAT_VERSION, SUPERBLOCK_BYTES};
use crate::id::{FileId, Generation, PageSize};
use crate::superblock::{CopyBytes, RetiringRoot, SLOT_COUNT, Slot, SlotIndex, Superblock};

pub(super) const MAGIC: &[u8; 16] = b"Citadel vault\r\n\x1a";
/// The fixed clear fields.
const FIXED_BYTES: usize = 42;
const SEQUENCE_AT: usize = 48;
pub(super) const COMMITMENT_AT: usize = 56;
const SLOTS_AT: usize = 128;
const SLOT_BYTES: usize = 128;
const SLOT_HEAD_BYTES: usize = 48;
const RETIRING_AT: usize = SLOTS_AT + SLOT_COUNT * SLOT_BYTES;
const RETIRING_BYTES: usize = 76;
const MAC_AT: usize = 4032;
const DIGEST_AT: usize = 4064;

/// Why a copy cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It does not begin as a superblock does.
    NotOurs,
    /// Its digest does not hold, or a field is out of bounds.
    Damaged(&'static str),
    /// It is sound, and of another format.
    Version(u32),
    /// It is sound, and of another cipher suite.
    Suite(u16),
}

/// A copy whose digest holds. Whether it is authentic, only the root key can tell.
pub(super) struct Candidate {
    pub(super) superblock: Superblock,
    bytes: Box<CopyBytes>,
}

impl Candidate {
    /// Whether the MAC holds.
    pub(super) fn is_authentic(&self, mac_key: &MacKey) -> bool {
        mac_key.verify(&self.bytes[..MAC_AT], &array(&*self.bytes, MAC_AT))
    }
}

/// The bytes of a copy, authenticated.
pub(super) fn encode(superblock: &Superblock, mac_key: &MacKey) -> Box<CopyBytes> {
    let mut bytes = Box::new([0; SUPERBLOCK_BYTES]);
    bytes[..FIXED_BYTES].copy_from_slice(&fixed_fields(superblock));
    bytes[SEQUENCE_AT..COMMITMENT_AT].copy_from_slice(&superblock.sequence.to_le_bytes());
    bytes[COMMITMENT_AT..COMMITMENT_AT + 32].copy_from_slice(&superblock.commitment);
    for (slot, at) in superblock
        .slots
        .iter()
        .zip((SLOTS_AT..).step_by(SLOT_BYTES))
    {
        if let Some(slot) = slot {
            encode_slot(slot, &mut bytes[at..at + SLOT_BYTES]);
        }
    }
    if let Some(retiring) = &superblock.retiring {
        encode_retiring(
            retiring,
            &mut bytes[RETIRING_AT..RETIRING_AT + RETIRING_BYTES],
        );
    }
    let mac = mac_key.mac(&bytes[..MAC_AT]);
    bytes[MAC_AT..DIGEST_AT].copy_from_slice(&mac);
    let digest = blake3::hash(&bytes[..DIGEST_AT]);
    bytes[DIGEST_AT..].copy_from_slice(digest.as_bytes());
    bytes
}

/// Reads a copy. The bounds of the KDF parameters are checked here, before any slot is tried.
pub(super) fn decode(bytes: Box<CopyBytes>) -> Result<Candidate, Fault> {
    if bytes[..16] != *MAGIC {
        return Err(Fault::NotOurs);
    }
    if *blake3::hash(&bytes[..DIGEST_AT]).as_bytes() != bytes[DIGEST_AT..] {
        return Err(Fault::Damaged("its digest does not match"));
    }
    let version = u32::from_le_bytes(array(&*bytes, 16));
    if version != FORMAT_VERSION {
        return Err(Fault::Version(version));
    }
    let suite = u16::from_le_bytes(array(&*bytes, 40));
    if suite != CIPHER_SUITE {
        return Err(Fault::Suite(suite));
    }
    let page_size = u32::from_le_bytes(array(&*bytes, 20));
    let mut slots = [const { None }; SLOT_COUNT];
    for (slot, at) in slots.iter_mut().zip((SLOTS_AT..).step_by(SLOT_BYTES)) {
        *slot = decode_slot(&array(&*bytes, at))?;
    }
    let superblock = Superblock {
        page_size: PageSize::new(page_size).map_err(|_| Fault::Damaged("its page size is none"))?,
        file_id: FileId::from_bytes(array(&*bytes, 24)),
        sequence: u64::from_le_bytes(array(&*bytes, SEQUENCE_AT)),
        commitment: array(&*bytes, COMMITMENT_AT),
        slots,
        retiring: decode_retiring(&array(&*bytes, RETIRING_AT))?,
    };
    Ok(Candidate { superblock, bytes })
}

/// What the wrapping of a slot vouches for: the fixed fields, the slot's place, and how its key is derived.
pub(super) fn slot_context(
    superblock: &Superblock,
    index: SlotIndex,
    method: Option<&Kdf>,
    salt: &[u8; 32],
) -> Vec<u8> {
    let mut context = fixed_fields(superblock).to_vec();
    context.push(index.get());
    context.extend_from_slice(&slot_head(method, salt));
    context
}

/// What the wrapping of a retiring root vouches for: the fixed fields, and from where on the new root seals.
pub(super) fn retiring_context(superblock: &Superblock, from: Generation) -> Vec<u8> {
    let mut context = fixed_fields(superblock).to_vec();
    context.extend_from_slice(b"retiring root");
    context.extend_from_slice(&from.get().to_le_bytes());
    context
}

fn fixed_fields(superblock: &Superblock) -> [u8; FIXED_BYTES] {
    let mut bytes = [0; FIXED_BYTES];
    bytes[..16].copy_from_slice(MAGIC);
    bytes[16..20].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes[20..24].copy_from_slice(&superblock.page_size.get().to_le_bytes());
    bytes[24..40].copy_from_slice(superblock.file_id.as_bytes());
    bytes[40..].copy_from_slice(&CIPHER_SUITE.to_le_bytes());
    bytes
}

fn slot_head(method: Option<&Kdf>, salt: &[u8; 32]) -> [u8; SLOT_HEAD_BYTES] {
    let (kind, parameters) = match method {
        Some(&Kdf::Argon2id {
            memory_kib,
            iterations,
            lanes,
        }) => (1, [memory_kib, iterations, lanes]),
        None => (2, [0; 3]),
        Some(&Kdf::Pbkdf2Sha256 { iterations }) => (3, [0, iterations, 0]),
    };
    let mut bytes = [0; SLOT_HEAD_BYTES];
    bytes[0] = kind;
    for (at, parameter) in bytes[4..16].chunks_exact_mut(4).zip(parameters) {
        at.copy_from_slice(&parameter.to_le_bytes());
    }
    bytes[16..].copy_from_slice(salt);
    bytes
}

fn encode_slot(slot: &Slot, bytes: &mut [u8]) {
    bytes[..48].copy_from_slice(&slot_head(slot.method.as_ref(), &slot.salt));
    bytes[48..60].copy_from_slice(&slot.wrapped.nonce);
    bytes[60..92].copy_from_slice(&slot.wrapped.sealed);
    bytes[92..108].copy_from_slice(&slot.wrapped.tag);
}

fn decode_slot(bytes: &[u8; SLOT_BYTES]) -> Result<Option<Slot>, Fault> {
    let [memory_kib, iterations, lanes] = [4, 8, 12].map(|at| u32::from_le_bytes(array(bytes, at)));
    let method = match bytes[0] {
        0 => return Ok(None),
        1 => Some(Kdf::Argon2id {
            memory_kib,
            iterations,
            lanes,
        }),
        2 => None,
        3 => Some(Kdf::Pbkdf2Sha256 { iterations }),
        _ => return Err(Fault::Damaged("a key slot is of no known sort")),
    };
    if let Some(kdf) = &method {
        KdfBounds::check(kdf)
            .map_err(|_| Fault::Damaged("a key slot's derivation parameters are out of bounds"))?;
    }
    let wrapped = WrappedRoot {
        nonce: array(bytes, 48),
        sealed: array(bytes, 60),
        tag: array(bytes, 92),
    };
    Ok(Some(Slot {
        method,
        salt: array(bytes, 16),
        wrapped,
    }))
}

fn encode_retiring(retiring: &RetiringRoot, bytes: &mut [u8]) {
    bytes[0] = 1;
    bytes[8..16].copy_from_slice(&retiring.from.get().to_le_bytes());
    bytes[16..28].copy_from_slice(&retiring.wrapped.nonce);
    bytes[28..60].copy_from_slice(&retiring.wrapped.sealed);
    bytes[60..76].copy_from_slice(&retiring.wrapped.tag);
}

fn decode_retiring(bytes: &[u8; RETIRING_BYTES]) -> Result<Option<RetiringRoot>, Fault> {
    match bytes[0] {
        0 => Ok(None),
        1 => Ok(Some(RetiringRoot {
            from: Generation::new(u64::from_le_bytes(array(bytes, 8))),
            wrapped: WrappedRoot {
                nonce: array(bytes, 16),
                sealed: array(bytes, 28),
                tag: array(bytes, 60),
            },
        })),
        _ => Err(Fault::Damaged("its retiring root key is of no known sort")),
    }
}

/// `N` bytes from `at` on, of a buffer that is known to hold them.
fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}
