//! Which batches are stored already.
//!
//! The ledger is part of the table's metadata and of nothing else, so neither compaction nor the expiry of snapshots touches it. The newest
//! batches stand in the property `citadel.ledger` itself; when those are many, they move to a file that is written once, and when such files
//! are many, they are joined and what is older than the retention time is left out.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::catalog::Head;
use crate::error::{LakeError, Result};
use crate::metadata::Place;
use crate::store::{Name, fresh};

/// The property that holds the ledger.
const LEDGER: &str = "citadel.ledger";
/// The property that says for how long a batch is remembered, in milliseconds.
const RETENTION: &str = "citadel.ledger.retention-ms";
const RETENTION_DEFAULT_MS: i64 = 90 * 24 * 60 * 60 * 1_000;
/// More batches than this are moved to a file.
const RECENT_MAX: usize = 64;
/// More files than this are joined.
const FILES_MAX: usize = 8;
/// The property is read with every load of the table: long ids would make it long.
const BATCH_ID_BYTES_MAX: usize = 256;

/// A batch and the snapshot that stored it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    #[serde(rename = "b")]
    batch_id: String,
    #[serde(rename = "s")]
    snapshot_id: i64,
    #[serde(rename = "t")]
    stored_ms: i64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    recent: Vec<Entry>,
    /// Files of older batches, below the table.
    files: Vec<String>,
}

/// Whether a property belongs to this crate's bookkeeping, which users do not set.
pub(crate) fn is_own_property(key: &str) -> bool {
    key == LEDGER
        || key == "citadel.indexes"
        || key == "citadel.index.filters"
        || key.starts_with("citadel.vector.")
        || key.starts_with("citadel.codebook.")
        || key.starts_with("citadel.encryption")
        || key == "citadel.commit-id"
}

/// The snapshot that stored a batch, as far as a head knows.
pub(crate) fn stored_batch(place: &Place, head: &Head, batch_id: &str) -> Result<Option<i64>> {
    Ledger::read(head.metadata.properties())?.find(place, batch_id)
}

/// The files of older batches that a table with these properties names, below the table.
pub(crate) fn ledger_files(properties: &HashMap<String, String>) -> Result<Vec<String>> {
    Ok(Ledger::read(properties)?.files)
}

impl Ledger {
    pub(crate) fn read(properties: &HashMap<String, String>) -> Result<Self> {
        match properties.get(LEDGER) {
            None => Ok(Self::default()),
            Some(text) => {
                serde_json::from_str(text).map_err(|error| LakeError::corrupt(LEDGER, error))
            }
        }
    }

