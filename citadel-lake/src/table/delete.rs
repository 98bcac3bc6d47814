//! Deleting rows by a condition.
//!
//! A data file of which some rows go gets a file of deletes, which takes the place of an earlier one for the same data file; one of which all
//! rows go is removed. See `data::deletes` for why rows are not copied instead.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use iceberg::spec::{DataFile, Operation as Kind};

use super::LakeTable;
use crate::catalog::Head;
use crate::commit::{Change, FileChange, NewFile, Operation, Outcome, commit};
use crate::data::{Deleted, Which, discard, open, write_deletes};
use crate::error::Result;
use crate::filter::{Filter, rows_that};
use crate::metadata::Place;
use crate::scan::{Plan, Planned, columns_of};

/// What became of a delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletedRows {
    /// The snapshot without the rows; the current one if there was nothing to delete.
    pub snapshot_id: Option<i64>,
    /// How many rows were deleted.
    pub rows: u64,
}

impl LakeTable {
    /// Deletes all rows that satisfy a condition, as one snapshot.
    ///
    /// The condition is evaluated on the snapshot that the new one follows: where another writer is faster, again on top of what it wrote.
    /// So rows that are appended meanwhile are deleted too if their append is committed first.
    ///
    /// # Errors
    /// [`LakeError::Misuse`](crate::LakeError::Misuse) for a condition that does not fit the table; [`LakeError::Unknown`](crate::LakeError::Unknown) if the store does not tell whether the
    /// delete took place. After all other errors nothing is deleted.
    pub fn delete_where(&self, filter: &Filter) -> Result<DeletedRows> {
        self.delete(filter, None)
    }

    /// The same, unless a batch with this id was stored before by anybody.
    ///
    /// A delete that found nothing is not remembered, and is done again when it is repeated.
    ///
    /// # Errors
    /// Those of [`LakeTable::delete_where`]. It may be repeated after any of them.
    pub fn delete_idempotent(&self, batch_id: &str, filter: &Filter) -> Result<DeletedRows> {
        self.delete(filter, Some(batch_id))
    }

    fn delete(&self, filter: &Filter, batch_id: Option<&str>) -> Result<DeletedRows> {
        let mut deleting = Deleting {
            batch_id,
            filter,
            known: HashMap::new(),
            used: HashSet::new(),
            rows: 0,
        };
        let outcome = commit(&self.place, &mut deleting);
        let is_unknown = matches!(&outcome, Err(error) if error.is_unknown());
        let is_done = matches!(outcome, Ok(Outcome::Done { .. }));
        if !is_unknown {
            let used = |file: &DataFile| is_done && deleting.used.contains(file.file_path());
            let written = deleting
                .known
                .into_values()
                .filter_map(|found| found.written);
            let unused: Vec<DataFile> = written.filter(|file| !used(file)).collect();
            discard(&self.place, &unused);
        }
        match outcome? {
            Outcome::Done { snapshot_id } => Ok(DeletedRows {
                snapshot_id,
                rows: deleting.rows,
            }),
            Outcome::Nothing { snapshot_id } => Ok(DeletedRows {
                snapshot_id,
                rows: 0,
            }),
            Outcome::Repeated { snapshot_id } => Ok(DeletedRows {
                snapshot_id: Some(snapshot_id),
                rows: 0,
            }),
        }
    }
}

/// What the condition finds in a data file with certain deletes.
#[derive(Clone)]
struct Found {
    /// The rows that are to be deleted now.
    rows: u64,
    /// The file of deletes with all of the data file's deleted places; none where no row is left.
    written: Option<DataFile>,
}

struct Deleting<'f> {
    batch_id: Option<&'f str>,
    filter: &'f Filter,
    /// What was found by data file and its files of deletes, so that a lost race searches only what is new.
    known: HashMap<Vec<String>, Found>,
    /// The files of deletes that the newest plan adds.
    used: HashSet<String>,
    rows: u64,
}

impl Operation for Deleting<'_> {
    fn batch_id(&self) -> Option<&str> {
        self.batch_id
    }

    fn plan(&mut self, place: &Place, head: &Head) -> Result<Option<Change>> {
        let snapshot = head.snapshot();
        let plan = Plan::new(place, &head.metadata, snapshot, Some(self.filter))?;
        let (mut added, mut removed) = (Vec::new(), HashSet::new());
        self.used.clear();
        self.rows = 0;
        for file in &plan.files {
            let found = self.find(place, &plan, file)?;
            if found.rows == 0 {
                continue;
            }
            self.rows += found.rows;
            let path = file.live.file.file_path();
            // What the new file of deletes, or the data file's end, makes superfluous.
            let own = file.deletes.iter().map(|delete| &delete.file);
            let own = own.filter(|delete| delete.referenced_data_file().as_deref() == Some(path));
            removed.extend(own.map(|delete| delete.file_path().to_owned()));
            match found.written {
                Some(written) => {
                    self.used.insert(written.file_path().to_owned());
                    added.push(NewFile {
                        file: written,
                        spec_id: file.live.spec_id,
                        sequence: None,
                    });
                }
                None => {
                    removed.insert(path.to_owned());
                }
            }
        }
        if self.rows == 0 {
            return Ok(None);
        }
        Ok(Some(Change {
            updates: Vec::new(),
            files: Some(FileChange {
                kind: Kind::Delete,
                added,
                removed,
                summary: Vec::new(),
            }),
        }))
    }
}

impl Deleting<'_> {
    fn find(&mut self, place: &Place, plan: &Plan, file: &Planned) -> Result<Found> {
        let key: Vec<String> = std::iter::once(&file.live)
            .chain(&file.deletes)
            .map(|live| live.file.file_path().to_owned())
            .collect();
        if let Some(found) = self.known.get(&key) {
            return Ok(found.clone());
        }
        let deleted = plan.deleted(place, file)?;
        let columns = columns_of(&plan.arrow, self.filter)?;
        let mapping = plan.name_mapping.as_deref();
        let mut gone = Vec::new();
        let (live, which) = (&file.live, Which::That(self.filter));
        for rows in open(place, live, columns, mapping, Arc::clone(&deleted), which)? {
            let rows = rows?;
            let mask = rows_that(self.filter, &rows.batch)?;
            let positions = rows.positions.iter().zip(mask.values());
            gone.extend(positions.filter(|(_, is_gone)| *is_gone).map(|(at, _)| *at));
        }
        let rows = gone.len() as u64;
        gone.extend(deleted.positions());
        let written = match rows > 0 && (gone.len() as u64) < live.file.record_count() {
            true => {
                let partition = (file.live.spec_id, file.live.file.partition().clone());
                let path = file.live.file.file_path();
                Some(write_deletes(place, path, partition, &Deleted::new(gone))?)
            }
            false => None,
        };
        let found = Found { rows, written };
        self.known.insert(key, found.clone());
        Ok(found)
    }
}
