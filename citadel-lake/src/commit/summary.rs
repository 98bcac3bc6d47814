//! The summary of a snapshot: what it added and removed, and what the table holds after it.

use std::collections::HashMap;

use iceberg::spec::{DataContentType, DataFile, Snapshot};

/// Counts of files and rows.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    data_files: u64,
    records: u64,
    delete_files: u64,
    position_deletes: u64,
    equality_deletes: u64,
    bytes: u64,
}

impl Counts {
    fn of<'f>(files: impl Iterator<Item = &'f DataFile>) -> Self {
        let mut counts = Self::default();
        for file in files {
            counts.bytes += file.file_size_in_bytes();
            match file.content_type() {
                DataContentType::Data => {
                    counts.data_files += 1;
                    counts.records += file.record_count();
                }
                DataContentType::PositionDeletes => {
                    counts.delete_files += 1;
                    counts.position_deletes += file.record_count();
                }
                DataContentType::EqualityDeletes => {
                    counts.delete_files += 1;
                    counts.equality_deletes += file.record_count();
                }
            }
        }
        counts
    }
}

/// The words of a summary, for files added and removed on top of a parent.
pub(crate) fn summary<'f>(
    parent: Option<&Snapshot>,
    added: impl Iterator<Item = &'f DataFile>,
    removed: impl Iterator<Item = &'f DataFile>,
) -> HashMap<String, String> {
    let (added, removed) = (Counts::of(added), Counts::of(removed));
    let mut words = HashMap::new();
    for (word, count) in [
        ("added-data-files", added.data_files),
        ("added-records", added.records),
        ("added-delete-files", added.delete_files),
        ("added-position-deletes", added.position_deletes),
        ("added-files-size", added.bytes),
        ("deleted-data-files", removed.data_files),
        ("deleted-records", removed.records),
        ("removed-delete-files", removed.delete_files),
        ("removed-position-deletes", removed.position_deletes),
        ("removed-files-size", removed.bytes),
    ] {
        if count > 0 {
            words.insert(word.to_owned(), count.to_string());
        }
    }
    for (word, more, less) in [
        ("total-data-files", added.data_files, removed.data_files),
        ("total-records", added.records, removed.records),
        (
            "total-delete-files",
            added.delete_files,
            removed.delete_files,
        ),
        (
            "total-position-deletes",
            added.position_deletes,
            removed.position_deletes,
        ),
        (
            "total-equality-deletes",
            added.equality_deletes,
            removed.equality_deletes,
        ),
        ("total-files-size", added.bytes, removed.bytes),
    ] {
        let before = match parent {
            None => Some(0),
            // A parent of another writer may not say; then neither do we.
            Some(parent) => parent
                .summary()
                .additional_properties
                .get(word)
                .and_then(|text| text.parse::<u64>().ok()),
        };
        if let Some(total) = before.and_then(|before| (before + more).checked_sub(less)) {
            words.insert(word.to_owned(), total.to_string());
        }
    }
    words
}
