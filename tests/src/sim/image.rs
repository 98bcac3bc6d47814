//! The bytes of a medium, cheap to copy, to change a little and to compare: blocks that copies share until one of them
//! writes. A test makes a million images of small files that differ in a few sectors.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHasher;

/// Bytes of a block.
const BLOCK: usize = 4096;

/// The bytes of a medium. A clone shares all blocks with the original.
#[derive(Clone, Debug, Default)]
pub struct Image {
    blocks: Vec<Arc<Block>>,
    /// Bytes; what the last block holds beyond them is zero.
    len: usize,
    /// Whether the file is still without its name.
    partial: bool,
}

#[derive(Debug)]
struct Block {
    bytes: [u8; BLOCK],
    hash: OnceLock<u64>,
}

impl Block {
    fn zero() -> Self {
        Self {
            bytes: [0; BLOCK],
            hash: OnceLock::new(),
        }
    }

    fn hash(&self) -> u64 {
        *self.hash.get_or_init(|| {
            let mut hasher = FxHasher::default();
            hasher.write(&self.bytes);
            hasher.finish()
        })
    }

    /// The bytes, to be changed.
    fn bytes_mut(&mut self) -> &mut [u8; BLOCK] {
        self.hash.take();
        &mut self.bytes
    }
}

impl Clone for Block {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes,
            hash: OnceLock::new(),
        }
    }
}

impl Image {
    /// A medium that holds these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut image = Self::default();
        image.write_at(0, bytes);
        image
    }

    /// Whether the file is still without its name, and what is in it may be written over.
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// Takes the file's name away, or gives it one.
    pub fn set_partial(&mut self, partial: bool) {
        self.partial = partial;
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All bytes in one piece.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len];
        self.copy_out(0, &mut bytes);
        bytes
    }

    /// Fills `buf` from the bytes at `offset`; false where that passes the end.
    pub fn read_at(&self, offset: usize, buf: &mut [u8]) -> bool {
        let inside = offset
            .checked_add(buf.len())
            .is_some_and(|end| end <= self.len);
        if inside {
            self.copy_out(offset, buf);
        }
        inside
    }

    /// The byte at `offset`; zero past the end.
    pub fn byte(&self, offset: usize) -> u8 {
        self.blocks
            .get(offset / BLOCK)
            .map_or(0, |block| block.bytes[offset % BLOCK])
    }

    /// Fills `buf` from the bytes at `offset`, with zeros past the end.
    pub fn read_or_zero(&self, offset: usize, buf: &mut [u8]) {
        let inside = self.len.saturating_sub(offset).min(buf.len());
        buf[inside..].fill(0);
        self.copy_out(offset, &mut buf[..inside]);
    }

    /// Writes bytes; past the end the medium grows, and a gap reads as zeros.
    pub fn write_at(&mut self, offset: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.len < offset + bytes.len() {
            self.set_len(offset + bytes.len());
        }
        for (at, within, part) in pieces(offset, bytes.len()) {
            let block = Arc::make_mut(&mut self.blocks[at]);
            let target = &mut block.bytes_mut()[within..within + part.len()];
            target.copy_from_slice(&bytes[part]);
        }
    }

    /// Cuts the medium off, or lengthens it with zeros.
    pub fn set_len(&mut self, len: usize) {
        let blocks = len.div_ceil(BLOCK);
        if len < self.len {
            self.blocks.truncate(blocks);
            if !len.is_multiple_of(BLOCK) {
                Arc::make_mut(&mut self.blocks[blocks - 1]).bytes_mut()[len % BLOCK..].fill(0);
            }
        } else if blocks > self.blocks.len() {
            self.blocks.resize(blocks, Arc::new(Block::zero()));
        }
        self.len = len;
    }

    /// A number that tells images apart.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.len, self.partial).hash(&mut hasher);
        self.blocks
            .iter()
            .for_each(|block| block.hash().hash(&mut hasher));
        hasher.finish()
    }

    fn copy_out(&self, offset: usize, buf: &mut [u8]) {
        for (at, within, part) in pieces(offset, buf.len()) {
            let source = &self.blocks[at].bytes[within..within + part.len()];
            buf[part].copy_from_slice(source);
        }
    }
}

/// The blocks that `len` bytes at `offset` touch: which one, where in it, and which of the bytes.
fn pieces(
    offset: usize,
    len: usize,
) -> impl Iterator<Item = (usize, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done;
        let part = (BLOCK - at % BLOCK).min(len - done);
        let piece = (at / BLOCK, at % BLOCK, done..done + part);
        done += part;
        (part > 0).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Random;

    #[test]
    fn it_does_what_a_vector_does() {
        let mut random = Random::new(3);
        let (mut image, mut model) = (Image::default(), Vec::new());
        for _ in 0..500 {
            let kept = (image.clone(), model.clone());
            if random.one_in(5) {
                let len = random.below(20_000);
                image.set_len(len);
                model.resize(len, 0);
            } else {
                let offset = random.below(12_000);
                let mut bytes = vec![0; random.below(9_000)];
                random.fill(&mut bytes);
                image.write_at(offset, &bytes);
                if !bytes.is_empty() {
                    model.resize(model.len().max(offset + bytes.len()), 0);
                    model[offset..offset + bytes.len()].copy_from_slice(&bytes);
                }
            }
            assert!(image.to_bytes() == model);
            assert_eq!(
                image.fingerprint(),
                Image::from_bytes(&model).fingerprint(),
                "equal bytes, equal fingerprints"
            );
            assert!(kept.0.to_bytes() == kept.1, "a copy stays what it was");
            let mut buf = vec![7; 300];
            let at = random.below(21_000);
            assert_eq!(image.read_at(at, &mut buf), at + 300 <= model.len());
            image.read_or_zero(at, &mut buf);
            for (i, byte) in buf.iter().enumerate() {
                assert_eq!(*byte, model.get(at + i).copied().unwrap_or(0));
            }
        }
    }
}
