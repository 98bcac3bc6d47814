//! The rows of a table whose vectors are nearest to a query.
//!
//! Each file that the bounds in manifests do not rule out gives its live rows that satisfy the filter, or those of them that its index takes
//! for the nearest, with exact distances of their stored vectors; the nearest of all files are kept, and only then the other columns of those few rows are read, by their places. Rows without a
//! vector, and vectors without a distance to the query (zero vectors under cosine), are never among the results.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef, Float32Array, RecordBatch, UInt32Array};
use arrow_schema::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use citadel_vector::{PositionSet, Query, Scratch, SearchParams, Segment, TopK};

use crate::data::{open, open_at};
use crate::error::{LakeError, Result};
use crate::filter::{Filter, rows_that};
use crate::index::{IndexList, Segments};
use crate::metadata::Place;
use crate::scan::{At, Plan, Planned, columns_of, places};
use crate::schema::{VectorColumn, Vectors};

/// The column of results that holds distances, unless the table has one of this name.
const DISTANCE: &str = "_distance";
/// The nearest are kept under one number: the file's place in the plan, and the row's place in the file.
const POSITION_BITS: u32 = 40;

/// A search, being described.
///
/// ```no_run
/// # fn main() -> citadel_lake::Result<()> {
/// # let table = citadel_lake::LakeTable::open(&citadel_lake::LakeStore::memory(), "t")?;
/// let nearest = table.search("emb", &[0.1, 0.7, 0.2]).k(5).columns(&["id"]).run()?;
/// assert_eq!(nearest.schema().field(1).name(), "_distance");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a search does nothing before `run`"]
pub struct Search {
    place: Arc<Place>,
    segments: Arc<Segments>,
    column: String,
    query: Vec<f32>,
    k: usize,
    exact: bool,
    at: At,
    columns: Option<Vec<String>>,
    filter: Option<Filter>,
}

impl Search {
    pub(crate) fn new(
        place: Arc<Place>,
        segments: Arc<Segments>,
        column: &str,
        query: &[f32],
    ) -> Self {
        Self {
            place,
            segments,
            column: column.to_owned(),
            query: query.to_vec(),
            k: 10,
            exact: false,
            at: At::Now,
            columns: None,
            filter: None,
        }
    }

    /// How many rows; 10 unless said.
    pub fn k(mut self, k: usize) -> Self {
        self.k = k;
        self
    }

