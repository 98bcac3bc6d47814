//! The write transaction.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use citadel_core::{Generation, PageSize};
use rustc_hash::FxHashMap;

use super::Journal;
use crate::commit::{self, Changes, Claim, PendingCommit, Terms};
use crate::dirty::DirtyPages;
use crate::error::{Error, Result};
use crate::node::Payload;
use crate::queue::Turn;
use crate::record::Change;
use crate::redo::RedoLog;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::tree::{
    Choice, Geometry, OldValue, OpenTree, Tree, TreeOptions, WritableTree, free_large, free_tree,
    insert, remove,
};
use crate::tree_id::TreeId;
use crate::view::Source;

/// Tells the stamps of one transaction's changes from those of all others in the process.
static NEXT_TXN: AtomicU64 = AtomicU64::new(0);
/// Set in the stamps of write transactions; generations never reach it.
const STAMP_OF_WRITE: u64 = 1 << 63;
/// Changes that one transaction can count before its stamps run into the next one's.
const STAMP_SHIFT: u32 = 40;

/// A write transaction: reads what it wrote, and is seen by nobody else until it [commits](WriteTxn::commit). Dropping it
/// rolls it back.
#[derive(Debug)]
pub struct WriteTxn {
    pub(super) database: Arc<Shared>,
    pub(super) base: Arc<Snapshot>,
    pub(super) generation: Generation,
    pub(super) pages: DirtyPages,
    pub(super) trees: FxHashMap<TreeId, OpenTree>,
    /// Trees of the base snapshot that are gone.
    pub(super) dropped: BTreeSet<TreeId>,
    next_tree: u64,
    pub(super) journal: Journal,
    changed: bool,
    /// Changes of entries, for a light commit.
    pub(super) redo: RedoLog,
    pub(super) terms: Terms,
    /// What of the catalog and the free map the commit writes anew.
    pub(super) roots: Option<Choice>,
    /// Whether the commit lets the pages end where the free ones at their end begin.
    pub(super) trims: bool,
    pub(super) stamp: u64,
    /// Gives back what was spilled, before the turn is.
    pub(super) claim: Claim,
    /// Held until everything else is gone.
    turn: Turn,
}

impl WriteTxn {
    pub(crate) fn begin(database: Arc<Shared>, turn: Turn) -> Result<Self> {
        let base = database.head();
        let generation = base.generation().next().ok_or(Error::Exhausted {
            what: "generations",
        })?;
        let serial = NEXT_TXN.fetch_add(1, Ordering::Relaxed);
        let budget = database
            .options()
            .dirty_budget(database.file().cache_room());
        let mut pages = DirtyPages::new(Arc::clone(database.file()), generation, budget);
        let mut trees = FxHashMap::default();
        if let Some(afloat) = base.afloat() {
            pages.resume(afloat.pages());
            trees.clone_from(afloat.trees());
        }
        Ok(Self {
            pages,
            claim: Claim::new(Arc::clone(&database), generation),
            redo: RedoLog::resume(&base.record.redo),
            trees,
            dropped: BTreeSet::new(),
            next_tree: base.record.next_tree,
            journal: Journal::default(),
            changed: false,
            terms: Terms::new(database.durability()),
            roots: None,
            trims: false,
            stamp: STAMP_OF_WRITE | (serial << STAMP_SHIFT) & (STAMP_OF_WRITE - 1),
            database,
            base,
            generation,
            turn,
        })
    }

    /// The page size of the file.
    pub fn page_size(&self) -> PageSize {
        self.database.file().page_size()
    }

    /// Bytes that a key may have.
    pub fn max_key_len(&self) -> usize {
        Geometry::key_len_max(self.database.file().page_size())
    }

    /// Whether nothing was changed, so that committing writes nothing.
    pub fn is_unchanged(&self) -> bool {
        !self.changed
    }

    /// How often an entry of a tree was put in or taken out, what was taken back again included.
    pub fn entries_changed(&self, tree: TreeId) -> u64 {
        self.trees.get(&tree).map_or(0, |open| open.changes)
    }

    /// Creates an empty tree under a new id.
    ///
    /// # Errors
    /// [`Error::BadLeafPages`].
    pub fn create_tree(&mut self, options: TreeOptions) -> Result<TreeId> {
        let id = TreeId::new(self.next_tree);
        let next = self
            .next_tree
            .checked_add(1)
            .ok_or(Error::Exhausted { what: "tree ids" })?;
        self.add_tree(id, options)?;
        self.next_tree = next;
        Ok(id)
    }

