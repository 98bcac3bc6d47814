//! The steps of a commit, in order.

use std::sync::Arc;

use citadel_core::{Generation, RecordSlot, SealedFile};

use super::Changes;
use super::descriptors::Descriptors;
use super::sealer::Sealer;
use crate::error::{Error, Result};
use crate::record::{Digest, FreeMap, Record};
use crate::space::{Arena, Retiree, Space, Span, encode_log_entry, encode_map, spans_of};
use crate::tree::Choice;

/// Bytes of log that a record may carry; more is written as a map.
const LOG_BYTES_MAX: usize = 3584;

/// Commits a transaction that has changed something.
pub(crate) fn commit(mut txn: Changes) -> Result<Generation> {
    let database = Arc::clone(&txn.database);
    let mut space = database.space().lock();
    let space = space.as_mut().ok_or(Error::ReadOnly)?;
    space.begin(txn.generation, &database.registry().open())?;
    let (record, retired) = match write(&mut txn, space) {
        Ok(written) => written,
        Err(error) => {
            space.abort()?;
            return Err(error);
        }
    };
    let bytes = record.encode();
    if let Err(error) = write_record(database.file(), &record, &bytes) {
        space.abort()?;
        return Err(error);
    }
    space.commit(txn.generation, retired);
    let generation = record.generation;
    let touched =
        |id| txn.dropped.contains(&id) || txn.trees.get(&id).is_some_and(|tree| tree.state.changed);
    database.publish(record, Digest::of(&bytes), touched);
    Ok(generation)
}

/// Writes the pages, and makes the record that names them.
fn write(txn: &mut Changes, space: &mut Space) -> Result<(Record, Vec<Retiree>)> {
    let database = Arc::clone(&txn.database);
    let file = database.file().as_ref();
    let mut descriptors = Descriptors::gather(txn, file.page_size())?;
    let mut sealer = Sealer::new(file, txn.generation, &mut txn.pages, space)?;
    descriptors.seal(txn, &mut sealer)?;
    let accounted = account(&mut sealer, txn)?;
    let mut record = Record {
        generation: txn.generation,
        data_synced: false,
        echo: false,
        previous: txn.base.digest,
        next_tree: txn.next_tree,
        free_map: accounted.free_map,
        log: accounted.log,
        written: sealer.finish()?,
        pages_end: space.end(),
        catalog: txn.base.record.catalog,
        recent: Vec::new(),
    };
    descriptors.record(&mut record);
    if txn.claim.has_spilled() || txn.terms.pages_first || !record.fits() {
        file.sync()?;
        record.data_synced = true;
        record.written.clear();
    }
    Ok((record, accounted.retired))
}

fn write_record(file: &SealedFile, record: &Record, bytes: &[u8]) -> Result<()> {
    file.write_record(RecordSlot::of(record.generation), bytes)?;
    Ok(file.sync()?)
}

/// How the free space after a commit is written down.
struct Accounted {
    free_map: FreeMap,
    log: Vec<u8>,
    retired: Vec<Retiree>,
}

/// Appends to the log; writes a map where that grows too long.
fn account(sealer: &mut Sealer<'_>, txn: &mut Changes) -> Result<Accounted> {
    let base = &txn.base.record;
    let mut retired = txn.pages.take_retired();
    sealer.arena().close()?;
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

/// More than one run of free space that appears or changes can take.
const MAP_SLACK_BYTES: usize = 64;
