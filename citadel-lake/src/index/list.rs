//! Which data file has which index.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::data::Ball;
use crate::error::{LakeError, Result};
use crate::metadata::{LiveFile, Place};
use crate::store::{Name, fresh};

/// The property that names the list's file, below the table.
pub(crate) const INDEXES: &str = "citadel.indexes";

/// The index of one vector column of one data file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The data file's URI, size and rows.
    pub(crate) data_file: String,
    pub(crate) data_bytes: u64,
    pub(crate) rows: u64,
    pub(crate) field_id: i32,
    /// Where the vectors lie, as the data file's footer says; so a file that is left out need not be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ball: Option<Ball>,
    pub(crate) state: State,
}

/// How far an index is. A data file without an entry has yet to get one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// It can be searched.
    Ready {
        /// Its file, below the table.
        file: String,
        bytes: u64,
        /// The codebook's file, of lists of codes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        codebook: Option<String>,
    },
    /// It could not be built.
    Failed { reason: String },
}

/// All indexes of a table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct IndexList {
    pub(crate) entries: Vec<Entry>,
}

impl IndexList {
    /// The list of a table with these properties.
    ///
    /// # Errors
    /// [`LakeError::Corrupt`] if the list cannot be read. A search scans then; whoever changes the list must not lose it.
    pub(crate) fn read(place: &Place, properties: &HashMap<String, String>) -> Result<Self> {
        let Some(file) = properties.get(INDEXES) else {
            return Ok(Self::default());
        };
        let path = place.path(file);
        let bytes = place.store.get_named(&path)?;
        serde_json::from_slice(&bytes).map_err(|error| LakeError::corrupt(path, error))
    }

    /// Writes the list; its path below the table.
    pub(crate) fn write(&self, place: &Place) -> Result<String> {
        let name = fresh(Name::IndexList);
        let text = serde_json::to_vec(self).map_err(|e| LakeError::misuse(e.to_string()))?;
        place.store.create_fresh(&place.path(&name), text)?;
        Ok(name)
    }

    /// The entry of a column of a data file.
    pub(crate) fn find(&self, live: &LiveFile, field_id: i32) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.is_of(live, field_id))
    }
}

impl Entry {
    /// Whether it is the entry of a column of a data file.
    pub(crate) fn is_of(&self, live: &LiveFile, field_id: i32) -> bool {
        self.field_id == field_id
            && self.data_file == live.file.file_path()
            && self.data_bytes == live.file.file_size_in_bytes()
            && self.rows == live.file.record_count()
    }
}
