//! Joining small files, taking deleted rows out of files, and bringing near rows together.
//!
//! A compaction reads the live rows of some files in their order and writes them to new ones, partition by partition. It holds no lock while
//! it does. When it commits, it looks whether each of its files is still live and has the deletes that it had; an append that was committed
//! meanwhile is none of its business and stays. If a delete was faster, the compaction begins again, so that no deleted row comes back.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use iceberg::spec::{DataFile, Operation as Kind};

use super::LakeTable;
use super::codebook::outgrown;
use super::locality::Locality;
use crate::catalog::Head;
use crate::commit::{Change, FileChange, NewFile, Operation, Outcome, commit};
use crate::data::{DataWriter, FileRows, Settings, Which, discard, open};
use crate::error::{LakeError, Result};
use crate::metadata::Place;
use crate::scan::{Plan, Planned};
use crate::schema::align::Shape;
use crate::schema::{VectorColumn, Vectors};
use crate::watch::Step;

/// Against deletes that are faster every time, a compaction gives up after so many attempts.
const ATTEMPTS_MAX: u32 = 5;

/// What became of a compaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The current snapshot after it.
    pub snapshot_id: Option<i64>,
    /// How many data files were replaced.
    pub replaced: usize,
    /// By how many.
    pub written: usize,
}

impl LakeTable {
    /// Joins data files that are smaller than three quarters of the target size, and rewrites those that have deleted rows.
    ///
    /// The files that are replaced stay in the store for the snapshots before, until those are expired and orphans are removed.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if deletes or other compactions were faster time and again.
    pub fn compact(&self) -> Result<Compacted> {
        self.compact_as(None)
    }

    /// Writes all data files anew, so that each holds rows whose vectors in a column are near each other: a search leaves out the files that
    /// lie elsewhere.
    ///
    /// In each partition, rows are put into as many groups as files of the target size hold them, each around a centre that is found by
    /// k-means, and a group is written to files of its own. What is read is read once for every few groups, by the machine's memory. Rows
    /// that are appended later, and small files that [`LakeTable::compact`] joins, are in no such order.
    ///
    /// # Errors
    /// [`LakeError::Misuse`] if the column is no vector column; those of [`LakeTable::compact`].
    pub fn compact_by(&self, column: &str) -> Result<Compacted> {
        self.compact_as(Some(column))
    }

    fn compact_as(&self, column: Option<&str>) -> Result<Compacted> {
        self.place.check_changeable()?;
        for _ in 1..ATTEMPTS_MAX {
            match self.compact_once(column) {
                Err(error) if error.is_conflict() => {}
                other => return other,
            }
        }
        self.compact_once(column)
    }

    fn compact_once(&self, column: Option<&str>) -> Result<Compacted> {
        let place = &*self.place;
        let head = place.head()?;
        let plan = Plan::new(place, &head.metadata, head.snapshot(), None)?;
        let vectors = Vectors::read(head.metadata.properties(), &plan.schema)?;
        let settings = Arc::new(Settings::of(head.metadata.properties()));
        let by = column.map(|name| {
            let found = vectors.0.iter().find(|(_, column)| column.name == name);
            let found = found.map(|(id, column)| (*id, column));
            found.ok_or_else(|| LakeError::misuse(format!("no vector column '{name}'")))
        });
        let by = by.transpose()?;
        let groups = groups(&plan, settings.target_bytes, by.is_some());
        let rows = |group: &Vec<&Planned>| {
            let rows = group.iter().map(|file| file.live.file.record_count());
            rows.sum::<u64>()
        };
        let rewriting = Rewriting {
            place,
            plan: &plan,
            shape: Arc::new(Shape::of(&plan.schema, &vectors)?),
            settings,
            total: groups.iter().map(rows).sum(),
        };
        let mut compacting = Compacting::default();
        let written = groups
            .iter()
            .try_for_each(|group| compacting.rewrite(&rewriting, group, by));
        if let Err(error) = written {
            discard(place, &compacting.written());
            return Err(error);
        }
        if compacting.inputs.is_empty() {
            return Ok(Compacted {
                snapshot_id: head.snapshot_id(),
                ..Compacted::default()
            });
        }
        let outcome = commit(place, &mut compacting);
        if matches!(&outcome, Err(error) if !error.is_unknown()) {
            discard(place, &compacting.written());
        }
        let snapshot_id = match outcome? {
            Outcome::Done { snapshot_id } | Outcome::Nothing { snapshot_id } => snapshot_id,
            Outcome::Repeated { snapshot_id } => Some(snapshot_id),
        };
        Ok(Compacted {
            snapshot_id,
            replaced: compacting.inputs.len(),
            written: compacting.added.len(),
        })
    }
}

