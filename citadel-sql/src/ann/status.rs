//! What `ann_index_status` tells.

use crate::schema::Metric;
use citadel_txn::View;

use super::cache::{Known, Origin, SegmentCache};
use super::manifest::{Blake3, Manifest, SegmentEntry};
use super::{delta, targets};
use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, IndexDef};

/// A vector index, as the newest snapshot and the memory of this process have it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AnnIndexStatus {
    /// The index's name.
    pub index: String,
    /// The table's name.
    pub table: String,
    /// The vector column's name.
    pub column: String,
    /// The metric that the index serves.
    pub metric: Metric,
    /// The filter columns, in order.
    pub filters: Vec<String>,
    /// Rows of the table.
    pub rows: u64,
    /// The live segments, by ascending id. None: no segment was made yet, and queries take the exact plan.
    pub segments: Vec<SegmentStatus>,
    /// Rows written, changed or deleted since the segments were made: queries search them exactly.
    pub delta_rows: u64,
}

/// One segment of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SegmentStatus {
    /// Given once in the life of the index.
    pub id: u64,
    /// Rows in the segment, void ones included.
    pub rows: u64,
    /// Bytes in the file.
    pub bytes: u64,
    /// The segment's identity: BLAKE3 of its header, which pins all else.
    pub blake3: Blake3,
    /// The generation of the snapshot that it was made from.
    pub generation: u64,
    /// Where it is now.
    pub state: SegmentState,
}

/// Where a segment is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentState {
    /// In the file; the first query reads it.
    NotLoaded,
    /// In memory since this process built it.
    Built {
        /// Bytes that it takes in memory.
        memory_bytes: u64,
    },
    /// In memory, read from the file and verified.
    Loaded {
        /// Bytes that it takes in memory.
        memory_bytes: u64,
    },
    /// It cannot be used, for this reason; queries take the exact plan.
    Refused(String),
}

/// The status of one index, named by its column, or by its own name where the column has several.
pub(crate) fn status(
    view: &dyn View,
    catalog: &Catalog,
    cache: &SegmentCache,
    table: &str,
    column: &str,
) -> Result<AnnIndexStatus> {
    let (table, indexes) = targets::find(catalog, table, column)?;
    let [(def, index)] = &indexes[..] else {
        let names: Vec<_> = indexes.iter().map(|(def, _)| def.name.as_str()).collect();
        let message = format!(
            "column {column} has several ann indexes: {}",
            names.join(", ")
        );
        return Err(Error::sql(SqlState::AMBIGUOUS_COLUMN, message)
            .hint("give the name of the index in place of the column's"));
    };
    let manifest = Manifest::load(view, index)?;
    Ok(AnnIndexStatus {
        index: def.name.clone(),
        table: table.name.clone(),
        column: table.column(index.column).name.clone(),
        metric: index.metric,
        filters: index
            .filters
            .iter()
            .map(|&no| table.column(no).name.clone())
            .collect(),
        rows: view.tree_len(table.rows)?,
        segments: manifest
            .live()
            .iter()
            .map(|entry| segment_status(cache, def, entry))
            .collect(),
        delta_rows: delta::len(view, index)?,
    })
}

fn segment_status(cache: &SegmentCache, def: &IndexDef, entry: &SegmentEntry) -> SegmentStatus {
    SegmentStatus {
        id: entry.id.0,
        rows: entry.rows,
        bytes: entry.bytes,
        blake3: entry.blake3,
        generation: entry.generation.get(),
        state: cache.known(def.id, entry).into(),
    }
}

impl From<Known> for SegmentState {
    fn from(known: Known) -> Self {
        match known {
            Known::Nothing => Self::NotLoaded,
            Known::Resident(origin, bytes) => {
                let memory_bytes = bytes as u64;
                match origin {
                    Origin::Built => Self::Built { memory_bytes },
                    Origin::Loaded => Self::Loaded { memory_bytes },
                }
            }
            Known::Refused(reason) => Self::Refused(reason.to_string()),
        }
    }
}
