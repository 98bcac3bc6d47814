//! Where tables lie: an object store, and the URI by which others know it.
//!
//! Files of a table are written once and never changed, so the only two ways to write are [`LakeStore::create`], which fails where something
//! is already, and [`LakeStore::hint`], for the version hint, which nobody relies on.

mod names;

use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload};

use crate::error::{LakeError, Result};
use crate::runtime::block_on;

pub(crate) use names::{Name, fresh};

/// A place for tables: a folder, a bucket, or memory.
///
/// A clone is another handle on the same place.
#[derive(Clone, Debug)]
pub struct LakeStore {
    objects: Arc<dyn ObjectStore>,
    /// The URI of the store's root, without a slash at its end.
    uri: Arc<str>,
}

/// An object that a listing found.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// Path from the root of the store.
    pub(crate) path: String,
    /// When it was written, in milliseconds since 1970.
    pub(crate) modified_ms: i64,
    pub(crate) bytes: u64,
}

/// What became of an object that was to be created.
pub(crate) enum Created {
    /// It is there now, and it is ours.
    Yes,
    /// Something was there before. It may be ours too, from an attempt whose answer was lost.
    Taken,
    /// The store failed, and the object may be there or come to be there later.
    Unknown(LakeError),
}

impl LakeStore {
    /// A folder of the local file system, made if it is not there.
    ///
    /// Every file is synced, and its folder after it, before a commit that names it is published.
    ///
    /// # Errors
    /// [`LakeError::Misuse`] where the folder cannot be made or its path is not UTF-8.
    pub fn local(folder: impl AsRef<FilePath>) -> Result<Self> {
        let folder = folder.as_ref();
        std::fs::create_dir_all(folder)
            .and_then(|()| folder.canonicalize())
            .map_err(|error| LakeError::misuse(format!("{}: {error}", folder.display())))
            .and_then(|folder| {
                let text = folder
                    .to_str()
                    .ok_or_else(|| LakeError::misuse(format!("{}: not UTF-8", folder.display())))?;
                let objects = LocalFileSystem::new_with_prefix(&folder)
                    .map_err(|error| LakeError::misuse(error.to_string()))?
                    .with_fsync(true);
                Ok(Self::new(Arc::new(objects), &format!("file://{text}")))
            })
    }

    /// A store in memory, gone with its last handle.
    #[must_use]
    pub fn memory() -> Self {
        Self::new(Arc::new(InMemory::new()), "memory://lake")
    }

    /// Any object store whose `PutMode::Create` is atomic, and the URI of its root as other engines know it (`s3://bucket`).
    #[must_use]
    pub fn new(objects: Arc<dyn ObjectStore>, uri: &str) -> Self {
        Self {
            objects,
            uri: uri.trim_end_matches('/').into(),
        }
    }

    /// The URI of a path in this store.
    pub(crate) fn uri_of(&self, path: &str) -> String {
        format!("{}/{path}", self.uri)
    }

