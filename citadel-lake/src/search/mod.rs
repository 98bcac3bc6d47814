//! The rows of a table whose vectors are nearest to a query.
//!
//! Each file that neither the bounds in manifests nor the place of its vectors rule out gives its live rows that satisfy the filter, or those
//! of them that its index takes for the nearest, with exact distances of their stored vectors; the nearest of all files are kept, and only
//! then the other columns of those few rows are read, by their places. Rows without a
//! vector, and vectors without a distance to the query (zero vectors under cosine), are never among the results.

mod nearest;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, RecordBatch, UInt32Array};
use arrow_schema::{DataType, Field, Schema as ArrowSchema, SchemaRef};

use crate::data::{Which, open};
use crate::error::{LakeError, Result};
use crate::filter::Filter;
use crate::index::{IndexList, Segments};
use crate::metadata::Place;
use crate::scan::{At, Plan, places};
use crate::schema::{Metric, VectorColumn, Vectors};

use nearest::Nearest;

/// The column of results that holds distances, unless the table has one of this name.
const DISTANCE: &str = "_distance";

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
    metric: Option<Metric>,
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
            metric: None,
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

    /// How near two vectors are, for a column of lists of floats that is not declared to hold vectors, as in tables of other writers.
    /// Each of its lists must then be as long as the query.
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = Some(metric);
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
        self.run_reporting().map(|(rows, _)| rows)
    }

    /// The same, and what the search had to look at.
    ///
    /// # Errors
    /// Those of [`Search::run`].
    pub fn run_reporting(self) -> Result<(RecordBatch, SearchReport)> {
        let head = self.place.head()?;
        let snapshot = self.at.find(&head.metadata)?;
        let plan = Plan::new(&self.place, &head.metadata, snapshot, self.filter.as_ref())?;
        let (field_id, column) = self.column(head.metadata.properties(), &plan)?;
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
        let nearest = Nearest {
            search: &self,
            plan: &plan,
            column: &column,
            field_id,
            list: &list,
        };
        let (hits, report) = nearest.find()?;
        Ok((self.fetch(&plan, &hits)?, report))
    }

    /// The vector column, as the table declares it or as the search says.
    fn column(
        &self,
        properties: &HashMap<String, String>,
        plan: &Plan,
    ) -> Result<(i32, VectorColumn)> {
        let name = &self.column;
        let unknown = || LakeError::misuse(format!("no vector column '{name}'"));
        let vectors = Vectors::read(properties, &plan.schema)?;
        let declared = vectors.0.into_iter().find(|(_, held)| held.name == *name);
        match (declared, self.metric) {
            (Some((_, held)), Some(metric)) if held.metric != metric => Err(LakeError::misuse(
                format!("{name} is searched by {}, not by {metric}", held.metric),
            )),
            (Some(declared), _) => Ok(declared),
            (None, Some(metric)) => {
                let id = plan.schema.field_id_by_name(name).ok_or_else(unknown)?;
                let field = plan.arrow.field_with_name(name).map_err(|_| unknown())?;
                match field.data_type() {
                    DataType::List(element) if *element.data_type() == DataType::Float32 => {
                        Ok((id, VectorColumn::new(name, self.query.len(), metric)))
                    }
                    other => Err(LakeError::misuse(format!("{name} is {other}, no vectors"))),
                }
            }
            (None, None) => Err(unknown()),
        }
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
            let which = Which::At(positions);
            let rows = open(place, &file.live, columns, mapping, deleted, which)?;
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

/// What a search looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchReport {
    /// Files that were searched through an index.
    pub files_indexed: usize,
    /// Files of which all vectors were measured.
    pub files_scanned: usize,
    /// Files that cannot hold a nearer vector than those that were found, and were left out.
    pub files_pruned: usize,
    /// Stored vectors that were read: all of files that were scanned, and those that indexes named.
    pub vectors_read: usize,
}

/// A row that is among the nearest.
#[derive(Clone, Copy, Debug)]
struct Hit {
    distance: f32,
    file: usize,
    position: u64,
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
