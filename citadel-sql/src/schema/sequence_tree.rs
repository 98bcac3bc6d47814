//! The tree that keeps where sequences stand: sequence id (8, big-endian) → last number, was it given out?
//!
//! A database without a sequence has no such tree. Its changes are those of a transaction as any other: a rollback takes
//! them back, which is sound with one writer at a time, as nobody else can have got a later number meanwhile.

use citadel_txn::{TreeId, TreeOptions, View, WriteTxn};

use super::{SequenceId, SequenceState};
use crate::error::{Error, Result};

/// The well-known tree of states.
pub(crate) const SEQUENCE_TREE: TreeId = TreeId::new(3);

/// Where a sequence stands.
///
/// # Errors
/// It is not there, or does not decode; storage errors.
pub(crate) fn sequence_state(view: &dyn View, id: SequenceId) -> Result<SequenceState> {
    let damaged = || Error::Corrupt("the state of a sequence is not there".to_owned());
    if !view.tree_exists(SEQUENCE_TREE)? {
        return Err(damaged());
    }
    let bytes = view.get(SEQUENCE_TREE, &key(id))?.ok_or_else(damaged)?;
    SequenceState::decode(&bytes).map_err(|_| damaged())
}

/// Notes where a sequence stands.
///
/// # Errors
/// Storage errors.
pub(crate) fn put_sequence_state(
    txn: &mut WriteTxn,
    id: SequenceId,
    state: SequenceState,
) -> Result<()> {
    if !txn.tree_exists(SEQUENCE_TREE)? {
        txn.create_tree_at(SEQUENCE_TREE, TreeOptions::default())?;
    }
    txn.insert(SEQUENCE_TREE, &key(id), &state.encode())?;
    Ok(())
}

/// Forgets a sequence that is dropped.
///
/// # Errors
/// Storage errors.
pub(crate) fn remove_sequence_state(txn: &mut WriteTxn, id: SequenceId) -> Result<()> {
    if txn.tree_exists(SEQUENCE_TREE)? {
        txn.remove(SEQUENCE_TREE, &key(id))?;
    }
    Ok(())
}

fn key(id: SequenceId) -> [u8; 8] {
    id.0.to_be_bytes()
}
