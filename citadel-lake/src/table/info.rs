//! What a table tells of itself: its snapshots and its files.

use std::collections::HashMap;

use iceberg::spec::{DataContentType, Snapshot};

use super::LakeTable;
use crate::error::Result;
use crate::metadata::LiveFile;
use crate::scan::At;

/// A snapshot that can still be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// Its id.
    pub id: i64,
    /// The snapshot that it was made from.
    pub parent: Option<i64>,
    /// Its place in the order of all changes.
    pub sequence: i64,
    /// When it was made, in milliseconds since 1970.
    pub time_ms: i64,
    /// `append`, `delete`, `replace` or `overwrite`.
    pub operation: String,
    /// What it says of itself, such as `added-records`.
    pub summary: HashMap<String, String>,
}

/// What a file of a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileContent {
    /// Rows.
    Rows,
    /// Which rows of other files are deleted, by their places.
    PositionDeletes,
    /// Which rows of other files are deleted, by values.
    EqualityDeletes,
}

/// A file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Its URI.
    pub path: String,
    /// What it holds.
    pub content: FileContent,
    /// Its rows, deleted ones included; of a file of deletes, how many it names.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// The snapshot that added it.
    pub snapshot_id: i64,
    /// The data sequence number: deletes with a lower one do not concern it.
    pub sequence: i64,
    /// Bytes of each column in the file, by field id.
    pub column_bytes: HashMap<i32, u64>,
    /// Nulls of each column, by field id.
    pub nulls: HashMap<i32, u64>,
}

impl LakeTable {
    /// The snapshots that can still be read, oldest first.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`].
    pub fn snapshots(&self) -> Result<Vec<SnapshotInfo>> {
        let head = self.place.head()?;
        let mut found: Vec<_> = head.metadata.snapshots().map(|s| info(s)).collect();
        found.sort_by_key(|snapshot| snapshot.sequence);
        Ok(found)
    }

    /// The current snapshot's id, if rows were ever written.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`].
    pub fn current_snapshot(&self) -> Result<Option<i64>> {
        Ok(self.place.head()?.snapshot_id())
    }

    /// Which snapshot was current since when: times in milliseconds since 1970, and ids, oldest first. Those of expired snapshots are
    /// left out.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`].
    pub fn history(&self) -> Result<Vec<(i64, i64)>> {
        let head = self.place.head()?;
        let log = head.metadata.history().iter();
        Ok(log
            .map(|entry| (entry.timestamp_ms(), entry.snapshot_id))
            .collect())
    }

    /// The files of the current snapshot.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`] and of reading manifests.
    pub fn files(&self) -> Result<Vec<FileInfo>> {
        self.files_of(At::Now)
    }

    /// The files of a snapshot.
    ///
    /// # Errors
    /// [`LakeError::Misuse`](crate::LakeError::Misuse) for an unknown snapshot.
    pub fn files_at(&self, snapshot_id: i64) -> Result<Vec<FileInfo>> {
        self.files_of(At::Snapshot(snapshot_id))
    }

    fn files_of(&self, at: At) -> Result<Vec<FileInfo>> {
        let head = self.place.head()?;
        let snapshot = at.find(&head.metadata)?;
        let files = self
            .place
            .files(&head.metadata, snapshot.map(AsRef::as_ref))?;
        Ok(files.data.iter().chain(&files.deletes).map(file).collect())
    }
}

fn info(snapshot: &Snapshot) -> SnapshotInfo {
    SnapshotInfo {
        id: snapshot.snapshot_id(),
        parent: snapshot.parent_snapshot_id(),
        sequence: snapshot.sequence_number(),
        time_ms: snapshot.timestamp_ms(),
        operation: snapshot.summary().operation.as_str().to_owned(),
        summary: snapshot.summary().additional_properties.clone(),
    }
}

fn file(live: &LiveFile) -> FileInfo {
    let file = &live.file;
    FileInfo {
        path: file.file_path().to_owned(),
        content: match file.content_type() {
            DataContentType::Data => FileContent::Rows,
            DataContentType::PositionDeletes => FileContent::PositionDeletes,
            DataContentType::EqualityDeletes => FileContent::EqualityDeletes,
        },
        rows: file.record_count(),
        bytes: file.file_size_in_bytes(),
        snapshot_id: live.snapshot_id,
        sequence: live.sequence,
        column_bytes: file.column_sizes().clone(),
        nulls: file.null_value_counts().clone(),
    }
}
