//! The steps of a commit, in order.

use std::sync::Arc;

use citadel_core::{Generation, PageNo, SealedFile, WriteBatch, record_run};

use super::descriptors::Descriptors;
use super::sealer::{Parts, Sealer, pages_needed};
use super::{Changes, Notice, PendingCommit, join};
use crate::checkpoint::Checkpoints;
use crate::durability::Durable;
use crate::error::{Error, Result};
use crate::options::Durability;
use crate::record::{Digest, FreeMap, Pieces, Record, Redo, Trail};
use crate::redo::Afloat;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::space::{Arena, Retiree, Space, Span, encode_log_entry, encode_map, spans_of};
use crate::tree::Choice;
use crate::wipe::wipe;

/// Bytes of log that a record may carry; more is written as a map.
pub(super) const LOG_BYTES_MAX: usize = 1536;
/// Places of records that a trail may have before a commit syncs those before it, and writes a checkpoint even if the last
/// one is recent. Three times the commits that may be unsynced, and some more: those that wait for a sync, those that wait for
/// a checkpoint that names them, and those that wait for that to be durable.
pub(super) const TRAIL_MAX: usize = 224;

/// Commits a transaction that has changed something, up to the sync.
pub(crate) fn commit(txn: Changes) -> Result<PendingCommit> {
    let database = Arc::clone(&txn.database);
    let (generation, durability) = (txn.generation, txn.terms.durability);
    txn.turn.call_next();
    // The turn ends here: the next writer goes on while this commit becomes durable.
    write_head(&database, txn)?;
    Ok(PendingCommit::new(database, generation, durability))
}

/// Writes the commit, or leaves that to the next sync, and makes it the one that the next writer stands on.
fn write_head(database: &Shared, mut txn: Changes) -> Result<()> {
    if join::join(database, &mut txn) {
        return Ok(());
    }
    let mut space = database.space().lock();
    let space = space.as_mut().ok_or(Error::ReadOnly)?;
    let mut checkpoints = database.checkpoints().lock();
    let checkpoints = checkpoints.as_mut().ok_or(Error::ReadOnly)?;
    database.begin_space(space, txn.generation)?;
    let written = match write(database, &mut txn, space, checkpoints) {
        Ok(written) => written,
        Err(error) => {
            space.abort()?;
            return Err(error);
        }
    };
    space.commit(txn.generation, written.retired, written.record_pages);
    let (record, digest, pieces) = (written.record, written.digest, written.pieces);
    let is_held = written.is_held;
    let head = match record.redo.is_empty() {
        true => txn.base.succeed(record, digest, pieces, None, |id| {
            txn.dropped.contains(&id) || txn.trees.get(&id).is_some_and(|tree| tree.state.changed)
        }),
        false => {
            let afloat = Afloat::keep(&mut txn.pages, std::mem::take(&mut txn.trees));
            let afloat = Some(afloat);
            txn.base.succeed(record, digest, pieces, afloat, |_| false)
        }
    };
    match is_held {
        true => database.hold(head, written.bytes),
        false => database.advance(head, written.bytes, txn.terms.durability),
    }
    Ok(())
}

/// A commit that was written, up to its record where that is held.
struct Written {
    record: Record,
    digest: Digest,
    pieces: Pieces,
    retired: Vec<Retiree>,
    record_pages: u64,
    /// Bytes that are not synced yet.
    bytes: u64,
    is_held: bool,
}

