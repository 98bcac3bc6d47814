//! The commit record: the root of everything.
//!
//! ```text
//! generation            u64
//! flags                 u8     1 = the pages were made durable before the record was written; 2 = the commits before may be missing
//! durable               u64    the newest commit that was known to be durable when this one was made
//! previous              32     digest of the record before this one
//! pages end             u64    the page after the last one in use
//! next tree id          u64
//! catalog               52     descriptor of the tree of descriptors
//! free map              32     pointer, zeros where there is none
//! free map generation   u64    the commit that wrote it
//! free map end          u64    where the pages ended then
//! trail                 u16 × place    of the records that may be needed, up to that two generations after this one; equal
//!                                      places in a row are one record, of the last of these generations
//! recent trees          u16 × (id u64, descriptor 52)    newer than what the catalog says of them
//! log                   u32 bytes                        free space since the free map
//! written               u16 × (run 8, kind u8, tag 16)   what this commit wrote, where the flag is not set
//! redo                  u32 bytes                        changes since the last commit that wrote its changes as pages
//! ```
//!
//! Records form a chain forwards and backwards: each says where the next two will lie, and holds the digest of the one
//! before. `written` lists every run that the commit wrote, unless the
//! flag says that they were durable before.

mod codec;
mod digest;
mod redo;
mod trail;
mod write;

use citadel_core::{Generation, PageKind, PageNo, PagePtr, PageRun, PageSize, Tag, record_run};

use crate::space::encode_log_entry;
use crate::tree::Tree;
use crate::tree_id::TreeId;
pub(crate) use codec::{Beginning, CHECKPOINT_HEAD_BYTES};
pub(crate) use digest::{Digest, Pieces};
pub(crate) use redo::{Change, Redo};
pub(crate) use trail::Trail;

/// Free pages between the first two records: room for what a small commit writes.
const GENESIS_GAP_PAGES: u64 = 3;

/// Where the free map lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FreeMap {
    /// None before the first one is written.
    pub(crate) ptr: Option<PagePtr>,
    /// The commit that wrote it; the log begins with the next one.
    pub(crate) generation: Generation,
    /// Where the pages ended then.
    pub(crate) end: PageNo,
}

/// A run that a commit wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrittenRun {
    pub(crate) run: PageRun,
    pub(crate) kind: PageKind,
    pub(crate) tag: Tag,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) generation: Generation,
    pub(crate) data_synced: bool,
    /// Whether it holds anew what commits before it wrote that are not known to be durable. Those may be missing, and then
    /// nothing leads to it but a checkpoint: so it vouches for `durable` alone.
    pub(crate) renews: bool,
    /// The newest commit that was known to be durable when this one was made.
    pub(crate) durable: Generation,
    pub(crate) previous: Digest,
    pub(crate) pages_end: PageNo,
    pub(crate) next_tree: u64,
    pub(crate) catalog: Tree,
    pub(crate) free_map: FreeMap,
    /// Where the records lie that may still be needed.
    pub(crate) trail: Trail,
    /// Trees whose descriptor is newer than the catalog's, by id.
    pub(crate) recent: Vec<(TreeId, Tree)>,
    pub(crate) log: Vec<u8>,
    pub(crate) written: Vec<WrittenRun>,
    /// Changes that are not in the pages. `catalog` and `recent` know nothing of them.
    pub(crate) redo: Redo,
}

impl Record {
    /// The record of a file without trees. All that such a file has are the places of the next two records.
    pub(crate) fn genesis(first_page: PageNo, page_size: PageSize) -> Self {
        Self::first(
            Generation::new(1),
            TreeId::FIRST_ASSIGNED,
            first_page,
            page_size,
        )
    }

    /// The record of a file without trees that continues another file: generations and tree ids go on from there.
    pub(crate) fn genesis_after(other: &Record, first_page: PageNo, page_size: PageSize) -> Self {
        Self::first(other.generation, other.next_tree, first_page, page_size)
    }

    fn first(
        generation: Generation,
        next_tree: u64,
        first_page: PageNo,
        page_size: PageSize,
    ) -> Self {
        let next = record_run(page_size, first_page);
        let after = record_run(page_size, next.end().offset(GENESIS_GAP_PAGES));
        let mut log = Vec::new();
        encode_log_entry(&mut log, &[next.into(), after.into()], &[]);
        Self {
            generation,
            data_synced: true,
            renews: false,
            durable: generation,
            previous: Digest([0; 32]),
            pages_end: after.end(),
            next_tree,
            catalog: Tree::empty(1),
            free_map: FreeMap {
                ptr: None,
                generation: Generation::new(generation.get().saturating_sub(1)),
                end: first_page,
            },
            trail: Trail::begin(generation, next.first, after.first),
            recent: Vec::new(),
            log,
            written: Vec::new(),
            redo: Redo::default(),
        }
    }

    /// Whether this is the record of a generation at the place that was announced for it: its own, or one that it was written
    /// for.
    pub(crate) fn is_of(&self, generation: Generation, place: PageNo) -> bool {
        let lies_at = |generation| self.trail.place(generation) == Some(place);
        generation <= self.generation && lies_at(generation) && lies_at(self.generation)
    }

    /// What the record itself says of a tree, ahead of the catalog.
    pub(crate) fn recent(&self, id: TreeId) -> Option<&Tree> {
        let found = self.recent.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.recent.get(found).map(|(_, tree)| tree)
    }
}
