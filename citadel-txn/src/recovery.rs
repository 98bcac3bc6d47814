//! Finding the last good commit.
//!
//! Recovery starts from the newest checkpoint that opens, which is trusted whole, and follows the chain: the record of the
//! next generation lies where the last one says. It must open there as that generation, and hold the digest of the record
//! before it; so what an older life of the file has left at that place is not taken for it. Where one record is damaged,
//! the one after it is looked for at the place that the one before it has announced; it is believed if it says that the
//! damaged one was durable.
//!
//! Of the commits that were found, some are known to be durable, because a later record says so. Those after them were
//! perhaps under way when the power was lost: each is proven by opening all that it lists as written. The first one of
//! which anything is missing was never acknowledged, and it and all after it are rolled back. What the one before it
//! reaches is untouched, because no commit writes over what was retired after a commit that a durable record vouches for
//! ([`space`]).
//!
//! The chain may also end too early, if records in a row are damaged. So recovery looks for [`evidence`] of later commits,
//! and where there is any, opening is refused, rather than that acknowledged commits disappear in silence. That is no proof:
//! who damages many records can.
//!
//! What always holds: every commit that was acknowledged is found, if what was synced is on the medium. An error of the
//! operating system is never taken for damage.

mod evidence;

use citadel_core::{Generation, PageKind, PageNo, PagePtr, SealedFile};

use crate::checkpoint::{self, Checkpoint};
use crate::error::{Error, Result};
use crate::record::{Digest, Record};
use crate::space::{self, Space, Written};

/// How often a follower looks again where the writer has moved on meanwhile.
const FOLLOW_ATTEMPTS: usize = 100;

/// A record, and its digest.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) record: Record,
    pub(crate) digest: Digest,
}

/// The last good commit.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// Its record.
    pub(crate) newest: Link,
    /// The newest commit that is known to be durable.
    pub(crate) durable: Generation,
    /// What the record of that one vouches for.
    pub(crate) vouched: Generation,
    /// That commit, where its record is at hand.
    pub(crate) durable_commit: Option<Link>,
    /// The checkpoints, newest first; at least one.
    pub(crate) checkpoints: Vec<Checkpoint>,
}

/// Finds the last good commit.
///
/// # Errors
/// [`Error::Corrupt`], also where a record tells of a later commit than any that is found.
pub(crate) fn recover(file: &SealedFile) -> Result<Recovered> {
    let mut recovered = recover_once(file)?;
    let told = evidence::newest_told_of(file, &recovered)?;
    while recovered.newest.record.generation < told {
        let last = recovered.newest.record.generation;
        // A process that only reads may have been overtaken by the writer.
        recovered = recover_once(file)?;
        if recovered.newest.record.generation <= last {
            return Err(Error::corrupt("commits are missing that were durable"));
        }
    }
    Ok(recovered)
}

fn recover_once(file: &SealedFile) -> Result<Recovered> {
    let checkpoints = checkpoint::read_both(file)?;
    let start = checkpoints
        .first()
        .ok_or(Error::corrupt("no checkpoint opens"))?;
    let start = Link {
        record: start.record.clone(),
        digest: start.digest,
    };
    let chain = Chain::follow(file, start)?.cut(file)?;
    require_pages(file, &chain.newest_durable().record)?;
    let at_hand = chain.newest_durable();
    Ok(Recovered {
        durable_commit: (at_hand.record.generation == chain.durable).then(|| at_hand.clone()),
        newest: chain.newest().clone(),
        durable: chain.durable,
        vouched: chain.vouched(),
        checkpoints,
    })
}

/// Records that follow one another; the first one is known to be durable.
struct Chain {
    links: Vec<Link>,
    durable: Generation,
}

impl Chain {
    /// All records that can be found from a start on.
    fn follow(file: &SealedFile, start: Link) -> Result<Self> {
        let mut durable = start.record.generation.max(start.record.vouches_for());
        let mut links = vec![start];
        while let Some(last) = links.last() {
            let Some(link) = next(file, last)? else { break };
            durable = durable.max(link.record.vouches_for());
            links.push(link);
        }
        Ok(Self { links, durable })
    }

    /// The chain up to the last commit of which all is there.
    fn cut(mut self, file: &SealedFile) -> Result<Self> {
        let durable = self.durable;
        let in_doubt = self
            .links
            .partition_point(|link| link.record.generation <= durable);
        for index in in_doubt.max(1)..self.links.len() {
            let record = &self.links[index].record;
            if !is_whole(file, record)? {
                tracing::warn!(generation = %record.generation, "a commit was not completely written; it is rolled back");
                self.links.truncate(index);
                break;
            }
        }
        Ok(self)
    }

    fn newest(&self) -> &Link {
        // A chain has its start for ever.
        &self.links[self.links.len() - 1]
    }

    /// The newest commit that is known to be durable and whose record is at hand: the start of the chain is.
    fn newest_durable(&self) -> &Link {
        let durable = |link: &Link| link.record.generation <= self.durable;
        let count = self.links.partition_point(durable);
        &self.links[count.max(1) - 1]
    }

    /// What the record of the newest durable commit says to be durable: that is on the medium, whatever else is not.
    fn vouched(&self) -> Generation {
        self.newest_durable().record.vouches_for()
    }
}