    /// The path in this store that a URI from table metadata names.
    ///
    /// # Errors
    /// [`LakeError::Unsupported`] for a file outside of the store.
    pub(crate) fn path_of<'u>(&self, uri: &'u str) -> Result<&'u str> {
        let bare = |text: &'u str| {
            text.strip_prefix("file:")
                .map_or(text, |rest| rest.trim_start_matches("//"))
        };
        let root = self.uri.strip_prefix("file://");
        let rest = match root {
            Some(root) => bare(uri).strip_prefix(root),
            None => uri.strip_prefix(&*self.uri),
        };
        rest.and_then(|rest| rest.strip_prefix('/')).ok_or_else(|| {
            LakeError::Unsupported(format!("the file {uri} outside of {}", self.uri))
        })
    }

    /// Writes an object that must not be there yet.
    pub(crate) fn create(&self, path: &str, bytes: impl Into<Bytes>) -> Result<Created> {
        let object = parse(path)?;
        let payload = PutPayload::from_bytes(bytes.into());
        let answer = block_on(
            self.objects
                .put_opts(&object, payload, PutMode::Create.into()),
        );
        Ok(match answer {
            Ok(_) => Created::Yes,
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Created::Taken,
            Err(error) => Created::Unknown(failed("writing", path, error)),
        })
    }

    /// Writes an object under a name that nobody else draws.
    pub(crate) fn create_fresh(&self, path: &str, bytes: impl Into<Bytes>) -> Result<()> {
        match self.create(path, bytes)? {
            // Taken can only be our own, retried inside the store's client: the name is random.
            Created::Yes | Created::Taken => Ok(()),
            Created::Unknown(error) => Err(error),
        }
    }

    /// Writes the version hint. It is a shortcut only, so its failure is no error.
    pub(crate) fn hint(&self, path: &str, version: u64) {
        let Ok(object) = parse(path) else { return };
        let payload = PutPayload::from(version.to_string());
        if let Err(error) = block_on(self.objects.put(&object, payload)) {
            tracing::debug!(path, %error, "the version hint was not written");
        }
    }

    /// The bytes of an object, or `None` where the store says that there is none.
    pub(crate) fn get(&self, path: &str) -> Result<Option<Bytes>> {
        let object = parse(path)?;
        let answer = block_on(async { self.objects.get(&object).await?.bytes().await });
        missing_is_none(answer, "reading", path)
    }

    /// The bytes of an object that the table's metadata names, so that it must be there.
    pub(crate) fn get_named(&self, path: &str) -> Result<Bytes> {
        self.get(path)?
            .ok_or_else(|| LakeError::corrupt(path, "the table names this file, but it is missing"))
    }

    /// Whether an object is there.
    pub(crate) fn exists(&self, path: &str) -> Result<bool> {
        let object = parse(path)?;
        let answer = block_on(self.objects.head(&object));
        Ok(missing_is_none(answer, "looking for", path)?.is_some())
    }

    /// Ranges of an object that must be there.
    pub(crate) async fn ranges(
        &self,
        path: &str,
        ranges: &[Range<u64>],
    ) -> object_store::Result<Vec<Bytes>> {
        self.objects.get_ranges(&Path::parse(path)?, ranges).await
    }

    /// All objects below a folder.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<Listed>> {
        let prefix = parse(folder)?;
        let found: Vec<_> = block_on(self.objects.list(Some(&prefix)).try_collect())
            .map_err(|error| failed("listing", folder, error))?;
        Ok(found
            .into_iter()
            .map(|meta| Listed {
                path: meta.location.to_string(),
                modified_ms: meta.last_modified.timestamp_millis(),
                bytes: meta.size,
            })
            .collect())
    }

    /// Removes an object; one that is gone already is no error.
    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        let object = parse(path)?;
        let answer = block_on(self.objects.delete(&object));
        missing_is_none(answer, "deleting", path).map(|_| ())
    }
}

fn parse(path: &str) -> Result<Path> {
    Path::parse(path).map_err(|error| LakeError::misuse(error.to_string()))
}

fn failed(action: &'static str, path: &str, source: Error) -> LakeError {
    LakeError::Store {
        action,
        path: path.to_owned(),
        source,
    }
}

/// `NotFound` is the one error that means absence; every other stays an error.
fn missing_is_none<T>(
    answer: object_store::Result<T>,
    action: &'static str,
    path: &str,
) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(failed(action, path, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_of_others_lead_to_our_paths() {
        let local = LakeStore::new(Arc::new(InMemory::new()), "file:///lake");
        for uri in ["file:///lake/t/a", "file:/lake/t/a", "/lake/t/a"] {
            assert_eq!(local.path_of(uri).unwrap(), "t/a", "{uri}");
        }
        assert!(local.path_of("/lakeside/t").unwrap_err().is_unsupported());
        let bucket = LakeStore::new(Arc::new(InMemory::new()), "s3://bucket/");
        assert_eq!(bucket.path_of("s3://bucket/t/a").unwrap(), "t/a");
        assert!(bucket.path_of("s3://other/t/a").is_err());
    }

    #[test]
    fn an_object_is_created_once() {
        let store = LakeStore::memory();
        assert!(matches!(store.create("t/x", "1").unwrap(), Created::Yes));
        assert!(matches!(store.create("t/x", "2").unwrap(), Created::Taken));
        assert_eq!(store.get("t/x").unwrap().unwrap(), "1");
        assert!(store.get("t/y").unwrap().is_none());
    }
}
