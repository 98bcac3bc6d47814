//! One engine with its file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::Result;
use crate::store::{Open, Session, Store};

/// Where the files are.
pub(super) struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// An engine with a file that is not there yet.
    pub(super) fn lane(&self, store: Box<dyn Store>, file: &str) -> Lane {
        Lane {
            path: self.folder.join(format!("{file}-{}.db", store.name())),
            store,
            sessions: Vec::new(),
            open: None,
        }
    }
}

/// An engine, its file, and its connections while it is open.
pub(super) struct Lane {
    store: Box<dyn Store>,
    path: PathBuf,
    /// Dropped before what they are connections to.
    sessions: Vec<Box<dyn Session>>,
    open: Option<Box<dyn Open>>,
}

impl Lane {
    pub(super) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// A new file in place of the one there was.
    pub(super) fn create(&mut self) -> Result<()> {
        self.close();
        for path in self.files() {
            match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        self.open = Some(self.store.create(&self.path)?);
        Ok(())
    }

    /// The first connection, which is kept; the file is opened if it is closed.
    pub(super) fn session(&mut self) -> Result<&mut dyn Session> {
        let session = self.sessions(1)?.first_mut().ok_or("no session")?;
        Ok(&mut **session)
    }

    /// So many connections, which are kept.
    pub(super) fn sessions(&mut self, count: usize) -> Result<&mut [Box<dyn Session>]> {
        let open = match self.open.take() {
            Some(open) => self.open.insert(open),
            None => self.open.insert(self.store.open(&self.path)?),
        };
        while self.sessions.len() < count {
            self.sessions.push(open.session()?);
        }
        Ok(&mut self.sessions[..count])
    }

    pub(super) fn close(&mut self) {
        self.sessions.clear();
        self.open = None;
    }

    /// Closes, and drops the file from the system's cache. False where the system does not do that.
    pub(super) fn chill(&mut self) -> Result<bool> {
        self.close();
        chill(&self.path)
    }

    /// Bytes of the closed file, with whatever the engine leaves beside it.
    pub(super) fn closed_bytes(&mut self) -> Result<u64> {
        self.close();
        let files = self.files().into_iter().filter(|path| path.exists());
        files
            .map(|path| Ok(fs::metadata(path)?.len()))
            .sum::<Result<u64>>()
    }

    fn files(&self) -> [PathBuf; 4] {
        ["", "-wal", "-shm", "-journal"].map(|end| {
            let mut path = self.path.clone().into_os_string();
            path.push(end);
            path.into()
        })
    }
}

/// Drops a file from the system's cache. False where the system does not do that.
pub(super) fn chill(path: &Path) -> Result<bool> {
    let file = File::open(path)?;
    file.sync_all()?;
    Ok(rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).is_ok())
}
