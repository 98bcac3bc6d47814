//! Commit records: among the pages, where a commit wrote them, and in two fixed slots.
//!
//! A record is sealed with its place inside: the offset that it was written for. Nobody holds a tag of it, and its
//! generation is inside as well; whoever looks for the record of a generation at the place where it must be compares both.
//! So a record opens wherever it lies, and one that lies elsewhere is authentic proof of a write that went astray.
//!
//! A record among the pages takes whole pages and is written in one go with those of its commit. One that is written alone
//! is short where it can be: 4 KiB at the beginning of its place; what lies behind it there means nothing. A slot is 8 KiB; one of
//! zeros was never written, and whether that may be is for recovery to say.
//!
//! Both carry the length of their body, so what is read is what was written.

use std::ops::Range;

use crate::crypto::{Label, marks_record};
use crate::error::{Error, Result};
use crate::format::{
    PAGES_OFFSET, RECORD_BYTES, RECORDS_OFFSET, SECTOR_BYTES, SHORT_RECORD_BYTES, run_range,
};
use crate::id::{PageNo, PageSize};
use crate::page::{NONCE_BYTES, PageRun, SEAL_BYTES, body_len, wipe};
use crate::sealed_file::SealedFile;

/// Bytes before the body: the place, u64, and the length, u32.
const FRAME_BYTES: usize = 8 + 4;
/// Bytes that are read at once where records are looked for.
const LOOK_BYTES: u64 = 1 << 20;

/// The longest body of a commit record, in bytes.
pub const RECORD_BODY_MAX: usize = RECORD_BYTES - SEAL_BYTES - FRAME_BYTES;

/// The longest body of a record that is written alone as a short one, in bytes.
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
        match self.open_record(bytes) {
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
        let mut plain = frame(slot.offset(), body, RECORD_BYTES - SEAL_BYTES)?;
        let mut sealed = vec![0; RECORD_BYTES];
        let result = self.sealer.seal(&Label::RECORD, &plain, &mut sealed);
        wipe(&mut plain);
        result?;
        self.medium
            .write_at(slot.offset(), &sealed, "write the commit record")?;
        self.medium.will_sync(slot.offset(), sealed.len());
        Ok(())
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
        let range = run_range(self.page_size, &record_run(self.page_size, first))?;
        let place = range.start;
        for end in [place + SHORT_RECORD_BYTES as u64, range.end] {
            let sealed = match self.read_marked(place..end) {
                Ok(Some(sealed)) => sealed,
                Ok(None) | Err(Error::Truncated { .. }) => continue,
                Err(error) => return Err(error),
            };
            match self.open_record(sealed) {
                Some((written_for, body)) if written_for == place => return Ok(Some(body)),
                None if self.was_rekeyed()? => return Err(Error::Rekeyed),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Shows every record that begins at a sector of this range of offsets, wherever it was written for. What does not open is
    /// passed over; so is what lies behind the end of the file. A few milliseconds for 32 MiB that the system has cached.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn find_records(
        &self,
        range: Range<u64>,
        mut visit: impl FnMut(FoundRecord),
    ) -> Result<()> {
        let longest = self.record_lens()[2];
        let len = self.medium.refresh_len()?;
        let mut start = range.start.next_multiple_of(SECTOR_BYTES);
        let end = range.end.min(len);
        let mut block = Vec::new();
        while start < end {
            let until = end.min(start.saturating_add(LOOK_BYTES));
            block.resize((len.min(until + longest as u64) - start) as usize, 0);
            match self.medium.read_at(start, &mut block) {
                // The writer has cut the file off meanwhile.
                Err(Error::Truncated { .. }) => return Ok(()),
                read => read?,
            }
            for offset in (start..until).step_by(SECTOR_BYTES as usize) {
                let rest = block.get((offset - start) as usize..).unwrap_or_default();
                if let Some((written_for, body)) = self.open_record_of_any_len(rest) {
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

    /// Bytes of a short record, of one in a slot, and of one among the pages. A page may be longer than a slot.
    fn record_lens(&self) -> [usize; 3] {
        let pages = record_run(self.page_size, PageNo::new(0)).pages;
        let longest = usize::from(pages) * self.page_size.bytes();
        [SHORT_RECORD_BYTES, RECORD_BYTES, longest]
    }

    /// The record that these bytes begin with, and what it was written for.
    fn open_record_of_any_len(&self, bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
        let [short, slot, pages] = self.record_lens();
        let lens = [
            Some(short),
            Some(slot),
            Some(pages).filter(|pages| *pages != slot),
        ];
        let mut sealed = lens
            .into_iter()
            .flatten()
            .filter_map(|len| bytes.get(..len));
        sealed.find_map(|sealed| {
            is_marked(sealed)
                .then(|| self.open_record(sealed.to_vec()))
                .flatten()
        })
    }

    /// What a record was written for, and its body; none where it does not open.
    fn open_record(&self, mut bytes: Vec<u8>) -> Option<(u64, Vec<u8>)> {
        self.sealer.open(&Label::RECORD, &mut bytes, None)?;
        unframe(bytes)
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

/// Whether the nonce of a sealed run says that it is a record.
fn is_marked(sealed: &[u8]) -> bool {
    let nonce = sealed
        .len()
        .checked_sub(SEAL_BYTES)
        .and_then(|at| sealed[at..].first_chunk::<NONCE_BYTES>());
    nonce.is_some_and(marks_record)
}

/// The plain bytes of a record in this run: of all of it or, where the record may be short and can be, of its beginning.
pub(super) fn run_body(
    page_size: PageSize,
    run: &PageRun,
    body: &[u8],
    may_be_short: bool,
) -> Result<Vec<u8>> {
    let place = run_range(page_size, run)?.start;
    let len = match may_be_short && body.len() <= SHORT_RECORD_BODY_MAX {
        true => SHORT_RECORD_BYTES - SEAL_BYTES,
        false => body_len(page_size, run.pages),
    };
    frame(place, body, len)
}

fn frame(place: u64, body: &[u8], len: usize) -> Result<Vec<u8>> {
    if body.len() > RECORD_BODY_MAX {
        return Err(Error::Misuse {
            what: "a commit record longer than its place",
        });
    }
    let mut plain = Vec::with_capacity(len);
    plain.extend_from_slice(&place.to_le_bytes());
    plain.extend_from_slice(&(body.len() as u32).to_le_bytes());
    plain.extend_from_slice(body);
    plain.resize(len, 0);
    Ok(plain)
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
