//! The two commit records: fixed places that are overwritten in turn.
//!
//! A record is sealed like a page, under the number of its slot. It carries the length of its body, so what is read is what
//! was written. A slot of zeros was never written; whether that may be is for recovery to say.

use crate::crypto::Label;
use crate::error::{Error, Result};
use crate::format::{RECORD_BYTES, RECORDS_OFFSET};
use crate::id::Generation;
use crate::page::{SEAL_BYTES, wipe};
use crate::sealed_file::SealedFile;

const LENGTH_BYTES: usize = 4;

/// The longest body of a commit record, in bytes.
pub const RECORD_BODY_MAX: usize = RECORD_BYTES - SEAL_BYTES - LENGTH_BYTES;

/// One of the two places of commit records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordSlot {
    /// The slot of even generations.
    A,
    /// The slot of odd generations.
    B,
}

impl RecordSlot {
    /// Both slots.
    pub const BOTH: [RecordSlot; 2] = [RecordSlot::A, RecordSlot::B];

    /// The slot that a commit of this generation writes. Its neighbour generations write the other one.
    pub const fn of(generation: Generation) -> Self {
        if generation.get().is_multiple_of(2) {
            RecordSlot::A
        } else {
            RecordSlot::B
        }
    }

    const fn number(self) -> u64 {
        match self {
            RecordSlot::A => 0,
            RecordSlot::B => 1,
        }
    }

    const fn offset(self) -> u64 {
        RECORDS_OFFSET + self.number() * RECORD_BYTES as u64
    }
}

impl SealedFile {
    /// The body of the record in this slot; `None` where none was ever written.
    ///
    /// # Errors
    /// [`Error::Tampered`] where it does not open: altered, or torn by a crash while it was written. [`Error::Rekeyed`],
    /// [`Error::Corrupt`], [`Error::Truncated`], [`Error::Io`].
    pub fn read_record(&self, slot: RecordSlot) -> Result<Option<Vec<u8>>> {
        let mut bytes = vec![0; RECORD_BYTES];
        self.medium.read_at(slot.offset(), &mut bytes)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if self
            .sealer
            .open(&Label::record(slot.number()), &mut bytes, None)
            .is_none()
        {
            return Err(self.unless_rekeyed(Error::Tampered {
                what: "a commit record",
            }));
        }
        unframe(bytes).map(Some)
    }

    /// Seals `body` into the slot. It is durable after the next [`SealedFile::sync`].
    ///
    /// # Errors
    /// [`Error::Misuse`] where the body is longer than [`RECORD_BODY_MAX`]; otherwise as [`SealedFile::sync`].
    pub fn write_record(&self, slot: RecordSlot, body: &[u8]) -> Result<()> {
        self.medium.require_writable()?;
        if body.len() > RECORD_BODY_MAX {
            return Err(Error::Misuse {
                what: "a commit record longer than its slot",
            });
        }
        let mut plain = vec![0; RECORD_BYTES - SEAL_BYTES];
        plain[..LENGTH_BYTES].copy_from_slice(&(body.len() as u32).to_le_bytes());
        plain[LENGTH_BYTES..LENGTH_BYTES + body.len()].copy_from_slice(body);
        let mut sealed = vec![0; RECORD_BYTES];
        let label = Label::record(slot.number());
        let result = self.sealer.seal(&label, &plain, &mut sealed);
        wipe(&mut plain);
        result?;
        self.medium
            .write_at(slot.offset(), &sealed, "write the commit record")
    }
}

/// Cuts an opened record to its body.
fn unframe(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let malformed = Error::Corrupt {
        what: "a commit record's length",
    };
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
        return Err(malformed);
    };
    let length = u32::from_le_bytes(*length) as usize;
    if length > rest.len() {
        return Err(malformed);
    }
    bytes.drain(..LENGTH_BYTES);
    bytes.truncate(length);
    Ok(bytes)
}
