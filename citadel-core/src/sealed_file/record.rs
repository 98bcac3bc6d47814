//! Commit records: among the pages, where a commit wrote them, and in two fixed slots.
//!
//! A record is sealed with its place inside: the offset that it was written for. Nobody holds a tag of it, and its
//! generation is inside as well; whoever looks for the record of a generation at the place where it must be compares both.
//! So a record opens wherever it lies, and one that lies elsewhere is authentic proof of a write that went astray.
//!
//! A place is 8 KiB, or a page where that is longer. A record is sealed in as many sectors as it takes, and its nonce says how
//! many; what lies behind them means nothing, and is written as zeros. A record among the pages is written in one go with those
//! of its commit. Of one that is written alone, no more than 4 KiB are written if it takes no more. A slot of zeros was never
//! written, and whether that may be is for recovery to say.

use std::ops::Range;

use crate::crypto::{Label, marked_record};
use crate::error::{Error, Result};
use crate::format::{
    PAGES_OFFSET, RECORD_BYTES, RECORDS_OFFSET, SECTOR_BYTES, SHORT_RECORD_BYTES, run_range,
};
use crate::id::{PageNo, PageSize};
use crate::page::{NONCE_BYTES, PageRun, SEAL_BYTES};
use crate::sealed_file::SealedFile;

/// Bytes before the body: the place, u64, and the length, u32.
const FRAME_BYTES: usize = 8 + 4;
/// Bytes that are read at once where records are looked for.
const LOOK_BYTES: u64 = 1 << 20;

/// The longest body of a commit record, in bytes.
pub const RECORD_BODY_MAX: usize = RECORD_BYTES - SEAL_BYTES - FRAME_BYTES;

/// The longest body of a record of which no more than 4 KiB are written, in bytes.
pub const SHORT_RECORD_BODY_MAX: usize = SHORT_RECORD_BYTES - SEAL_BYTES - FRAME_BYTES;

/// A record that was looked for at every sector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecord {
    /// Where it lies, as an offset in bytes.
    pub offset: u64,
    /// Where it was written, as an offset in bytes: the same, unless a write went astray or somebody has copied it.
    pub written_for: u64,
    /// What it says. In a record of a slot, that is what [`SealedFile::write_record`] got.
    pub body: Vec<u8>,
}

impl FoundRecord {
    /// Whether it lies where it was written.
    pub fn is_in_place(&self) -> bool {
        self.offset == self.written_for
    }

    /// Whether it was written for one of the two slots.
    pub fn is_of_slot(&self) -> bool {
        self.written_for < PAGES_OFFSET
    }
}

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
        match self.open_record(&bytes) {
            Some((place, body)) if place == slot.offset() => Ok(Some(body)),
            _ => Err(self.unless_rekeyed(Error::Tampered {
                what: "a commit record",
            })),
        }
    }

    /// Seals `body` into the slot. It is durable after the next [`SealedFile::sync`].
    ///
    /// # Errors
    /// [`Error::Misuse`] where the body is longer than [`RECORD_BODY_MAX`]; otherwise as [`SealedFile::sync`].
    pub fn write_record(&self, slot: RecordSlot, body: &[u8]) -> Result<()> {
        self.medium.require_writable()?;
        let mut sealed = Vec::new();
        self.seal_record_into(slot.offset(), body, RECORD_BYTES, &mut sealed)?;
        self.medium
            .write_at(slot.offset(), &sealed, "write the commit record")
    }
}

/// The run that a commit record among the pages takes: at least 8 KiB.
pub const fn record_run(page_size: PageSize, first: PageNo) -> PageRun {
    PageRun::new(first, RECORD_BYTES.div_ceil(page_size.bytes()) as u16)
}

impl SealedFile {
    /// The body of the record at this page; none where none is that was written for it, whatever else there is. Which
    /// commit's it is, and whether that was to be expected there, is for the caller to say.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a place where no page can be; [`Error::Rekeyed`], [`Error::Io`].
    pub fn read_record_at(&self, first: PageNo) -> Result<Option<Vec<u8>>> {
        let place = run_range(self.page_size, &record_run(self.page_size, first))?.start;
        let mut is_marked = false;
        for len in [SHORT_RECORD_BYTES, RECORD_BYTES] {
            let mut bytes = vec![0; len];
            match self.medium.require(place + len as u64) {
                Err(Error::Truncated { .. }) => break,
                required => required?,
            }
            self.medium.read_at(place, &mut bytes)?;
            match self.open_record(&bytes) {
                Some((written_for, body)) if written_for == place => return Ok(Some(body)),
                _ => is_marked |= marked_prefixes(&bytes).next().is_some(),
            }
        }
        if is_marked && self.was_rekeyed()? {
            return Err(Error::Rekeyed);
        }
        Ok(None)
    }