    /// Creates an empty tree under a well-known id.
    ///
    /// # Errors
    /// [`Error::TreeExists`], [`Error::NotWellKnown`], [`Error::BadLeafPages`], or what the file says.
    pub fn create_tree_at(&mut self, id: TreeId, options: TreeOptions) -> Result<()> {
        if !id.is_well_known() {
            return Err(Error::NotWellKnown(id));
        }
        if self.descriptor(id)?.is_some() {
            return Err(Error::TreeExists(id));
        }
        self.add_tree(id, options)
    }

    /// Creates an empty tree under an id that is free.
    pub(crate) fn add_tree(&mut self, id: TreeId, options: TreeOptions) -> Result<()> {
        let mut state = WritableTree::new(
            Tree::empty(options.leaf_pages),
            self.database.file().page_size(),
        )?;
        state.changed = true;
        self.touch();
        self.trees.insert(
            id,
            OpenTree {
                state,
                in_base: false,
                changes: 0,
            },
        );
        if self.journal.is_open() {
            self.journal.created(id);
        }
        Ok(())
    }

    /// Drops a tree and all that is in it.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`], or what the file says.
    pub fn drop_tree(&mut self, id: TreeId) -> Result<()> {
        self.open_tree(id)?;
        let Some(tree) = self.trees.remove(&id) else {
            return Err(Error::NoSuchTree(id));
        };
        self.touch();
        if tree.in_base {
            self.dropped.insert(id);
        }
        if self.journal.is_open() {
            self.journal.dropped(id, tree);
            return Ok(());
        }
        free_tree(&mut self.pages, &tree.state.tree)
    }

    /// Puts an entry in. True where it replaced one of the same key.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`], [`Error::KeyTooLong`], [`Error::ValueTooLong`], or what the file says.
    pub fn insert(&mut self, tree: TreeId, key: &[u8], value: &[u8]) -> Result<bool> {
        let old = self.insert_value(tree, key, value)?;
        // The log holds no large value, not even one that the transaction replaces again.
        if self
            .open_tree(tree)?
            .state
            .geometry
            .is_inline(key.len(), value.len())
        {
            self.redo.log(Change::Insert { tree, key, value });
        }
        let replaced = old.is_some();
        self.settle(tree, key, old)?;
        self.relieve()?;
        Ok(replaced)
    }

    /// Puts an entry in; the caller settles what it replaced.
    #[inline]
    pub(super) fn insert_value(
        &mut self,
        tree: TreeId,
        key: &[u8],
        value: &[u8],
    ) -> Result<Option<OldValue>> {
        let geometry = self.open_tree(tree)?.state.geometry;
        geometry.check_entry(key, value)?;
        if geometry.is_inline(key.len(), value.len()) {
            return self.insert_payload(tree, key, inline(value));
        }
        let large = self.hold_value(value)?.encode();
        let payload = Payload {
            bytes: &large,
            large: true,
        };
        self.insert_payload(tree, key, payload)
    }

    #[inline]
    fn insert_payload(
        &mut self,
        tree: TreeId,
        key: &[u8],
        payload: Payload<'_>,
    ) -> Result<Option<OldValue>> {
        let keep = self.journal.is_open();
        let open = self.trees.get_mut(&tree).ok_or(Error::NoSuchTree(tree))?;
        open.changes += 1;
        let old = insert(&mut self.pages, &mut open.state, key, payload, keep)?;
        self.touch();
        Ok(old)
    }

    /// Takes an entry out. True where there was one.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`], or what the file says.
    pub fn remove(&mut self, tree: TreeId, key: &[u8]) -> Result<bool> {
        let keep = self.journal.is_open();
        self.open_tree(tree)?;
        let open = self.trees.get_mut(&tree).ok_or(Error::NoSuchTree(tree))?;
        let old = remove(&mut self.pages, &mut open.state, key, keep)?;
        if old.is_none() {
            return Ok(false);
        }
        open.changes += 1;
        self.touch();
        self.redo.log(Change::Remove { tree, key });
        self.settle(tree, key, old)?;
        self.relieve()?;
        Ok(true)
    }

