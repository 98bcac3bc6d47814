//! The integrity of ann indexes: bytes against their seals, and the index against the rows of its table.
//!
//! Rows of the table, rows of the delta and rows of each segment come in the order of their ids, so they are compared
//! side by side ([`walk`]): memory holds the row ids and filter columns of segments, and nothing else that grows with the table.

use citadel_txn::View;
use citadel_vector::{Position, Segment};

use super::blocks::{PagedBlocks, StoredSegment};
use super::manifest::{Manifest, SegmentEntry};
use super::refusal::Refusal;
use super::segment_key::Key;
use super::targets::{self, Target};
use super::walk::{self, Place};
use super::{build, cache, chunks};
use crate::batch::Column;
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::schema::{AnnIndex, ColumnNo, RowId, TableDef};
use crate::store::{RowReader, VectorSource, delta};
use crate::types::StoredVector;

/// Checks the ann indexes of a table: every segment decodes and matches, delta and segments together name each row of the
/// table exactly once, and where no row was touched since, the segment's fingerprint is that of the rows. `tick` is
/// called for each row and may stop the check.
///
/// # Errors
/// What `tick` returns; storage errors other than damage, which is a finding.
pub(crate) fn check(
    view: &dyn View,
    table: &TableDef,
    findings: &mut Findings,
    tick: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    for target in targets::of_table(table) {
        let mut check = Check {
            view,
            table,
            target: &target,
            findings,
        };
        if let Err(error) = check.run(tick) {
            let refusal = Refusal::of(error)?;
            check.find(refusal);
        }
    }
    Ok(())
}

/// Checks every table; gives the findings.
#[cfg(test)]
pub(crate) fn check_all(view: &dyn View, catalog: &crate::schema::Catalog) -> Result<Vec<String>> {
    let mut findings = Findings::default();
    for table in catalog.tables() {
        check(view, table, &mut findings, &mut || Ok(()))?;
    }
    Ok(findings.told().to_vec())
}

struct Check<'a> {
    view: &'a dyn View,
    table: &'a TableDef,
    target: &'a Target,
    findings: &'a mut Findings,
}

