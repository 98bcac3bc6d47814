//! Segments that are not all in memory: the same answers as those that are, or an end that says why.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::bytes::{Place, Stored};
use super::{METRICS, Noise, Table};
use crate::*;

const RESIDENCIES: [Residency; 3] = [Residency::Whole, Residency::Leading, Residency::Least];

/// Rows far from each other: coarse codes are precise enough to lead.
fn cloud(metric: Metric, dim: usize) -> Table {
    let mut table = Table::new(metric, dim, 3_000, 20);
    let mut noise = Noise(7);
    let values = table.vectors.iter_mut();
    values.for_each(|value| *value = noise.unit() - 0.5);
    table
}

/// What a search gives in batches, and what it did.
fn run(mut search: Search<'_>, batches: &[usize]) -> (Vec<Vec<Candidate>>, SearchStats) {
    let found = batches
        .iter()
        .map(|&batch| search.next(batch).to_vec())
        .collect();
    assert_eq!(search.cut_short(), None);
    let stats = SearchStats {
        blocks_read: 0,
        ..search.explain()
    };
    (found, stats)
}

#[test]
fn where_parts_are_changes_no_answer() {
    let mut led_by = Vec::new();
    for (metric, dim) in [
        (Metric::L2, 6),
        (Metric::InnerProduct, 24),
        (Metric::Cosine, 130),
        (Metric::L2, 130),
    ] {
        let table = match dim {
            130 => cloud(metric, dim),
            _ => Table::new(metric, dim, 3_000, 20),
        };
        let built = table.build();
        let stored = Stored::new(&built);
        led_by.push(leading(&stored));
        for residency in RESIDENCIES {
            let segment = stored.decode(residency).unwrap();
            assert_eq!(segment.is_resident(), residency == Residency::Whole);
            let (mut one, mut other) = (Scratch::new(), Scratch::new());
            for share in [0, 10, 300, 1_000] {
                let upper = AttributeValue::Integer(share);
                let predicate = Predicate::Range {
                    column: 1,
                    lower: std::ops::Bound::Unbounded,
                    upper: std::ops::Bound::Excluded(upper),
                };
                let some = segment.matching(&predicate).unwrap();
                for (row, allowed) in [(5, None), (700, Some(&some)), (44, Some(&some))] {
                    let query = table.vector(table.ids[row]);
                    let params = SearchParams { ef: 20 };
                    let asked = |segment: &Segment, scratch: &mut Scratch| {
                        let reading = segment.through(&stored);
                        let search = reading.search(query, allowed, params, scratch).unwrap();
                        let found = run(search, &[12, 1, 40, 5_000]);
                        let bounded = reading.bounded(query, allowed, 7, scratch).unwrap();
                        (found, bounded.to_vec())
                    };
                    assert_eq!(
                        asked(&built, &mut one),
                        asked(&segment, &mut other),
                        "{metric:?} {dim} {residency:?} {share}"
                    );
                }
            }
        }
    }
    assert!(
        led_by.contains(&BlockKind::Coarse) && led_by.contains(&BlockKind::Codes),
        "{led_by:?}"
    );
}

/// A narrowed search reads no more than one that is in memory scores.
#[test]
fn a_narrowed_search_is_the_same_too() {
    let table = Table::new(Metric::L2, 16, 2_000, 0);
    let built = table.build();
    let stored = Stored::new(&built);
    let few = built.positions_of(table.ids.iter().copied().step_by(9));
    for residency in RESIDENCIES {
        let segment = stored.decode(residency).unwrap();
        let (mut one, mut other) = (Scratch::new(), Scratch::new());
        for first in [0, 15] {
            let asked = |segment: &Segment, scratch: &mut Scratch| {
                let query = table.vector(table.ids[33]);
                let params = SearchParams { ef: 20 };
                let through = segment.through(&stored);
                let mut search = through.search(query, None, params, scratch).unwrap();
                let before = search.next(first).to_vec();
                search.narrow(&few);
                (before, run(search, &[10, 2_000]))
            };
            assert_eq!(asked(&built, &mut one), asked(&segment, &mut other));
        }
    }
}

#[test]
fn memory_is_told_before_anything_is_read() {
    for metric in METRICS {
        for dim in [6, 130] {
            let segment = match dim {
                130 => cloud(metric, dim).build(),
                _ => Table::new(metric, dim, 3_000, 20).build(),
            };
            let stored = Stored::new(&segment);
            let header = SegmentHeader::decode(stored.header()).unwrap();
            let taken = RESIDENCIES.map(|residency| {
                let taken = stored.decode(residency).unwrap().bytes_in_memory();
                let told = header.bytes_in_memory(residency);
                assert!(
                    told + 4_096 >= taken,
                    "{metric:?} {dim} {residency:?}: {taken}, {told} told"
                );
                assert!(
                    told <= taken + taken / 3,
                    "{metric:?} {dim} {residency:?}: {taken}, {told} told"
                );
                taken
            });
            assert!(taken[0] > taken[1] && taken[1] > taken[2], "{taken:?}");
        }
    }
}

