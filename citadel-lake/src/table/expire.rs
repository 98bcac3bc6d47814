//! Forgetting old snapshots, and removing files that nothing names.
//!
//! The two are apart. To expire a snapshot changes metadata alone, so a reader that is in the middle of it goes on. The removal of orphans
//! deletes only what is older than a time that no write and no read takes, so neither a running reader nor a writer that has written its
//! files and not yet committed loses any.

use std::collections::HashSet;
use std::time::Duration;

use iceberg::TableUpdate;
use iceberg::spec::TableMetadata;

use super::LakeTable;
use crate::catalog::{Head, version_of};
use crate::commit::{Change, Operation, commit, ledger_files, now_ms};
use crate::error::{LakeError, Result};
use crate::index::{INDEXES, IndexList, State, codebooks};
use crate::metadata::Place;

/// Files younger than this may belong to a writer that has yet to commit.
const YOUNG_LEAST: Duration = Duration::from_secs(60 * 60);

impl LakeTable {
    /// Forgets snapshots that are older than a time (milliseconds since 1970), except the newest `keep` and those that a branch or tag names.
    ///
    /// Returns the ids of the forgotten ones. Their files stay until [`LakeTable::remove_orphans`]; batch ids are remembered nevertheless.
    ///
    /// # Errors
    /// Those of a commit.
    pub fn expire_snapshots(&self, before_ms: i64, keep: usize) -> Result<Vec<i64>> {
        let mut expiring = Expiring {
            before_ms,
            keep,
            expired: Vec::new(),
        };
        commit(&self.place, &mut expiring)?;
        Ok(expiring.expired)
    }

    /// Deletes files below the table that no snapshot names and that are older than `age`: remains of failed writes and of expired snapshots.
    ///
    /// Returns how many files were deleted.
    ///
    /// # Errors
    /// [`LakeError::Misuse`] for an age below an hour: younger files may belong to a write that is about to be committed.
    pub fn remove_orphans(&self, age: Duration) -> Result<usize> {
        if age < YOUNG_LEAST {
            return Err(LakeError::misuse(format!(
                "files younger than {} minutes may belong to a write that is not committed yet",
                YOUNG_LEAST.as_secs() / 60
            )));
        }
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        self.remove_orphans_before(now_ms().saturating_sub(age))
    }

    /// As [`LakeTable::remove_orphans`], for files of any age that were written before a time (milliseconds since 1970).
    ///
    /// The caller vouches that no write to the table is under way and no snapshot that was expired is being read.
    ///
    /// # Errors
    /// Those of reading the table's metadata and of deleting.
    pub fn remove_orphans_before(&self, time_ms: i64) -> Result<usize> {
        let place = &*self.place;
        place.check_changeable()?;
        // The listing comes first: a file that is committed after it is not in it, and one that is committed before is named.
        let listed = place.store.list(&place.root)?;
        let head = place.head()?;
        let named = named(place, &head)?;
        let mut orphans: Vec<_> = listed
            .into_iter()
            .filter(|file| file.modified_ms < time_ms && !named.contains(&file.path))
            .filter(|file| is_ours(place, &head, &file.path))
            .collect();
        // Versions go from the oldest on (see `catalog::file`).
        orphans.sort_by_key(|file| file.path.rsplit('/').next().and_then(version_of));
        for orphan in &orphans {
            place.watch.check()?;
            tracing::debug!(
                path = orphan.path,
                bytes = orphan.bytes,
                "an orphan is deleted"
            );
            place.store.delete(&orphan.path)?;
        }
        Ok(orphans.len())
    }
}

/// The paths of all files that the table's metadata names.
fn named(place: &Place, head: &Head) -> Result<HashSet<String>> {
    let metadata = &head.metadata;
    let mut uris = HashSet::new();
    for snapshot in metadata.snapshots() {
        uris.insert(snapshot.manifest_list().to_owned());
        for manifest in place.manifests(metadata, snapshot)? {
            let live = place.manifest(&manifest)?;
            uris.extend(live.iter().map(|file| file.file.file_path().to_owned()));
            uris.insert(manifest.manifest_path);
        }
    }
    uris.extend(statistics(metadata));
    let mut paths = HashSet::new();
    for uri in &uris {
        paths.insert(place.store.path_of(uri)?.to_owned());
    }
    let ledger = ledger_files(metadata.properties())?;
    paths.extend(ledger.iter().map(|file| place.path(file)));
    if let Some(list) = metadata.properties().get(INDEXES) {
        paths.insert(place.path(list));
    }
    let codebooks = codebooks(metadata.properties());
    paths.extend(codebooks.map(|(_, book)| place.path(&book.file)));
    for entry in IndexList::read(place, metadata.properties())?.entries {
        if let State::Ready { file, codebook, .. } = entry.state {
            paths.extend(
                [file]
                    .into_iter()
                    .chain(codebook)
                    .map(|file| place.path(&file)),
            );
        }
    }
    Ok(paths)
}

fn statistics(metadata: &TableMetadata) -> impl Iterator<Item = String> + '_ {
    let files = metadata
        .statistics_iter()
        .map(|file| file.statistics_path.clone());
    let partitions = metadata.partition_statistics_iter();
    files.chain(partitions.map(|file| file.statistics_path.clone()))
}

/// Whether a file is of a kind that is written here: data, metadata that the catalog needs no more, never what others keep in the same folder.
fn is_ours(place: &Place, head: &Head, path: &str) -> bool {
    let Some(below) = path
        .strip_prefix(&place.root)
        .and_then(|rest| rest.strip_prefix('/'))
    else {
        return false;
    };
    match below.split_once('/') {
        Some(("data", name)) => name.ends_with(".parquet"),
        Some(("index", name)) => name.ends_with(".puffin"),
        Some(("metadata", name)) => {
            let ends = [".avro", "-ledger.json", "-indexes.json"];
            ends.iter().any(|end| name.ends_with(end)) || place.catalog.is_remains(name, head)
        }
        _ => false,
    }
}

struct Expiring {
    before_ms: i64,
    keep: usize,
    expired: Vec<i64>,
}

impl Operation for Expiring {
    fn plan(&mut self, _: &Place, head: &Head) -> Result<Option<Change>> {
        let metadata = &head.metadata;
        let mut snapshots: Vec<_> = metadata.snapshots().collect();
        snapshots.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.sequence_number()));
        let referenced = references(metadata)?;
        self.expired = snapshots
            .into_iter()
            .skip(self.keep.max(1))
            .filter(|snapshot| snapshot.timestamp_ms() < self.before_ms)
            .map(|snapshot| snapshot.snapshot_id())
            .filter(|id| !referenced.contains(id))
            .collect();
        if self.expired.is_empty() {
            return Ok(None);
        }
        Ok(Some(Change {
            updates: vec![TableUpdate::RemoveSnapshots {
                snapshot_ids: self.expired.clone(),
            }],
            files: None,
        }))
    }
}

/// The snapshots that branches and tags name. The metadata type keeps its references to itself, so they are read from its text.
fn references(metadata: &TableMetadata) -> Result<HashSet<i64>> {
    let text = serde_json::to_value(metadata).map_err(|e| LakeError::misuse(e.to_string()))?;
    let references = text.get("refs").and_then(|refs| refs.as_object());
    let ids = references.into_iter().flat_map(|refs| refs.values());
    Ok(ids
        .filter_map(|reference| reference.get("snapshot-id")?.as_i64())
        .chain(metadata.current_snapshot_id())
        .collect())
}
