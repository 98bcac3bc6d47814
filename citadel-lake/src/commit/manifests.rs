//! Manifests and manifest lists of a new snapshot.
//!
//! What a snapshot adds goes to manifests of its own; they depend on nothing but the snapshot's id, so a lost race does not write them
//! again. A manifest with a removed file is rewritten, each file keeping its sequence numbers. Once there are many small manifests they are
//! joined, so that reading a table does not take a request for each append that it ever had.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use iceberg::io::FileIO;
use iceberg::spec::{
    DataContentType, DataFile, ManifestContentType, ManifestFile, ManifestListWriter,
    ManifestWriter, ManifestWriterBuilder, Snapshot, TableMetadata,
};

use super::NewFile;
use crate::error::{LakeError, Result};
use crate::metadata::{LiveFile, Place};
use crate::runtime::block_on;
use crate::store::{Name, fresh};

/// As many manifests of one kind are joined into one.
const JOIN_AT: usize = 32;
/// A manifest of this size stays as it is.
const JOINED_BYTES_MAX: i64 = 4 << 20;

/// Where the Avro writers put their bytes before we do.
const BUFFER: &str = "memory:///buffer";

/// What a commit has written so far, kept over its attempts.
pub(crate) struct Manifests<'p> {
    place: &'p Place,
    pub(crate) snapshot_id: i64,
    /// Manifests of added files, by what is in them: an operation that plans anew may add others.
    added: Option<(Vec<String>, Vec<ManifestFile>)>,
    /// Joined manifests by what went into them.
    joined: HashMap<Vec<String>, ManifestFile>,
}

/// The manifests of a snapshot to be, and the files that it removes.
pub(crate) struct Built {
    pub(crate) manifests: Vec<ManifestFile>,
    pub(crate) removed: Vec<DataFile>,
}

impl<'p> Manifests<'p> {
    pub(crate) fn new(place: &'p Place, snapshot_id: i64) -> Self {
        Self {
            place,
            snapshot_id,
            added: None,
            joined: HashMap::new(),
        }
    }

    /// The manifests of a snapshot on top of `parent`.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if a file that is to be removed is not alive in the parent.
    pub(crate) fn build(
        &mut self,
        metadata: &TableMetadata,
        parent: Option<&Snapshot>,
        added: &[NewFile],
        removed: &HashSet<String>,
    ) -> Result<Built> {
        let inherited = match parent {
            Some(parent) => self.place.manifests(metadata, parent)?,
            None => Vec::new(),
        };
        let mut built = Built {
            manifests: self.added(metadata, added)?,
            removed: Vec::new(),
        };
        for manifest in inherited {
            match removed.is_empty() {
                true => built.manifests.push(manifest),
                false => self.without(metadata, manifest, removed, &mut built)?,
            }
        }
        if built.removed.len() != removed.len() {
            return Err(LakeError::Conflict(format!(
                "{} of {} files to be replaced are no longer there",
                removed.len() - built.removed.len(),
                removed.len()
            )));
        }
        built.manifests = self.join(metadata, built.manifests)?;
        Ok(built)
    }

    /// Manifests of the added files: one for each partition spec and kind.
    fn added(&mut self, metadata: &TableMetadata, added: &[NewFile]) -> Result<Vec<ManifestFile>> {
        let key: Vec<String> = added
            .iter()
            .map(|file| file.file.file_path().to_owned())
            .collect();
        if let Some((known, manifests)) = &self.added
            && *known == key
        {
            return Ok(manifests.clone());
        }
        let mut groups: BTreeMap<(i32, bool), Vec<&NewFile>> = BTreeMap::new();
        for file in added {
            let is_data = file.file.content_type() == DataContentType::Data;
            groups
                .entry((file.spec_id, is_data))
                .or_default()
                .push(file);
        }
        let mut manifests = Vec::new();
        for ((spec_id, is_data), files) in groups {
            manifests.push(self.write(metadata, spec_id, is_data, |writer| {
                for file in &files {
                    writer.add_file(file.file.clone(), file.sequence.unwrap_or(-1))?;
                }
                Ok(())
            })?);
        }
        self.added = Some((key, manifests.clone()));
        Ok(manifests)
    }

    /// The manifest as it is, or without the removed files that it holds.
    fn without(
        &self,
        metadata: &TableMetadata,
        manifest: ManifestFile,
        removed: &HashSet<String>,
        built: &mut Built,
    ) -> Result<()> {
        let live = self.place.manifest(&manifest)?;
        let is_removed = |file: &LiveFile| removed.contains(file.file.file_path());
        if !live.iter().any(is_removed) {
            built.manifests.push(manifest);
            return Ok(());
        }
        let is_data = manifest.content == ManifestContentType::Data;
        let rewritten = self.write(metadata, manifest.partition_spec_id, is_data, |writer| {
            for file in live.iter() {
                match is_removed(file) {
                    true => writer.add_delete_file(
                        file.file.clone(),
                        file.sequence,
                        Some(file.file_sequence),
                    )?,
                    false => keep(writer, file)?,
                }
            }
            Ok(())
        })?;
        let gone = live.iter().filter(|file| is_removed(file));
        built.removed.extend(gone.map(|file| file.file.clone()));
        built.manifests.push(rewritten);
        Ok(())
    }

