//! Joining small files, and taking deleted rows out of files.
//!
//! A compaction reads the live rows of some files in their order and writes them to new ones, partition by partition. It holds no lock while
//! it does. When it commits, it looks whether each of its files is still live and has the deletes that it had; an append that was committed
//! meanwhile is none of its business and stays. If a delete was faster, the compaction begins again, so that no deleted row comes back.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use iceberg::spec::{DataFile, Operation as Kind};

use super::LakeTable;
use super::append::discard;
use super::codebook::outgrown;
use crate::catalog::Head;
use crate::commit::{Change, FileChange, NewFile, Operation, Outcome, commit};
use crate::data::{DataWriter, Settings, Which, open};
use crate::error::Result;
use crate::metadata::Place;
use crate::scan::{Plan, Planned};
use crate::schema::Vectors;
use crate::schema::align::Shape;

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
    /// [`LakeError::Conflict`](crate::LakeError::Conflict) if deletes or other compactions were faster time and again.
    pub fn compact(&self) -> Result<Compacted> {
        self.place.check_changeable()?;
        for _ in 1..ATTEMPTS_MAX {
            match self.compact_once() {
                Err(error) if error.is_conflict() => {}
                other => return other,
            }
        }
        self.compact_once()
    }

    fn compact_once(&self) -> Result<Compacted> {
        let place = &*self.place;
        let head = place.head()?;
        let plan = Plan::new(place, &head.metadata, head.snapshot(), None)?;
        let groups = groups(&plan, Settings::of(head.metadata.properties()).target_bytes);
        let mut compacting = Compacting::default();
        let written = groups
            .iter()
            .try_for_each(|group| compacting.rewrite(place, &head, &plan, group));
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

/// Which files are joined: small ones of one partition, and each with deletes.
fn groups(plan: &Plan, target_bytes: u64) -> Vec<Vec<&Planned>> {
    let is_small = |file: &Planned| file.live.file.file_size_in_bytes() < target_bytes / 4 * 3;
    let mut partitions: BTreeMap<(i32, String), Vec<&Planned>> = BTreeMap::new();
    for file in &plan.files {
        if is_small(file) || !file.deletes.is_empty() {
            let partition = format!("{:?}", file.live.file.partition());
            partitions
                .entry((file.live.spec_id, partition))
                .or_default()
                .push(file);
        }
    }
    let is_worth_it =
        |group: &Vec<&Planned>| group.len() > 1 || group.iter().any(|f| !f.deletes.is_empty());
    partitions.into_values().filter(is_worth_it).collect()
}

/// The operation: files that are written already take the place of others.
#[derive(Default)]
struct Compacting {
    /// The replaced data files, and the files of deletes that were applied to each.
    inputs: HashMap<String, HashSet<String>>,
    added: Vec<NewFile>,
}

impl Compacting {
    fn rewrite(
        &mut self,
        place: &Place,
        head: &Head,
        plan: &Plan,
        group: &[&Planned],
    ) -> Result<()> {
        let Some(first) = group.first() else {
            return Ok(());
        };
        let vectors = Vectors::read(head.metadata.properties(), &plan.schema)?;
        let shape = Arc::new(Shape::of(&plan.schema, &vectors)?);
        let partition = (first.live.spec_id, first.live.file.partition().clone());
        let mut writer = DataWriter::new(
            place,
            Arc::clone(&plan.schema),
            Arc::clone(&shape),
            partition,
            Arc::new(Settings::of(head.metadata.properties())),
        );
        let mapping = plan.name_mapping.as_deref();
        for file in group {
            let deleted = plan.deleted(place, file)?;
            let columns = Arc::clone(&plan.arrow);
            for rows in open(place, &file.live, columns, mapping, deleted, Which::All)? {
                writer.write(&shape.align(&rows?.batch)?)?;
            }
        }
        for file in writer.finish()? {
            self.added.push(NewFile {
                file,
                spec_id: first.live.spec_id,
                sequence: None,
            });
        }
        let inputs = group.iter().map(|file| {
            let path = file.live.file.file_path().to_owned();
            (path, delete_paths(file))
        });
        self.inputs.extend(inputs);
        Ok(())
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
                return Err(crate::LakeError::Conflict(format!(
                    "rows of {path} were deleted while it was compacted"
                )));
            }
            removed.insert(path.to_owned());
            let own = file.deletes.iter().map(|delete| &delete.file);
            let own = own.filter(|delete| delete.referenced_data_file().as_deref() == Some(path));
            removed.extend(own.map(|delete| delete.file_path().to_owned()));
        }
        if self.inputs.keys().any(|input| !removed.contains(input)) {
            return Err(crate::LakeError::Conflict(
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
