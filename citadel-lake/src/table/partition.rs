//! Partitions: rows of one value, or of one value's range, in files of their own.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use iceberg::arrow::RecordBatchPartitionSplitter;
use iceberg::spec::{
    DataFile, PartitionSpecRef, Schema, SchemaRef, Struct, Transform, UnboundPartitionSpec,
};

use crate::data::{DataWriter, Settings, discard};
use crate::error::{LakeError, Result};
use crate::metadata::Place;
use crate::schema::align::Shape;

/// How rows are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartitionBy {
    /// By the value of a column itself.
    Identity(String),
    /// By a hash of the value, in so many buckets.
    Bucket(String, u32),
    /// By the value cut to a width: of numbers, their multiples; of texts, their first characters.
    Truncate(String, u32),
    /// By the year of a date or time.
    Year(String),
    /// By its month.
    Month(String),
    /// By its day.
    Day(String),
    /// By its hour.
    Hour(String),
}

impl PartitionBy {
    fn parts(&self) -> (&str, Transform, &'static str) {
        match self {
            Self::Identity(column) => (column, Transform::Identity, ""),
            Self::Bucket(column, count) => (column, Transform::Bucket(*count), "_bucket"),
            Self::Truncate(column, width) => (column, Transform::Truncate(*width), "_trunc"),
            Self::Year(column) => (column, Transform::Year, "_year"),
            Self::Month(column) => (column, Transform::Month, "_month"),
            Self::Day(column) => (column, Transform::Day, "_day"),
            Self::Hour(column) => (column, Transform::Hour, "_hour"),
        }
    }
}

/// The partition spec of a definition.
pub(super) fn unbound_spec(schema: &Schema, by: &[PartitionBy]) -> Result<UnboundPartitionSpec> {
    let mut spec = UnboundPartitionSpec::builder();
    for part in by {
        let (column, transform, suffix) = part.parts();
        if matches!(transform, Transform::Bucket(0) | Transform::Truncate(0)) {
            return Err(LakeError::misuse(format!("{transform} of {column}")));
        }
        let fields = schema.as_struct().fields();
        let field = fields
            .iter()
            .find(|field| field.name == column)
            .ok_or_else(|| LakeError::misuse(format!("no column '{column}'")))?;
        if transform.result_type(&field.field_type).is_err() {
            return Err(LakeError::misuse(format!(
                "{column} is {}, which has no {transform}",
                field.field_type
            )));
        }
        let name = format!("{column}{suffix}");
        spec = spec
            .add_partition_field(field.id, name, transform)
            .map_err(|error| LakeError::misuse(error.to_string()))?;
    }
    Ok(spec.build())
}

/// Writes rows to files, each partition's to its own.
pub(crate) struct PartitionedWriter<'p> {
    place: &'p Place,
    schema: SchemaRef,
    shape: Arc<Shape>,
    spec: PartitionSpecRef,
    splitter: Option<RecordBatchPartitionSplitter>,
    settings: Arc<Settings>,
    /// Writers in the order in which their partitions came up.
    writers: Vec<DataWriter<'p>>,
    of: HashMap<Struct, usize>,
}

impl<'p> PartitionedWriter<'p> {
    pub(crate) fn new(
        place: &'p Place,
        schema: SchemaRef,
        shape: Arc<Shape>,
        spec: PartitionSpecRef,
        properties: &HashMap<String, String>,
    ) -> Result<Self> {
        let splitter = match spec.is_unpartitioned() {
            true => None,
            false => Some(
                RecordBatchPartitionSplitter::try_new_with_computed_values(
                    Arc::clone(&schema),
                    Arc::clone(&spec),
                )
                .map_err(|error| LakeError::Unsupported(error.to_string()))?,
            ),
        };
        Ok(Self {
            place,
            schema,
            shape,
            spec,
            splitter,
            settings: Arc::new(Settings::of(properties)),
            writers: Vec::new(),
            of: HashMap::new(),
        })
    }

    /// Adds rows of the table's shape.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let parts = match &self.splitter {
            None => vec![(Struct::empty(), batch.clone())],
            Some(splitter) => splitter
                .split(batch)
                .map_err(LakeError::rows)?
                .into_iter()
                .map(|(key, rows)| (key.data().clone(), rows))
                .collect(),
        };
        for (partition, rows) in parts {
            let next = self.writers.len();
            let at = *self.of.entry(partition.clone()).or_insert(next);
            if at == next {
                self.writers.push(DataWriter::new(
                    self.place,
                    Arc::clone(&self.schema),
                    Arc::clone(&self.shape),
                    (self.spec.spec_id(), partition),
                    Arc::clone(&self.settings),
                ));
            }
            self.writers[at].write(&rows)?;
        }
        Ok(())
    }

    /// The files that were written.
    pub(crate) fn finish(self) -> Result<Vec<DataFile>> {
        let mut files = Vec::new();
        for writer in self.writers {
            match writer.finish() {
                Ok(written) => files.extend(written),
                Err(error) => {
                    discard(self.place, &files);
                    return Err(error);
                }
            }
        }
        Ok(files)
    }
}
