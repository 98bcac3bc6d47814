//! The commit itself: from a loaded head to a published version.

use std::collections::HashMap;

use iceberg::TableUpdate;
use iceberg::spec::{
    Snapshot, SnapshotReference, SnapshotRetention, Summary, TableMetadataBuilder,
};
use uuid::Uuid;

use super::ledger::{Ledger, check_batch_id, now_ms};
use super::manifests::{Manifests, write_list};
use super::retry::Retry;
use super::summary::summary;
use super::{Change, FileChange, Operation, Outcome};
use crate::catalog::{CommitId, Head, Next, Replaced, Version};
use crate::error::{LakeError, Result};
use crate::metadata::Place;

/// Publishes the first version of a table.
///
/// # Errors
/// [`LakeError::TableExists`] if there is a table.
pub(crate) fn create(place: &Place, builder: TableMetadataBuilder) -> Result<()> {
    if place.catalog.is_taken()? {
        return Err(exists(place));
    }
    let id = CommitId::new();
    match place.catalog.create(finish(builder, HashMap::new(), id)?)? {
        Replaced::Done(_) => Ok(()),
        Replaced::Conflict => Err(exists(place)),
        Replaced::Unknown(error) => match place.catalog.find(id, None) {
            Ok(Some(_)) => Ok(()),
            _ => Err(unknown(0, error)),
        },
    }
}

/// It is not known whether the version after `before` is ours.
fn unknown(before: u64, source: LakeError) -> LakeError {
    LakeError::Unknown {
        version: before + 1,
        source: Box::new(source),
    }
}

fn exists(place: &Place) -> LakeError {
    LakeError::TableExists {
        location: place.store.uri_of(&place.root),
    }
}

/// Brings an operation into the table, or says why not.
///
/// # Errors
/// What the operation's own plan says; [`LakeError::Busy`] after too many lost races; [`LakeError::Unknown`] if the store does not tell
/// whether the commit took place. After any other error the table is as if nothing had been tried.
pub(crate) fn commit(place: &Place, operation: &mut dyn Operation) -> Result<Outcome> {
    place.check_changeable()?;
    if let Some(batch_id) = operation.batch_id() {
        check_batch_id(batch_id)?;
    }
    let mut attempts = Attempts::new(place);
    loop {
        if attempts.unknown.is_none() {
            place.watch.check()?;
        }
        match attempts.once(operation) {
            Ok(Some(outcome)) => return Ok(outcome),
            Ok(None) => {}
            Err(error) => return Err(attempts.explain(error)),
        }
        if let Err(error) = attempts.retry.wait() {
            return Err(attempts.explain(error));
        }
    }
}

/// The attempts of one commit.
struct Attempts<'p> {
    place: &'p Place,
    id: CommitId,
    manifests: Manifests<'p>,
    retry: Retry,
    /// The version before the first attempt that may have been published without our knowing, and why we do not.
    unknown: Option<(Version, LakeError)>,
}

impl<'p> Attempts<'p> {
    fn new(place: &'p Place) -> Self {
        let random = Uuid::new_v4().as_u128() as i64 & i64::MAX;
        Self {
            place,
            id: CommitId::new(),
            manifests: Manifests::new(place, random.max(1)),
            retry: Retry::default(),
            unknown: None,
        }
    }

    /// An error after an attempt whose end is not known leaves that not known.
    fn explain(self, error: LakeError) -> LakeError {
        match self.unknown {
            Some((before, source)) => unknown(before.number, source),
            None => error,
        }
    }

    /// One attempt; `None` if another writer was faster or the store's answer is missing.
    fn once(&mut self, operation: &mut dyn Operation) -> Result<Option<Outcome>> {
        let head = self.place.head()?;
        // After the head is loaded: an attempt of ours that came through meanwhile is part of it, and must not be taken for another's.
        if let Some((before, _)) = &self.unknown
            && let Some(own) = self.place.catalog.find(self.id, Some(before))?
        {
            return Ok(Some(done(&own)));
        }
        let ledger = Ledger::read(head.metadata.properties())?;
        if let Some(batch_id) = operation.batch_id()
            && let Some(snapshot_id) = ledger.find(self.place, batch_id)?
        {
            return Ok(Some(Outcome::Repeated { snapshot_id }));
        }
        let Some(change) = operation.plan(self.place, &head)? else {
            let snapshot_id = head.snapshot_id();
            return Ok(Some(Outcome::Nothing { snapshot_id }));
        };
        let mut properties = HashMap::new();
        if let Some(batch_id) = operation.batch_id() {
            let known = head.metadata.properties();
            let id = self.manifests.snapshot_id;
            properties.extend([ledger.with(self.place, known, batch_id, id)?]);
        }
        self.publish(&head, change, properties)
    }

