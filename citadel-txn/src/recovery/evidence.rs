//! Looking for what tells of later commits than recovery has found.
//!
//! A write that reaches a wrong place may lie on all records that followed one another there, and the chain ends as if it
//! had never gone on. What tells that it had:
//!
//! - A record in its place that *vouches* for a later commit. No crash leaves that, for it was written after a sync. Where only
//!   its head opens, it vouches for what was durable before it: two damaged records in a row still tell that the first
//!   one was there.
//! - A record of a later commit in a place for which it was not written: the write that did the damage has carried it. No
//!   crash leaves that at all. Commits of a few pages are one write with their record; before other writes, slot A gets the
//!   newest durable commit ([`checkpoint`](crate::checkpoint)).
//! - A copy of the newest checkpoint, or of a newer one, that lies where the next record should be.
//!
//! Where it is looked for: at the places that are announced, at those that the records there announce in their turn, and at every
//! sector around them. Commits walk through free space as a log does, so what was written later mostly lies behind; a write
//! that lies on the announced place begins at most its own length before it. Of a file that was closed, nothing was
//! written later, and only what is near is looked at.
//!
//! What always holds: whatever was synced, and whatever of the rest arrived, no crash leaves evidence of a commit that recovery
//! does not find.

use std::collections::BTreeMap;
use std::ops::Range;

use citadel_core::{FoundRecord, Generation, PageNo, PageRun, SealedFile, record_run};

use super::{Recovered, read_at};
use crate::checkpoint;
use crate::error::Result;
use crate::record::{Beginning, Record};

/// The longest write, in bytes.
const BEFORE_BYTES: u64 = 4 << 20;
/// Bytes from an announced place on that are looked at: more than the commits between two checkpoints mostly take.
const BEHIND_BYTES: u64 = 28 << 20;
/// The same of a file that was closed.
const BEHIND_BYTES_CLOSED: u64 = 2 << 20;
/// Records that are followed from place to place behind the end of the chain.
const HOPS_MAX: usize = 256;

/// The newest commit that anything tells of; none, or an older one than was found, where all is well.
pub(super) fn newest_told_of(file: &SealedFile, recovered: &Recovered) -> Result<Generation> {
    let newest = &recovered.newest.record;
    let announced: BTreeMap<Generation, PageNo> = later_places(newest, newest.generation).collect();
    let mut evidence = Evidence {
        file,
        newest: newest.generation,
        sequence: newest_sequence(recovered),
        announced: announced
            .values()
            .map(|place| record_run(file.page_size(), *place))
            .collect(),
        told: Generation::ZERO,
    };
    let is_closed = is_closed(recovered);
    for range in ranges(file, &evidence.announced, is_closed)? {
        file.find_records(range, |found| evidence.weigh(&found))?;
    }
    evidence.follow(announced)?;
    Ok(evidence.told)
}

/// Whether the newest checkpoint says that nothing came after it.
fn is_closed(recovered: &Recovered) -> bool {
    let newest = recovered.newest.record.generation;
    let checkpoint = recovered.checkpoints.first();
    checkpoint.is_some_and(|found| found.is_closed && found.record.generation == newest)
}

/// The number of the checkpoint that was written last, as far as is known.
fn newest_sequence(recovered: &Recovered) -> u64 {
    let sequences = recovered.checkpoints.iter().map(|found| found.sequence);
    sequences.max().unwrap_or(0)
}

/// Where a record says that those of generations after this one lie.
fn later_places(
    record: &Record,
    after: Generation,
) -> impl Iterator<Item = (Generation, PageNo)> + '_ {
    record.trail.iter().filter(move |(of, _)| *of > after)
}

/// What to look through, in bytes of the file: around each place, and from the beginning where the end cuts that short. The
/// slots are not left out: a write that begins there may reach into the pages.
fn ranges(file: &SealedFile, places: &[PageRun], is_closed: bool) -> Result<Vec<Range<u64>>> {
    let page_bytes = u64::from(file.page_size().get());
    let len = file.file_len()?;
    let (before, behind) = match is_closed {
        true => (0, BEHIND_BYTES_CLOSED),
        false => (BEFORE_BYTES, BEHIND_BYTES),
    };
    let mut ranges = Vec::new();
    for place in places {
        let at = place.first.get().saturating_mul(page_bytes);
        let start = at.saturating_sub(before);
        let end = at.saturating_add(behind);
        ranges.push(start..end.min(len));
        if !is_closed && end > len {
            ranges.push(0..(end - len).min(start));
        }
    }
    Ok(joined(ranges))
}

/// The same ranges without those that are empty, and without overlaps.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

struct Evidence<'a> {
    file: &'a SealedFile,
    /// The newest commit that was found.
    newest: Generation,
    /// The number of the newest checkpoint that was found.
    sequence: u64,
    /// Where the next records are to lie.
    announced: Vec<PageRun>,
    told: Generation,
}

impl Evidence<'_> {
    /// Looks at a record that lies somewhere. What opens and is no record tells nothing.
    fn weigh(&mut self, found: &FoundRecord) {
        if found.is_of_slot() {
            self.weigh_checkpoint(found);
        } else if let Ok(record) = Beginning::decode(&found.body) {
            self.is_told(match (found.is_in_place(), found.is_whole) {
                (true, true) => record.vouches_for,
                (true, false) => record.durable,
                (false, _) => record.generation,
            });
        }
    }

    /// Checkpoints have their place before all pages. One that is torn in its slot tells nothing: it may have been the first
    /// to lead to a commit that renews others, and then nothing else leads there.
    fn weigh_checkpoint(&mut self, found: &FoundRecord) {
        if found.is_in_place() && !found.is_whole {
            return;
        }
        let Ok((sequence, record)) = checkpoint::decode_beginning(&found.body) else {
            return;
        };
        self.is_told(record.generation);
        if sequence >= self.sequence && self.lies_on_announced(found) {
            tracing::warn!(
                offset = found.offset,
                "a checkpoint lies where the next commit should be"
            );
            self.is_told(self.newest.next().unwrap_or(self.newest));
        }
    }

    fn is_told(&mut self, generation: Generation) {
        self.told = self.told.max(generation);
    }

    fn lies_on_announced(&self, found: &FoundRecord) -> bool {
        let page_bytes = u64::from(self.file.page_size().get());
        let end = found.offset.saturating_add(checkpoint::SLOT_BYTES);
        self.announced.iter().any(|run| {
            let start = run.first.get().saturating_mul(page_bytes);
            found.offset < run.end().get().saturating_mul(page_bytes) && start < end
        })
    }

    /// Goes from each record that lies at its announced place to those that it announces.
    fn follow(&mut self, mut places: BTreeMap<Generation, PageNo>) -> Result<()> {
        for _ in 0..HOPS_MAX {
            let Some((generation, place)) = places.pop_first() else {
                break;
            };
            if let Some(link) = read_at(self.file, place)?
                && link.record.is_of(generation, place)
            {
                self.is_told(link.record.vouches_for());
                places.extend(later_places(&link.record, link.record.generation));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_where_they_meet() {
        let empty = 7..7;
        let ranges = vec![30..40, empty, 0..10, 5..20, 20..25];
        assert_eq!(joined(ranges), [0..25, 30..40]);
    }
}
