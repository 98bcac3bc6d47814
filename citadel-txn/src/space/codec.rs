//! Free space as bytes: the free map, and the log in the commit record.
//!
//! ```text
//! map    spans free | batches | (generation, spans)*          zeros to the end of the run
//! log    (spans taken, spans retired)*                        one pair per commit since the map
//! spans  count | (pages since the end of the last span, pages)*
//! ```
//!
//! All numbers are varints.

use std::collections::VecDeque;

use citadel_core::{Generation, PageNo};

use super::state::{Retired, Retiree, spans_of};
use super::{FreeRuns, Space, Span};
use crate::codec::{Reader, put_varint};
use crate::error::{Error, Result};

/// The free map of the space as it will be when the commit in progress has succeeded and retired `retired`.
pub(crate) fn encode_map(space: &Space, generation: Generation, retired: &[Span]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_spans(&mut bytes, space.free_at_rest().into_iter());
    let batches = space.retired().len() + usize::from(!retired.is_empty());
    put_varint(&mut bytes, batches as u64);
    for batch in space.retired() {
        put_varint(&mut bytes, batch.generation.get());
        put_spans(&mut bytes, spans_of(&batch.pages).into_iter());
    }
    if !retired.is_empty() {
        put_varint(&mut bytes, generation.get());
        put_spans(&mut bytes, retired.iter().copied());
    }
    bytes
}

/// Reads a free map of pages `first..end`.
fn decode_map(bytes: &[u8], first: PageNo, end: PageNo) -> Result<Space> {
    let mut reader = Reader::new(bytes, "the free map");
    let mut free = FreeRuns::default();
    for span in take_spans(&mut reader, first, end)? {
        free.insert(span)?;
    }
    let mut retired = VecDeque::new();
    for _ in 0..reader.varint()? {
        let generation = Generation::new(reader.varint()?);
        if retired
            .back()
            .is_some_and(|last: &Retired| last.generation >= generation)
        {
            return reader.corrupt();
        }
        let spans = take_spans(&mut reader, first, end)?;
        let pages = spans.into_iter().map(Retiree::at_rest).collect();
        retired.push_back(Retired { generation, pages });
    }
    Ok(Space::from_map(end, free, retired))
}

/// Appends to the log what one commit took and retired.
pub(crate) fn encode_log_entry(log: &mut Vec<u8>, taken: &[Span], retired: &[Span]) {
    put_spans(log, taken.iter().copied());
    put_spans(log, retired.iter().copied());
}

/// Where the free space of a file is written down.
pub(crate) struct Written<'a> {
    /// The free map, and the end of the pages when it was written; none where the log begins at the first commit.
    pub(crate) map: Option<(&'a [u8], PageNo)>,
    /// The commit after which the map was written.
    pub(crate) map_generation: Generation,
    /// What the commits since then did.
    pub(crate) log: &'a [u8],
    /// The commit that the log ends with.
    pub(crate) generation: Generation,
    /// The end of the pages after that commit.
    pub(crate) end: PageNo,
    /// What a later commit than this one has retired is not free.
    pub(crate) vouched: Generation,
}

/// The space after the last commit: the map, and the log replayed over it.
pub(crate) fn decode(first: PageNo, written: &Written<'_>) -> Result<Space> {
    let mut space = match written.map {
        Some((map, end)) => decode_map(map, first, end)?,
        None => Space::new(first),
    };
    if space.end() > written.end {
        return Err(Error::corrupt(
            "the free map: it ends past the end of the pages",
        ));
    }
    let mut reader = Reader::new(written.log, "the free space log");
    let mut generation = written.map_generation;
    while generation < written.generation {
        generation = generation.next().ok_or(Error::Exhausted {
            what: "generations",
        })?;
        let taken = take_spans(&mut reader, first, written.end)?;
        let retired = take_spans(&mut reader, first, written.end)?;
        space.replay(generation, written.vouched, &taken, retired, written.end)?;
    }
    if !reader.is_empty() {
        return reader.corrupt();
    }
    space.grow_to(written.end)?;
    Ok(space)
}

fn put_spans(bytes: &mut Vec<u8>, spans: impl ExactSizeIterator<Item = Span>) {
    put_varint(bytes, spans.len() as u64);
    let mut last = 0;
    for span in spans {
        put_varint(bytes, span.first.get() - last);
        put_varint(bytes, span.pages);
        last = span.end().get();
    }
}

fn take_spans(reader: &mut Reader<'_>, first: PageNo, end: PageNo) -> Result<Vec<Span>> {
    let mut spans = Vec::new();
    let mut last = PageNo::new(0);
    for _ in 0..reader.varint()? {
        let span = Span::new(last.offset(reader.varint()?), reader.varint()?);
        if span.pages == 0 || span.first < first || span.end() > end {
            return reader.corrupt();
        }
        last = span.end();
        spans.push(span);
    }
    Ok(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_space_or_refused(map in proptest::collection::vec(any::<u8>(), 0..64), log in proptest::collection::vec(0u8..8, 0..64)) {
            let written = Written {
                map: Some((&map, PageNo::new(60))),
                map_generation: Generation::new(1),
                log: &log,
                generation: Generation::new(4),
                end: PageNo::new(90),
                vouched: Generation::new(4),
            };
            if let Ok(space) = decode(PageNo::new(3), &written) {
                prop_assert!(space.free().pages() <= 87);
            }
        }
    }

    #[test]
    fn a_logged_history_replays_to_the_same_space() {
        let first = PageNo::new(3);
        let mut space = Space::new(first);
        let mut log = Vec::new();
        let mut held: VecDeque<Span> = VecDeque::new();
        for number in 1..200u64 {
            let commit = Generation::new(number);
            space.begin(commit, commit, &[]).unwrap();
            let taken = space.take_region(1, 1 + number % 5).unwrap();
            held.push_back(taken);
            let retired = if held.len() > 7 {
                vec![held.pop_front().unwrap()]
            } else {
                Vec::new()
            };
            encode_log_entry(&mut log, &space.taken(), &retired);
            space.commit(
                commit,
                retired.into_iter().map(Retiree::at_rest).collect(),
                0,
            );
        }
        let last = Generation::new(199);
        let written = Written {
            map: None,
            map_generation: Generation::ZERO,
            log: &log,
            generation: last,
            end: space.end(),
            vouched: last,
        };
        let mut replayed = decode(first, &written).unwrap();
        for space in [&mut space, &mut replayed] {
            space.begin(Generation::new(210), last, &[last]).unwrap();
        }
        assert_eq!(
            space.free().iter().collect::<Vec<_>>(),
            replayed.free().iter().collect::<Vec<_>>()
        );
        let map = encode_map(&space, last, &[]);
        let from_map = decode_map(&map, first, space.end()).unwrap();
        assert_eq!(
            space.free().iter().collect::<Vec<_>>(),
            from_map.free().iter().collect::<Vec<_>>()
        );
    }
}