    fn publish(
        &mut self,
        head: &Head,
        change: Change,
        properties: HashMap<String, String>,
    ) -> Result<Option<Outcome>> {
        let catalog = &self.place.catalog;
        let mut change = change;
        if change.files.is_none() && catalog.wants_snapshot(head, &change.updates) {
            change.files = Some(FileChange::default());
        }
        let list = match &change.files {
            Some(files) => Some(self.snapshot(head, files)?),
            None => None,
        };
        let list_name = list.as_ref().map(|(_, name)| name.clone());
        let made = list.map(|(made, _)| made);
        let next = next(head, change, made, properties, self.id)?;
        match catalog.replace(head, next)? {
            Replaced::Done(own) => Ok(Some(done(&own))),
            Replaced::Conflict => {
                if let Some(name) = list_name {
                    // Nobody can publish this list any more: the one version that would have named it is another's.
                    let _ = self.place.store.delete(&self.place.path(&name));
                }
                Ok(None)
            }
            // From here on we may have committed, whatever else happens.
            Replaced::Unknown(error) => {
                self.unknown.get_or_insert((head.version.clone(), error));
                Ok(None)
            }
        }
    }

    /// Writes what a new snapshot consists of; the snapshot and the name of its manifest list.
    fn snapshot(&mut self, head: &Head, files: &FileChange) -> Result<(Snapshot, String)> {
        let (metadata, parent) = (&head.metadata, head.snapshot());
        let parent = parent.map(AsRef::as_ref);
        let built = self
            .manifests
            .build(metadata, parent, &files.added, &files.removed)?;
        let id = self.manifests.snapshot_id;
        let sequence = metadata.next_sequence_number();
        let parent_id = head.snapshot_id();
        let name = write_list(self.place, id, parent_id, sequence, built.manifests)?;
        let added = files.added.iter().map(|file| &file.file);
        let mut words = summary(parent, added, built.removed.iter());
        words.extend(files.summary.iter().cloned());
        let snapshot = Snapshot::builder()
            .with_snapshot_id(id)
            .with_parent_snapshot_id(parent_id)
            .with_sequence_number(sequence)
            // Clocks differ; the history of a table never goes back.
            .with_timestamp_ms(now_ms().max(metadata.last_updated_ms()))
            .with_manifest_list(self.place.uri(&name))
            .with_summary(Summary {
                operation: files.kind.clone(),
                additional_properties: words,
            })
            .with_schema_id(metadata.current_schema_id())
            .build();
        Ok((snapshot, name))
    }
}

fn done(head: &Head) -> Outcome {
    Outcome::Done {
        snapshot_id: head.snapshot_id(),
    }
}

/// What follows a head.
fn next(
    head: &Head,
    change: Change,
    snapshot: Option<Snapshot>,
    properties: HashMap<String, String>,
    id: CommitId,
) -> Result<Next> {
    let before = head.version.location.clone();
    let mut builder = head.metadata.clone().into_builder(Some(before));
    for update in change.updates {
        builder = update.apply(builder).map_err(refused)?;
    }
    if let Some(snapshot) = snapshot {
        let reference = SnapshotReference::new(
            snapshot.snapshot_id(),
            SnapshotRetention::branch(None, None, None),
        );
        builder = builder
            .add_snapshot(snapshot)
            .and_then(|builder| {
                let ref_name = iceberg::spec::MAIN_BRANCH.to_owned();
                TableUpdate::SetSnapshotRef {
                    ref_name,
                    reference,
                }
                .apply(builder)
            })
            .map_err(refused)?;
    }
    finish(builder, properties, id)
}

fn finish(
    builder: TableMetadataBuilder,
    mut properties: HashMap<String, String>,
    id: CommitId,
) -> Result<Next> {
    properties.extend([id.property()]);
    let built = builder.set_properties(properties).and_then(|b| b.build());
    let built = built.map_err(refused)?;
    Ok(Next {
        metadata: built.metadata,
        changes: built.changes,
        id,
    })
}

fn refused(error: iceberg::Error) -> LakeError {
    LakeError::misuse(error.to_string())
}