    /// Shows every record that begins at a sector of this range of offsets, wherever it was written for. What does not open is
    /// passed over; so is what lies behind the end of the file. About ten milliseconds for 32 MiB that the system has cached.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn find_records(
        &self,
        range: Range<u64>,
        mut visit: impl FnMut(FoundRecord),
    ) -> Result<()> {
        let len = self.medium.refresh_len()?;
        let mut start = range.start.next_multiple_of(SECTOR_BYTES);
        let end = range.end.min(len);
        let mut block = Vec::new();
        while start < end {
            let until = end.min(start.saturating_add(LOOK_BYTES));
            block.resize((len.min(until + RECORD_BYTES as u64) - start) as usize, 0);
            match self.medium.read_at(start, &mut block) {
                // The writer has cut the file off meanwhile.
                Err(Error::Truncated { .. }) => return Ok(()),
                read => read?,
            }
            for offset in (start..until).step_by(SECTOR_BYTES as usize) {
                let rest = block.get((offset - start) as usize..).unwrap_or_default();
                if let Some((written_for, body)) = self.open_record(rest) {
                    visit(FoundRecord {
                        offset,
                        written_for,
                        body,
                    });
                }
            }
            start = until.next_multiple_of(SECTOR_BYTES);
        }
        Ok(())
    }

    /// The record that these bytes begin with: what it was written for, and its body. None where none does.
    fn open_record(&self, bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
        marked_prefixes(bytes).find_map(|sealed| {
            let mut bytes = sealed.to_vec();
            self.sealer.open(&Label::RECORD, &mut bytes, None)?;
            unframe(bytes)
        })
    }

    /// Bytes to write of a record that is written alone: its place or, where that is enough, its beginning.
    pub(super) fn written_len(&self, place: &Range<u64>, body: &[u8]) -> usize {
        // While a rekey is under way, nothing older is to be left in a place.
        match body.len() <= SHORT_RECORD_BODY_MAX && self.rekey_state().is_none() {
            true => SHORT_RECORD_BYTES,
            false => (place.end - place.start) as usize,
        }
    }

    /// Seals a record for the place at this offset, in as many sectors as it takes, and appends it, with zeros up to `len`
    /// bytes. After an error nothing is appended.
    pub(super) fn seal_record_into(
        &self,
        place: u64,
        body: &[u8],
        len: usize,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if body.len() > RECORD_BODY_MAX {
            return Err(Error::Misuse {
                what: "a commit record longer than its place",
            });
        }
        let start = out.len();
        // Memory that had to move while the record is plain would stay behind as it is.
        out.reserve(len);
        out.extend_from_slice(&place.to_le_bytes());
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(body);
        out.resize(start + sealed_len(body), 0);
        let sealed = self.sealer.seal_in_place(&Label::RECORD, &mut out[start..]);
        if let Err(error) = sealed {
            out[start..].fill(0);
            zeroize::optimization_barrier(out.as_slice());
            out.truncate(start);
            return Err(error);
        }
        out.resize(start + len, 0);
        Ok(())
    }
}

/// Bytes that a record with this body takes.
fn sealed_len(body: &[u8]) -> usize {
    (FRAME_BYTES + body.len() + SEAL_BYTES).next_multiple_of(SECTOR_BYTES as usize)
}

/// What may be a record at the beginning of these bytes: as many sectors as a nonce at their end says. Few are.
fn marked_prefixes(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let longest = bytes.len().min(RECORD_BYTES);
    let ends = (SECTOR_BYTES as usize..=longest).step_by(SECTOR_BYTES as usize);
    ends.map(|end| &bytes[..end]).filter(|sealed| {
        let nonce = sealed[sealed.len() - SEAL_BYTES..].first_chunk::<NONCE_BYTES>();
        nonce.and_then(marked_record) == Some(sealed.len())
    })
}

/// Cuts an opened record to its place and its body. What opens is what was sealed; a length that does not fit is no record.
fn unframe(mut bytes: Vec<u8>) -> Option<(u64, Vec<u8>)> {
    let (place, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (place, length) = (
        u64::from_le_bytes(*place),
        u32::from_le_bytes(*length) as usize,
    );
    if length > rest.len() {
        return None;
    }
    bytes.drain(..FRAME_BYTES);
    bytes.truncate(length);
    Some((place, bytes))
}
