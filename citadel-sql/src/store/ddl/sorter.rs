//! Sorting the entries of a new index, in bounded memory.
//!
//! Entries are gathered and sorted in memory; where they are more than fit, each sorted run goes into a tree of its own,
//! in the transaction and so sealed and spilled as all else, and in the end the runs are merged. Either way the index is
//! loaded from its first entry to its last, and its leaves are full.

use citadel_txn::{BulkLoad, Cursor, TreeId, TreeOptions, WriteTxn};

use crate::error::Result;

/// Bytes of entries, and of what says where they are, that are held at once.
const HELD_BYTES_MAX: usize = 32 << 20;
/// Entries that are written between two looks at whether the work is to stop.
const WATCH_ENTRIES: u64 = 4096;

/// What stops the work by an error.
pub(super) type Watch<'a> = &'a mut dyn FnMut() -> Result<()>;

/// How a load ended.
pub(super) enum Loaded {
    /// All entries are in the index.
    Whole,
    /// This key came twice.
    Duplicate(Vec<u8>),
}

/// Takes entries in any order, and gives them to a tree in ascending order.
pub(super) struct Sorter {
    held: Block,
    /// Sorted runs that were too much to be held.
    runs: Vec<TreeId>,
    held_bytes_max: usize,
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self::holding(HELD_BYTES_MAX)
    }

    /// A sorter that holds so many bytes at once.
    pub(super) fn holding(held_bytes_max: usize) -> Self {
        Self {
            held: Block::default(),
            runs: Vec::new(),
            held_bytes_max,
        }
    }

    /// Takes an entry. A key that came twice may be found out here already.
    ///
    /// # Errors
    /// Storage errors, and what `watch` says.
    pub(super) fn push(
        &mut self,
        txn: &mut WriteTxn,
        key: &[u8],
        value: &[u8],
        watch: Watch<'_>,
    ) -> Result<Loaded> {
        self.held.push(key, value);
        if self.held.bytes() < self.held_bytes_max {
            return Ok(Loaded::Whole);
        }
        let run = txn.create_tree(TreeOptions::default())?;
        self.runs.push(run);
        self.held.write(&mut txn.bulk(run)?, watch)
    }

    /// Gives all entries to `tree`, which is empty.
    ///
    /// # Errors
    /// Storage errors, and what `watch` says.
    pub(super) fn load(
        mut self,
        txn: &mut WriteTxn,
        tree: TreeId,
        watch: Watch<'_>,
    ) -> Result<Loaded> {
        let loaded = match self.runs.is_empty() {
            true => self.held.write(&mut txn.bulk(tree)?, watch)?,
            false => self.merge(&mut txn.bulk(tree)?, watch)?,
        };
        for run in self.runs {
            txn.drop_tree(run)?;
        }
        Ok(loaded)
    }

    fn merge(&mut self, load: &mut BulkLoad<'_>, watch: Watch<'_>) -> Result<Loaded> {
        self.held.sort();
        // At least one entry of each run is held, however many runs there are.
        let block_bytes = (self.held_bytes_max / (self.runs.len() + 1)).max(1);
        let rest = Source {
            block: std::mem::take(&mut self.held),
            ..Source::new(None)
        };
        let runs = self.runs.iter().map(|run| Source::new(Some(*run)));
        let mut sources: Vec<_> = runs.chain([rest]).collect();
        for source in &mut sources {
            source.refill(load.txn(), block_bytes)?;
        }
        loop {
            let heads = sources.iter().enumerate();
            let heads = heads.filter_map(|(at, source)| Some((source.head()?.0, at)));
            let Some((_, least)) = heads.min() else {
                return Ok(Loaded::Whole);
            };
            let source = &mut sources[least];
            if let Some((key, value)) = source.head()
                && !push(load, key, value, watch)?
            {
                return Ok(Loaded::Duplicate(key.to_vec()));
            }
            source.at += 1;
            source.refill(load.txn(), block_bytes)?;
        }
    }
}

