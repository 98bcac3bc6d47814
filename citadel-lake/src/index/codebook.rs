//! The codebook that all IVF-PQ indexes of a column share.
//!
//! It is a file below `index/`, trained when the first such index is built. The property `citadel.codebook.<field id>` names it and says from
//! how many rows it was trained. A segment names the codebook that it was built with, so that those of an earlier one stay searchable.

use std::collections::HashMap;
use std::sync::Arc;

use citadel_vector::{Codebook, TrainConfig};
use serde::{Deserialize, Serialize};

use super::build::{Source, read};
use super::sidecar::{read_parts, write_parts};
use crate::error::{LakeError, Result};
use crate::metadata::{LiveFile, Place};

const PREFIX: &str = "citadel.codebook.";
const BLOB: &str = "citadel-ivf-codebook-v1";
const PART: &str = "codebook";
/// Vectors that training looks at, at most.
const SAMPLE_MAX: u64 = 100_000;

/// A codebook that a table names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodebookFile {
    /// Below the table.
    pub(crate) file: String,
    /// Live rows of the table when it was trained.
    pub(crate) rows: u64,
}

/// The property that names a column's codebook.
pub(crate) fn codebook_key(field_id: i32) -> String {
    format!("{PREFIX}{field_id}")
}

/// The codebooks that a table names, by property.
pub(crate) fn codebooks(
    properties: &HashMap<String, String>,
) -> impl Iterator<Item = (&String, CodebookFile)> {
    let own = properties.iter().filter(|(key, _)| key.starts_with(PREFIX));
    own.filter_map(|(key, text)| Some((key, serde_json::from_str(text).ok()?)))
}

impl CodebookFile {
    /// The codebook of a column, if the table names one.
    pub(crate) fn of(properties: &HashMap<String, String>, field_id: i32) -> Result<Option<Self>> {
        let Some(text) = properties.get(&codebook_key(field_id)) else {
            return Ok(None);
        };
        let read = serde_json::from_str(text);
        read.map(Some)
            .map_err(|error| LakeError::corrupt(codebook_key(field_id), error))
    }

    pub(crate) fn text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| LakeError::misuse(error.to_string()))
    }
}

/// Vectors of rows of some files, the same share of each, row-major. Deleted rows may be among them.
pub(crate) fn sample(place: &Place, files: &[&LiveFile], source: &Source<'_>) -> Result<Vec<f32>> {
    let rows: u64 = files.iter().map(|live| live.file.record_count()).sum();
    let share = SAMPLE_MAX as f64 / rows.max(1) as f64;
    let mut sample = Vec::new();
    for live in files {
        let count = live.file.record_count();
        let wanted = ((count as f64 * share).ceil() as u64).clamp(1, count.max(1));
        let step = (count / wanted).max(1);
        let places = (0..count).step_by(step as usize).collect();
        sample.extend(read(place, live, source, Some(places))?.vectors);
    }
    Ok(sample)
}

/// Trains a codebook on rows of some files, and writes it.
pub(crate) fn train(
    place: &Place,
    files: &[&LiveFile],
    source: &Source<'_>,
) -> Result<Option<CodebookFile>> {
    let rows: u64 = files.iter().map(|live| live.file.record_count()).sum();
    let sample = sample(place, files, source)?;
    let largest = files.iter().map(|live| live.file.record_count()).max();
    let (dim, metric) = (source.column.dimension, source.column.metric.measured());
    let config = TrainConfig::for_rows(largest.unwrap_or(0) as usize, dim);
    let trained = Codebook::train(metric, dim, &sample, config, place.watch.cancel());
    place.watch.check()?;
    let Ok(codebook) = trained else {
        // No vector at all: there is nothing to index yet.
        return Ok(None);
    };
    let parts = vec![(PART.to_owned(), codebook.encode())];
    let (file, _) = write_parts(place, HashMap::new(), BLOB, source.field_id, None, parts)?;
    Ok(Some(CodebookFile { file, rows }))
}

/// Reads a codebook; `None` if the file is missing or damaged.
pub(crate) fn load(place: &Place, file: &str) -> Result<Option<Arc<Codebook>>> {
    let path = place.path(file);
    let Some(bytes) = place.store.get(&path)? else {
        tracing::warn!(path, "a codebook is missing; its data files are scanned");
        return Ok(None);
    };
    let read = read_parts(place, file, &bytes, BLOB, &HashMap::new())
        .and_then(|parts| {
            parts
                .get(PART)
                .cloned()
                .ok_or_else(|| "no codebook".to_owned())
        })
        .and_then(|bytes| Codebook::decode(&bytes).map_err(|error| error.to_string()));
    match read {
        Ok(codebook) => Ok(Some(Arc::new(codebook))),
        Err(reason) => {
            tracing::warn!(
                path,
                reason,
                "a codebook is of no use; its data files are scanned"
            );
            Ok(None)
        }
    }
}