    /// Joins small manifests of one spec and kind where there are many.
    fn join(
        &mut self,
        metadata: &TableMetadata,
        manifests: Vec<ManifestFile>,
    ) -> Result<Vec<ManifestFile>> {
        let (mut kept, mut groups) = (Vec::new(), BTreeMap::<_, Vec<ManifestFile>>::new());
        for manifest in manifests {
            // A manifest of this very commit says what the commit did; it is joined by a later one.
            if manifest.added_snapshot_id == self.snapshot_id
                || manifest.manifest_length > JOINED_BYTES_MAX
            {
                kept.push(manifest);
            } else {
                let is_data = manifest.content == ManifestContentType::Data;
                groups
                    .entry((manifest.partition_spec_id, is_data))
                    .or_default()
                    .push(manifest);
            }
        }
        for ((spec_id, is_data), group) in groups {
            if group.len() < JOIN_AT {
                kept.extend(group);
                continue;
            }
            let key: Vec<String> = group.iter().map(|m| m.manifest_path.clone()).collect();
            let joined = match self.joined.get(&key) {
                Some(joined) => joined.clone(),
                None => {
                    let parts: Vec<Arc<Vec<LiveFile>>> = group
                        .iter()
                        .map(|manifest| self.place.manifest(manifest))
                        .collect::<Result<_>>()?;
                    self.write(metadata, spec_id, is_data, |writer| {
                        for file in parts.iter().flat_map(|part| part.iter()) {
                            keep(writer, file)?;
                        }
                        Ok(())
                    })?
                }
            };
            self.joined.insert(key, joined.clone());
            kept.push(joined);
        }
        Ok(kept)
    }

    fn write(
        &self,
        metadata: &TableMetadata,
        spec_id: i32,
        is_data: bool,
        fill: impl FnOnce(&mut ManifestWriter) -> iceberg::Result<()>,
    ) -> Result<ManifestFile> {
        let spec = metadata
            .partition_spec_by_id(spec_id)
            .ok_or_else(|| LakeError::Conflict(format!("no partition spec {spec_id} any more")))?;
        let (mut manifest, bytes) = buffered(|io| {
            let builder = ManifestWriterBuilder::new(
                io.new_output(BUFFER)?,
                Some(self.snapshot_id),
                Arc::clone(metadata.current_schema()),
                spec.as_ref().clone(),
            );
            let mut writer = match is_data {
                true => builder.build_v2_data(),
                false => builder.build_v2_deletes(),
            };
            fill(&mut writer)?;
            block_on(writer.write_manifest_file())
        })?;
        let name = fresh(Name::Manifest);
        self.place
            .store
            .create_fresh(&self.place.path(&name), bytes)?;
        manifest.manifest_path = self.place.uri(&name);
        Ok(manifest)
    }
}

fn keep(writer: &mut ManifestWriter, file: &LiveFile) -> iceberg::Result<()> {
    writer.add_existing_file(
        file.file.clone(),
        file.snapshot_id,
        file.sequence,
        Some(file.file_sequence),
    )
}

/// Writes a manifest list; its path below the table.
pub(crate) fn write_list(
    place: &Place,
    snapshot_id: i64,
    parent: Option<i64>,
    sequence: i64,
    manifests: Vec<ManifestFile>,
) -> Result<String> {
    let ((), bytes) = buffered(|io| {
        let output = io.new_output(BUFFER)?;
        block_on(async {
            let writer = output.writer().await?;
            let mut list = ManifestListWriter::v2(writer, snapshot_id, parent, sequence);
            list.add_manifests(manifests.into_iter())?;
            list.close().await
        })
    })?;
    let name = fresh(Name::ManifestList);
    place.store.create_fresh(&place.path(&name), bytes)?;
    Ok(name)
}

/// What a writer of the `iceberg` crate gives back, and the bytes that it wrote.
fn buffered<T>(write: impl FnOnce(&FileIO) -> iceberg::Result<T>) -> Result<(T, Bytes)> {
    let io = FileIO::new_with_memory();
    let written = write(&io).and_then(|value| {
        let bytes = block_on(async { io.new_input(BUFFER)?.read().await })?;
        Ok((value, bytes))
    });
    written.map_err(|error| LakeError::misuse(format!("writing a manifest: {error}")))
}
