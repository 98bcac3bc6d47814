//! Commit records: among the pages, where a commit wrote them, and in two fixed slots.
//!
//! A record is sealed with its place inside: the offset that it was written for. Nobody holds a tag of it, and its
//! generation is inside as well; whoever looks for the record of a generation at the place where it must be compares both.
//! So a record opens wherever it lies, and one that lies elsewhere is authentic proof of a write that went astray.
//!
//! A place is 8 KiB, or a page where that is longer. The first sector of a record is its *head*, which is sealed by itself: it
//! says where the record was written and how long it is, begins its body, and holds the tag of the rest, which is sealed in as
//! many sectors as it takes. So a head tells of its record even where the rest is torn or damaged. What lies behind means
//! nothing, and is written as zeros. A record among the pages is written in one go with those of its commit. Of one that is
//! written alone, no more than 4 KiB are written if it takes no more. A slot of zeros was never written, and whether that may
//! be is for recovery to say.

use std::ops::Range;

use crate::crypto::{Label, is_marked};
use crate::error::{Error, Result};
use crate::format::{
    PAGES_OFFSET, RECORD_BYTES, RECORDS_OFFSET, SECTOR_BYTES, SHORT_RECORD_BYTES, run_range,
};
use crate::id::{PageNo, PageSize};
use crate::page::{NONCE_BYTES, PageRun, SEAL_BYTES, TAG_BYTES, Tag};
use crate::sealed_file::SealedFile;

/// Bytes of the head of a record.
const HEAD_BYTES: usize = SECTOR_BYTES as usize;
/// Bytes before the body: the place, u64, the length, u32, and the tag of what lies behind the head.
const FRAME_BYTES: usize = 8 + 4 + TAG_BYTES;
/// Bytes that are read at once where records are looked for.
const LOOK_BYTES: u64 = 1 << 20;

/// The longest beginning of a body that lies in the head of its record, in bytes.
pub const RECORD_HEAD_BODY_MAX: usize = HEAD_BYTES - SEAL_BYTES - FRAME_BYTES;

/// The longest body of a commit record, in bytes.
pub const RECORD_BODY_MAX: usize = longest_body(RECORD_BYTES);

/// The longest body of a record of which no more than 4 KiB are written, in bytes.
pub const SHORT_RECORD_BODY_MAX: usize = longest_body(SHORT_RECORD_BYTES);

/// The longest body of a record that takes so many bytes.
const fn longest_body(sealed: usize) -> usize {
    RECORD_HEAD_BODY_MAX + sealed - HEAD_BYTES - SEAL_BYTES
}