impl Check<'_> {
    fn find(&mut self, what: impl std::fmt::Display) {
        let name = &self.target.0.name;
        self.findings
            .add(format_args!("ann index \"{name}\": {what}"));
    }

    fn run(&mut self, tick: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let index = &self.target.1;
        let manifest = Manifest::load(self.view, index)?;
        self.keys(&manifest)?;
        let Some(segments) = self.segments(&manifest)? else {
            return Ok(());
        };
        let found_before = self.findings.count();
        self.rows(&segments, tick)?;
        if self.findings.count() == found_before && delta::len(self.view, index)? == 0 {
            self.fingerprints(&segments, tick)?;
        }
        Ok(())
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
                        self.find(format_args!("segment {} is stored but not live", segment.0));
                    }
                }
            }
        }
        Ok(())
    }

    /// All live segments, decoded; `None` if one is refused.
    fn segments(&mut self, manifest: &Manifest) -> Result<Option<Vec<(SegmentEntry, Segment)>>> {
        let mut segments = Vec::new();
        for entry in manifest.live() {
            match cache::load(self.view, &self.target.1, entry, 0)? {
                Ok(segment) => {
                    self.blocks(entry, &segment)?;
                    segments.push((*entry, segment));
                }
                Err(reason) => {
                    self.find(format_args!("segment {}: {reason}", entry.id.0));
                    return Ok(None);
                }
            }
        }
        Ok(Some(segments))
    }

    /// Reads the blocks of a segment, which are not kept.
    fn blocks(&mut self, entry: &SegmentEntry, segment: &Segment) -> Result<()> {
        let blocks = PagedBlocks::once(StoredSegment {
            view: self.view,
            index: &self.target.1,
            segment: entry.id,
        });
        if let Some(cut_short) = segment.through(&blocks).check() {
            let reason = blocks.refusal(cut_short)?;
            self.find(format_args!("segment {}: {reason}", entry.id.0));
        }
        Ok(())
    }

    /// Every row of the table is in the delta, or else in one segment, which has it as it is; and no segment has a row
    /// that is in neither.
    fn rows(
        &mut self,
        segments: &[(SegmentEntry, Segment)],
        tick: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let view = self.view;
        let mut side = TableSide::new(self.table, &self.target.1)?;
        let mut gone = 0_u64;
        let newest = view.generation();
        walk::walk(view, self.table, &self.target.1, segments, |row, place| {
            tick()?;
            match place {
                Place::Touched(at) if at > newest => {
                    self.find(format_args!("row {} is touched by a later commit", row.0));
                }
                Place::Touched(_) => {}
                Place::Nowhere => self.find(format_args!(
                    "row {} is in no segment and not in the delta",
                    row.0
                )),
                Place::Twice => self.find(format_args!("row {} is in two segments", row.0)),
                Place::Gone => gone += 1,
                Place::Segment(at, position) => {
                    let (entry, segment) = &segments[at];
                    if let Some(what) = side.disagrees(view, row, segment, position)? {
                        self.find(format_args!(
                            "segment {} disagrees with row {} on {what}",
                            entry.id.0, row.0
                        ));
                    }
                }
            }
            Ok(())
        })?;
        if gone > 0 {
            self.find(format_args!("{gone} rows of segments are not in the table"));
        }
        Ok(())
    }

    /// Where no row was touched since, a segment's fingerprint is that of the vectors in the table.
    fn fingerprints(
        &mut self,
        segments: &[(SegmentEntry, Segment)],
        tick: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        for (entry, segment) in segments {
            let source = VectorSource::of_index(self.table, &self.target.1.vector)?;
            let now = segment.fingerprint_with(|row, out| {
                tick()?;
                let found = source
                    .fetch_stored(self.view, RowId(row), |vector| vector.append_f32_bytes(out))?;
                found.ok_or_else(|| Error::Corrupt(format!("row {row} has no vector")))
            })?;
            if now != segment.fingerprint() {
                self.find(format_args!(
                    "segment {} was built from other vectors than the table has",
                    entry.id.0
                ));
            }
        }
        Ok(())
    }
}

/// Rows of the table, to compare a segment with.
struct TableSide<'a> {
    table: &'a TableDef,
    index: &'a AnnIndex,
    vectors: VectorSource,
    filters: RowReader,
    columns: Vec<Column>,
}

impl<'a> TableSide<'a> {
    fn new(table: &'a TableDef, index: &'a AnnIndex) -> Result<Self> {
        let column = |no: &ColumnNo| Column::new(table.column(*no).ty, 1);
        Ok(Self {
            table,
            index,
            vectors: VectorSource::of_index(table, &index.vector)?,
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
    ) -> Result<Option<String>> {
        self.columns.iter_mut().for_each(Column::clear);
        if !self.filters.fetch(view, row, &mut self.columns)? {
            return Ok(None);
        }
        let metric = self.index.metric.of_segments();
        let defined = self
            .vectors
            .fetch_stored(view, row, |vector| has_distance(metric, vector))?;
        if defined.unwrap_or(false) != ((position.0 as usize) < segment.indexed_len()) {
            return Ok(Some(self.index.vector.text(self.table)));
        }
        let in_segment = segment.attributes().iter();
        for ((attribute, column), no) in in_segment.zip(&self.columns).zip(&self.index.filters) {
            if build::attribute_value(column.get(0)) != Some(attribute.column.value(position)) {
                return Ok(Some(self.table.column(*no).name.clone()));
            }
        }
        Ok(None)
    }
}

fn has_distance(metric: citadel_vector::Metric, stored: StoredVector<'_>) -> bool {
    let mut vector = Vec::with_capacity(stored.dim());
    stored.append_to(&mut vector);
    citadel_vector::distance(metric, &vector, &vector).is_some()
}
