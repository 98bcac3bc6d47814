//! Room for what does not fit in memory while a query runs.
//!
//! A [`Scratch`] takes pieces of bytes, seals them, and gives them back; when it is dropped, all is gone. Its key is drawn when
//! it is made and is nowhere but in memory, so whatever is left of its file after a crash, nobody can read. The nonce of a
//! piece is its number, which is part of what is sealed: a piece opens only as itself.

use std::io;

use crate::crypto::ScratchCipher;
use crate::error::{Error, Result};
use crate::page::TAG_BYTES;
use crate::storage::Storage;

/// A sealed file without a name, for one process and as long as the handle.
pub struct Scratch {
    storage: Box<dyn Storage>,
    cipher: ScratchCipher,
    /// Where the next piece goes.
    end: u64,
    pieces: u64,
}

/// Where a piece of a [`Scratch`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    number: u64,
    offset: u64,
    len: usize,
}

impl Scratch {
    pub(crate) fn new(storage: Box<dyn Storage>) -> Result<Self> {
        Ok(Self {
            storage,
            cipher: ScratchCipher::generate()?,
            end: 0,
            pieces: 0,
        })
    }

    /// Seals these bytes, which are then the sealed ones, and writes them.
    ///
    /// # Errors
    /// [`Error::Io`]: there is no room on the medium, or another error of it.
    pub fn append(&mut self, bytes: &mut Vec<u8>) -> Result<Piece> {
        let piece = Piece {
            number: self.pieces,
            offset: self.end,
            len: bytes.len(),
        };
        self.pieces += 1;
        let tag = self.cipher.seal(piece.number, bytes)?;
        bytes.extend_from_slice(&tag);
        let written = self.storage.write_at(piece.offset, bytes);
        written.map_err(Error::io("write what a query does not hold in memory"))?;
        self.end += bytes.len() as u64;
        Ok(piece)
    }

    /// Reads a piece, in place of what is in `bytes`.
    ///
    /// # Errors
    /// [`Error::Io`]; the medium gives other bytes than were written.
    pub fn read(&self, piece: Piece, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.clear();
        bytes.resize(piece.len + TAG_BYTES, 0);
        let read = self.storage.read_at(piece.offset, bytes);
        read.map_err(Error::io("read what a query does not hold in memory"))?;
        if self.cipher.open(piece.number, bytes) {
            return Ok(());
        }
        bytes.clear();
        Err(Error::Io {
            action: "read what a query does not hold in memory",
            source: io::Error::new(io::ErrorKind::InvalidData, "other bytes than were written"),
        })
    }

    /// Bytes written so far.
    pub fn len(&self) -> u64 {
        self.end
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.end == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::MemoryStorage;

    fn scratch() -> (Scratch, MemoryStorage) {
        let storage = MemoryStorage::new();
        let scratch = Scratch::new(Box::new(storage.clone())).unwrap();
        (scratch, storage)
    }

    #[test]
    fn pieces_come_back_in_any_order() {
        let (mut scratch, _) = scratch();
        let pieces: Vec<Vec<u8>> = (0..20u8).map(|n| vec![n; usize::from(n) * 7]).collect();
        let places: Vec<Piece> = pieces
            .iter()
            .map(|piece| scratch.append(&mut piece.clone()).unwrap())
            .collect();
        let mut bytes = vec![9; 3];
        for (piece, place) in pieces.iter().zip(&places).rev() {
            scratch.read(*place, &mut bytes).unwrap();
            assert_eq!(&bytes, piece);
        }
    }

    #[test]
    fn nothing_is_written_in_the_clear_and_no_piece_stands_for_another() {
        let (mut scratch, storage) = scratch();
        let marker = b"a plain row in a spilled piece";
        let first = scratch.append(&mut marker.to_vec()).unwrap();
        let second = scratch.append(&mut marker.to_vec()).unwrap();
        let stored = storage.snapshot();
        assert!(!stored.windows(8).any(|window| window == &marker[..8]));
        let swapped = Piece {
            offset: second.offset,
            ..first
        };
        assert!(scratch.read(swapped, &mut Vec::new()).is_err());
        storage.write_at(3, &[stored[3] ^ 1]).unwrap();
        assert!(scratch.read(first, &mut Vec::new()).is_err());
        scratch.read(second, &mut Vec::new()).unwrap();
    }
}
