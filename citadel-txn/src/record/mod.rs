//! The commit record: the root of everything.
//!
//! ```text
//! generation            u64
//! flags                 u8     1 = the pages were made durable before the record was written, 2 = an echo
//! previous              32     digest of the record before this one
//! pages end             u64    the page after the last one ever allocated
//! next tree id          u64
//! catalog               52     descriptor of the tree of descriptors
//! free map              32     pointer, zeros where there is none
//! free map generation   u64    the commit that wrote it
//! free map end          u64    where the pages ended then
//! recent trees          u16 × (id u64, descriptor 52)    newer than what the catalog says of them
//! log                   u32 bytes                        free space since the free map
//! written               u16 × (run 8, kind u8, tag 16)   what this commit wrote, where the flag is not set
//! ```
//!
//! What always holds: the record of an even generation lies in slot A, of an odd one in slot B. `written` lists every run
//! that the commit wrote, unless the flag says that they were durable before. The digest of a record is BLAKE3 over its
//! bytes; as each record holds the digest of the one before, digests form a chain.

mod codec;

use citadel_core::{Generation, PageKind, PageNo, PagePtr, PageRun, Tag};

use crate::tree::Tree;
use crate::tree_id::TreeId;

/// BLAKE3 over the bytes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Digest {
    pub(crate) fn of(record: &[u8]) -> Self {
        Self(*blake3::hash(record).as_bytes())
    }
}

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
    /// Whether it only repeats the record before it.
    pub(crate) echo: bool,
    pub(crate) previous: Digest,
    pub(crate) pages_end: PageNo,
    pub(crate) next_tree: u64,
    pub(crate) catalog: Tree,
    pub(crate) free_map: FreeMap,
    /// Trees whose descriptor is newer than the catalog's, by id.
    pub(crate) recent: Vec<(TreeId, Tree)>,
    pub(crate) log: Vec<u8>,
    pub(crate) written: Vec<WrittenRun>,
}

impl Record {
    /// The record of a file without trees.
    pub(crate) fn genesis(first_page: PageNo) -> Self {
        let generation = Generation::new(1);
        Self {
            generation,
            data_synced: true,
            echo: false,
            previous: Digest([0; 32]),
            pages_end: first_page,
            next_tree: TreeId::FIRST_ASSIGNED,
            catalog: Tree::empty(1),
            free_map: FreeMap {
                ptr: None,
                generation,
                end: first_page,
            },
            recent: Vec::new(),
            log: Vec::new(),
            written: Vec::new(),
        }
    }

    /// The record of a file without trees that continues another file: generations and tree ids go on from there.
    pub(crate) fn genesis_after(other: &Record, first_page: PageNo) -> Self {
        let mut genesis = Self {
            generation: other.generation,
            next_tree: other.next_tree,
            ..Self::genesis(first_page)
        };
        genesis.free_map.generation = genesis.generation;
        genesis
    }

    /// What the record itself says of a tree, ahead of the catalog.
    pub(crate) fn recent(&self, id: TreeId) -> Option<&Tree> {
        let found = self.recent.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.recent.get(found).map(|(_, tree)| tree)
    }
}
