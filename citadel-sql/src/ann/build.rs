//! From the rows of a snapshot to a segment, and to a new index.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use citadel_txn::View;
use citadel_vector::{
    Attribute, AttributeColumn, AttributeValue, Build, BuildConfig, BuildError, Progress, Query,
    RowMajor, Segment, Vectors,
};

use super::row_vectors::RowVectors;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::RelationNo;
use crate::error::{Error, Result, SqlState};
use crate::expression::{CompiledExpr, Rows as Selection};
use crate::schema::{AnnIndex, ColumnNo, IndexedVector, RowId, TableDef};
use crate::store::{Direction, RowIdRange, RowReader, RowVector, TableScan, check_computed};
use crate::types::numeric::key_of;
use crate::types::{SqlType, ValueRef};

fn row_id(ids: &Column, at: usize) -> Option<RowId> {
    match ids.get(at) {
        ValueRef::Integer(id) => Some(RowId(id)),
        _ => None,
    }
}

/// A SQL value as a filter column holds it: text by its bytes, since its collation is binary; days and microseconds as
/// numbers. `None`: no filter column holds such a value.
pub(crate) fn attribute_value(value: ValueRef<'_>) -> Option<AttributeValue> {
    Some(match value {
        ValueRef::Null => AttributeValue::Null,
        ValueRef::Boolean(v) => AttributeValue::Boolean(v),
        ValueRef::Integer(v) => AttributeValue::Integer(v),
        ValueRef::Real(v) => AttributeValue::Real(v),
        ValueRef::Text(v) => AttributeValue::Bytes(v.as_bytes().to_vec()),
        ValueRef::Blob(v) => AttributeValue::Bytes(v.to_vec()),
        ValueRef::Date(v) => AttributeValue::Integer(i64::from(v.days())),
        ValueRef::Time(v) => AttributeValue::Integer(v.micros()),
        ValueRef::Timestamp(v) => AttributeValue::Integer(v.micros()),
        ValueRef::TimestampTz(v) => AttributeValue::Integer(v.micros()),
        // In bytes whose order is that of numbers.
        ValueRef::Numeric(v) => {
            let mut key = Vec::new();
            key_of(&mut key, v);
            AttributeValue::Bytes(key)
        }
        ValueRef::Uuid(v) => AttributeValue::Bytes(v.as_bytes().to_vec()),
        // In 16 bytes whose order is that of intervals.
        ValueRef::Interval(v) => {
            AttributeValue::Bytes((v.span() ^ i128::MIN).to_be_bytes().to_vec())
        }
        ValueRef::Vector(_) | ValueRef::Bits(_) | ValueRef::Enum(_) | ValueRef::Array(_) => {
            return None;
        }
    })
}

/// Builds segments of one index.
pub(super) struct Builder<'a> {
    table: &'a TableDef,
    index: &'a AnnIndex,
    dim: usize,
    /// Threads to build with; 0: as many as there are cores, within reason.
    threads: usize,
}

/// Some rows as they are read.
struct Input {
    wanted: Vec<ColumnNo>,
    ids: Column,
    batch: Batch,
    /// Computes the vectors from the batch.
    vector: CompiledExpr,
}

/// The rows of a snapshot, as a segment wants them.
struct Rows {
    /// Rows whose distance is defined, ascending.
    defined: Vec<i64>,
    /// Their vectors end to end, where they are few or computed; others are read again as a build wants them.
    vectors: Option<Vec<f32>>,
    /// The others, ascending.
    undefined: Vec<i64>,
    /// For each filter column: the values of the defined rows, and of the others.
    filters: Vec<(Vec<AttributeValue>, Vec<AttributeValue>)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(table: &'a TableDef, index: &'a AnnIndex) -> Self {
        Self {
            table,
            index,
            dim: index.vector.dim(table),
            threads: 0,
        }
    }

