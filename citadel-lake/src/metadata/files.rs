//! The files that a snapshot consists of.

use std::sync::Arc;

use iceberg::spec::{
    DataContentType, DataFile, Manifest, ManifestContentType, ManifestFile, ManifestList,
    ManifestStatus, Snapshot, TableMetadata,
};

use super::Place;
use crate::error::{LakeError, Result};

/// A data file or delete file that a snapshot holds, with what its manifest says of its past.
#[derive(Clone, Debug)]
pub(crate) struct LiveFile {
    pub(crate) file: DataFile,
    /// The snapshot that added it.
    pub(crate) snapshot_id: i64,
    /// Deletes with a sequence number below it do not touch it.
    pub(crate) sequence: i64,
    pub(crate) file_sequence: i64,
    /// The partition spec that its partition values follow.
    pub(crate) spec_id: i32,
}

/// All files of a snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveFiles {
    pub(crate) data: Vec<LiveFile>,
    pub(crate) deletes: Vec<LiveFile>,
}

impl Place {
    /// The manifests of a snapshot.
    pub(crate) fn manifests(
        &self,
        metadata: &TableMetadata,
        snapshot: &Snapshot,
    ) -> Result<Vec<ManifestFile>> {
        let uri = snapshot.manifest_list();
        let bytes = self.store.get_named(self.store.path_of(uri)?)?;
        let list = ManifestList::parse_with_version(&bytes, metadata.format_version())
            .map_err(|error| LakeError::corrupt(uri, error))?;
        Ok(list.consume_entries().into_iter().collect())
    }

    /// The files of one manifest that are alive.
    pub(crate) fn manifest(&self, manifest: &ManifestFile) -> Result<Arc<Vec<LiveFile>>> {
        let uri = &manifest.manifest_path;
        self.manifests.get(uri, || {
            let bytes = self.store.get_named(self.store.path_of(uri)?)?;
            let parsed =
                Manifest::parse_avro(&bytes).map_err(|error| LakeError::corrupt(uri, error))?;
            let entries = parsed.entries().iter().filter(|entry| entry.is_alive());
            entries
                .map(|entry| {
                    // What an added entry leaves out, it has from the manifest's own entry in the list.
                    let inherits = entry.status == ManifestStatus::Added;
                    let number = |own: Option<i64>| {
                        own.or(inherits.then_some(manifest.sequence_number))
                            .ok_or_else(|| {
                                LakeError::corrupt(uri, "an entry without a sequence number")
                            })
                    };
                    Ok(LiveFile {
                        file: entry.data_file.clone(),
                        snapshot_id: entry.snapshot_id.unwrap_or(manifest.added_snapshot_id),
                        sequence: number(entry.sequence_number)?,
                        file_sequence: number(entry.file_sequence_number)?,
                        spec_id: manifest.partition_spec_id,
                    })
                })
                .collect()
        })
    }

    /// All files of a snapshot; of none, no files.
    pub(crate) fn files(
        &self,
        metadata: &TableMetadata,
        snapshot: Option<&Snapshot>,
    ) -> Result<LiveFiles> {
        let mut files = LiveFiles::default();
        let Some(snapshot) = snapshot else {
            return Ok(files);
        };
        for manifest in self.manifests(metadata, snapshot)? {
            let live = self.manifest(&manifest)?;
            match manifest.content {
                ManifestContentType::Data => files.data.extend(live.iter().cloned()),
                ManifestContentType::Deletes => files.deletes.extend(live.iter().cloned()),
            }
        }
        // Oldest first, whatever became of their manifests: the order in which rows were written.
        files.data.sort_by_key(|file| file.sequence);
        let strange = |file: &&LiveFile| file.file.content_type() == DataContentType::Data;
        if let Some(file) = files.deletes.iter().find(strange) {
            return Err(LakeError::corrupt(
                file.file.file_path(),
                "a data file among the deletes",
            ));
        }
        Ok(files)
    }
}
