//! Folding an index: delta and segments become one segment. See the module above for why no row is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use citadel_txn::{Database, Generation, PageSize, View, WriteTxn};
use citadel_vector::{EncodedSegment, Progress, Segment};

use super::build::{Builder, cancelled};
use super::cache::SegmentCache;
use super::manifest::{Blake3, Manifest, SegmentEntry};
use super::moment::Moment;
use super::targets;
use super::{chunks, delta};
use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnIndex, Catalog, IndexId, IndexKind, TableDef};

/// How long a finished segment waits for the writer's lock before it is given up, and how often it looks whether it is
/// cancelled meanwhile.
const LOCK_WAIT: Duration = Duration::from_secs(60);
const LOCK_LOOK: Duration = Duration::from_millis(200);

/// What folding an ann index did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PersistReport {
    /// Rows in the new segments, those without a vector included.
    pub rows: u64,
    /// Segments made: one for each index on the column, none for an empty table.
    pub segments: u64,
    /// Bytes written for them.
    pub bytes: u64,
    /// The segment's identity, as the status shows it; over several, BLAKE3 of theirs. `None`: no segment.
    pub blake3: Option<Blake3>,
    /// Time spent, from the first row read to the commit.
    pub build_time: Duration,
}

/// Folds the ann indexes of a column, or the one of that name. Others read and write meanwhile; the writer's lock is held
/// only to put the finished segment in its place. Cancelled, it changes nothing and is an interrupted error.
///
/// Not to be called by one who holds a write transaction: see [`persist_within`].
pub(crate) fn persist(
    database: &Database,
    cache: &SegmentCache,
    table: &str,
    column: &str,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
) -> Result<PersistReport> {
    let started = Instant::now();
    let Some(_one_at_a_time) = cache.folding.begin(cancel) else {
        return Err(cancelled());
    };
    let catalog = Catalog::load(&database.begin_read()?)?;
    let (_, indexes) = targets::find(&catalog, table, column)?;
    let mut made = Vec::new();
    let fold = Fold {
        database,
        cache,
        progress,
        cancel,
        threads: 0,
    };
    for (def, _) in indexes {
        made.extend(fold.run(def.id)?);
    }
    Ok(report(&made, started))
}

/// Folds one index on one thread, because it needs it.
pub(super) fn fold_in_background(
    database: &Database,
    cache: &SegmentCache,
    id: IndexId,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
) -> Result<()> {
    let Some(_one_at_a_time) = cache.folding.begin_unasked(cancel) else {
        return Err(cancelled());
    };
    let fold = Fold {
        database,
        cache,
        progress,
        cancel,
        threads: 1,
    };
    fold.run(id).map(drop)
}

/// The same as [`persist`] inside a write transaction: sees its uncommitted rows, and is undone with it.
pub(crate) fn persist_within(
    txn: &mut WriteTxn,
    catalog: &Catalog,
    cache: &SegmentCache,
    table: &str,
    column: &str,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
) -> Result<PersistReport> {
    let started = Instant::now();
    let (table, indexes) = targets::find(catalog, table, column)?;
    let mut made = Vec::new();
    for (def, index) in indexes {
        made.extend(fold_inside(
            txn,
            &table,
            (def.id, &index),
            cache,
            progress,
            cancel,
        )?);
    }
    Ok(report(&made, started))
}

/// Makes the first segment of a new index, unless its delta names the rows of its table. Part of CREATE INDEX, in its
/// transaction.
pub(crate) fn fill_new_index(
    txn: &mut WriteTxn,
    (table, id, index): (&TableDef, IndexId, &AnnIndex),
    cache: &SegmentCache,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
) -> Result<()> {
    if delta::len(txn, index)? < txn.tree_len(table.rows)? {
        fold_inside(txn, table, (id, index), cache, progress, cancel)?;
    }
    Ok(())
}

/// Builds the index's one segment from the transaction's own rows.
fn fold_inside(
    txn: &mut WriteTxn,
    table: &TableDef,
    (id, index): (IndexId, &AnnIndex),
    cache: &SegmentCache,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
) -> Result<Option<SegmentEntry>> {
    let before = Manifest::load(txn, index)?;
    let built = Builder::new(table, index).build(txn, progress, cancel)?;
    let built = Built::new(built, txn.page_size());
    let generation = txn.generation();
    let entry = swap(txn, index, &before, built.as_ref(), generation)?;
    keep(cache, id, entry, built);
    Ok(entry)
}

/// A fold beside others who read and write.
struct Fold<'a> {
    database: &'a Database,
    cache: &'a SegmentCache,
    progress: &'a (dyn Fn(Progress) + Sync),
    cancel: &'a AtomicBool,
    threads: usize,
}