/// Writes pages and record, and a checkpoint where one is due.
fn write(
    database: &Shared,
    txn: &mut Changes,
    space: &mut Space,
    checkpoints: &mut Checkpoints,
) -> Result<Written> {
    let file = database.file().as_ref();
    let page_size = file.page_size();
    let durable = known_durable(database, txn)?;
    let mut records = Records::of(txn, &durable, checkpoints, space)?;
    let place = record_run(page_size, records.place);
    let generation = txn.generation;
    let room = txn.base.record.room_for_redo();
    let redo = take_light_redo(database, txn, room);
    let mut descriptors = match redo {
        Some(_) => None,
        None => Some(Descriptors::gather(txn, page_size)?),
    };
    let pages = match descriptors {
        Some(_) => pages_needed(file, &txn.pages),
        None => 0,
    };
    let notice = Notice::new(database, checkpoints, generation);
    let (dirty, behind) = (&mut txn.pages, place.end());
    let mut sealer = Sealer::for_commit(pages, file, notice, generation, dirty, space, behind)?;
    let mut retired = Vec::new();
    if let Some(descriptors) = &mut descriptors {
        descriptors.seal(txn, &mut sealer)?;
        retired = txn.pages.take_retired();
    }
    let expected = expected_next(file, txn, redo.as_ref(), room);
    let accounted = account(&mut sealer, txn, &mut records, retired, expected)?;
    let Parts {
        written,
        mut batch,
        pages_end,
        mut notice,
    } = sealer.into_parts()?;
    let mut record = Record {
        generation,
        data_synced: false,
        renews: txn.terms.renews,
        durable: durable.generation,
        previous: txn.base.digest,
        next_tree: txn.next_tree,
        free_map: accounted.free_map,
        trail: records.trail,
        log: accounted.log,
        written,
        pages_end,
        catalog: txn.base.record.catalog,
        recent: txn.base.record.recent.clone(),
        redo: redo.unwrap_or_default(),
    };
    if let Some(descriptors) = descriptors {
        descriptors.record(&mut record);
    }
    notice.ensure_len(pages_end)?;
    if txn.claim.has_spilled() || record.renews || !record.fits() {
        notice.leave()?;
        batch.write()?;
        sync_pages(database, txn)?;
        notice.is_synced();
        record.data_synced = true;
        if !record.renews {
            record.durable = txn.base.generation();
        }
        record.written.clear();
        batch = file.batch(generation);
    }
    if let Some(checkpoint) = &records.checkpoint {
        notice.write_checkpoint(checkpoint, || sync_pages(database, txn))?;
    }
    let unsynced: u64 = record.written.iter().map(|w| u64::from(w.run.pages)).sum();
    let pages = unsynced + u64::from(place.pages);
    let is_alone = is_alone(database, txn);
    // What the record lists was written by this very commit; it cannot be the record of a later one.
    let is_record_only = !record.redo.is_empty() && record.written.is_empty();
    let is_held = is_record_only && !is_alone && txn.terms.durability == Durability::Full;
    let mut bytes = record.encode();
    let wrote = match is_held {
        true => batch.write(),
        false => write_with_record(batch, records.place, &bytes, is_alone),
    };
    // The medium is at work meanwhile, where it was told to begin.
    let pieces = txn.base.pieces.succeed(&txn.base.record, &record);
    let digest = Digest::over(&record, &bytes, &pieces);
    wipe(&mut bytes);
    wrote?;
    Ok(Written {
        record,
        digest,
        pieces,
        retired: accounted.retired,
        record_pages: u64::from(place.pages),
        bytes: pages * u64::from(page_size.get()),
        is_held,
    })
}

/// Writes what is in the batch, and the record. A sync follows at once where the commit is alone.
fn write_with_record(
    mut batch: WriteBatch<'_>,
    place: PageNo,
    record: &[u8],
    is_alone: bool,
) -> citadel_core::Result<()> {
    batch.seal_record(place, record)?;
    match is_alone {
        true => batch.write_to_sync(),
        false => batch.write(),
    }
}

/// Takes the redo log of a commit that writes no pages, where its record has room for so many bytes; none where it must write
/// them.
pub(super) fn take_light_redo(database: &Shared, txn: &mut Changes, room: usize) -> Option<Redo> {
    let is_plain = !txn.claim.has_spilled()
        && !txn.terms.renews
        && !txn.trims
        && txn.roots.is_none()
        && txn.dropped.is_empty()
        && txn.next_tree == txn.base.record.next_tree;
    let len = txn.redo.complete().filter(|_| is_plain)?.bytes().len();
    let has_room = len <= room
        && Afloat::fits(
            &txn.pages,
            database
                .options()
                .dirty_budget(database.file().cache_room()),
        );
    if !has_room {
        return None;
    }
    txn.redo.take()
}

/// Whether a sync for this commit alone follows. Where others write, the bytes rather wait for a sync of all.
fn is_alone(database: &Shared, txn: &Changes) -> bool {
    txn.terms.durability == Durability::Full
        && txn.terms.waits
        && !txn.turn.is_wanted()
        && !database.syncs_for_many()
}

/// What is known to be durable, after a sync where too many records wait for one.
fn known_durable(database: &Shared, txn: &Changes) -> Result<Durable<Arc<Snapshot>>> {
    let waits = txn.base.record.trail.len() >= TRAIL_MAX;
    if waits && txn.terms.durability != Durability::Off {
        database.make_durable(txn.base.generation())?;
    }
    Ok(database.durable())
}

/// Makes what was written so far durable: the pages of this commit, and with them all commits before it.
fn sync_pages(database: &Shared, txn: &Changes) -> Result<()> {
    match txn.terms.durability {
        Durability::Full | Durability::Normal => database.sync_head(),
        Durability::Off => Ok(()),
    }
}

