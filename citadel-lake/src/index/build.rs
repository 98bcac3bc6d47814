//! Building the index of a data file.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_schema::SchemaRef;
use citadel_vector::{Build, BuildConfig, RowMajor, Segment};

use super::{Entry, State, sidecar};
use crate::data::{Deleted, open};
use crate::error::{LakeError, Result};
use crate::metadata::{LiveFile, Place};
use crate::schema::{Metric, VectorColumn};

/// Builds and writes the index of a vector column. What keeps it from being built is part of the entry.
///
/// # Errors
/// Those of the store, and of a data file that cannot be read: then there is nothing to say of the index.
pub(crate) fn build(
    place: &Place,
    live: &LiveFile,
    column: &VectorColumn,
    field_id: i32,
    schema: SchemaRef,
    name_mapping: Option<&str>,
) -> Result<Entry> {
    let rows = read(place, live, column, schema, name_mapping)?;
    let built = Segment::build(Build {
        metric: column.metric.measured(),
        dim: column.dimension,
        config: BuildConfig::default(),
        column: &column.name,
        generation: live.sequence.unsigned_abs(),
        rows: &rows.defined,
        vectors: &RowMajor::new(&rows.vectors, column.dimension),
        undefined: &rows.undefined,
        attributes: Vec::new(),
        progress: &|_| {},
        cancel: &AtomicBool::new(false),
    });
    let state = match built {
        Ok(segment) => {
            let (file, bytes) = sidecar::write(place, &segment, live, field_id)?;
            State::Ready { file, bytes }
        }
        Err(error) => State::Failed {
            reason: error.to_string(),
        },
    };
    Ok(Entry {
        data_file: live.file.file_path().to_owned(),
        data_bytes: live.file.file_size_in_bytes(),
        rows: live.file.record_count(),
        field_id,
        state,
    })
}

/// The rows of a file by their places.
#[derive(Default)]
struct Vectors {
    defined: Vec<i64>,
    vectors: Vec<f32>,
    /// Without a vector, or without a distance to anything.
    undefined: Vec<i64>,
}

fn read(
    place: &Place,
    live: &LiveFile,
    column: &VectorColumn,
    schema: SchemaRef,
    name_mapping: Option<&str>,
) -> Result<Vectors> {
    let mut found = Vectors::default();
    // Deleted rows too: deletes come and go, the index is that of the file.
    for rows in open(
        place,
        live,
        schema,
        name_mapping,
        Arc::new(Deleted::default()),
    )? {
        let rows = rows?;
        let lists = rows.batch.column(0).as_list::<i32>();
        let values = lists.values().as_primitive::<Float32Type>().values();
        let offsets = lists.value_offsets();
        for (row, position) in rows.positions.iter().enumerate() {
            let id = *position as i64;
            let vector = &values[offsets[row] as usize..offsets[row + 1] as usize];
            let is_zero = || vector.iter().all(|component| *component == 0.0);
            if lists.is_null(row) || (column.metric == Metric::Cosine && is_zero()) {
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