    /// The same on so many threads.
    pub(super) fn on_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// A segment of all rows that the view sees; none if there are none.
    pub(super) fn build(
        &self,
        view: &dyn View,
        progress: &(dyn Fn(Progress) + Sync),
        cancel: &AtomicBool,
    ) -> Result<Option<Arc<Segment>>> {
        let mut rows = self.collect(view, cancel)?;
        let config = BuildConfig {
            threads: self.threads,
            ..BuildConfig::default()
        };
        let ids = std::mem::take(&mut rows.defined);
        if let Some(vectors) = rows.vectors.take() {
            let vectors = RowMajor::new(&vectors, self.dim);
            return self.segment(view, (&ids, &vectors), rows, config, progress, cancel);
        }
        let vectors = RowVectors::new(view, self.table, self.index, &ids)?;
        let stop = &vectors.stop;
        let progress = |at: Progress| {
            stop.fetch_or(cancel.load(Ordering::Relaxed), Ordering::Relaxed);
            progress(at);
        };
        let built = self.segment(view, (&ids, &vectors), rows, config, &progress, stop);
        // What could not be read was taken for something else.
        vectors.outcome().and(built)
    }

    /// A segment without links of those of some rows that there are; none if there are none.
    pub(super) fn build_flat(
        &self,
        view: &dyn View,
        rows: impl Iterator<Item = RowId>,
    ) -> Result<Option<Arc<Segment>>> {
        let mut rows = self.fetch(view, rows)?;
        let ids = std::mem::take(&mut rows.defined);
        let vectors = rows.vectors.take().unwrap_or_default();
        let vectors = RowMajor::new(&vectors, self.dim);
        let config = BuildConfig {
            threads: 1,
            ..BuildConfig::flat()
        };
        let never = AtomicBool::new(false);
        self.segment(view, (&ids, &vectors), rows, config, &|_| {}, &never)
    }