    /// Commits: what was changed is durable when this returns, and every later transaction sees it. Where nothing was
    /// changed, nothing is written and the generation stays.
    ///
    /// # Errors
    /// What the file says. After a failed write or sync no later commit of this database can succeed; whether this one
    /// did, only reopening tells.
    pub fn commit(self) -> Result<Generation> {
        self.begin_commit(true)?.wait()
    }

    /// Commits without waiting until what was changed is durable; the transaction that is begun next stands on it. So one
    /// thread has many commits made durable by one sync.
    ///
    /// # Errors
    /// As [`commit`](WriteTxn::commit).
    pub fn commit_later(self) -> Result<PendingCommit> {
        self.begin_commit(false)
    }

    fn begin_commit(mut self, waits: bool) -> Result<PendingCommit> {
        self.claim.require_whole()?;
        self.forget_journal()?;
        self.terms.waits = waits;
        if !self.changed {
            return self.acknowledge_reads();
        }
        commit::commit(Changes {
            database: self.database,
            base: self.base,
            generation: self.generation,
            pages: self.pages,
            trees: self.trees,
            dropped: self.dropped,
            next_tree: self.next_tree,
            redo: self.redo,
            roots: self.roots,
            trims: self.trims,
            terms: self.terms,
            claim: self.claim,
            turn: self.turn,
        })
    }

    /// Ends a transaction that changed nothing. It may have read a commit that is still on its way to the medium.
    fn acknowledge_reads(self) -> Result<PendingCommit> {
        let database = Arc::clone(&self.database);
        let base = Arc::clone(&self.base);
        let durability = self.terms.durability;
        // The turn ends here.
        drop(self);
        database.show(&base, durability)?;
        Ok(PendingCommit::new(database, base.generation(), durability))
    }

    /// Rolls back: nothing of it ever was.
    pub fn rollback(self) {}

    /// Puts back what an undo holds.
    pub(super) fn put(&mut self, tree: TreeId, key: &[u8], payload: Payload<'_>) -> Result<()> {
        self.open_tree(tree)?;
        let old = self.insert_payload(tree, key, payload)?;
        self.settle(tree, key, old)?;
        self.relieve()
    }

    /// Takes everything out of a tree.
    pub(super) fn empty_tree(&mut self, id: TreeId) -> Result<()> {
        let state = &mut self.open_tree(id)?.state;
        let empty = Tree::empty(state.tree.leaf_pages);
        let full = std::mem::replace(&mut state.tree, empty);
        state.last_leaf = None;
        self.touch();
        free_tree(&mut self.pages, &full)
    }

    /// Frees a tree whose creation is taken back.
    pub(super) fn discard_tree(&mut self, id: TreeId) -> Result<()> {
        self.touch();
        match self.trees.remove(&id) {
            Some(tree) => free_tree(&mut self.pages, &tree.state.tree),
            None => Ok(()),
        }
    }

    /// Brings a tree back whose drop is taken back.
    pub(super) fn restore_tree(&mut self, id: TreeId, tree: OpenTree) {
        self.touch();
        if tree.in_base {
            self.dropped.remove(&id);
        }
        self.trees.insert(id, tree);
    }

    #[inline]
    pub(super) fn touch(&mut self) {
        self.changed = true;
        self.redo.count();
        self.stamp += 1;
    }

    #[inline]
    pub(super) fn open_tree(&mut self, id: TreeId) -> Result<&mut OpenTree> {
        match self.trees.entry(id) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(vacant) => {
                let tree = match self.dropped.contains(&id) {
                    true => None,
                    false => self.base.tree(self.database.file(), id)?,
                };
                let page_size = self.database.file().page_size();
                Ok(vacant.insert(OpenTree {
                    state: WritableTree::new(tree.ok_or(Error::NoSuchTree(id))?, page_size)?,
                    in_base: true,
                    changes: 0,
                }))
            }
        }
    }

    /// Records how to take a change back while a savepoint is open; otherwise lets go of what it replaced.
    #[inline]
    pub(super) fn settle(&mut self, tree: TreeId, key: &[u8], old: Option<OldValue>) -> Result<()> {
        if self.journal.is_open() {
            self.journal.entry(tree, key, old.as_ref());
        } else if let Some(large) = old.as_ref().map(OldValue::large_ref).transpose()?.flatten() {
            free_large(&mut self.pages, &large)?;
        }
        Ok(())
    }
}

/// A value that lies in its leaf.
fn inline(bytes: &[u8]) -> Payload<'_> {
    Payload {
        bytes,
        large: false,
    }
}
