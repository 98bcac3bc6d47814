//! The integrity of ann indexes: bytes against their seals, and the index against the rows of its table.

use citadel_txn::View;
use citadel_vector::{Position, Segment};
use rustc_hash::FxHashMap;

use super::chunks;
use super::manifest::{Manifest, SegmentEntry};
use super::refusal::Refusal;
use super::segment_key::Key;
use super::targets::{self, Target};
use super::{build, cache, delta};
use crate::batch::Column;
use crate::error::Result;
use crate::schema::{AnnIndex, Catalog, ColumnNo, RowId, TableDef};
use crate::store::{RowReader, VectorReader};

/// What is wrong with the ann indexes of a database, in words. Empty: every segment decodes and matches, and delta
/// and segments together name each row of the table exactly once.
///
/// # Errors
/// Storage errors other than damage, which is a finding.
pub(crate) fn check(view: &dyn View, catalog: &Catalog) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for table in catalog.tables() {
        for target in targets::of_table(table) {
            let mut check = Check {
                view,
                table,
                target: &target,
                findings: &mut findings,
            };
            if let Err(error) = check.run() {
                check.find(Refusal::of(error)?);
            }
        }
    }
    Ok(findings)
}

struct Check<'a> {
    view: &'a dyn View,
    table: &'a TableDef,
    target: &'a Target,
    findings: &'a mut Vec<String>,
}

impl Check<'_> {
    fn find(&mut self, what: impl std::fmt::Display) {
        let name = &self.target.0.name;
        self.findings.push(format!("ann index \"{name}\": {what}"));
    }

    fn run(&mut self) -> Result<()> {
        let index = &self.target.1;
        let manifest = Manifest::load(self.view, index)?;
        self.keys(&manifest)?;
        let delta = delta::rows(self.view, index)?;
        let mut place: FxHashMap<RowId, Place> =
            delta.into_iter().map(|row| (row, Place::Delta)).collect();
        for entry in manifest.live() {
            match cache::load(self.view, index, entry)? {
                Ok(segment) => self.segment(entry, &segment, &mut place)?,
                Err(reason) => {
                    self.find(format!("segment {}: {reason}", entry.id.0));
                    return Ok(());
                }
            }
        }
        self.rows(&place)
    }

    /// Every key of the tree belongs to a live segment.
    fn keys(&mut self, manifest: &Manifest) -> Result<()> {
        for key in chunks::keys(self.view, &self.target.1)? {
            match Key::decode(&key) {
                None => self.find("a key of the segment tree does not decode"),
                Some(key) => {
                    if let Some(segment) = key.segment()
                        && !manifest.live().iter().any(|entry| entry.id == segment)
                    {
                        self.find(format!("segment {} is stored but not live", segment.0));
                    }
                }
            }
        }
        Ok(())
    }

    /// Every row of a segment that is not void is the segment's alone, and is in the table as the segment has it.
    fn segment(
        &mut self,
        entry: &SegmentEntry,
        segment: &Segment,
        place: &mut FxHashMap<RowId, Place>,
    ) -> Result<()> {
        let mut table_side = TableSide::new(self.table, &self.target.1)?;
        for (id, position) in segment.rows() {
            let row = RowId(id);
            match place.get(&row) {
                Some(Place::Delta) => continue,
                Some(Place::Segment) => {
                    self.find(format!("row {id} is in two segments"));
                    continue;
                }
                None => {}
            }
            place.insert(row, Place::Segment);
            if let Some(what) = table_side.disagrees(self.view, row, segment, position)? {
                let segment = entry.id.0;
                self.find(format!(
                    "segment {segment} disagrees with row {id} on {what}"
                ));
            }
        }
        Ok(())
    }

    /// Every row of the table is somewhere, and every row of a segment is in the table.
    fn rows(&mut self, place: &FxHashMap<RowId, Place>) -> Result<()> {
        let rows = build::row_ids(self.view, self.table)?;
        let mut in_segments = 0;
        for row in rows {
            match place.get(&row) {
                Some(Place::Segment) => in_segments += 1,
                Some(Place::Delta) => {}
                None => self.find(format!(
                    "row {} is in no segment and not in the delta",
                    row.0
                )),
            }
        }
        let expected = place
            .values()
            .filter(|place| matches!(place, Place::Segment))
            .count();
        if expected != in_segments {
            self.find(format!(
                "{} rows of segments are not in the table",
                expected - in_segments
            ));
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Delta,
    Segment,
}

/// Rows of the table, to compare a segment with.
struct TableSide<'a> {
    table: &'a TableDef,
    index: &'a AnnIndex,
    vectors: VectorReader,
    filters: RowReader,
    columns: Vec<Column>,
}

impl<'a> TableSide<'a> {
    fn new(table: &'a TableDef, index: &'a AnnIndex) -> Result<Self> {
        let column = |no: &ColumnNo| Column::new(table.column(*no).ty, 1);
        Ok(Self {
            table,
            index,
            vectors: VectorReader::new(table, index.column)?,
            filters: RowReader::new(table, &index.filters),
            columns: index.filters.iter().map(column).collect(),
        })
    }

    /// What a segment has otherwise than a row: the name of a column. A row that is not there is found by the count.
    fn disagrees(
        &mut self,
        view: &dyn View,
        row: RowId,
        segment: &Segment,
        position: Position,
    ) -> Result<Option<&'a str>> {
        self.columns.iter_mut().for_each(Column::clear);
        if !self.filters.fetch(view, row, &mut self.columns)? {
            return Ok(None);
        }
        let metric = self.index.metric;
        let defined = self
            .vectors
            .fetch_bytes(view, row, |bytes| has_distance(metric, bytes))?;
        if defined.unwrap_or(false) != ((position.0 as usize) < segment.indexed_len()) {
            return Ok(Some(&self.table.column(self.index.column).name));
        }
        let in_segment = segment.attributes().iter();
        for ((attribute, column), no) in in_segment.zip(&self.columns).zip(&self.index.filters) {
            if build::attribute_value(column.get(0)) != Some(attribute.column.value(position)) {
                return Ok(Some(&self.table.column(*no).name));
            }
        }
        Ok(None)
    }
}

fn has_distance(metric: citadel_vector::Metric, bytes: &[u8]) -> bool {
    let vector: Vec<f32> = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&component| f32::from_le_bytes(component))
        .collect();
    citadel_vector::distance(metric, &vector, &vector).is_some()
}
