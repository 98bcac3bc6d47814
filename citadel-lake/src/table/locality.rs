//! Which rows are near each other, so that a file holds one neighbourhood and a search leaves the others out.

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, BooleanArray, RecordBatch};
use citadel_vector::Clusters;

use crate::error::{LakeError, Result};
use crate::index::{Source, sample};
use crate::metadata::{LiveFile, Place};
use crate::scan::{Plan, Planned};
use crate::schema::{VectorColumn, memory_bytes};

/// No compaction puts rows into more groups.
const GROUPS_MAX: usize = 1_024;
/// What an open file takes while it is written, in its final sizes: its pages, and the vectors that its ball is to hold.
const OPEN_FACTOR: u64 = 4;
/// So many groups are written at once at least.
const OPEN_LEAST: usize = 2;

/// How the rows of some files are put into groups.
pub(super) struct Locality {
    clusters: Clusters,
    dim: usize,
    /// The vector column's place among the columns that are read.
    place: usize,
    /// The groups of the rows of each file, in the order in which its live rows are read.
    of_rows: Vec<Vec<u32>>,
}

impl Locality {
    /// As many groups as files will be written; `None` if that is one, or no row has a vector.
    pub(super) fn of(
        place: &Place,
        plan: &Plan,
        group: &[&Planned],
        (field_id, column): (i32, &VectorColumn),
        target_bytes: u64,
    ) -> Result<Option<Self>> {
        let files: Vec<&LiveFile> = group.iter().map(|file| &file.live).collect();
        let bytes: u64 = files
            .iter()
            .map(|live| live.file.file_size_in_bytes())
            .sum();
        let count = bytes.div_ceil(target_bytes.max(1));
        let count = usize::try_from(count).map_or(GROUPS_MAX, |count| count.min(GROUPS_MAX));
        if count < 2 {
            return Ok(None);
        }
        let mapping = plan.name_mapping.as_deref();
        let source = Source::new(column, field_id, &plan.arrow, &[], mapping)?;
        let vectors = sample(place, &files, &source)?;
        let (metric, dim) = (column.metric.measured(), column.dimension);
        let clusters = Clusters::find(metric, dim, &vectors, count, place.watch.cancel());
        place.watch.check()?;
        Ok(match clusters {
            Some(clusters) => Some(Self {
                clusters,
                dim,
                place: plan.arrow.index_of(&column.name).map_err(LakeError::rows)?,
                of_rows: vec![Vec::new(); group.len()],
            }),
            None => None,
        })
    }

    /// The groups, and one for rows that have no distance to anything.
    pub(super) fn count(&self) -> usize {
        self.clusters.count() + 1
    }

    /// How many groups are written at once: what is open stays in memory until it is as large as a file.
    pub(super) fn at_once(target_bytes: u64) -> usize {
        let open = memory_bytes() / 4 / target_bytes.saturating_mul(OPEN_FACTOR).max(1);
        usize::try_from(open).map_or(GROUPS_MAX, |open| open.clamp(OPEN_LEAST, GROUPS_MAX))
    }

    /// Puts the next rows of a file into groups.
    pub(super) fn assign(
        &mut self,
        (file, path): (usize, &str),
        batch: &RecordBatch,
    ) -> Result<()> {
        let lists = batch.column(self.place).as_list::<i32>();
        let values = lists.values().as_primitive::<Float32Type>().values();
        let offsets = lists.value_offsets();
        let none = self.clusters.count();
        for row in 0..batch.num_rows() {
            let vector = &values[offsets[row] as usize..offsets[row + 1] as usize];
            if lists.is_valid(row) && vector.len() != self.dim {
                let what = format!("a vector of {} dimensions", vector.len());
                return Err(LakeError::corrupt(path, what));
            }
            let group = match lists.is_valid(row) {
                true => self.clusters.of(vector).unwrap_or(none),
                false => none,
            };
            self.of_rows[file].push(group as u32);
        }
        Ok(())
    }

    /// Of rows of a file, the first of which is its row `from`, those of a group.
    pub(super) fn rows_of(
        &self,
        group: usize,
        (file, from): (usize, usize),
        batch: &RecordBatch,
    ) -> Result<RecordBatch> {
        let groups = &self.of_rows[file][from..from + batch.num_rows()];
        let mask: BooleanArray = (groups.iter())
            .map(|own| Some(*own as usize == group))
            .collect();
        arrow_select::filter::filter_record_batch(batch, &mask).map_err(LakeError::rows)
    }
}
