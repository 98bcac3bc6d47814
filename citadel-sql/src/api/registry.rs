//! Which files this process has open for writing, so that opening one again gives another handle to the same database.
//!
//! A file is known by what the operating system knows it by, not by its path: a link or another spelling is the same file.
//!
//! ```text
//!            claim                 open
//! (nothing) ───────► being opened ──────► open ──── last handle gone ───► being closed ──► (nothing)
//!     ▲                    │ fails                                              │
//!     └────────────────────┴────────────────────────────────────────────────────┘
//! ```
//!
//! What always holds: a file has one entry at most. Who finds it being opened or closed waits for that to end, so
//! that no one is told that his own process has locked him out.

use std::fs::Metadata;
use std::path::Path;
use std::sync::{Arc, Weak};

use citadel_txn::FileStorage;
use parking_lot::{Condvar, Mutex};
use rustc_hash::FxHashMap;

use crate::error::Result;

/// What tells a file from all others that exist.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum FileIdentity {
    /// Device and number of the file in it.
    #[cfg(unix)]
    Inode(u64, u64),
    /// Its path without links.
    #[cfg(not(unix))]
    Path(std::path::PathBuf),
}

impl FileIdentity {
    #[cfg(unix)]
    fn of(_: &Path, metadata: &Metadata) -> std::io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        Ok(Self::Inode(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _: &Metadata) -> std::io::Result<Self> {
        path.canonicalize().map(Self::Path)
    }
}

/// Where a file stands. No entry: nothing is known of it.
#[derive(Debug)]
enum Entry<T> {
    BeingOpened,
    /// Open, or, where no handle is left, being closed.
    Open(Weak<T>),
}

/// The files of a process. `T` is what an open one is.
#[derive(Debug)]
pub(crate) struct Registry<T: 'static> {
    /// `None`: there never was a file.
    files: Mutex<Option<FxHashMap<FileIdentity, Entry<T>>>>,
    changed: Condvar,
}

/// What to do about a file.
pub(crate) enum Opening<T: 'static> {
    /// It is open in this process.
    Shared(Arc<T>),
    /// The caller opens it.
    Existing(Registration<T>),
    /// The caller makes a database of it: it was not there, and now is, and is empty.
    Created(FileStorage, Registration<T>),
}

/// The duty and the right to open a file; later, that it is open. Dropped when the file is let go.
#[derive(Debug)]
pub(crate) struct Registration<T: 'static> {
    registry: &'static Registry<T>,
    identity: FileIdentity,
}

impl<T> Registry<T> {
    pub(crate) const fn new() -> Self {
        Self {
            files: Mutex::new(None),
            changed: Condvar::new(),
        }
    }

    /// Finds out what to do about a file. `create`: it is made where it is not there.
    ///
    /// # Errors
    /// The operating system refuses; there is no such file and none is to be made.
    pub(crate) fn claim(&'static self, path: &Path, create: bool) -> Result<Opening<T>> {
        let mut files = self.files.lock();
        loop {
            let (identity, created) = identify(path, create)?;
            let known = files.get_or_insert_default();
            match known.get(&identity) {
                None => {
                    known.insert(identity.clone(), Entry::BeingOpened);
                    let registration = Registration {
                        registry: self,
                        identity,
                    };
                    return Ok(match created {
                        Some(storage) => Opening::Created(storage, registration),
                        None => Opening::Existing(registration),
                    });
                }
                Some(Entry::Open(open)) => {
                    if let Some(open) = open.upgrade() {
                        return Ok(Opening::Shared(open));
                    }
                }
                Some(Entry::BeingOpened) => {}
            }
            self.changed.wait(&mut files);
        }
    }
}

/// What the file at a path is known by; and the file, if it had to be made. It is made while the registry is held, so that
/// no one else of this process takes the empty file for one that is not a database.
fn identify(path: &Path, create: bool) -> Result<(FileIdentity, Option<FileStorage>)> {
    let created = match path.metadata() {
        Ok(_) => None,
        Err(error) if create && error.kind() == std::io::ErrorKind::NotFound => {
            Some(FileStorage::create(path).map_err(citadel_txn::Error::from)?)
        }
        Err(error) => return Err(unknown(error)),
    };
    let metadata = path.metadata().map_err(unknown)?;
    Ok((FileIdentity::of(path, &metadata).map_err(unknown)?, created))
}

impl<T> Registration<T> {
    /// The file is open, and can be shared.
    pub(crate) fn publish(&self, open: &Arc<T>) {
        let mut files = self.registry.files.lock();
        let entry = Entry::Open(Arc::downgrade(open));
        files
            .get_or_insert_default()
            .insert(self.identity.clone(), entry);
        self.registry.changed.notify_all();
    }
}

impl<T> Drop for Registration<T> {
    fn drop(&mut self) {
        if let Some(files) = self.registry.files.lock().as_mut() {
            files.remove(&self.identity);
        }
        self.registry.changed.notify_all();
    }
}

fn unknown(source: std::io::Error) -> crate::error::Error {
    let error = citadel_txn::FileError::Io {
        action: "open the database file",
        source,
    };
    citadel_txn::Error::from(error).into()
}
