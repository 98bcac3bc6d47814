//! XAES-256-GCM: AES-256-GCM with a nonce of 24 bytes, long enough to be drawn in part at random for ever.
//!
//! Source: C2SP, `XAES-256-GCM.md`. The first 12 bytes of the nonce give a subkey by CMAC (NIST SP 800-108, counter mode),
//! the last 12 are the nonce of AES-256-GCM under that subkey. As all pages of one writer share the first 12 bytes, the
//! subkey is derived once for each writer.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};

use crate::crypto::aead::Cipher;
use crate::crypto::locked::{Locked, Secret, scrubbed};

/// The first half of the nonce: chooses the subkey.
pub(crate) type Prefix = [u8; 12];

/// The key of XAES-256-GCM, expanded for the derivation of subkeys.
pub(crate) struct Xaes(Locked<Expanded>);

struct Expanded {
    cipher: Aes256,
    /// CMAC's subkey K1.
    k1: [u8; 16],
}

impl Xaes {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(scrubbed(|| Locked::new(Expanded::new(key))))
    }

    /// The AES-256-GCM under which all nonces with this prefix are used.
    pub(crate) fn subcipher(&self, prefix: &Prefix) -> Cipher {
        let mut key = Secret::new([0; 32]);
        scrubbed(|| {
            for (half, counter) in key.chunks_exact_mut(16).zip([1, 2]) {
                half.copy_from_slice(&self.0.derivation_block(counter, prefix));
            }
        });
        Cipher::new(&key)
    }
}

impl Expanded {
    fn new(key: &[u8; 32]) -> Self {
        let cipher = Aes256::new(key.into());
        let mut l = Array::from([0; 16]);
        cipher.encrypt_block(&mut l);
        let k1 = double(&l.0);
        Self { cipher, k1 }
    }

    /// CMAC of the single block `counter (16 bits) | 'X' | 0 | prefix`.
    fn derivation_block(&self, counter: u8, prefix: &Prefix) -> [u8; 16] {
        let mut block = [0; 16];
        block[..4].copy_from_slice(&[0, counter, b'X', 0]);
        block[4..].copy_from_slice(prefix);
        block
            .iter_mut()
            .zip(&self.k1)
            .for_each(|(byte, k1)| *byte ^= k1);
        let mut block = Array::from(block);
        self.cipher.encrypt_block(&mut block);
        block.0
    }
}

/// Doubling in GF(2^128), as CMAC defines it; constant time.
fn double(block: &[u8; 16]) -> [u8; 16] {
    let value = u128::from_be_bytes(*block);
    let carry = (value >> 127) * 0x87;
    ((value << 1) ^ carry).to_be_bytes()
}

#[cfg(test)]
mod tests;
