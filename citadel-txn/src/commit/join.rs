//! Joining the commit before.
//!
//! Where many writers wait for a sync, the record of a light commit is [held](crate::durability) until that begins. The next
//! light commit then needs no record of its own: with its changes in the redo log, the record that is held is for both. It
//! keeps its place, and those that are announced are for the commits after this one. Space, catalog and checkpoints stay as
//! they were.

use citadel_core::Generation;

use super::Changes;
use super::steps::{LOG_BYTES_MAX, TRAIL_MAX, take_light_redo};
use crate::options::Durability;
use crate::record::{Digest, Record, Redo};
use crate::redo::Afloat;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::space::encode_log_entry;
use crate::wipe::wipe;

/// Makes the transaction one commit with the head, if that is held and there is room for it.
pub(super) fn join(database: &Shared, txn: &mut Changes) -> bool {
    txn.terms.durability == Durability::Full
        && database.join(|head| {
            let room = txn.base.record.room_for_redo();
            let redo = take_light_redo(database, txn, room)?;
            match joined(head, txn.generation, redo) {
                Ok(record) => Some(succeed(head, record, txn)),
                Err(redo) => {
                    txn.redo.give_back(redo);
                    None
                }
            }
        })
}

/// The record of both; the log again, where it would outgrow what a record may have.
fn joined(head: &Snapshot, generation: Generation, redo: Redo) -> Result<Record, Redo> {
    let mut record = head.record.clone();
    record.generation = generation;
    record.redo = redo;
    record.trail.share();
    encode_log_entry(&mut record.log, &[], &[]);
    let has_room = record.trail.len() < TRAIL_MAX && record.log.len() <= LOG_BYTES_MAX;
    match has_room && record.fits() {
        true => Ok(record),
        false => Err(std::mem::take(&mut record.redo)),
    }
}

fn succeed(head: &Snapshot, record: Record, txn: &mut Changes) -> Snapshot {
    let pieces = head.pieces.succeed(&head.record, &record);
    let mut bytes = record.encode();
    let digest = Digest::over(&record, &bytes, &pieces);
    wipe(&mut bytes);
    let afloat = Afloat::keep(&mut txn.pages, std::mem::take(&mut txn.trees));
    head.succeed(record, digest, pieces, Some(afloat), |_| false)
}
