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

use crate::api::database::Shared;
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
enum Entry {
    BeingOpened,
    /// Open, or, where no handle is left, being closed.
    Open(Weak<Shared>),
}

static FILES: Mutex<Option<FxHashMap<FileIdentity, Entry>>> = Mutex::new(None);
static CHANGED: Condvar = Condvar::new();

/// What to do about a file.
pub(crate) enum Opening {
    /// It is open in this process.
    Shared(Arc<Shared>),
    /// The caller opens it.
    Existing(Registration),
    /// The caller makes a database of it: it was not there, and now is, and is empty.
    Created(FileStorage, Registration),
}

/// The duty and the right to open a file; later, that it is open. Dropped when the file is let go.
#[derive(Debug)]
pub(crate) struct Registration {
    identity: FileIdentity,
}

/// Finds out what to do about a file. `create`: it is made where it is not there.
///
/// # Errors
/// The operating system refuses; there is no such file and none is to be made.
pub(crate) fn claim(path: &Path, create: bool) -> Result<Opening> {
    let mut files = FILES.lock();
    loop {
        let (identity, created) = match path.metadata() {
            Ok(metadata) => (FileIdentity::of(path, &metadata).map_err(unknown)?, None),
            Err(error) if create && error.kind() == std::io::ErrorKind::NotFound => {
                // Made while the registry is held, so that no one else of this process takes the empty file for one
                // that is not a database.
                let storage = FileStorage::create(path).map_err(citadel_txn::Error::from)?;
                let metadata = path.metadata().map_err(unknown)?;
                let identity = FileIdentity::of(path, &metadata).map_err(unknown)?;
                (identity, Some(storage))
            }
            Err(error) => return Err(unknown(error)),
        };
        let known = files.get_or_insert_default();
        match known.get(&identity) {
            None => {
                known.insert(identity.clone(), Entry::BeingOpened);
                let registration = Registration { identity };
                return Ok(match created {
                    Some(storage) => Opening::Created(storage, registration),
                    None => Opening::Existing(registration),
                });
            }
            Some(Entry::Open(shared)) => {
                if let Some(shared) = shared.upgrade() {
                    return Ok(Opening::Shared(shared));
                }
            }
            Some(Entry::BeingOpened) => {}
        }
        CHANGED.wait(&mut files);
    }
}

impl Registration {
    /// The file is open, and can be shared.
    pub(crate) fn publish(&self, shared: &Arc<Shared>) {
        let mut files = FILES.lock();
        let entry = Entry::Open(Arc::downgrade(shared));
        files
            .get_or_insert_default()
            .insert(self.identity.clone(), entry);
        CHANGED.notify_all();
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(files) = FILES.lock().as_mut() {
            files.remove(&self.identity);
        }
        CHANGED.notify_all();
    }
}

fn unknown(source: std::io::Error) -> crate::error::Error {
    let error = citadel_txn::FileError::Io {
        action: "open the database file",
        source,
    };
    citadel_txn::Error::from(error).into()
}
