//! What `ann_index_status` tells.

use crate::schema::Metric;
use citadel_txn::View;
use citadel_vector::{CalibratedRecall, Calibration, Effort};

use super::cache::{Known, Origin, SegmentCache};
use super::manifest::{Blake3, Manifest, SegmentEntry};
use super::moment::Moment;
use super::refusal::Refusal;
use super::{chunks, delta, targets};
use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnIndex, AnnSettings, Catalog, IndexDef, Recall};

/// A vector index, as the newest snapshot and the memory of this process have it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AnnIndexStatus {
    /// The index's name.
    pub index: String,
    /// The table's name.
    pub table: String,
    /// The name of the column that the index is on, or the expression.
    pub column: String,
    /// The same as a statement needs it: a name in quotes.
    pub vector_sql: String,
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
    /// The recall that the session asks of searches through the index.
    pub asked: Recall,
}

/// Rows that recall is told for.
const TOLD_FOR: usize = 10;

impl AnnIndexStatus {
    /// The recall of ten rows that is to be expected at the session's effort: that of the worst segment. `None`: nothing is
    /// calibrated, or every row is scored for what is asked.
    pub fn recall(&self) -> Option<CalibratedRecall> {
        let efforts = self
            .segments
            .iter()
            .map(|segment| segment.effort(self.asked));
        let recalls: Option<Vec<_>> = efforts.map(|effort| effort?.recall).collect();
        let worst = |a: &CalibratedRecall, b: &CalibratedRecall| a.bound.total_cmp(&b.bound);
        recalls?.into_iter().min_by(worst)
    }

    /// Rows that a walk for ten keeps in view for the recall asked for: the most of all segments. `None` as for
    /// [`recall`](Self::recall).
    pub fn effort(&self) -> Option<usize> {
        let efforts = self
            .segments
            .iter()
            .map(|segment| segment.effort(self.asked));
        let efforts = efforts.flatten().map(|effort| effort.ef);
        efforts.filter(|&ef| ef != Effort::EVERY_ROW).max()
    }

    /// Why the index is not used, if it is not.
    pub fn refusal(&self) -> Option<&str> {
        self.segments
            .iter()
            .find_map(|segment| match &segment.state {
                SegmentState::Refused(reason) => Some(reason.as_str()),
                _ => None,
            })
    }
}

/// One segment of an index.
#[derive(Clone, Debug, PartialEq)]
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
    /// When it was made, by the clock of the machine that made it.
    pub merged_at: Moment,
    /// What searches of the segment find, as it was measured when it was made. Empty for a segment so small that every row is
    /// scored, or one that is refused.
    pub calibration: Calibration,
    /// Where it is now.
    pub state: SegmentState,
}

impl SegmentStatus {
    fn effort(&self, asked: Recall) -> Option<Effort> {
        self.calibration.effort(TOLD_FOR, asked.share())
    }
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
    /// The parts that lead a search are in memory; the rest is read through the page cache as it is needed.
    Paged {
        /// Bytes that those parts take in memory, of those of the page cache.
        memory_bytes: u64,
    },
    /// It cannot be used, for this reason; queries take the exact plan.
    Refused(String),
}

impl SegmentState {
    /// Bytes that the segment takes in memory now.
    pub fn memory_bytes(&self) -> u64 {
        match self {
            Self::Built { memory_bytes }
            | Self::Loaded { memory_bytes }
            | Self::Paged { memory_bytes } => *memory_bytes,
            Self::NotLoaded | Self::Refused(_) => 0,
        }
    }
}

/// Who asks for a status: what is in memory, and what the session says.
pub(crate) struct Asking<'a> {
    pub(crate) cache: &'a SegmentCache,
    pub(crate) settings: AnnSettings,
}

/// The status of one index, named by its column, or by its own name where the column has several.
pub(crate) fn status(
    view: &dyn View,
    catalog: &Catalog,
    asking: &Asking<'_>,
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
        column: index.vector.text(&table),
        vector_sql: index.vector.sql(&table),
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
            .map(|entry| segment_status(view, asking.cache, (def, index), entry))
            .collect::<Result<_>>()?,
        delta_rows: delta::len(view, index)?,
        asked: asking.settings.asked(index),
    })
}

fn segment_status(
    view: &dyn View,
    cache: &SegmentCache,
    (def, index): (&IndexDef, &AnnIndex),
    entry: &SegmentEntry,
) -> Result<SegmentStatus> {
    let mut state: SegmentState = cache.known(def.id, entry).into();
    let calibration = match chunks::read_calibration(view, index, entry.id) {
        Ok(calibration) => calibration,
        Err(error) => {
            // A search would refuse the segment for it.
            let refusal = Refusal::of(error)?;
            if !matches!(state, SegmentState::Refused(_)) {
                state = SegmentState::Refused(refusal.to_string());
            }
            Calibration::default()
        }
    };
    Ok(SegmentStatus {
        id: entry.id.0,
        rows: entry.rows,
        bytes: entry.bytes,
        blake3: entry.blake3,
        generation: entry.generation.get(),
        merged_at: entry.made,
        calibration,
        state,
    })
}

impl From<Known> for SegmentState {
    fn from(known: Known) -> Self {
        match known {
            Known::Nothing => Self::NotLoaded,
            Known::Resident {
                origin,
                whole,
                bytes,
            } => {
                let memory_bytes = bytes as u64;
                match (origin, whole) {
                    (_, false) => Self::Paged { memory_bytes },
                    (Origin::Built, true) => Self::Built { memory_bytes },
                    (Origin::Loaded, true) => Self::Loaded { memory_bytes },
                }
            }
            Known::Refused(reason) => Self::Refused(reason.to_string()),
        }
    }
}
