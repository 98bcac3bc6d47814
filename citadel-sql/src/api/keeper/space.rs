//! Where the space of a file went, by table and index.

use std::fmt;

use citadel_txn::{Progress, Quiet, TreeSpace};

use super::owners::{Owner, Part};
use super::{Owners, Watch};
use crate::api::connection::Connection;
use crate::error::Result;
use crate::schema::Catalog;

/// Where the space of a file went.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpaceReport {
    /// The commit that was read.
    pub generation: u64,
    /// Bytes of a page.
    pub page_bytes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Pages that are free, those replaced lately included.
    pub pages_free: u64,
    /// Pages for the file's own use: which trees there are, which pages are free, records of commits.
    pub pages_internal: u64,
    /// Tables by name, each with what hangs on it.
    pub objects: Vec<ObjectSpace>,
}

/// The space of a table's rows, of a vector column, or of an index.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ObjectSpace {
    /// The table; empty for the definitions, and for trees that belong to no table.
    pub table: String,
    /// The column or index; empty for rows.
    pub name: String,
    /// What it is.
    pub kind: ObjectKind,
    /// Entries.
    pub entries: u64,
    /// Pages.
    pub pages: u64,
    /// Bytes of those pages.
    pub bytes: u64,
    /// Nodes on the way from the root to an entry.
    pub depth: u8,
    /// How full its leaves are, between 0 and 1.
    pub fill: f64,
}

/// What takes space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// The definitions of tables and indexes.
    Schema,
    /// Rows of a table.
    Rows,
    /// Vectors of a column that lie apart from its rows.
    Vectors,
    /// An ordered index.
    Index,
    /// Rows changed since a vector index was folded.
    AnnDelta,
    /// The segments of a vector index.
    AnnSegments,
    /// A tree that belongs to no table.
    Unowned,
}

impl ObjectKind {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Rows => "rows",
            Self::Vectors => "vectors",
            Self::Index => "index",
            Self::AnnDelta => "ann delta",
            Self::AnnSegments => "ann segments",
            Self::Unowned => "unowned",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Connection {
    /// Tells where the space of the file went, as of the newest commit. Reads the nodes of all trees; large values are
    /// counted, not read.
    ///
    /// # Errors
    /// Storage errors.
    pub fn space(&self) -> Result<SpaceReport> {
        self.space_with(&mut Quiet)
    }

    /// The same, telling how far it is.
    ///
    /// # Errors
    /// As [`space`](Connection::space); it was stopped.
    pub fn space_with(&self, progress: &mut dyn Progress) -> Result<SpaceReport> {
        self.arm_interrupt();
        let storage = &self.database().shared().storage;
        let mut watch = Watch::new(progress, self.interrupt().flag());
        let below = storage.space(&mut watch)?;
        // Definitions made or dropped since the survey began leave a tree without a name, and nothing worse.
        let owners = Owners::of(&Catalog::load(&storage.begin_read()?)?);
        let page_bytes = u64::from(below.page_size.get());
        let mut objects: Vec<ObjectSpace> = below
            .trees
            .iter()
            .map(|tree| object(tree, owners.of_tree(tree.id), page_bytes))
            .collect();
        objects.sort_by(|a, b| a.table.cmp(&b.table));
        Ok(SpaceReport {
            generation: below.generation.get(),
            page_bytes,
            file_bytes: below.file_bytes,
            pages_free: below.pages_free + below.pages_retired,
            pages_internal: below.catalog.pages() + below.pages_free_map + below.pages_records,
            objects,
        })
    }
}

fn object(tree: &TreeSpace, owner: Option<&Owner>, page_bytes: u64) -> ObjectSpace {
    let (kind, name) = match owner.map(|owner| &owner.part) {
        None => (ObjectKind::Unowned, format!("tree {}", tree.id)),
        Some(Part::Schema | Part::Intents | Part::Sequences) => (ObjectKind::Schema, String::new()),
        Some(Part::Rows) => (ObjectKind::Rows, String::new()),
        Some(Part::Vectors(column)) => (ObjectKind::Vectors, column.clone()),
        Some(Part::Index(index)) => (ObjectKind::Index, index.clone()),
        Some(Part::Delta(index)) => (ObjectKind::AnnDelta, index.clone()),
        Some(Part::Segments(index)) => (ObjectKind::AnnSegments, index.clone()),
    };
    ObjectSpace {
        table: owner
            .and_then(|owner| owner.table.clone())
            .unwrap_or_default(),
        name,
        kind,
        entries: tree.entries,
        pages: tree.pages(),
        bytes: tree.pages().saturating_mul(page_bytes),
        depth: tree.depth,
        fill: tree.fill(),
    }
}
