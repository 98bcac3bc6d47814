//! Reading a table: which files, which of their rows, which columns.

mod at;
mod plan;

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema as ArrowSchema, SchemaRef};

use crate::data::{FileRows, Which, open};
use crate::error::{LakeError, Result};
use crate::filter::{Filter, rows_that};
use crate::metadata::Place;

pub(crate) use at::At;
pub(crate) use plan::{Plan, Planned};

/// A read of a table, being described.
///
/// ```no_run
/// # fn main() -> citadel_lake::Result<()> {
/// # let table = citadel_lake::LakeTable::open(&citadel_lake::LakeStore::memory(), "t")?;
/// use citadel_lake::Filter;
///
/// for batch in table.scan().columns(&["id"]).filter(Filter::greater("id", 7)).read()? {
///     println!("{} rows", batch?.num_rows());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a scan reads nothing before `read`"]
pub struct Scan {
    place: Arc<Place>,
    at: At,
    columns: Option<Vec<String>>,
    filter: Option<Filter>,
}

impl Scan {
    pub(crate) fn new(place: Arc<Place>) -> Self {
        Self {
            place,
            at: At::Now,
            columns: None,
            filter: None,
        }
    }

    /// Only these columns, in this order.
    pub fn columns(mut self, names: &[&str]) -> Self {
        self.columns = Some(names.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    /// Only rows that satisfy a condition.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// The table as it was in a snapshot, with the columns that it had then.
    pub fn snapshot(mut self, snapshot_id: i64) -> Self {
        self.at = At::Snapshot(snapshot_id);
        self
    }

    /// The table as it was at a time, in milliseconds since 1970.
    pub fn as_of(mut self, time_ms: i64) -> Self {
        self.at = At::Time(time_ms);
        self
    }

    /// Begins to read. The rows are those of one snapshot, whatever is committed meanwhile.
    ///
    /// # Errors
    /// [`LakeError::Misuse`] for an unknown column or snapshot.
    pub fn read(self) -> Result<Batches> {
        let head = self.place.head()?;
        let snapshot = self.at.find(&head.metadata)?;
        let plan = Plan::new(&self.place, &head.metadata, snapshot, self.filter.as_ref())?;
        let all = &plan.arrow;
        let wanted = match &self.columns {
            None => (0..all.fields().len()).collect(),
            Some(names) => places(all, names.iter())?,
        };
        let mut read = wanted.clone();
        if let Some(filter) = &self.filter {
            let mut names = Vec::new();
            filter.columns(&mut names);
            for at in places(all, names.iter())? {
                if !read.contains(&at) {
                    read.push(at);
                }
            }
        }
        let project = |places: &[usize]| {
            let projected = all.project(places).map_err(LakeError::rows);
            projected.map(Arc::new)
        };
        Ok(Batches {
            read: project(&read)?,
            schema: project(&wanted)?,
            files: plan.files.clone().into_iter(),
            plan,
            place: self.place,
            filter: self.filter,
            open: None,
            groups: (0, 0),
        })
    }

    /// All rows at once.
    ///
    /// # Errors
    /// Those of [`Scan::read`] and of reading the files.
    pub fn collect(self) -> Result<Vec<RecordBatch>> {
        self.read()?.collect()
    }
}

/// The columns that a condition looks at.
pub(crate) fn columns_of(schema: &ArrowSchema, filter: &Filter) -> Result<SchemaRef> {
    let mut names = Vec::new();
    filter.columns(&mut names);
    let places = places(schema, names.iter())?;
    schema
        .project(&places)
        .map(Arc::new)
        .map_err(LakeError::rows)
}

pub(crate) fn places<'n>(
    schema: &ArrowSchema,
    names: impl Iterator<Item = &'n String>,
) -> Result<Vec<usize>> {
    names
        .map(|name| {
            schema
                .index_of(name)
                .map_err(|_| LakeError::misuse(format!("no column '{name}'")))
        })
        .collect()
}

/// The rows of a scan, batch by batch.
pub struct Batches {
    place: Arc<Place>,
    plan: Plan,
    files: std::vec::IntoIter<Planned>,
    filter: Option<Filter>,
    /// The columns that are read: those that are wanted, then those that only the filter looks at.
    read: SchemaRef,
    schema: SchemaRef,
    open: Option<FileRows>,
    /// Row groups that were read, and all of the files that were opened.
    groups: (usize, usize),
}

impl Batches {
    /// The columns of each batch. Their metadata names their field ids.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The snapshot that is read, if there is any.
    #[must_use]
    pub fn snapshot_id(&self) -> Option<i64> {
        self.plan.snapshot_id
    }

    /// How many files the bounds in the manifests did not rule out.
    #[must_use]
    pub fn files(&self) -> usize {
        self.plan.files.len()
    }

    /// How many rows those files have, deleted ones and such that do not satisfy the condition included.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let files = self.plan.files.iter();
        files.map(|file| file.live.file.record_count()).sum()
    }

    /// Of the files that have been opened: how many row groups were read, and how many there are. Bounds in the footers and bloom filters
    /// rule out the others.
    #[must_use]
    pub fn row_groups(&self) -> (usize, usize) {
        self.groups
    }

    fn step(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let Some(open) = &mut self.open else {
                let Some(file) = self.files.next() else {
                    return Ok(None);
                };
                let open = self.open(&file)?;
                let (read, all) = open.groups();
                self.groups = (self.groups.0 + read, self.groups.1 + all);
                self.open = Some(open);
                continue;
            };
            let Some(rows) = open.next().transpose()? else {
                self.open = None;
                continue;
            };
            let mut batch = rows.batch;
            if let Some(filter) = &self.filter {
                let mask = rows_that(filter, &batch)?;
                batch = arrow_select::filter::filter_record_batch(&batch, &mask)
                    .map_err(LakeError::rows)?;
            }
            if batch.num_rows() > 0 {
                let wanted: Vec<usize> = (0..self.schema.fields().len()).collect();
                return batch.project(&wanted).map(Some).map_err(LakeError::rows);
            }
        }
    }

    fn open(&self, file: &Planned) -> Result<FileRows> {
        let deleted = self.plan.deleted(&self.place, file)?;
        let mapping = self.plan.name_mapping.as_deref();
        open(
            &self.place,
            &file.live,
            Arc::clone(&self.read),
            mapping,
            deleted,
            Which::that(self.filter.as_ref()),
        )
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step().transpose();
        if matches!(step, Some(Err(_))) {
            // What follows an error is not the rest of the table.
            self.open = None;
            self.files = Vec::new().into_iter();
        }
        step
    }
}

impl std::fmt::Debug for Batches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches")
            .field("snapshot_id", &self.plan.snapshot_id)
            .field("files", &self.plan.files.len())
            .finish_non_exhaustive()
    }
}
