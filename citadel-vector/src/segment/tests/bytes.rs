//! Segments as bytes: all of them are verified, and nothing made up makes a panic.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{METRICS, Table, low_effort};
use crate::*;

/// Bytes of a block in these tests: rows of a few dozen components are a few to a block.
pub(super) const BLOCK_BYTES: usize = 200;

/// Where a part of a stored segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Header,
    Section(SectionTag),
    Block(BlockKind, u32),
}

/// A segment in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored(pub(super) BTreeMap<Place, Vec<u8>>);

impl Stored {
    pub(super) fn new(segment: &Segment) -> Self {
        let encoded = segment.encode(BLOCK_BYTES).unwrap();
        let sections = encoded.sections.iter();
        let mut parts: BTreeMap<Place, Vec<u8>> = sections
            .map(|(tag, bytes)| (Place::Section(*tag), bytes.clone()))
            .collect();
        parts.insert(Place::Header, encoded.header.clone());
        for (kind, no) in encoded.blocks() {
            let mut block = Vec::new();
            segment.write_block(&encoded, kind, no, &mut block);
            assert!(parts.insert(Place::Block(kind, no), block).is_none());
        }
        let stored = Self(parts);
        assert_eq!(
            stored.0.values().map(Vec::len).sum::<usize>(),
            encoded.len()
        );
        stored
    }

    pub(super) fn header(&self) -> &[u8] {
        &self.0[&Place::Header]
    }

    pub(super) fn decode(&self, residency: Residency) -> Result<Segment, Refusal<&'static str>> {
        Segment::decode(self.header(), residency, self)
    }

    /// Some part that has bytes.
    fn pick(&self, part: prop::sample::Index) -> Place {
        let parts: Vec<_> = self
            .0
            .iter()
            .filter(|(_, bytes)| !bytes.is_empty())
            .collect();
        *parts[part.index(parts.len())].0
    }
}

impl SegmentStore for Stored {
    type Error = &'static str;

    fn section(&self, tag: SectionTag, len: usize) -> Result<Vec<u8>, &'static str> {
        let section = self.0.get(&Place::Section(tag)).ok_or("no such section")?;
        Ok(section.get(..len).unwrap_or(section).to_vec())
    }

    fn block(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), &'static str> {
        read(
            self.0
                .get(&Place::Block(kind, block))
                .ok_or("no such block")?,
        );
        Ok(())
    }
}