/// What a commit does with commit records.
struct Records {
    /// Where its own lies.
    place: PageNo,
    /// Where that of the next commit lies.
    next: PageNo,
    /// Where all lie, without those that it retires.
    trail: Trail,
    retired: Vec<(Generation, PageNo)>,
    /// What it writes into a checkpoint.
    checkpoint: Option<Arc<Snapshot>>,
}

impl Records {
    /// The plan of a commit.
    fn of(
        txn: &Changes,
        durable: &Durable<Arc<Snapshot>>,
        checkpoints: &Checkpoints,
        space: &Space,
    ) -> Result<Self> {
        let mut trail = txn.base.record.trail.clone();
        let announced = |generation: Option<Generation>| {
            let place = generation.and_then(|generation| trail.place(generation));
            place.ok_or(Error::corrupt("a record that announces no other"))
        };
        let (place, next) = (
            announced(Some(txn.generation))?,
            announced(txn.generation.next())?,
        );
        let urgent = trail.len() >= TRAIL_MAX || space.is_kept_low();
        let is_due = checkpoints.is_due(txn.generation, durable.generation, urgent);
        let checkpoint = durable.commit.clone().filter(|_| is_due);
        let retired = trail.retire(checkpoints.retirable(durable.generation));
        Ok(Self {
            place,
            next,
            trail,
            retired,
            checkpoint,
        })
    }
}

/// How the free space after a commit is written down.
struct Accounted {
    free_map: FreeMap,
    log: Vec<u8>,
    retired: Vec<Retiree>,
}

/// Chooses a place for the record after the next, where the next commit is expected to write so many pages. Appends to the log;
/// writes a map where that grows too long.
fn account(
    sealer: &mut Sealer<'_>,
    txn: &Changes,
    records: &mut Records,
    mut retired: Vec<Retiree>,
    expected: u64,
) -> Result<Accounted> {
    let base = &txn.base.record;
    let run = |place| record_run(sealer.file().page_size(), place);
    let old = records.retired.iter();
    retired.extend(old.map(|(generation, at)| Retiree::record(run(*at).into(), *generation)));
    let next = run(records.next);
    let after = sealer
        .arena()
        .take_record(next.end(), expected, u64::from(next.pages))?;
    records.trail.announce(after.first);
    let mut log = base.log.clone();
    let taken = sealer.arena().space().taken();
    encode_log_entry(&mut log, &taken, &spans_of(&retired));
    let map = base.free_map.ptr.as_ref();
    let is_taken = |choice: Choice| map.is_some_and(|ptr| choice.takes(ptr));
    if log.len() <= LOG_BYTES_MAX && !txn.trims && !txn.roots.is_some_and(is_taken) {
        let free_map = base.free_map;
        return Ok(Accounted {
            free_map,
            log,
            retired,
        });
    }
    retired.extend(base.free_map.ptr.as_ref().map(Retiree::from));
    let free_map = write_map(sealer, txn, &spans_of(&retired))?;
    Ok(Accounted {
        free_map,
        log: Vec::new(),
        retired,
    })
}

/// Pages that the next commit will write if it changes as much as this light one: none where its record has room for the
/// changes beside so many bytes of log, else all that is afloat then, with a page or two for nodes that are split.
fn expected_next(file: &SealedFile, txn: &Changes, redo: Option<&Redo>, room: usize) -> u64 {
    let Some(redo) = redo.map(|redo| redo.bytes().len()) else {
        return 0;
    };
    let base = &txn.base.record;
    let grown = redo.saturating_sub(base.redo.bytes().len());
    match redo + grown + LOG_ENTRY_BYTES <= room {
        true => 0,
        false => pages_needed(file, &txn.pages) + SPLIT_PAGES,
    }
}

/// Writes all free space as a map. Taking pages for it changes what it says, by fewer bytes than the slack.
fn write_map(sealer: &mut Sealer<'_>, txn: &Changes, retired: &[Span]) -> Result<FreeMap> {
    let commit = txn.generation;
    let encode = |arena: &Arena<'_>| encode_map(arena.space(), commit, retired);
    let bytes = encode(sealer.arena()).len() + MAP_SLACK_BYTES;
    let pages = sealer.pages_for(bytes)?;
    let ptr = sealer
        .seal_free_map(pages, txn.trims, encode)?
        .ok_or(Error::corrupt("the free map outgrew its slack"))?;
    Ok(FreeMap {
        ptr: Some(ptr),
        generation: commit,
        end: sealer.arena().space().end(),
    })
}

/// About what a commit adds to the log of free space.
const LOG_ENTRY_BYTES: usize = 32;
/// Room for nodes that are split by the next commit.
const SPLIT_PAGES: u64 = 2;
/// More than one run of free space that appears or changes can take.
const MAP_SLACK_BYTES: usize = 64;
