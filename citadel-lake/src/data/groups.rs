//! Which row groups of a file may hold rows that satisfy a condition: by the bounds in its footer, and by bloom filters.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, FieldRef, Fields, SchemaRef, TimeUnit};
use iceberg::spec::DataFile;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::bloom_filter::Sbbf;
use parquet::file::metadata::ParquetMetaData;

use super::adapt::{Ids, adapt, own_id};
use super::file_bounds::{has_nan, is_float};
use super::object::ObjectFile;
use super::read::explain;
use crate::error::Result;
use crate::filter::{Extent, Filter, Known, may_match};
use crate::metadata::LiveFile;
use crate::runtime::block_on;

/// The groups of a file that are left; `None`: all of them.
pub(super) fn groups(
    builder: &mut ParquetRecordBatchStreamBuilder<ObjectFile>,
    live: &LiveFile,
    schema: &SchemaRef,
    ids: &Ids,
    filter: &Filter,
) -> Result<Option<Vec<usize>>> {
    let file = &live.file;
    let mut names = Vec::new();
    filter.columns(&mut names);
    let metadata = Arc::clone(builder.metadata());
    let fields = builder.schema().fields().clone();
    let mut columns = HashMap::new();
    for name in names {
        if let Some(column) = column(builder, file, schema, (&fields, ids), &name) {
            columns.insert(name, column);
        }
    }
    let builder = RefCell::new(builder);
    let count = metadata.num_row_groups();
    let mut left = Vec::with_capacity(count);
    for number in 0..count {
        let group = Group {
            number,
            columns: &columns,
            metadata: &metadata,
            path: file.file_path(),
            builder: &builder,
        };
        if may_match(filter, &group)? {
            left.push(number);
        }
    }
    Ok((left.len() < count).then_some(left))
}

/// A column that the condition looks at, in all groups.
struct Column {
    field: FieldRef,
    /// Its place among the leaves of the file.
    leaf: usize,
    lower: ArrayRef,
    upper: ArrayRef,
    nulls: Vec<Option<u64>>,
    /// The file has the column as the table's type.
    is_same_type: bool,
    may_be_nan: bool,
}

/// What the footer says of a column of the table's. `None`: nothing of use.
fn column(
    builder: &ParquetRecordBatchStreamBuilder<ObjectFile>,
    file: &DataFile,
    schema: &SchemaRef,
    (fields, ids): (&Fields, &Ids),
    name: &str,
) -> Option<Column> {
    let wanted = &schema.fields()[schema.index_of(name).ok()?];
    let own = &fields[ids.place(fields, wanted)?];
    let (arrow, parquet) = (builder.schema(), builder.parquet_schema());
    let converter = StatisticsConverter::try_new(own.name(), arrow, parquet).ok()?;
    let leaf = converter.parquet_column_index()?;
    let groups = || builder.metadata().row_groups().iter();
    let is_deprecated = groups().any(|group| {
        let statistics = group.column(leaf).statistics();
        // Nulls alone have no bounds of either kind, which looks the same.
        statistics
            .is_some_and(|known| known.is_min_max_deprecated() && known.min_bytes_opt().is_some())
    });
    if is_deprecated {
        // Of an order that is not ours.
        return None;
    }
    let counts = converter.row_group_null_counts(groups()).ok()?;
    Some(Column {
        field: Arc::clone(wanted),
        leaf,
        // A wider type keeps the order.
        lower: adapt(&converter.row_group_mins(groups()).ok()?, wanted).ok()?,
        upper: adapt(&converter.row_group_maxes(groups()).ok()?, wanted).ok()?,
        nulls: counts.iter().collect(),
        is_same_type: own.data_type() == wanted.data_type(),
        may_be_nan: is_float(wanted.data_type())
            && own_id(wanted).is_none_or(|id| has_nan(file, id)),
    })
}

/// A row group.
struct Group<'a> {
    number: usize,
    columns: &'a HashMap<String, Column>,
    metadata: &'a ParquetMetaData,
    path: &'a str,
    builder: &'a RefCell<&'a mut ParquetRecordBatchStreamBuilder<ObjectFile>>,
}

impl Known for Group<'_> {
    fn column(&self, name: &str) -> Option<Extent> {
        let column = self.columns.get(name)?;
        let rows = self.metadata.row_group(self.number).num_rows();
        let nulls = column.nulls.get(self.number).copied().flatten();
        let bound = |bounds: &ArrayRef| {
            (!bounds.is_null(self.number)).then(|| bounds.slice(self.number, 1))
        };
        Some(Extent {
            kind: column.field.data_type().clone(),
            lower: bound(&column.lower),
            upper: bound(&column.upper),
            may_be_null: nulls != Some(0),
            may_be_defined: nulls != Some(rows.unsigned_abs()),
            may_be_nan: column.may_be_nan,
        })
    }

    fn may_have(&self, name: &str, value: &ArrayRef) -> Result<bool> {
        let Some(column) = self.columns.get(name).filter(|column| column.is_same_type) else {
            return Ok(true);
        };
        let chunk = self.metadata.row_group(self.number).column(column.leaf);
        if chunk.bloom_filter_offset().is_none() {
            return Ok(true);
        }
        let mut builder = self.builder.borrow_mut();
        let bloom = block_on(builder.get_row_group_column_bloom_filter(self.number, column.leaf));
        let bloom = bloom.map_err(|error| explain(self.path, error))?;
        Ok(bloom.is_none_or(|bloom| may_hold(&bloom, value)))
    }
}

/// Asks for one value, in the form that Parquet hashes.
fn may_hold(bloom: &Sbbf, value: &ArrayRef) -> bool {
    match value.data_type() {
        DataType::Int32 => bloom.check(&value.as_primitive::<Int32Type>().value(0)),
        DataType::Date32 => bloom.check(&value.as_primitive::<Date32Type>().value(0)),
        DataType::Int64 => bloom.check(&value.as_primitive::<Int64Type>().value(0)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            bloom.check(&value.as_primitive::<TimestampMicrosecondType>().value(0))
        }
        DataType::Utf8 => bloom.check(value.as_string::<i32>().value(0)),
        DataType::LargeBinary => bloom.check(value.as_binary::<i64>().value(0)),
        DataType::FixedSizeBinary(_) => bloom.check(value.as_fixed_size_binary().value(0)),
        _ => true,
    }
}