#[test]
fn a_walk_reads_few_blocks_and_a_segment_in_memory_none() {
    let table = cloud(Metric::L2, 130);
    let stored = Stored::new(&table.build());
    let query = table.vector(-40);
    let mut scratch = Scratch::new();
    let mut read = |residency| {
        let segment = stored.decode(residency).unwrap();
        let through = segment.through(&stored);
        let params = SearchParams { ef: 20 };
        let mut search = through.search(query, None, params, &mut scratch).unwrap();
        assert!(search.next(12).len() >= 12);
        let stats = search.explain();
        (stats.blocks_read, stats.expanded)
    };
    assert_eq!(read(Residency::Whole).0, 0);
    let (blocks, expanded) = read(Residency::Leading);
    assert!(
        blocks >= expanded && blocks <= expanded + 60,
        "{blocks}, {expanded}"
    );
    assert!(read(Residency::Least).0 > blocks);
}

/// A store that loses its blocks after a while.
struct Failing<'a> {
    stored: &'a Stored,
    left: Cell<usize>,
}

impl Blocks for Failing<'_> {
    fn read(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Unavailable> {
        let left = self.left.get().checked_sub(1).ok_or(Unavailable)?;
        self.left.set(left);
        Blocks::read(self.stored, kind, block, read)
    }
}

/// A segment that is walked, in bytes.
fn walked() -> Stored {
    use std::sync::OnceLock;
    static WALKED: OnceLock<Stored> = OnceLock::new();
    WALKED
        .get_or_init(|| Stored::new(&cloud(Metric::L2, 96).build()))
        .clone()
}

/// The codes that lead its searches.
fn leading(stored: &Stored) -> BlockKind {
    match stored.0.contains_key(&Place::Block(BlockKind::Coarse, 0)) {
        true => BlockKind::Coarse,
        false => BlockKind::Codes,
    }
}

/// A search for ten rows, through some source.
fn ten<'s>(segment: &'s Segment, source: &'s dyn Blocks, scratch: &'s mut Scratch) -> Search<'s> {
    let params = SearchParams { ef: 8 };
    let through = segment.through(source);
    let search = through.search(&[0.2; 96], None, params, scratch).unwrap();
    assert_eq!(search.explain().regime, Regime::Walk);
    search
}

#[test]
fn a_block_that_cannot_be_read_ends_the_search_at_any_moment() {
    let stored = walked();
    let mut scratch = Scratch::new();
    for residency in [Residency::Leading, Residency::Least] {
        let segment = stored.decode(residency).unwrap();
        let mut ended = false;
        for left in (0..).take_while(|left| *left < 2_000) {
            let failing = Failing {
                stored: &stored,
                left: Cell::new(left),
            };
            let mut search = ten(&segment, &failing, &mut scratch);
            let found = search.next(10).len();
            match search.cut_short() {
                None => {
                    assert!(found >= 10);
                    ended = true;
                    break;
                }
                Some(CutShort::Unavailable(_)) => {
                    assert_eq!(found, 0);
                    failing.left.set(1_000);
                    assert_eq!(search.next(10).len(), 0, "it goes on with nothing");
                }
                Some(other) => panic!("{other}"),
            }
        }
        assert!(ended, "{residency:?}");
        let nowhere = segment.search(&[0.2; 96], None, SearchParams::default(), &mut scratch);
        let mut nowhere = nowhere.unwrap();
        assert_eq!(nowhere.next(5).len(), 0);
        assert!(nowhere.cut_short().is_some());
    }
}

/// Notes what is read.
struct Noting<'a> {
    stored: &'a Stored,
    read: RefCell<BTreeSet<Place>>,
}

impl Blocks for Noting<'_> {
    fn read(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Unavailable> {
        self.read.borrow_mut().insert(Place::Block(kind, block));
        Blocks::read(self.stored, kind, block, read)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A block that was altered after the segment was opened is found out by the first search that reads it, and by no other.
    #[test]
    fn an_altered_block_is_found_out(
        which: prop::sample::Index,
        least: bool,
        at: prop::sample::Index,
        mask in 1u8..,
    ) {
        let stored = walked();
        let residency = if least { Residency::Least } else { Residency::Leading };
        let segment = stored.decode(residency).unwrap();
        let mut scratch = Scratch::new();
        let noting = Noting { stored: &stored, read: RefCell::default() };
        let right = ten(&segment, &noting, &mut scratch).next(10).to_vec();
        prop_assert!(right.len() >= 10);

        let blocks = stored.0.keys().copied().filter(|place| matches!(place, Place::Block(..)));
        let blocks: Vec<Place> = blocks.collect();
        let place = blocks[which.index(blocks.len())];
        let mut altered = stored.clone();
        let bytes = altered.0.get_mut(&place).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        // Opened anew: a block that was compared once is believed.
        let segment = stored.decode(residency).unwrap();
        let mut search = ten(&segment, &altered, &mut scratch);
        let found = search.next(10).to_vec();
        if let Place::Block(kind, _) = place
            && (least || kind != leading(&stored))
        {
            prop_assert_eq!(stored.decode(residency).unwrap().through(&stored).check(), None);
            let wrong = stored.decode(residency).unwrap().through(&altered).check();
            prop_assert_eq!(wrong, Some(CutShort::Altered(kind)));
        }
        match place {
            Place::Block(kind, _) if noting.read.borrow().contains(&place) => {
                prop_assert_eq!(search.cut_short(), Some(CutShort::Altered(kind)));
                prop_assert_eq!(found, []);
            }
            _ => prop_assert_eq!(found, right),
        }
    }
}