/// Appends an entry; false where its key was the last one's.
fn push(load: &mut BulkLoad<'_>, key: &[u8], value: &[u8], watch: Watch<'_>) -> Result<bool> {
    if load.entries().is_multiple_of(WATCH_ENTRIES) {
        watch()?;
    }
    match load.push(key, value) {
        Ok(()) => Ok(true),
        Err(citadel_txn::Error::KeyOutOfOrder) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A sorted run that is read block by block: a tree, or what is still held.
struct Source {
    rest: Option<Cursor>,
    block: Block,
    /// The next entry of the block.
    at: usize,
}

impl Source {
    fn new(run: Option<TreeId>) -> Self {
        Self {
            rest: run.map(Cursor::new),
            block: Block::default(),
            at: 0,
        }
    }

    fn head(&self) -> Option<(&[u8], &[u8])> {
        self.block.get(self.at)
    }

    /// Reads the next block where this one is used up. The cursor finds its way again once for a block, not for an entry.
    fn refill(&mut self, txn: &WriteTxn, block_bytes: usize) -> Result<()> {
        if self.head().is_some() {
            return Ok(());
        }
        let Some(rest) = &mut self.rest else {
            return Ok(());
        };
        self.block.clear();
        self.at = 0;
        while self.block.bytes() < block_bytes {
            if !rest.next(txn)? {
                self.rest = None;
                break;
            }
            self.block.push(rest.key(), &rest.value(txn)?);
        }
        Ok(())
    }
}

/// Entries in memory.
#[derive(Default)]
struct Block {
    /// Keys and values, end to end.
    bytes: Vec<u8>,
    entries: Vec<Span>,
}

/// Where an entry lies in the bytes of its block.
#[derive(Clone, Copy)]
struct Span {
    key: usize,
    value: usize,
    end: usize,
}

impl Block {
    fn push(&mut self, key: &[u8], value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.entries.push(Span {
            key: start,
            value: start + key.len(),
            end: self.bytes.len(),
        });
    }

    fn get(&self, at: usize) -> Option<(&[u8], &[u8])> {
        let span = self.entries.get(at)?;
        Some((
            &self.bytes[span.key..span.value],
            &self.bytes[span.value..span.end],
        ))
    }

    /// Bytes that the block takes.
    fn bytes(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<Span>()
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        let key = |span: &Span| &bytes[span.key..span.value];
        self.entries.sort_unstable_by(|a, b| key(a).cmp(key(b)));
    }

    /// Appends all entries in the order of their keys, and forgets them.
    fn write(&mut self, load: &mut BulkLoad<'_>, watch: Watch<'_>) -> Result<Loaded> {
        self.sort();
        for at in 0..self.entries.len() {
            if let Some((key, value)) = self.get(at)
                && !push(load, key, value, watch)?
            {
                return Ok(Loaded::Duplicate(key.to_vec()));
            }
        }
        self.clear();
        Ok(Loaded::Whole)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use citadel_txn::View;
    use proptest::prelude::*;

    use super::*;
    use crate::store::testing::database;

    fn entries(view: &dyn View, tree: TreeId) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut cursor = Cursor::new(tree);
        let mut found = Vec::new();
        while cursor.next(view).unwrap() {
            let value = cursor.value(view).unwrap().to_vec();
            found.push((cursor.key().to_vec(), value));
        }
        found
    }

    fn feed(txn: &mut WriteTxn, tree: TreeId, held: usize, pairs: &[(Vec<u8>, u8)]) -> Loaded {
        let mut sorter = Sorter::holding(held);
        for (key, value) in pairs {
            let pushed = sorter.push(txn, key, &[*value], &mut || Ok(())).unwrap();
            if let Loaded::Duplicate(_) = pushed {
                return pushed;
            }
        }
        sorter.load(txn, tree, &mut || Ok(())).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// However much is held at once: what row after row put in would give, or the same refusal.
        #[test]
        fn the_index_is_that_of_entries_put_in_one_by_one(
            pairs in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..5), any::<u8>()), 0..400),
            held in prop_oneof![Just(1_usize), 100..3000_usize, Just(1 << 20)],
            savepoint: bool,
        ) {
            let database = database(512);
            let mut txn = database.begin_write().unwrap();
            let saved = savepoint.then(|| txn.savepoint());
            let (sorted, single) = (
                txn.create_tree(TreeOptions::default()).unwrap(),
                txn.create_tree(TreeOptions::default()).unwrap(),
            );
            let mut twice = false;
            for (key, value) in &pairs {
                twice |= txn.insert(single, key, &[*value]).unwrap();
            }
            match feed(&mut txn, sorted, held, &pairs) {
                Loaded::Whole => {
                    prop_assert!(!twice);
                    prop_assert_eq!(entries(&txn, sorted), entries(&txn, single));
                    if let Some(saved) = saved {
                        txn.release(saved).unwrap();
                    }
                    txn.commit().unwrap();
                    let report = database.check().unwrap();
                    prop_assert!(report.problems.is_empty(), "{:?}", report.problems);
                }
                Loaded::Duplicate(key) => {
                    prop_assert!(twice && pairs.iter().filter(|pair| pair.0 == key).count() > 1);
                }
            }
        }
    }

    #[test]
    fn a_load_stops_where_it_is_told_to() {
        let mut txn = database(512).begin_write().unwrap();
        let tree = txn.create_tree(TreeOptions::default()).unwrap();
        let mut sorter = Sorter::new();
        for number in 0..10_000_u32 {
            let key = number.reverse_bits().to_be_bytes();
            sorter
                .push(&mut txn, &key, &[], &mut || Ok(()))
                .map(drop)
                .unwrap();
        }
        let mut looks = 0;
        let stopped = sorter.load(&mut txn, tree, &mut || {
            looks += 1;
            match looks {
                3 => Err(citadel_txn::Error::Interrupted.into()),
                _ => Ok(()),
            }
        });
        assert!(stopped.is_err_and(|error| error.is_interrupted()));
    }
}
