//! Building the index of a data file.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_schema::{Schema as ArrowSchema, SchemaRef};
use citadel_vector::{Build, BuildConfig, Codebook, IvfBuild, IvfSegment, RowMajor, Segment};

use super::copies::Copies;
use super::filters::Values;
use super::segment::Codes;
use super::{Entry, Index, State, sidecar};
use crate::data::{Deleted, Which, ball, open, own_id};
use crate::error::{LakeError, Result};
use crate::metadata::{LiveFile, Place};
use crate::schema::{Metric, Precision, VectorColumn};
use crate::watch::{Step, Watch};

/// What an index is built of: a vector column of a table.
pub(crate) struct Source<'s> {
    pub(crate) column: &'s VectorColumn,
    pub(crate) field_id: i32,
    /// The vector column, and after it those that the index holds beside it.
    pub(crate) schema: SchemaRef,
    pub(crate) name_mapping: Option<&'s str>,
}

impl<'s> Source<'s> {
    /// A vector column of a table with a schema, and the columns with these field ids.
    pub(crate) fn new(
        column: &'s VectorColumn,
        field_id: i32,
        schema: &ArrowSchema,
        filters: &[i32],
        name_mapping: Option<&'s str>,
    ) -> Result<Self> {
        let mut places = vec![schema.index_of(&column.name).map_err(LakeError::rows)?];
        let of = |id: &i32| schema.fields().iter().position(|f| own_id(f) == Some(*id));
        places.extend(filters.iter().filter_map(of));
        Ok(Self {
            column,
            field_id,
            schema: Arc::new(schema.project(&places).map_err(LakeError::rows)?),
            name_mapping,
        })
    }
}

/// Builds and writes the index of a data file. What keeps it from being built is part of the entry.
///
/// # Errors
/// Those of the store, and of a data file that cannot be read: then there is nothing to say of the index. [`LakeError::Interrupted`].
pub(crate) fn build(
    place: &Place,
    live: &LiveFile,
    source: &Source<'_>,
    lists: Option<&Lists>,
) -> Result<Entry> {
    let field_id = source.field_id;
    let rows = read(place, live, source, None)?;
    let copies = copies(&rows, live, source.column, lists);
    let codes = match lists {
        None => prism(rows, live, source, &place.watch)?,
        Some(lists) => ivf_pq(rows, lists, &place.watch)?,
    };
    let state = match codes {
        Ok(codes) => {
            let index = Index { codes, copies };
            let (file, bytes) = sidecar::write(place, &index, live, field_id)?;
            State::Ready {
                file,
                bytes,
                codebook: lists.map(|lists| lists.file.clone()),
            }
        }
        Err(reason) => State::Failed { reason },
    };
    Ok(Entry {
        data_file: live.file.file_path().to_owned(),
        data_bytes: live.file.file_size_in_bytes(),
        rows: live.file.record_count(),
        field_id,
        // Of an encrypted file the footer alone says it.
        ball: match place.key {
            None => ball(place, live, field_id)?,
            Some(_) => None,
        },
        state,
    })
}

/// What lists of codes are built with: the codebook that the column's indexes share, and its file.
#[derive(Clone, Debug)]
pub(crate) struct Lists {
    pub(crate) file: String,
    pub(crate) codebook: Arc<Codebook>,
}

/// The copies of vectors that the column asks for. A graph has a byte for each component anyway.
fn copies(
    rows: &Rows,
    live: &LiveFile,
    column: &VectorColumn,
    lists: Option<&Lists>,
) -> Option<Copies> {
    let has_bytes = lists.is_none();
    let wanted = column
        .precision
        .filter(|precision| !(has_bytes && *precision == Precision::I8));
    Some(Copies::of(
        wanted?,
        column.metric,
        column.dimension,
        live.file.record_count(),
        (&rows.defined, &rows.vectors),
    ))
}

fn ivf_pq(rows: Rows, lists: &Lists, watch: &Watch) -> Result<Result<Codes, String>> {
    let attributes = rows.values.into_iter().map(Values::finish);
    let built = IvfSegment::build(IvfBuild {
        codebook: Arc::clone(&lists.codebook),
        rows: &rows.defined,
        vectors: &rows.vectors,
        undefined: &rows.undefined,
        attributes: attributes.collect::<Result<_>>()?,
        cancel: watch.cancel(),
    });
    watch.check()?;
    Ok(built.map(Codes::IvfPq).map_err(|error| error.to_string()))
}

fn prism(
    rows: Rows,
    live: &LiveFile,
    source: &Source<'_>,
    watch: &Watch,
) -> Result<Result<Codes, String>> {
    let column = source.column;
    let attributes = rows.values.into_iter().map(Values::finish);
    let built = Segment::build(Build {
        metric: column.metric.measured(),
        dim: column.dimension,
        config: BuildConfig::default(),
        column: &column.name,
        generation: live.sequence.unsigned_abs(),
        rows: &rows.defined,
        vectors: &RowMajor::new(&rows.vectors, column.dimension),
        undefined: &rows.undefined,
        attributes: attributes.collect::<Result<_>>()?,
        progress: &|progress| watch.tell(Step::Building(progress)),
        cancel: watch.cancel(),
    });
    // One that was ended has not failed.
    watch.check()?;
    let built = built.map(|segment| Codes::Prism(Box::new(segment)));
    Ok(built.map_err(|error| error.to_string()))
}

/// The rows of a file by their places.
#[derive(Default)]
pub(super) struct Rows {
    defined: Vec<i64>,
    pub(super) vectors: Vec<f32>,
    /// Without a vector, or without a distance to anything.
    undefined: Vec<i64>,
    values: Vec<Values>,
}

/// Reads rows of a file: all, or those at some places.
pub(super) fn read(
    place: &Place,
    live: &LiveFile,
    source: &Source<'_>,
    wanted: Option<Vec<u64>>,
) -> Result<Rows> {
    let column = source.column;
    let fields = source.schema.fields().iter().enumerate().skip(1);
    let mut found = Rows {
        values: fields
            .filter_map(|(at, field)| Values::of(field, at))
            .collect(),
        ..Rows::default()
    };
    // Deleted rows too: deletes come and go, the index is that of the file.
    for rows in open(
        place,
        live,
        Arc::clone(&source.schema),
        source.name_mapping,
        Arc::new(Deleted::default()),
        wanted.map_or(Which::All, Which::At),
    )? {
        let rows = rows?;
        let lists = rows.batch.column(0).as_list::<i32>();
        let values = lists.values().as_primitive::<Float32Type>().values();
        let offsets = lists.value_offsets();
        for (row, position) in rows.positions.iter().enumerate() {
            let id = *position as i64;
            let vector = &values[offsets[row] as usize..offsets[row + 1] as usize];
            let is_zero = || vector.iter().all(|component| *component == 0.0);
            let is_defined = lists.is_valid(row) && !(column.metric == Metric::Cosine && is_zero());
            for values in &mut found.values {
                values.push(rows.batch.column(values.place), row, is_defined);
            }
            if !is_defined {
                found.undefined.push(id);
                continue;
            }
            if vector.len() != column.dimension {
                return Err(LakeError::corrupt(
                    live.file.file_path(),
                    format!("a vector of {} dimensions", vector.len()),
                ));
            }
            found.defined.push(id);
            found.vectors.extend_from_slice(vector);
        }
    }
    Ok(found)
}
