//! Finding the last good commit.
//!
//! The newest record that opens is the last commit, unless the runs that it lists as written do not all open: then the
//! crash came before that commit was durable, and nobody was told that it was. In that case the other record stands, and
//! its pages are untouched, because a commit only writes where neither of the two records before it reaches.
//!
//! A record that says that its pages were durable before it was written needs no list. If neither record stands, the
//! file is corrupt. An error of the operating system is never taken for damage.

use citadel_core::{Generation, PageKind, PagePtr, RecordSlot, SealedFile};

use crate::error::{Error, Result};
use crate::record::{Digest, Record};
use crate::space::{self, Space, Written};

/// The last good commit.
pub(crate) struct Recovered {
    pub(crate) record: Record,
    pub(crate) digest: Digest,
    /// Whether the database was closed after it: both records say the same.
    pub(crate) closed: bool,
}

/// Finds the last good commit.
pub(crate) fn recover(file: &SealedFile) -> Result<Recovered> {
    let recovered = choose(file, read_records(file)?)?;
    require_pages(file, &recovered.record)?;
    Ok(recovered)
}

/// Refuses a file that was cut off before the last page of a commit that stands.
fn require_pages(file: &SealedFile, record: &Record) -> Result<()> {
    if record.pages_end <= file.first_page() {
        return Ok(());
    }
    let len = file.file_len()?;
    let page_bytes = u64::from(file.page_size().get());
    match record.pages_end.get().checked_mul(page_bytes) {
        Some(needed) if needed <= len => Ok(()),
        needed => Err(citadel_core::Error::Truncated {
            len,
            needed: needed.unwrap_or(u64::MAX),
        }
        .into()),
    }
}

/// Finds the last good commit, if it is newer than one that is known to be good.
pub(crate) fn recover_newer(file: &SealedFile, known: Generation) -> Result<Option<Recovered>> {
    let mut found = read_records(file)?;
    found.retain(|(record, _)| record.generation > known);
    if found.is_empty() {
        return Ok(None);
    }
    match choose(file, found) {
        Ok(recovered) => Ok(Some(recovered)),
        Err(error) if error.is_corrupt() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The records that open, newest first.
fn read_records(file: &SealedFile) -> Result<Vec<(Record, Digest)>> {
    let mut found = Vec::with_capacity(2);
    for slot in RecordSlot::BOTH {
        found.extend(read_slot(file, slot)?);
    }
    found.sort_by_key(|(record, _)| std::cmp::Reverse(record.generation));
    Ok(found)
}

/// The newest record whose pages are there.
fn choose(file: &SealedFile, found: Vec<(Record, Digest)>) -> Result<Recovered> {
    let both = found.len() == 2;
    for (rank, (record, digest)) in found.into_iter().enumerate() {
        if record.data_synced || verify(file, &record)? {
            let closed = both && rank == 0 && record.is_echo();
            return Ok(Recovered {
                record,
                digest,
                closed,
            });
        }
        tracing::warn!(generation = %record.generation, "a commit was not completely written; it is rolled back");
    }
    Err(Error::corrupt("no commit record stands"))
}

/// The record in a slot, where it opens.
fn read_slot(file: &SealedFile, slot: RecordSlot) -> Result<Option<(Record, Digest)>> {
    let bytes = match file.read_record(slot) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error) if error.is_corrupt() => {
            tracing::warn!(?slot, %error, "a commit record does not open");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let record = Record::decode(&bytes, file.page_size())?;
    if RecordSlot::of(record.generation) != slot {
        return Err(Error::corrupt("a commit record in the wrong slot"));
    }
    Ok(Some((record, Digest::of(&bytes))))
}

/// Whether every run that the commit wrote opens.
fn verify(file: &SealedFile, record: &Record) -> Result<bool> {
    for written in &record.written {
        let ptr = PagePtr {
            run: written.run,
            generation: record.generation,
            tag: written.tag,
        };
        match file.read_uncached(&ptr, written.kind) {
            Ok(_) => {}
            Err(error) if error.is_corrupt() => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

/// The free space after a commit.
pub(crate) fn load_space(file: &SealedFile, record: &Record) -> Result<Space> {
    let map = record
        .free_map
        .ptr
        .map(|ptr| file.read_uncached(&ptr, PageKind::FreeMap))
        .transpose()?;
    let written = Written {
        map: map.as_ref().map(|map| (&map[..], record.free_map.end)),
        map_generation: record.free_map.generation,
        log: &record.log,
        generation: record.generation,
        end: record.pages_end,
    };
    space::decode(file.first_page(), &written)
}

/// Makes a commit the one that a file without records is found to hold. Its pages are there already, and durable.
pub(crate) fn write_checkpoints(file: &SealedFile, record: &Record) -> Result<()> {
    Ok(file.write_record(RecordSlot::of(record.generation), &record.encode())?)
}

/// Every record that opens, in no order, whatever else is damaged: for salvage.
pub(crate) fn records_that_open(file: &SealedFile) -> Vec<Record> {
    let slots = RecordSlot::BOTH.into_iter();
    let opened = slots.filter_map(|slot| read_slot(file, slot).ok().flatten());
    opened.map(|(record, _)| record).collect()
}

/// How many pages a commit reaches, as its free space tells. The places of records may be counted in.
pub(crate) fn reachable_pages(file: &SealedFile, record: &Record) -> Result<u64> {
    let space = load_space(file, record)?;
    let first = file.first_page().get();
    let all = record.pages_end.get().saturating_sub(first);
    Ok(all.saturating_sub(space.free().pages() + space.retired_pages()))
}
