//! The bytes of a superblock.

use super::*;
use crate::crypto::{Kdf, RootKey, WrappedRoot};
use crate::id::{FileId, Generation, PageSize};

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
        retiring: None,
    };
    // The MAC depends on a random root key; everything before it does not.
    let root = RootKey::generate().unwrap();
    let bytes = superblock.encode(&root.mac_key(&superblock.file_id));
    assert_eq!(&bytes[..16], b"Citadel vault\r\n\x1a");
    assert_eq!(
        blake3::hash(&bytes[..4032]).to_hex()[..16],
        *"fef5d35479c80373"
    );
    let wrapped = WrappedRoot {
        nonce: [0x41; 12],
        sealed: [0x42; 32],
        tag: [0x43; 16],
    };
    let rekeying = Superblock {
        retiring: Some(RetiringRoot {
            from: Generation::new(0x0102),
            wrapped,
        }),
        ..superblock.clone()
    };
    let retiring = rekeying.encode(&root.mac_key(&superblock.file_id));
    assert_eq!(retiring[..1152], bytes[..1152]);
    let mut expected = vec![1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0];
    expected.extend([0x41; 12]);
    expected.extend([0x42; 32]);
    expected.extend([0x43; 16]);
    assert_eq!(retiring[1152..1228], expected);
    assert_eq!(retiring[1228..4032], bytes[1228..4032]);
    assert_eq!(
        bytes[DIGEST_AT..],
        *blake3::hash(&bytes[..DIGEST_AT]).as_bytes()
    );
}