    /// The snapshot that stored a batch.
    pub(crate) fn find(&self, place: &Place, batch_id: &str) -> Result<Option<i64>> {
        let hit = |entries: &[Entry]| {
            let entry = entries
                .iter()
                .rev()
                .find(|entry| entry.batch_id == batch_id);
            entry.map(|entry| entry.snapshot_id)
        };
        if let Some(found) = hit(&self.recent) {
            return Ok(Some(found));
        }
        for file in self.files.iter().rev() {
            if let Some(found) = hit(&load(place, file)?) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The property after one more batch.
    pub(crate) fn with(
        mut self,
        place: &Place,
        properties: &HashMap<String, String>,
        batch_id: &str,
        snapshot_id: i64,
    ) -> Result<(String, String)> {
        if self.recent.len() >= RECENT_MAX {
            self.spill(place, properties)?;
        }
        self.recent.push(Entry {
            batch_id: batch_id.to_owned(),
            snapshot_id,
            stored_ms: now_ms(),
        });
        let text = serde_json::to_string(&self).map_err(|e| LakeError::misuse(e.to_string()))?;
        Ok((LEDGER.to_owned(), text))
    }

    /// Moves the recent batches to a file, with all others where there are many files.
    fn spill(&mut self, place: &Place, properties: &HashMap<String, String>) -> Result<()> {
        let mut entries = Vec::new();
        if self.files.len() >= FILES_MAX {
            for file in std::mem::take(&mut self.files) {
                entries.extend(load(place, &file)?);
            }
            let retention = properties
                .get(RETENTION)
                .and_then(|text| text.parse().ok())
                .unwrap_or(RETENTION_DEFAULT_MS);
            let oldest = now_ms().saturating_sub(retention);
            entries.retain(|entry: &Entry| entry.stored_ms >= oldest);
        }
        entries.append(&mut self.recent);
        let name = fresh(Name::Ledger);
        let text = serde_json::to_vec(&entries).map_err(|e| LakeError::misuse(e.to_string()))?;
        place.store.create_fresh(&place.path(&name), text)?;
        self.files.push(name);
        Ok(())
    }
}

/// Checks that a batch id can stand in the ledger.
pub(crate) fn check_batch_id(batch_id: &str) -> Result<()> {
    match batch_id.len() {
        1..=BATCH_ID_BYTES_MAX => Ok(()),
        bytes => Err(LakeError::misuse(format!(
            "a batch id of {bytes} bytes; 1 to {BATCH_ID_BYTES_MAX} are possible"
        ))),
    }
}

fn load(place: &Place, file: &str) -> Result<Vec<Entry>> {
    let path = place.path(file);
    let bytes = place.store.get_named(&path)?;
    serde_json::from_slice(&bytes).map_err(|error| LakeError::corrupt(path, error))
}

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LakeStore;

    fn many(batches: usize, properties: &mut HashMap<String, String>, place: &Place) {
        for batch in 0..batches {
            let ledger = Ledger::read(properties).unwrap();
            let id = format!("batch {batch}");
            let (key, value) = ledger.with(place, properties, &id, batch as i64).unwrap();
            properties.insert(key, value);
        }
    }

    #[test]
    fn every_batch_is_found_when_the_ledger_outgrew_its_property_many_times() {
        let place = Place::new(LakeStore::memory(), "t".to_owned(), None);
        let mut properties = HashMap::new();
        let batches = RECENT_MAX * (FILES_MAX + 3) + 1;
        many(batches, &mut properties, &place);
        let ledger = Ledger::read(&properties).unwrap();
        assert!(ledger.files.len() < FILES_MAX && ledger.recent.len() <= RECENT_MAX);
        for batch in 0..batches {
            let found = ledger.find(&place, &format!("batch {batch}")).unwrap();
            assert_eq!(found, Some(batch as i64));
        }
        assert_eq!(ledger.find(&place, "another").unwrap(), None);
    }

    #[test]
    fn old_batches_are_forgotten_when_files_are_joined() {
        let place = Place::new(LakeStore::memory(), "t".to_owned(), None);
        let mut properties = HashMap::from([(RETENTION.to_owned(), "-1000000".to_owned())]);
        many(RECENT_MAX * (FILES_MAX + 1) + 1, &mut properties, &place);
        let ledger = Ledger::read(&properties).unwrap();
        assert_eq!(ledger.find(&place, "batch 0").unwrap(), None);
        let newest = RECENT_MAX * (FILES_MAX + 1);
        assert!(
            ledger
                .find(&place, &format!("batch {newest}"))
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn a_ledger_that_cannot_be_read_is_an_error() {
        let place = Place::new(LakeStore::memory(), "t".to_owned(), None);
        let torn = HashMap::from([(LEDGER.to_owned(), "{\"recent\":[".to_owned())]);
        assert!(Ledger::read(&torn).unwrap_err().is_corrupt());
        let missing = "{\"recent\":[],\"files\":[\"metadata/x\"]}".to_owned();
        let missing = HashMap::from([(LEDGER.to_owned(), missing)]);
        let ledger = Ledger::read(&missing).unwrap();
        assert!(ledger.find(&place, "b").unwrap_err().is_corrupt());
    }
}