/// A record that was looked for at every sector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecord {
    /// Where it lies, as an offset in bytes.
    pub offset: u64,
    /// Where it was written, as an offset in bytes: the same, unless a write went astray or somebody has copied it.
    pub written_for: u64,
    /// What it says, or as much of that as is in its head. In a record of a slot, that is what [`SealedFile::write_record`] got.
    pub body: Vec<u8>,
    /// Whether that is all. If not, what lies behind the head is torn or damaged.
    pub is_whole: bool,
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
        match self.open_record(&bytes, slot.offset()) {
            Some(body) => Ok(Some(body)),
            None => Err(self.unless_rekeyed(Error::Tampered {
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
        let mut bytes = Vec::new();
        for len in [SHORT_RECORD_BYTES, RECORD_BYTES] {
            match self.medium.require(place + len as u64) {
                Err(Error::Truncated { .. }) => break,
                required => required?,
            }
            bytes.resize(len, 0);
            self.medium.read_at(place, &mut bytes)?;
            if let Some(body) = self.open_record(&bytes, place) {
                return Ok(Some(body));
            }
        }
        if marked_head(&bytes).is_some() && self.was_rekeyed()? {
            return Err(Error::Rekeyed);
        }
        Ok(None)
    }

    /// Shows every record whose head opens at a sector of this range of offsets, wherever it was written for. What does not
    /// open is passed over; so is what lies behind the end of the file. About ten milliseconds for 32 MiB that the system has cached.
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
                if let Some(head) = self.open_head(rest) {
                    let written_for = head.written_for;
                    let (body, is_whole) = match self.open_rest(head, rest) {
                        Ok(body) => (body, true),
                        Err(beginning) => (beginning, false),
                    };
                    visit(FoundRecord {
                        offset,
                        written_for,
                        body,
                        is_whole,
                    });
                }
            }
            start = until.next_multiple_of(SECTOR_BYTES);
        }
        Ok(())
    }

    /// The body of the record that these bytes begin with, if it was written for this place.
    fn open_record(&self, bytes: &[u8], place: u64) -> Option<Vec<u8>> {
        let head = self.open_head(bytes)?;
        match head.written_for == place {
            true => self.open_rest(head, bytes).ok(),
            false => None,
        }
    }

    /// The head of a record that these bytes begin with.
    fn open_head(&self, bytes: &[u8]) -> Option<Head> {
        let mut head = marked_head(bytes)?.to_vec();
        self.sealer.open(&Label::RECORD_HEAD, &mut head, None)?;
        Head::parse(head)
    }

    /// The whole body of the record that these bytes begin with and that has this head; only its beginning where the rest does
    /// not open, or is not there.
    fn open_rest(&self, head: Head, bytes: &[u8]) -> std::result::Result<Vec<u8>, Vec<u8>> {
        let Some(len) = head.bytes_behind() else {
            return Ok(head.body);
        };
        let mut body = head.body;
        let Some(rest) = bytes.get(HEAD_BYTES..HEAD_BYTES + sealed_behind(len)) else {
            return Err(body);
        };
        let mut rest = rest.to_vec();
        let opened = self
            .sealer
            .open(&Label::RECORD_REST, &mut rest, Some(&head.rest));
        if opened.is_none() {
            return Err(body);
        }
        body.extend_from_slice(&rest[..len]);
        Ok(body)
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
        let (beginning, behind) = body.split_at(body.len().min(RECORD_HEAD_BODY_MAX));
        // Memory that had to move while the record is plain would stay behind as it is.
        out.reserve(len);
        out.extend_from_slice(&place.to_le_bytes());
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(&[0; TAG_BYTES]);
        out.extend_from_slice(beginning);
        out.resize(start + HEAD_BYTES, 0);
        if !behind.is_empty() {
            out.extend_from_slice(behind);
            out.resize(start + HEAD_BYTES + sealed_behind(behind.len()), 0);
        }
        if let Err(error) = self.seal_record(&mut out[start..]) {
            out[start..].fill(0);
            zeroize::optimization_barrier(out.as_slice());
            out.truncate(start);
            return Err(error);
        }
        out.resize(start + len, 0);
        Ok(())
    }

    /// Seals the two parts of a record where they are.
    fn seal_record(&self, record: &mut [u8]) -> Result<()> {
        let (head, rest) = record.split_at_mut(HEAD_BYTES);
        if !rest.is_empty() {
            let tag = self.sealer.seal_in_place(&Label::RECORD_REST, rest)?;
            head[FRAME_BYTES - TAG_BYTES..FRAME_BYTES].copy_from_slice(tag.as_bytes());
        }
        self.sealer.seal_in_place(&Label::RECORD_HEAD, head)?;
        Ok(())
    }
}

/// What the head of a record says.
struct Head {
    written_for: u64,
    /// Bytes of the whole body.
    length: usize,
    /// The tag of what lies behind; zeros where nothing does.
    rest: Tag,
    /// As much of the body as lies in the head.
    body: Vec<u8>,
}

impl Head {
    /// What opens is what was sealed; a length that does not fit is no record.
    fn parse(mut bytes: Vec<u8>) -> Option<Self> {
        let (place, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let tag = rest.first_chunk()?;
        let head = Self {
            written_for: u64::from_le_bytes(*place),
            length: u32::from_le_bytes(*length) as usize,
            rest: Tag::from_bytes(*tag),
            body: Vec::new(),
        };
        if head.length > RECORD_BODY_MAX {
            return None;
        }
        bytes.drain(..FRAME_BYTES);
        bytes.truncate(head.length);
        Some(Self {
            body: bytes,
            ..head
        })
    }

    /// Bytes of the body that lie behind the head.
    fn bytes_behind(&self) -> Option<usize> {
        let behind = self.length.checked_sub(RECORD_HEAD_BODY_MAX)?;
        (behind > 0).then_some(behind)
    }
}

/// Bytes that so much of a body takes behind the head.
fn sealed_behind(len: usize) -> usize {
    (len + SEAL_BYTES).next_multiple_of(HEAD_BYTES)
}

/// What may be the head of a record at the beginning of these bytes: a nonce at its end says so. Few say it.
fn marked_head(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.get(..HEAD_BYTES)?;
    let nonce = head[HEAD_BYTES - SEAL_BYTES..].first_chunk::<NONCE_BYTES>()?;
    is_marked(nonce).then_some(head)
}