impl Fold<'_> {
    fn run(&self, id: IndexId) -> Result<Option<SegmentEntry>> {
        let snapshot = self.database.begin_read()?;
        let (table, index) = find_again(&snapshot, id)?;
        let before = Manifest::load(&snapshot, &index)?;
        let builder = Builder::new(&table, &index).on_threads(self.threads);
        let built = builder.build(&snapshot, self.progress, self.cancel)?;
        let built = Built::new(built, self.database.page_size());
        let generation = snapshot.generation();
        drop(snapshot);

        let mut txn = self.begin_write()?;
        let (_, index) = find_again(&txn, id)?;
        let entry = swap(&mut txn, &index, &before, built.as_ref(), generation)?;
        txn.commit()?;
        keep(self.cache, id, entry, built);
        let live: Vec<_> = entry.into_iter().collect();
        self.cache.forget_dead(id, &live);
        Ok(entry)
    }

    /// A finished segment is worth waiting for the lock.
    fn begin_write(&self) -> Result<WriteTxn> {
        let end = Instant::now() + LOCK_WAIT;
        loop {
            match self.database.begin_write_within(LOCK_LOOK) {
                Err(_) if self.cancel.load(Ordering::Relaxed) => return Err(cancelled()),
                Err(error) if error.is_busy() && Instant::now() < end => {}
                result => return Ok(result?),
            }
        }
    }
}

/// A finished segment and the checks of its bytes, which are computed before anyone waits for the lock.
struct Built {
    segment: Arc<Segment>,
    encoded: EncodedSegment,
}

impl Built {
    fn new(segment: Option<Arc<Segment>>, page_size: PageSize) -> Option<Self> {
        let segment = segment?;
        let encoded = segment.encode(chunks::block_bytes(page_size))?;
        Some(Self { segment, encoded })
    }
}

/// The index by its identity, as a later snapshot has it: it may have been dropped.
fn find_again(view: &dyn View, id: IndexId) -> Result<(Arc<TableDef>, AnnIndex)> {
    let catalog = Catalog::load(view)?;
    for table in catalog.tables() {
        for def in &table.indexes {
            if let (true, IndexKind::Ann(index)) = (def.id == id, &def.kind) {
                return Ok((Arc::clone(table), index.clone()));
            }
        }
    }
    Err(Error::sql(
        SqlState::SERIALIZATION_FAILURE,
        "the index was dropped while its segment was being built",
    ))
}

/// Puts a segment built from a snapshot in the place of those that the snapshot had.
fn swap(
    txn: &mut WriteTxn,
    index: &AnnIndex,
    before: &Manifest,
    built: Option<&Built>,
    snapshot: Generation,
) -> Result<Option<SegmentEntry>> {
    let mut manifest = Manifest::load(txn, index)?;
    if manifest != *before {
        return Err(Error::sql(
            SqlState::SERIALIZATION_FAILURE,
            "the index was folded by another while its segment was being built",
        ));
    }
    let entry = match built {
        None => None,
        Some(built) => Some(write(txn, index, &manifest, built, snapshot)?),
    };
    for dead in manifest.replace(entry) {
        chunks::remove(txn, index, dead.id)?;
    }
    manifest.save(txn, index)?;
    delta::forget_through(txn, index, snapshot)?;
    Ok(entry)
}

fn write(
    txn: &mut WriteTxn,
    index: &AnnIndex,
    manifest: &Manifest,
    built: &Built,
    generation: Generation,
) -> Result<SegmentEntry> {
    let id = manifest.next_id();
    let bytes = chunks::write(txn, index, id, &built.segment, &built.encoded)?;
    Ok(SegmentEntry {
        id,
        generation,
        rows: built.segment.len() as u64,
        bytes,
        made: Moment::now(),
        blake3: Blake3(built.encoded.identity()),
    })
}

fn keep(cache: &SegmentCache, id: IndexId, entry: Option<SegmentEntry>, built: Option<Built>) {
    if let (Some(entry), Some(built)) = (entry, built) {
        cache.insert_built(id, &entry, built.segment);
    }
}

fn report(made: &[SegmentEntry], started: Instant) -> PersistReport {
    let blake3 = match made {
        [] => None,
        [one] => Some(one.blake3),
        several => {
            let mut hasher = blake3::Hasher::new();
            for entry in several {
                hasher.update(&entry.blake3.0);
            }
            Some(Blake3(*hasher.finalize().as_bytes()))
        }
    };
    PersistReport {
        rows: made.iter().map(|entry| entry.rows).sum(),
        segments: made.len() as u64,
        bytes: made.iter().map(|entry| entry.bytes).sum(),
        blake3,
        build_time: started.elapsed(),
    }
}