    fn segment(
        &self,
        view: &dyn View,
        (ids, vectors): (&[i64], &dyn Vectors),
        rows: Rows,
        config: BuildConfig,
        progress: &(dyn Fn(Progress) + Sync),
        cancel: &AtomicBool,
    ) -> Result<Option<Arc<Segment>>> {
        if ids.is_empty() && rows.undefined.is_empty() {
            return Ok(None);
        }
        let attributes = self.attributes(rows.filters)?;
        let build = Build {
            metric: self.index.metric.of_segments(),
            dim: self.dim,
            config,
            column: &self.index.vector.text(self.table),
            generation: view.generation().get(),
            rows: ids,
            vectors,
            undefined: &rows.undefined,
            attributes,
            progress,
            cancel,
        };
        match Segment::build(build) {
            Ok(segment) => Ok(Some(Arc::new(segment))),
            Err(BuildError::Cancelled) => Err(cancelled()),
            Err(error) => Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                format!("the vector index could not be built: {error}"),
            )),
        }
    }

    /// What is read of each row: the filter columns, then those of the vector that are none of them.
    fn input(&self) -> Result<Input> {
        let vector = RowVector::bind(self.table, &self.index.vector, RelationNo(0))?;
        let mut wanted = self.index.filters.clone();
        wanted.extend(
            vector
                .columns
                .iter()
                .filter(|no| !self.index.filters.contains(no)),
        );
        let types = wanted.iter().map(|&no| self.table.column(no).ty);
        Ok(Input {
            ids: Column::new(SqlType::Integer, BATCH_ROWS),
            batch: Batch {
                columns: types.map(|ty| Column::new(ty, BATCH_ROWS)).collect(),
                rows: 0,
            },
            vector: vector.compile(&wanted)?,
            wanted,
        })
    }

    /// Those of some rows that there are.
    fn fetch(&self, view: &dyn View, rows: impl Iterator<Item = RowId>) -> Result<Rows> {
        let mut input = self.input()?;
        let reader = RowReader::new(self.table, &input.wanted);
        let mut taken = self.room_for(rows.size_hint().0);
        taken.vectors = Some(Vec::new());
        for row in rows {
            if reader.fetch(view, row, &mut input.batch.columns)? {
                input.ids.push_integer(row.0)?;
            }
            if input.ids.len() == BATCH_ROWS {
                self.take(&mut input, &mut taken)?;
            }
        }
        self.take(&mut input, &mut taken)?;
        Ok(taken)
    }

    fn collect(&self, view: &dyn View, cancel: &AtomicBool) -> Result<Rows> {
        let mut input = self.input()?;
        let mut scan = TableScan::new(
            self.table,
            &input.wanted,
            RowIdRange::ALL,
            Direction::Forward,
        );
        let count = usize::try_from(view.tree_len(self.table.rows)?).unwrap_or(0);
        let mut rows = self.room_for(count);
        if matches!(self.index.vector, IndexedVector::Expression(_)) {
            rows.vectors = Some(Vec::new());
        }
        loop {
            let Input { ids, batch, .. } = &mut input;
            if scan.next(view, Some(ids), &mut batch.columns, BATCH_ROWS)? == 0 {
                break;
            }
            if cancel.load(Ordering::Relaxed) {
                return Err(cancelled());
            }
            self.take(&mut input, &mut rows)?;
        }
        Ok(rows)
    }

    fn room_for(&self, count: usize) -> Rows {
        let filters = self.index.filters.iter();
        Rows {
            defined: Vec::with_capacity(count),
            vectors: None,
            undefined: Vec::new(),
            filters: filters.map(|_| (Vec::new(), Vec::new())).collect(),
        }
    }

    /// Takes the rows at hand, and leaves room for others.
    fn take(&self, input: &mut Input, rows: &mut Rows) -> Result<()> {
        input.batch.rows = input.ids.len();
        let filters = &input.batch.columns[..self.index.filters.len()];
        let vectors = input
            .vector
            .evaluate(&input.batch, Selection::All(input.batch.rows))?;
        let is_computed = matches!(self.index.vector, IndexedVector::Expression(_));
        for at in 0..input.ids.len() {
            let Some(RowId(id)) = row_id(&input.ids, at) else {
                continue;
            };
            if is_computed {
                check_computed(vectors.get(at), self.index.vector.vector_type(self.table))?;
            }
            let defined = match vectors.get(at) {
                ValueRef::Vector(vector) if self.has_distance(vector) => {
                    if let Some(vectors) = &mut rows.vectors {
                        vectors.extend_from_slice(vector);
                    }
                    rows.defined.push(id);
                    true
                }
                ValueRef::Bits(bits) => {
                    if let Some(vectors) = &mut rows.vectors {
                        vectors.extend(bits.numbers());
                    }
                    rows.defined.push(id);
                    true
                }
                _ => {
                    rows.undefined.push(id);
                    false
                }
            };
            for (filter, values) in filters.iter().zip(&mut rows.filters) {
                let value = attribute_value(filter.get(at)).unwrap_or(AttributeValue::Null);
                let values = if defined {
                    &mut values.0
                } else {
                    &mut values.1
                };
                values.push(value);
            }
        }
        drop(vectors);
        input.ids.clear();
        input.batch.columns.iter_mut().for_each(Column::clear);
        Ok(())
    }

    /// Is the distance from this vector defined? Under cosine a zero vector has none.
    fn has_distance(&self, vector: &[f32]) -> bool {
        Query::new(self.index.metric.of_segments(), vector)
            .distance(vector)
            .is_some()
    }

    fn attributes(
        &self,
        filters: Vec<(Vec<AttributeValue>, Vec<AttributeValue>)>,
    ) -> Result<Vec<Attribute>> {
        let columns = self.index.filters.iter();
        columns
            .zip(filters)
            .map(|(&no, (defined, undefined))| {
                let name = self.table.column(no).name.clone();
                match AttributeColumn::from_values(defined.into_iter().chain(undefined)) {
                    Ok(column) => Ok(Attribute { name, column }),
                    Err(mixed) => Err(super::corrupt(format!("column \"{name}\": {mixed}"))),
                }
            })
            .collect()
    }
}

pub(super) fn cancelled() -> Error {
    Error::sql(
        SqlState::QUERY_CANCELED,
        "building the vector index was cancelled",
    )
}