    /// Without indexes: every vector is measured, and no near row is missed.
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// Only these columns of the rows, in this order; all, unless said.
    pub fn columns(mut self, names: &[&str]) -> Self {
        self.columns = Some(names.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    /// Only among rows that satisfy a condition.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// In the table as it was in a snapshot.
    pub fn snapshot(mut self, snapshot_id: i64) -> Self {
        self.at = At::Snapshot(snapshot_id);
        self
    }

    /// In the table as it was at a time, in milliseconds since 1970.
    pub fn as_of(mut self, time_ms: i64) -> Self {
        self.at = At::Time(time_ms);
        self
    }

    /// The nearest rows, nearest first, with their distances as the last column. Rows of equal distance come in the order of their writing.
    ///
    /// # Errors
    /// [`LakeError::Vector`] if the query is no vector of the column's; [`LakeError::Misuse`] for an unknown column or snapshot.
    pub fn run(self) -> Result<RecordBatch> {
        let head = self.place.head()?;
        let snapshot = self.at.find(&head.metadata)?;
        let plan = Plan::new(&self.place, &head.metadata, snapshot, self.filter.as_ref())?;
        let vectors = Vectors::read(head.metadata.properties(), &plan.schema)?;
        let (field_id, column) = vectors
            .0
            .into_iter()
            .find(|(_, column)| column.name == self.column)
            .ok_or_else(|| LakeError::misuse(format!("no vector column '{}'", self.column)))?;
        self.check(&column)?;
        let list = match self.exact {
            true => IndexList::default(),
            // A list that is damaged or missing costs speed, not answers.
            false => match IndexList::read(&self.place, head.metadata.properties()) {
                Err(error) if error.is_corrupt() => {
                    tracing::warn!(%error, "the list of indexes is of no use");
                    IndexList::default()
                }
                list => list?,
            },
        };
        let nearest = self.nearest(&plan, &column, field_id, &list)?;
        self.fetch(&plan, &nearest)
    }

    fn check(&self, column: &VectorColumn) -> Result<()> {
        let refuse = |reason: String| {
            Err(LakeError::Vector {
                column: column.name.clone(),
                reason,
            })
        };
        if self.query.len() != column.dimension {
            return refuse(format!(
                "the query has {} dimensions, not {}",
                self.query.len(),
                column.dimension
            ));
        }
        match self.query.iter().find(|component| !component.is_finite()) {
            Some(bad) => refuse(format!("the query has a component {bad}")),
            None => Ok(()),
        }
    }

    /// The nearest rows of all files.
    fn nearest(
        &self,
        plan: &Plan,
        column: &VectorColumn,
        field_id: i32,
        list: &IndexList,
    ) -> Result<Vec<Hit>> {
        let query = Query::new(column.metric.measured(), &self.query);
        let mut top = TopK::new(self.k);
        let mut scratch = Scratch::new();
        for (number, file) in plan.files.iter().enumerate() {
            let segment = match list.find(&file.live, field_id) {
                Some(entry) => self.segments.get(&self.place, entry, &file.live)?,
                None => None,
            };
            let fits = |segment: &Arc<Segment>| {
                segment.metric() == column.metric.measured() && segment.dim() == self.query.len()
            };
            let candidates = match segment.filter(fits) {
                Some(segment) => Some(self.candidates(plan, file, &segment, &mut scratch)?),
                None => None,
            };
            self.measure(plan, file, number, candidates, &query, &mut top)?;
        }
        let hits = top.drain_sorted().filter_map(|neighbor| {
            let id = neighbor.row_id;
            Some(Hit {
                distance: neighbor.distance?,
                file: (id >> POSITION_BITS) as usize,
                position: (id & ((1 << POSITION_BITS) - 1)) as u64,
            })
        });
        Ok(hits.collect())
    }

    /// The places of rows that the index of a file takes for the nearest, live and within the filter.
    fn candidates(
        &self,
        plan: &Plan,
        file: &Planned,
        segment: &Segment,
        scratch: &mut Scratch,
    ) -> Result<Vec<u64>> {
        let deleted = plan.deleted(&self.place, file)?;
        let allowed = match &self.filter {
            Some(filter) => {
                let columns = columns_of(&plan.arrow, filter)?;
                let mapping = plan.name_mapping.as_deref();
                let mut allowed = Vec::new();
                for rows in open(&self.place, &file.live, columns, mapping, deleted)? {
                    let rows = rows?;
                    let mask = rows_that(filter, &rows.batch)?;
                    let positions = rows.positions.iter().zip(mask.values().iter());
                    allowed.extend(positions.filter(|(_, is)| *is).map(|(at, _)| *at as i64));
                }
                Some(segment.positions_of(allowed))
            }
            None if deleted.positions().is_empty() => None,
            None => {
                let mut allowed = PositionSet::all(segment.len());
                let gone = deleted.positions().iter().map(|position| *position as i64);
                allowed.subtract(&segment.positions_of(gone));
                Some(allowed)
            }
        };
        let parameters = SearchParams::for_k(self.k);
        let mut search = match segment.search(&self.query, allowed.as_ref(), parameters, scratch) {
            Ok(search) => search,
            // A query without a direction has no distance to anything.
            Err(citadel_vector::SearchError::Zero) => return Ok(Vec::new()),
            Err(error) => return Err(LakeError::misuse(error.to_string())),
        };
        let found = search.next(parameters.rerank(self.k));
        let mut places: Vec<u64> = found
            .iter()
            .map(|candidate| candidate.row_id.unsigned_abs())
            .collect();
        places.sort_unstable();
        Ok(places)
    }

    /// Offers live rows of a file by exact distances: the candidates, or all that satisfy the filter.
    fn measure(
        &self,
        plan: &Plan,
        file: &Planned,
        number: usize,
        candidates: Option<Vec<u64>>,
        query: &Query<'_>,
        top: &mut TopK,
    ) -> Result<()> {
        if candidates.as_ref().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        // Candidates have passed the filter.
        let filter = self.filter.as_ref().filter(|_| candidates.is_none());
        let mut names = vec![self.column.clone()];
        if let Some(filter) = filter {
            filter.columns(&mut names);
        }
        let columns = project(&plan.arrow, &places(&plan.arrow, names.iter())?)?;
        let deleted = plan.deleted(&self.place, file)?;
        let mapping = plan.name_mapping.as_deref();
        let read = open_at(
            &self.place,
            &file.live,
            columns,
            mapping,
            deleted,
            candidates,
        )?;
        for rows in read {
            let rows = rows?;
            let mask = match filter {
                Some(filter) => Some(rows_that(filter, &rows.batch)?),
                None => None,
            };
            let lists = rows.batch.column(0).as_list::<i32>();
            let values = lists.values().as_primitive::<Float32Type>().values();
            let offsets = lists.value_offsets();
            for (row, position) in rows.positions.iter().enumerate() {
                let is_wanted = mask.as_ref().is_none_or(|mask| mask.value(row));
                if !is_wanted || lists.is_null(row) {
                    continue;
                }
                let vector = &values[offsets[row] as usize..offsets[row + 1] as usize];
                if vector.len() != self.query.len() {
                    return Err(LakeError::corrupt(
                        file.live.file.file_path(),
                        format!("a vector of {} dimensions", vector.len()),
                    ));
                }
                if let Some(distance) = query.distance(vector) {
                    top.push(Some(distance), row_id(number, *position)?);
                }
            }
        }
        Ok(())
    }

    /// The columns of the hits, in their order.
    fn fetch(&self, plan: &Plan, hits: &[Hit]) -> Result<RecordBatch> {
        let wanted = match &self.columns {
            None => (0..plan.arrow.fields().len()).collect(),
            Some(names) => places(&plan.arrow, names.iter())?,
        };
        let columns = project(&plan.arrow, &wanted)?;
        let mut by_file: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for hit in hits {
            by_file.entry(hit.file).or_default().push(hit.position);
        }
        let (mut batches, mut read) = (Vec::new(), Vec::new());
        for (number, mut positions) in by_file {
            positions.sort_unstable();
            let file = &plan.files[number];
            let deleted = plan.deleted(&self.place, file)?;
            let mapping = plan.name_mapping.as_deref();
            let (place, columns) = (&self.place, Arc::clone(&columns));
            let rows = open_at(
                place,
                &file.live,
                columns,
                mapping,
                deleted,
                Some(positions),
            )?;
            for rows in rows {
                let rows = rows?;
                read.extend(rows.positions.iter().map(|position| (number, *position)));
                batches.push(rows.batch);
            }
        }
        let all =
            arrow_select::concat::concat_batches(&columns, &batches).map_err(LakeError::rows)?;
        let order = hits
            .iter()
            .map(|hit| {
                read.binary_search(&(hit.file, hit.position))
                    .map(|at| at as u32)
            })
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|_| LakeError::corrupt(&self.place.root, "a row that was there is gone"))?;
        let ordered = arrow_select::take::take_record_batch(&all, &UInt32Array::from(order))
            .map_err(LakeError::rows)?;
        let distances = Float32Array::from_iter_values(hits.iter().map(|hit| hit.distance));
        with_column(&ordered, Arc::new(distances))
    }
}

/// A row that is among the nearest.
#[derive(Clone, Copy, Debug)]
struct Hit {
    distance: f32,
    file: usize,
    position: u64,
}

fn row_id(file: usize, position: u64) -> Result<i64> {
    match position.cmp(&(1 << POSITION_BITS)) {
        Ordering::Less if file < 1 << (62 - POSITION_BITS) => {
            Ok((file as i64) << POSITION_BITS | position as i64)
        }
        _ => Err(LakeError::Unsupported(
            "a search over so many files or rows in one file".to_owned(),
        )),
    }
}

fn project(schema: &ArrowSchema, places: &[usize]) -> Result<SchemaRef> {
    schema
        .project(places)
        .map(Arc::new)
        .map_err(LakeError::rows)
}

fn with_column(batch: &RecordBatch, distances: ArrayRef) -> Result<RecordBatch> {
    let mut name = DISTANCE.to_owned();
    while batch.schema().index_of(&name).is_ok() {
        name.insert(0, '_');
    }
    let schema = batch.schema();
    let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(name, DataType::Float32, false)));
    let mut columns = batch.columns().to_vec();
    columns.push(distances);
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns).map_err(LakeError::rows)
}
