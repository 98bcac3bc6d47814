//! What a transaction hands over to be committed.

use std::collections::BTreeSet;
use std::sync::Arc;

use citadel_core::Generation;
use rustc_hash::FxHashMap;

use super::Claim;
use crate::dirty::DirtyPages;
use crate::options::Durability;
use crate::queue::Turn;
use crate::redo::RedoLog;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::tree::{Choice, OpenTree};
use crate::tree_id::TreeId;

/// How a transaction wants to be committed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// When it is safe on the medium.
    pub(crate) durability: Durability,
    /// Whether it holds anew what is not known to be durable: its pages are synced before its record is written, however few
    /// they are, and it vouches for no commit before it.
    pub(crate) renews: bool,
    /// Whether its writer waits for the sync before it goes on.
    pub(crate) waits: bool,
}

impl Terms {
    pub(crate) fn new(durability: Durability) -> Self {
        Self {
            durability,
            renews: false,
            waits: true,
        }
    }
}

/// All that a transaction changed, and what it stands on.
pub(crate) struct Changes {
    pub(crate) database: Arc<Shared>,
    pub(crate) base: Arc<Snapshot>,
    pub(crate) generation: Generation,
    pub(crate) pages: DirtyPages,
    pub(crate) trees: FxHashMap<TreeId, OpenTree>,
    pub(crate) dropped: BTreeSet<TreeId>,
    pub(crate) next_tree: u64,
    /// The changes of entries, with those of the light commits before.
    pub(crate) redo: RedoLog,
    /// What of the catalog and the free map is to be written anew, whether or not it changes.
    pub(crate) roots: Option<Choice>,
    pub(crate) terms: Terms,
    /// Whether the pages shall end where the free ones at their end begin.
    pub(crate) trims: bool,
    /// Gives what was spilled back where the commit fails; it must go before the turn.
    pub(crate) claim: Claim,
    pub(crate) turn: Turn,
}
