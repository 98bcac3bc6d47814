//! The bytes of a superblock.

use super::*;
use crate::crypto::{Kdf, RootKey, WrappedRoot};
use crate::id::{FileId, PageSize};

const DIGEST_AT: usize = SUPERBLOCK_BYTES - 32;

/// Changing any of this makes every existing file unreadable.
#[test]
fn the_bytes_of_format_1_are_fixed() {
    let slot = |method, fill| {
        let wrapped = WrappedRoot {
            nonce: [fill + 1; 12],
            sealed: [fill + 2; 32],
            tag: [fill + 3; 16],
        };
        Some(Slot {
            method,
            salt: [fill; 32],
            wrapped,
        })
    };
    let mut slots = [const { None }; SLOT_COUNT];
    slots[0] = slot(Some(Kdf::default()), 0x10);
    slots[1] = slot(None, 0x20);
    slots[7] = slot(Some(Kdf::pbkdf2()), 0x30);
    let superblock = Superblock {
        page_size: PageSize::DEFAULT,
        file_id: FileId::from_bytes([0xf1; 16]),
        sequence: 3,
        commitment: [0xc0; 32],
        slots,
    };
    // The MAC depends on a random root key; everything before it does not.
    let root = RootKey::generate().unwrap();
    let bytes = superblock.encode(&root.mac_key(&superblock.file_id));
    assert_eq!(&bytes[..16], b"Citadel vault\r\n\x1a");
    assert_eq!(
        blake3::hash(&bytes[..4032]).to_hex()[..16],
        *"fef5d35479c80373"
    );
    assert_eq!(
        bytes[DIGEST_AT..],
        *blake3::hash(&bytes[..DIGEST_AT]).as_bytes()
    );
}
