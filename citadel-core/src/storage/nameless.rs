//! A file without a name, for what does not fit in memory.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::storage::Storage;
use crate::storage::file::{parent_of, read_exact_at, write_all_at};

/// A file that the operating system removes with its last handle, however the process ends.
pub(super) struct NamelessFile(File);

impl NamelessFile {
    /// One on the medium of a file that has a name; in the system's folder for such files, where nothing may be put beside it.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        match tempfile::tempfile_in(parent_of(path)) {
            Err(error) if is_refusal(&error) => tempfile::tempfile().map(Self),
            other => other.map(Self),
        }
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

impl Storage for NamelessFile {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.0, offset, buf)
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        write_all_at(&self.0, offset, buf)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    /// Nobody else has it.
    fn try_lock_writer(&self) -> io::Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = NamelessFile::beside(&folder.path().join("a.db")).unwrap();
        file.write_at(5, b"bytes").unwrap();
        let mut read = [0; 5];
        file.read_at(5, &mut read).unwrap();
        assert_eq!((&read, file.len().unwrap()), (b"bytes", 10));
        #[cfg(unix)]
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
