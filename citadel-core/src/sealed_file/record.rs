//! Commit records: among the pages, where a commit wrote them, and in two fixed slots.
//!
//! A record among the pages is sealed as a run is, under its place, and written in one go with the pages of its commit.
//! Nobody holds a tag of it, and its generation is inside: whoever looks for the record of a generation at the place where
//! it must be compares that. So records can also be found by looking at every page.
//!
//! A slot is sealed under its number. What is in it is known only when it is open; a slot of zeros was never written, and
//! whether that may be is for recovery to say.
//!
//! Both carry the length of their body, so what is read is what was written.

use std::ops::Range;

use crate::crypto::{Label, marks_record};
use crate::error::{Error, Result};
use crate::format::{RECORD_BYTES, RECORDS_OFFSET, run_range};
use crate::id::{Generation, PageNo, PageSize};
use crate::page::{NONCE_BYTES, PageKind, PageRun, SEAL_BYTES, body_len, wipe};
use crate::sealed_file::SealedFile;

const LENGTH_BYTES: usize = 4;

/// The longest body of a commit record, in bytes.
pub const RECORD_BODY_MAX: usize = RECORD_BYTES - SEAL_BYTES - LENGTH_BYTES;

/// One of the two fixed places of commit records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordSlot {
    /// The first one in the file.
    A,
    /// The one behind it.
    B,
}

impl RecordSlot {
    /// Both slots.
    pub const BOTH: [RecordSlot; 2] = [RecordSlot::A, RecordSlot::B];

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            RecordSlot::A => RecordSlot::B,
            RecordSlot::B => RecordSlot::A,
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
        let mut plain = frame(body, RECORD_BYTES - SEAL_BYTES)?;
        let mut sealed = vec![0; RECORD_BYTES];
        let label = Label::record(slot.number());
        let result = self.sealer.seal(&label, &plain, &mut sealed);
        wipe(&mut plain);
        result?;
        self.medium
            .write_at(slot.offset(), &sealed, "write the commit record")
    }
}

/// The run that a commit record among the pages takes: at least 8 KiB.
pub const fn record_run(page_size: PageSize, first: PageNo) -> PageRun {
    PageRun::new(first, RECORD_BYTES.div_ceil(page_size.bytes()) as u16)
}

impl SealedFile {
    /// The body of the record at this page; none where none is, whatever else there is. Which commit's it is, and whether
    /// that was to be expected there, is for the caller to say.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a place where no page can be; [`Error::Rekeyed`], [`Error::Io`].
    pub fn read_record_at(&self, first: PageNo) -> Result<Option<Vec<u8>>> {
        let run = record_run(self.page_size, first);
        let range = run_range(self.page_size, &run)?;
        match self.read_marked(range) {
            Ok(None) => Ok(None),
            Ok(Some(mut bytes)) => match self.sealer.open(&record_label(run), &mut bytes, None) {
                Some(_) => Ok(unframe(bytes).ok()),
                None if self.was_rekeyed() => Err(Error::Rekeyed),
                None => Ok(None),
            },
            Err(Error::Truncated { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A sealed run, where its nonce says that it is a record: few are, and many places are looked at.
    fn read_marked(&self, range: Range<u64>) -> Result<Option<Vec<u8>>> {
        self.medium.require(range.end)?;
        let mut nonce = [0; NONCE_BYTES];
        self.medium
            .read_at(range.end - SEAL_BYTES as u64, &mut nonce)?;
        if !marks_record(&nonce) {
            return Ok(None);
        }
        let mut bytes = vec![0; (range.end - range.start) as usize];
        self.medium.read_at(range.start, &mut bytes)?;
        Ok(Some(bytes))
    }
}

/// The label of a record among the pages: as in a slot, the generation is inside.
pub(super) fn record_label(run: PageRun) -> Label {
    Label {
        run,
        kind: PageKind::CommitRecord,
        generation: Generation::ZERO,
    }
}

/// The plain bytes of a run that holds this record.
pub(super) fn run_body(page_size: PageSize, run: &PageRun, body: &[u8]) -> Result<Vec<u8>> {
    frame(body, body_len(page_size, run.pages))
}

fn frame(body: &[u8], len: usize) -> Result<Vec<u8>> {
    if body.len() > RECORD_BODY_MAX {
        return Err(Error::Misuse {
            what: "a commit record longer than its place",
        });
    }
    let mut plain = vec![0; len];
    plain[..LENGTH_BYTES].copy_from_slice(&(body.len() as u32).to_le_bytes());
    plain[LENGTH_BYTES..LENGTH_BYTES + body.len()].copy_from_slice(body);
    Ok(plain)
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
