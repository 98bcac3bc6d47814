//! Building vector indexes, and their state.

use std::collections::{HashMap, HashSet};

use iceberg::TableUpdate;

use super::LakeTable;
use crate::commit::{Change, Operation, commit};
use crate::error::{LakeError, Result};
use crate::index::{Entry, INDEXES, IndexList, State, build};
use crate::metadata::{Head, Place};
use crate::scan::Plan;
use crate::schema::Vectors;

/// A file of fewer rows is scanned as fast as it is searched.
const INDEXED_ROWS_LEAST: u64 = 1_000;
/// What was built is committed when it is of as many rows, so that a crash costs no more than that.
const COMMIT_ROWS: u64 = 100_000;

/// How far the index of a vector column of a data file is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexState {
    /// It has yet to be built; until then the file is scanned.
    Indexing,
    /// It is searched.
    Ready,
    /// It could not be built, for this reason; the file is scanned.
    Failed(String),
    /// The file is so small that it is scanned.
    Small,
}

/// The index of a vector column of a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexInfo {
    /// The data file's URI.
    pub data_file: String,
    /// The vector column.
    pub column: String,
    /// How far it is.
    pub state: IndexState,
}

impl LakeTable {
    /// Builds the indexes that live data files of the table have yet to get, beside what others write meanwhile.
    ///
    /// What is built is committed file by file or several at a time; after a crash another call goes on. Returns how many were built.
    ///
    /// # Errors
    /// Those of reading data files and of commits. What was committed stays.
    pub fn build_indexes(&self) -> Result<usize> {
        let place = &*self.place;
        let head = place.head()?;
        let plan = Plan::new(place, &head.metadata, head.snapshot(), None)?;
        let vectors = Vectors::read(head.metadata.properties(), &plan.schema)?;
        let list = IndexList::read(place, head.metadata.properties())?;
        let (mut built, mut entries, mut rows) = (0, Vec::new(), 0);
        for file in &plan.files {
            let live = &file.live;
            if live.file.record_count() < INDEXED_ROWS_LEAST {
                continue;
            }
            for (&field_id, column) in &vectors.0 {
                let known = list.find(live, field_id).map(|entry| &entry.state);
                if matches!(known, Some(State::Ready { .. })) {
                    continue;
                }
                let at = plan.arrow.index_of(&column.name).map_err(LakeError::rows)?;
                let schema = plan.arrow.project(&[at]).map_err(LakeError::rows)?.into();
                let mapping = plan.name_mapping.as_deref();
                entries.push(build(place, live, column, field_id, schema, mapping)?);
                built += 1;
                rows += live.file.record_count();
            }
            if rows >= COMMIT_ROWS {
                commit(place, &mut Indexing { entries })?;
                (entries, rows) = (Vec::new(), 0);
            }
        }
        if !entries.is_empty() {
            commit(place, &mut Indexing { entries })?;
        }
        Ok(built)
    }

    /// How far the indexes of the current snapshot's files are.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`] and of reading the list of indexes.
    pub fn indexes(&self) -> Result<Vec<IndexInfo>> {
        let place = &*self.place;
        let head = place.head()?;
        let plan = Plan::new(place, &head.metadata, head.snapshot(), None)?;
        let vectors = Vectors::read(head.metadata.properties(), &plan.schema)?;
        let list = IndexList::read(place, head.metadata.properties())?;
        let mut found = Vec::new();
        for file in &plan.files {
            for (&field_id, column) in &vectors.0 {
                let state = match list.find(&file.live, field_id).map(|entry| &entry.state) {
                    Some(State::Ready { .. }) => IndexState::Ready,
                    Some(State::Failed { reason }) => IndexState::Failed(reason.clone()),
                    None if file.live.file.record_count() < INDEXED_ROWS_LEAST => IndexState::Small,
                    None => IndexState::Indexing,
                };
                found.push(IndexInfo {
                    data_file: file.live.file.file_path().to_owned(),
                    column: column.name.clone(),
                    state,
                });
            }
        }
        Ok(found)
    }
}

/// The operation: indexes that are written already are put on the list.
struct Indexing {
    entries: Vec<Entry>,
}

impl Operation for Indexing {
    /// Entries of files that no snapshot holds any more are left out, ours among them; of two for one column the newer one is kept.
    fn plan(&mut self, place: &Place, head: &Head) -> Result<Option<Change>> {
        let mut live = HashSet::new();
        for snapshot in head.metadata.snapshots() {
            let files = place.files(&head.metadata, Some(snapshot))?;
            live.extend(
                files
                    .data
                    .iter()
                    .map(|file| file.file.file_path().to_owned()),
            );
        }
        let key = |entry: &Entry| (entry.data_file.clone(), entry.field_id);
        let mut list = IndexList::read(place, head.metadata.properties())?;
        let ours: HashSet<_> = self.entries.iter().map(key).collect();
        list.entries.retain(|entry| !ours.contains(&key(entry)));
        list.entries.extend(self.entries.iter().cloned());
        list.entries.retain(|entry| live.contains(&entry.data_file));
        if !list.entries.iter().any(|entry| ours.contains(&key(entry))) {
            return Ok(None);
        }
        let file = list.write(place)?;
        Ok(Some(Change {
            updates: vec![TableUpdate::SetProperties {
                updates: HashMap::from([(INDEXES.to_owned(), file)]),
            }],
            files: None,
        }))
    }
}