impl Blocks for Stored {
    fn read(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Unavailable> {
        self.block(kind, block, read).map_err(|_| Unavailable)
    }
}

/// Through bytes and back.
pub(super) fn reload(segment: &Segment) -> Segment {
    Stored::new(segment).decode(Residency::Whole).unwrap()
}

#[test]
fn bytes_hold_everything() {
    for metric in METRICS {
        let table = Table::new(metric, 19, 2_500, 33);
        let segment = table.build();
        let stored = Stored::new(&segment);
        let again = stored.decode(Residency::Whole).unwrap();
        assert_eq!(Stored::new(&again), stored);
        assert_eq!(
            (again.metric(), again.dim(), again.len()),
            (metric, 19, 2_533)
        );
        assert_eq!((again.column(), again.generation()), ("embedding", 7));
        let header = SegmentHeader::decode(stored.header()).unwrap();
        let encoded = segment.encode(BLOCK_BYTES).unwrap();
        assert_eq!(header.identity, encoded.identity());
        assert_eq!(header.config_hash(), BuildConfig::default().pinned());
        assert_eq!(header.filters, ["filter 0", "filter 1", "filter 2"]);
        assert_eq!(header.fingerprint, segment.fingerprint());
        assert_eq!(table.fingerprint_of(&again, 0.0), segment.fingerprint());
        assert_ne!(table.fingerprint_of(&again, 1.0), segment.fingerprint());
        let mut scratch = Scratch::new();
        let query = table.vector(-40);
        let mut candidates = |segment: &Segment| {
            let mut search = segment
                .search(query, None, SearchParams::default(), &mut scratch)
                .unwrap();
            search.next(50).to_vec()
        };
        assert_eq!(candidates(&segment), candidates(&again));
    }
}

#[test]
fn the_identity_depends_on_everything_given() {
    let table = Table::new(Metric::L2, 4, 300, 5);
    let identity = |table: &Table| table.build().encode(BLOCK_BYTES).unwrap().identity();
    let original = identity(&table);
    let mut altered = Table::new(Metric::L2, 4, 300, 5);
    altered.values[304][2] = AttributeValue::Real(-1.0);
    assert_ne!(identity(&altered), original);
    let mut moved = Table::new(Metric::L2, 4, 300, 5);
    moved.vectors[17] = moved.vectors[17].next_up();
    assert_ne!(identity(&moved), original);
}

#[test]
fn a_reader_can_see_what_a_segment_is() {
    let segment = Table::new(Metric::L2, 4, 300, 5).build();
    let header = SegmentHeader::decode(Stored::new(&segment).header())
        .unwrap()
        .to_string();
    assert!(
        header.contains("column       embedding\n")
            && header.contains("rows         300 indexed, 5 undefined\n")
    );
    let content = segment.to_string();
    assert!(
        content.contains("filter       filter 0: Bytes, 305 rows, 7 distinct"),
        "{content}"
    );
}

#[test]
fn what_cannot_be_fetched_is_named() {
    let stored = sample();
    for (place, section) in [
        (Place::Section(SectionTag::Rows), SectionTag::Rows),
        (Place::Block(BlockKind::Codes, 2), SectionTag::Codes),
        (Place::Block(BlockKind::Graph, 0), SectionTag::Graph),
    ] {
        let mut stored = stored.clone();
        stored.0.remove(&place);
        match stored.decode(Residency::Whole).unwrap_err() {
            Refusal::Fetch { section: named, .. } => assert_eq!(named, section),
            other => panic!("{other}"),
        }
    }
}

/// An index of an earlier version is answered exactly, and built anew by REINDEX.
#[test]
fn another_version_is_refused_by_its_number() {
    let mut stored = sample();
    let header = stored.0.get_mut(&Place::Header).unwrap();
    header[8..12].copy_from_slice(&4u32.to_le_bytes());
    let body = header.len() - 32;
    let identity = blake3::hash(&header[..body]);
    header[body..].copy_from_slice(identity.as_bytes());
    assert_eq!(
        stored.decode(Residency::Whole).unwrap_err(),
        Refusal::Version(4)
    );
}

/// Found by the fuzzer: five lengths whose sum is past every number.
#[test]
fn sections_that_are_longer_than_memory_are_refused() {
    let mut header = SegmentHeader::decode(sample().header()).unwrap();
    for summary in &mut header.sections {
        summary.len = usize::MAX / 2;
    }
    assert!(SegmentHeader::decode(&header.encode()).is_err());
}

/// Recomputes all hashes, so that the structure itself is put to the test.
fn reseal(stored: &mut Stored) {
    let mut header = SegmentHeader::decode(stored.header()).unwrap();
    let mut checks = Vec::new();
    for kind in [BlockKind::Codes, BlockKind::Coarse, BlockKind::Graph] {
        let first = checks.len();
        let blocks = Place::Block(kind, 0)..=Place::Block(kind, u32::MAX);
        for (_, block) in stored.0.range(blocks) {
            checks.extend_from_slice(&crate::prism::check_of(block));
        }
        let tag = SectionTag::of(kind);
        let mut summaries = header.sections.iter_mut();
        let summary = summaries.find(|summary| summary.tag == tag).unwrap();
        summary.blake3 = *blake3::hash(&checks[first..]).as_bytes();
    }
    stored.0.insert(Place::Section(SectionTag::Checks), checks);
    for summary in &mut header.sections {
        if let Some(section) = stored.0.get(&Place::Section(summary.tag)) {
            summary.len = section.len();
            summary.blake3 = *blake3::hash(section).as_bytes();
        }
    }
    stored.0.insert(Place::Header, header.encode());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_altered_byte_is_refused(part: prop::sample::Index, at: prop::sample::Index, mask in 1u8..) {
        let mut stored = sample();
        let bytes = stored.0.get_mut(&stored.pick(part)).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        prop_assert!(stored.decode(Residency::Whole).is_err());
    }

    #[test]
    fn any_truncation_is_refused(part: prop::sample::Index, at: prop::sample::Index) {
        let mut stored = sample();
        let bytes = stored.0.get_mut(&stored.pick(part)).unwrap();
        let at = at.index(bytes.len());
        bytes.truncate(at);
        prop_assert!(stored.decode(Residency::Whole).is_err());
    }

    /// Bytes whose hashes are right but whose content was made up: a refusal or a segment that still answers, never a panic.
    #[test]
    fn forged_parts_never_panic(
        part: prop::sample::Index,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut stored = sample();
        let place = stored.pick(part);
        prop_assume!(place != Place::Header);
        let bytes = stored.0.get_mut(&place).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        reseal(&mut stored);
        for residency in [Residency::Whole, Residency::Leading, Residency::Least] {
            let Ok(segment) = stored.decode(residency) else {
                continue;
            };
            let mut scratch = Scratch::new();
            let through = segment.through(&stored);
            let mut search = through.search(&[0.5; 6], None, low_effort(), &mut scratch).unwrap();
            let mut found = 0;
            while let Some(more) = std::num::NonZero::new(search.next(64).len()) {
                found += more.get();
            }
            prop_assert!(search.cut_short().is_some() || found == segment.indexed_len());
            let _ = segment.matching(&Predicate::Eq(0, AttributeValue::Bytes(b"a".to_vec())));
        }
    }
}

/// A small segment in bytes.
pub(super) fn sample() -> Stored {
    use std::sync::OnceLock;
    static SAMPLE: OnceLock<Stored> = OnceLock::new();
    SAMPLE
        .get_or_init(|| Stored::new(&Table::new(Metric::L2, 6, 300, 9).build()))
        .clone()
}
