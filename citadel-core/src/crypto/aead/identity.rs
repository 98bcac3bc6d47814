//! **No encryption.** The body stays as it is, and the tag is a mixture of key, nonce and associated data alone.
//!
//! For fuzzers: bytes that they change in a body reach the decoder behind the seal, while a page in the wrong place, of
//! another kind or generation, another version of it, or another key is refused as under the real cipher. A file that
//! was made so carries a cipher suite number of its own, so that no real build takes it for a sealed one.

use super::{Backend, Nonce, TagBytes};

pub(super) struct Identity {
    key: [u8; 32],
}

impl Backend for Identity {
    fn new(key: &[u8; 32]) -> Self {
        Self { key: *key }
    }

    fn seal(&self, nonce: &Nonce, aad: &[u8], body: &[u8], out: &mut [u8]) -> Option<TagBytes> {
        out.copy_from_slice(body);
        Some(self.tag(nonce, aad))
    }

    fn seal_in_place(&self, nonce: &Nonce, aad: &[u8], _body: &mut [u8]) -> Option<TagBytes> {
        Some(self.tag(nonce, aad))
    }

    fn open(&self, nonce: &Nonce, aad: &[u8], _body: &mut [u8], expected: &TagBytes) -> bool {
        self.tag(nonce, aad) == *expected
    }
}

impl Identity {
    /// Multiply and rotate, twice: cheap, and different for different inputs of a test.
    fn tag(&self, nonce: &Nonce, aad: &[u8]) -> TagBytes {
        let mut lanes = [0x9e37_79b9_7f4a_7c15_u64, 0xc2b2_ae3d_27d4_eb4f];
        for (at, byte) in self.key.iter().chain(nonce).chain(aad).enumerate() {
            let lane = &mut lanes[at % 2];
            *lane = (*lane ^ u64::from(*byte))
                .wrapping_mul(0x100_0000_01b3)
                .rotate_left(23);
        }
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&lanes[0].to_le_bytes());
        bytes[8..].copy_from_slice(&lanes[1].to_le_bytes());
        bytes
    }
}
