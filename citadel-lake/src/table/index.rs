//! Building vector indexes, and their state.

use std::collections::{HashMap, HashSet};

use iceberg::TableUpdate;
use iceberg::spec::DataFile;

use super::LakeTable;
use super::codebook::KnownLists;
use crate::catalog::Head;
use crate::commit::{Change, Operation, commit};
use crate::error::Result;
use crate::index::{Entry, INDEXES, IndexList, Source, State, build, filter_ids};
use crate::metadata::{LiveFile, Place};
use crate::scan::Plan;
use crate::schema::Vectors;
use crate::schema::align::Shape;

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
        place.check_changeable()?;
        let head = place.head()?;
        let plan = Plan::new(place, &head.metadata, head.snapshot(), None)?;
        let vectors = Vectors::read(head.metadata.properties(), &plan.schema)?;
        let filters = filter_ids(head.metadata.properties());
        let list = IndexList::read(place, head.metadata.properties())?;
        let (mut built, mut entries, mut rows) = (0, Vec::new(), 0);
        let mut lists = KnownLists::new(place);
        let all: Vec<&LiveFile> = plan.files.iter().map(|file| &file.live).collect();
        let all_rows = all.iter().map(|live| live.file.record_count()).sum();
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
                let mapping = plan.name_mapping.as_deref();
                let source = Source::new(column, field_id, &plan.arrow, &filters, mapping)?;
                let made = lists
                    .of(&self.segments, all_rows, &all, &source)
                    .and_then(|lists| build(place, live, &source, lists.as_ref()));
                entries.push(made.inspect_err(|_| discard_indexes(place, &entries))?);
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

/// Builds the indexes of files that no snapshot holds yet. After an error none is left.
pub(super) fn index_files(
    table: &LakeTable,
    head: &Head,
    files: &[DataFile],
) -> Result<Vec<Entry>> {
    let (place, metadata) = (&*table.place, &head.metadata);
    let schema = metadata.current_schema();
    let vectors = Vectors::read(metadata.properties(), schema)?;
    let arrow = Shape::of(schema, &vectors)?.arrow;
    let filters = filter_ids(metadata.properties());
    let large = files
        .iter()
        .filter(|file| file.record_count() >= INDEXED_ROWS_LEAST);
    // Neither number is given yet; a Puffin file says so by -1.
    let large: Vec<LiveFile> = large
        .map(|file| LiveFile {
            file: file.clone(),
            snapshot_id: -1,
            sequence: -1,
            file_sequence: -1,
            spec_id: metadata.default_partition_spec_id(),
        })
        .collect();
    let large: Vec<&LiveFile> = large.iter().collect();
    let before = place
        .files(metadata, head.snapshot().map(AsRef::as_ref))?
        .data;
    let all = before.iter().chain(large.iter().copied());
    let rows = all.map(|live| live.file.record_count()).sum();
    let mut lists = KnownLists::new(place);
    let mut entries = Vec::new();
    for live in &large {
        for (&field_id, column) in &vectors.0 {
            let built = Source::new(column, field_id, &arrow, &filters, None).and_then(|source| {
                let lists = lists.of(&table.segments, rows, &large, &source)?;
                build(place, live, &source, lists.as_ref())
            });
            entries.push(built.inspect_err(|_| discard_indexes(place, &entries))?);
        }
    }
    Ok(entries)
}

/// Removes index files that no list names or ever will.
pub(super) fn discard_indexes(place: &Place, entries: &[Entry]) {
    for entry in entries {
        if let State::Ready { file, .. } = &entry.state {
            let _ = place.store.delete(&place.path(file));
        }
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