/// Which files are joined: small ones of one partition, and each with deletes; or all of one partition.
fn groups(plan: &Plan, target_bytes: u64, is_all: bool) -> Vec<Vec<&Planned>> {
    let is_small = |file: &Planned| file.live.file.file_size_in_bytes() < target_bytes / 4 * 3;
    let mut partitions: BTreeMap<(i32, String), Vec<&Planned>> = BTreeMap::new();
    for file in &plan.files {
        if is_all || is_small(file) || !file.deletes.is_empty() {
            let partition = format!("{:?}", file.live.file.partition());
            partitions
                .entry((file.live.spec_id, partition))
                .or_default()
                .push(file);
        }
    }
    let is_worth_it =
        |group: &Vec<&Planned>| is_all || group.len() > 1 || !group[0].deletes.is_empty();
    partitions.into_values().filter(is_worth_it).collect()
}

/// What is written anew, and how.
struct Rewriting<'c> {
    place: &'c Place,
    plan: &'c Plan,
    shape: Arc<Shape>,
    settings: Arc<Settings>,
    /// Rows of all files, deleted ones included.
    total: u64,
}

impl<'c> Rewriting<'c> {
    /// A writer for the partition of a file.
    fn writer(&self, like: &Planned) -> DataWriter<'c> {
        DataWriter::new(
            self.place,
            Arc::clone(&self.plan.schema),
            Arc::clone(&self.shape),
            (like.live.spec_id, like.live.file.partition().clone()),
            Arc::clone(&self.settings),
        )
    }

    /// The live rows of a file.
    fn read(&self, file: &Planned) -> Result<FileRows> {
        open(
            self.place,
            &file.live,
            Arc::clone(&self.plan.arrow),
            self.plan.name_mapping.as_deref(),
            self.plan.deleted(self.place, file)?,
            Which::All,
        )
    }
}

/// The operation: files that are written already take the place of others.
#[derive(Default)]
struct Compacting {
    /// The replaced data files, and the files of deletes that were applied to each.
    inputs: HashMap<String, HashSet<String>>,
    added: Vec<NewFile>,
    /// Rows that are written.
    done: u64,
}

impl Compacting {
    /// Writes the rows of some files of one partition anew; near ones together, if a column tells what is near.
    fn rewrite(
        &mut self,
        rewriting: &Rewriting<'_>,
        group: &[&Planned],
        by: Option<(i32, &VectorColumn)>,
    ) -> Result<()> {
        let Some(first) = group.first() else {
            return Ok(());
        };
        let Rewriting { place, plan, .. } = rewriting;
        let target_bytes = rewriting.settings.target_bytes;
        let locality = match by {
            Some(column) => Locality::of(place, plan, group, column, target_bytes)?,
            None => None,
        };
        match locality {
            Some(locality) => self.in_groups(rewriting, group, locality)?,
            // One file holds them all, and need not be written anew for that.
            None if by.is_some() && group.len() == 1 && first.deletes.is_empty() => return Ok(()),
            None => self.in_order(rewriting, group)?,
        }
        let inputs = group.iter().map(|file| {
            let path = file.live.file.file_path().to_owned();
            (path, delete_paths(file))
        });
        self.inputs.extend(inputs);
        Ok(())
    }