/// The record that follows, where one does.
fn next(file: &SealedFile, last: &Link) -> Result<Option<Link>> {
    let Some((generation, place, after)) = announced(&last.record) else {
        return Ok(None);
    };
    if let Some(link) = read_at(file, place)?
        && link.record.is_of(generation, place)
        && link.record.previous == last.digest
    {
        return Ok(Some(link));
    }
    let follows = |link: &Link| {
        let record = &link.record;
        record.generation > generation
            && record.is_of(record.generation, after)
            && record.trail.place(generation) == Some(place)
            && record.vouches_for() >= generation
    };
    let link = read_at(file, after)?.filter(follows);
    if link.is_some() {
        tracing::warn!(%generation, "a commit record is damaged; the one after it takes its place");
    }
    Ok(link)
}

/// The generation after that of a record, with the place that is announced for it, and the place after that.
fn announced(record: &Record) -> Option<(Generation, PageNo, PageNo)> {
    let generation = record.generation.next()?;
    let place = record.trail.place(generation)?;
    let after = record.trail.place(generation.next()?)?;
    Some((generation, place, after))
}

/// The record at a place, of whatever generation. What opens and is no record is none: it is passed over as damage is.
fn read_at(file: &SealedFile, place: PageNo) -> Result<Option<Link>> {
    let Some(bytes) = file.read_record_at(place)? else {
        return Ok(None);
    };
    let Ok(record) = Record::decode(&bytes, file.page_size()) else {
        tracing::warn!(%place, "what is sealed as a commit record is none");
        return Ok(None);
    };
    let digest = Digest::of(&record);
    Ok(Some(Link { record, digest }))
}

/// Whether every run that the commit wrote opens. The file may end before the pages do: behind the last run, there is
/// nothing yet.
fn is_whole(file: &SealedFile, record: &Record) -> Result<bool> {
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

/// Refuses a file that was cut off before the last page of a commit that is durable.
fn require_pages(file: &SealedFile, record: &Record) -> Result<()> {
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

/// For a process that only reads: the newest commit that is whole, if it is newer than one that it knows. It takes a commit
/// that is whole but may not be durable yet: a process cannot see the difference.
///
/// It follows the chain from the known commit on. Meanwhile the writer goes on, and uses anew the places of records that the
/// checkpoints no longer need, and pages that nobody needs. So where the chain ends, and where something of a commit is
/// missing, may be the writer's place or one that it has left long ago. The one it has left if a checkpoint is newer than
/// the end of the chain, or if the chain has grown since: then it looks again from there.
///
/// # Errors
/// [`Error::SnapshotTooOld`] where the writer was faster every time.
pub(crate) fn recover_newer(file: &SealedFile, known: &Link) -> Result<Option<Link>> {
    let mut start = known.clone();
    for _ in 0..FOLLOW_ATTEMPTS {
        let chain = Chain::follow(file, start)?;
        let end = chain.newest().clone();
        let chain = chain.cut(file)?;
        let found = chain.newest();
        let checkpoint = checkpoint::read_both(file)?.into_iter().next();
        let moved_to = match checkpoint {
            Some(checkpoint) if checkpoint.record.generation > end.record.generation => {
                Some(Link {
                    digest: checkpoint.digest,
                    record: checkpoint.record,
                })
            }
            _ if found.record.generation == end.record.generation => None,
            _ => next(file, &end)?.map(|_| found.clone()),
        };
        match moved_to {
            Some(link) => start = link,
            None if found.record.generation <= known.record.generation => return Ok(None),
            None if require_pages(file, &chain.newest_durable().record).is_ok() => {
                return Ok(Some(found.clone()));
            }
            // The writer has cut the file off behind what a newer commit needs.
            None => start = known.clone(),
        }
    }
    Err(Error::SnapshotTooOld)
}

/// The free space after a commit. What a commit after `vouched` has retired does not count as free.
pub(crate) fn load_space_for_writing(
    file: &SealedFile,
    record: &Record,
    vouched: Generation,
) -> Result<Space> {
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
        vouched,
    };
    space::decode(file.first_page(), &written)
}

/// The free space after a commit.
pub(crate) fn load_space(file: &SealedFile, record: &Record) -> Result<Space> {
    load_space_for_writing(file, record, record.generation)
}

/// Makes a commit the one that a file without records is found to hold, as if it had been closed. Its pages are there
/// already, and durable.
pub(crate) fn write_checkpoints(file: &SealedFile, record: &Record) -> Result<()> {
    file.ensure_len(record.pages_end)?;
    checkpoint::Checkpoints::create(file, record, true).map(drop)
}

/// Every record that opens from a checkpoint on, in no order, whatever else is damaged: for salvage.
pub(crate) fn records_that_open(file: &SealedFile) -> Vec<Record> {
    let mut records = Vec::new();
    for checkpoint in checkpoint::read_both(file).unwrap_or_default() {
        let start = Link {
            record: checkpoint.record,
            digest: checkpoint.digest,
        };
        match Chain::follow(file, start.clone()) {
            Ok(chain) => records.extend(chain.links.into_iter().map(|link| link.record)),
            Err(_) => records.push(start.record),
        }
    }
    records
}

/// How many pages a commit reaches, as its free space tells. The places of records are counted in.
pub(crate) fn reachable_pages(file: &SealedFile, record: &Record) -> Result<u64> {
    let space = load_space(file, record)?;
    let first = file.first_page().get();
    let all = record.pages_end.get().saturating_sub(first);
    Ok(all.saturating_sub(space.free().pages() + space.retired_pages()))
}