    /// In the order in which the rows are.
    fn in_order(&mut self, rewriting: &Rewriting<'_>, group: &[&Planned]) -> Result<()> {
        let mut writer = rewriting.writer(group[0]);
        for file in group {
            for rows in rewriting.read(file)? {
                let batch = rows?.batch;
                writer.write(&rewriting.shape.align(&batch)?)?;
                self.tell(rewriting, &batch);
            }
        }
        self.add(writer, group[0])
    }

    /// Group by group, as many at once as the memory holds.
    fn in_groups(
        &mut self,
        rewriting: &Rewriting<'_>,
        files: &[&Planned],
        mut locality: Locality,
    ) -> Result<()> {
        let at_once = Locality::at_once(rewriting.settings.target_bytes);
        let groups: Vec<usize> = (0..locality.count()).collect();
        for (pass, groups) in groups.chunks(at_once).enumerate() {
            let mut writers: Vec<_> = groups.iter().map(|_| rewriting.writer(files[0])).collect();
            for (number, file) in files.iter().enumerate() {
                let mut from = 0;
                for rows in rewriting.read(file)? {
                    let batch = rows?.batch;
                    if pass == 0 {
                        locality.assign((number, file.live.file.file_path()), &batch)?;
                    }
                    for (group, writer) in groups.iter().zip(&mut writers) {
                        let part = locality.rows_of(*group, (number, from), &batch)?;
                        writer.write(&rewriting.shape.align(&part)?)?;
                        self.tell(rewriting, &part);
                    }
                    from += batch.num_rows();
                }
            }
            for writer in writers {
                self.add(writer, files[0])?;
            }
        }
        Ok(())
    }

    fn add(&mut self, writer: DataWriter<'_>, like: &Planned) -> Result<()> {
        self.added
            .extend(writer.finish()?.into_iter().map(|file| NewFile {
                file,
                spec_id: like.live.spec_id,
                sequence: None,
            }));
        Ok(())
    }

    fn tell(&mut self, rewriting: &Rewriting<'_>, batch: &RecordBatch) {
        self.done += batch.num_rows() as u64;
        rewriting.place.watch.tell(Step::Rewriting {
            done: self.done,
            total: rewriting.total,
        });
    }

    fn written(&self) -> Vec<DataFile> {
        self.added.iter().map(|added| added.file.clone()).collect()
    }
}

fn delete_paths(file: &Planned) -> HashSet<String> {
    let deletes = file.deletes.iter();
    deletes
        .map(|delete| delete.file.file_path().to_owned())
        .collect()
}

impl Operation for Compacting {
    /// Every input must be live, with the deletes that were applied and no other.
    fn plan(&mut self, place: &Place, head: &Head) -> Result<Option<Change>> {
        let plan = Plan::new(place, &head.metadata, head.snapshot(), None)?;
        let mut removed = HashSet::new();
        for file in &plan.files {
            let path = file.live.file.file_path();
            let Some(applied) = self.inputs.get(path) else {
                continue;
            };
            if *applied != delete_paths(file) {
                return Err(LakeError::Conflict(format!(
                    "rows of {path} were deleted while it was compacted"
                )));
            }
            removed.insert(path.to_owned());
            let own = file.deletes.iter().map(|delete| &delete.file);
            let own = own.filter(|delete| delete.referenced_data_file().as_deref() == Some(path));
            removed.extend(own.map(|delete| delete.file_path().to_owned()));
        }
        if self.inputs.keys().any(|input| !removed.contains(input)) {
            return Err(LakeError::Conflict(
                "a file was removed while it was compacted".to_owned(),
            ));
        }
        let rows = plan
            .files
            .iter()
            .map(|file| file.live.file.record_count())
            .sum();
        Ok(Some(Change {
            updates: Vec::from_iter(outgrown(head.metadata.properties(), rows)),
            files: Some(FileChange {
                kind: Kind::Replace,
                added: self.added.clone(),
                removed,
                summary: Vec::new(),
            }),
        }))
    }
}
