//! A database in a file of the operating system.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, IoSliceMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::storage::Storage;
use crate::storage::hint;
use crate::storage::linger::Linger;
use crate::storage::nameless::NamelessFile;
use crate::storage::partial::{give_name, open_partial};
use crate::storage::vectored;

/// A file, accessed by position; no memory map, so that a fault of the medium is an error and never a signal.
///
/// The writer's lock is the operating system's advisory lock on the file (`flock`). It ends with the process, however the
/// process ends, and it is not dependable on network file systems. On Windows the lock is mandatory: readers beside a
/// writer are refused there.
#[derive(Debug)]
pub struct FileStorage {
    file: File,
    path: PathBuf,
    /// Whether this handle holds the writer's lock; the operating system would let one handle lock twice.
    locked: AtomicBool,
    /// Whether this handle created the file and nothing was ever synced into it.
    unfinished: AtomicBool,
    /// Whether the file lies beside its path, until it is published.
    partial: AtomicBool,
    linger: Linger,
}

impl FileStorage {
    /// Creates the file, readable and writable by its owner only, and makes its name durable.
    ///
    /// A handle that is dropped before its first [`sync`](Storage::sync) removes the file again: what could not be
    /// finished (a refused key, a full disk) leaves nothing behind.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] where anything has that name; it is not touched. [`Error::Io`] otherwise.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => Error::AlreadyExists {
                path: Some(path.to_owned()),
            },
            _ => Error::Io {
                action: "create the database file",
                source,
            },
        })?;
        let storage = Self::new(file, path, true);
        sync_parent(path).map_err(Error::io("make the name of the new file durable"))?;
        Ok(storage)
    }

    /// Opens a file that shall be at this path when it is [published](Storage::publish), and until then lies beside it,
    /// with `.partial` behind its name: a new one, or what an interrupted copy left there. Dropping it keeps what was
    /// written, to be continued.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] where anything has the name `path`; it is not touched. [`Error::Io`] otherwise.
    pub fn create_partial(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut storage = Self::new(open_partial(path)?, path, false);
        *storage.partial.get_mut() = true;
        Ok(storage)
    }

    /// Opens an existing file for reading and writing.
    ///
    /// # Errors
    /// [`Error::Io`], with [`io::ErrorKind::NotFound`] where there is no such file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), true)
    }

    /// Opens an existing file for reading.
    ///
    /// # Errors
    /// As [`FileStorage::open`].
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), false)
    }

    /// The path that the file was created or opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn open_with(path: &Path, writable: bool) -> Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(writable)
            .open(path)
            .map_err(Error::io("open the database file"))?;
        Ok(Self::new(file, path, false))
    }

    fn new(file: File, path: &Path, unfinished: bool) -> Self {
        Self {
            file,
            path: path.to_owned(),
            locked: AtomicBool::new(false),
            unfinished: AtomicBool::new(unfinished),
            partial: AtomicBool::new(false),
            linger: Linger::default(),
        }
    }
}

impl Storage for FileStorage {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.file, offset, buf)
    }

    fn read_vectored_at(&self, offset: u64, bufs: &mut [IoSliceMut<'_>]) -> io::Result<()> {
        vectored::read_exact_at(&self.file, offset, bufs)
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        write_all_at(&self.file, offset, buf)
    }

    fn will_sync(&self, offset: u64, len: u64) {
        if hint::begin_writing(&self.file, offset, len) {
            self.linger.begin();
        }
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        let begun = self.linger.before_sync();
        self.file.sync_data()?;
        self.linger.after_sync(begun);
        self.unfinished.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn scratch(&self) -> io::Result<Box<dyn Storage>> {
        Ok(Box::new(NamelessFile::beside(&self.path)?))
    }

    fn publish(&self) -> io::Result<()> {
        if self.is_partial() {
            give_name(&self.path)?;
            sync_parent(&self.path)?;
            self.partial.store(false, Ordering::Release);
        }
        Ok(())
    }

    fn is_partial(&self) -> bool {
        self.partial.load(Ordering::Acquire)
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        if self.locked.swap(true, Ordering::AcqRel) {
            return Ok(false);
        }
        match self.file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => self.locked.store(false, Ordering::Release),
            Err(TryLockError::Error(source)) => {
                self.locked.store(false, Ordering::Release);
                return Err(source);
            }
        }
        Ok(false)
    }

    fn unlock_writer(&self) {
        if self.locked.load(Ordering::Acquire) {
            // A lock that cannot be given back ends with the handle: there is nothing better to do about it here.
            let _ = self.file.unlock();
            self.locked.store(false, Ordering::Release);
        }
    }
}

impl Drop for FileStorage {
    fn drop(&mut self) {
        if *self.unfinished.get_mut() {
            // Best effort: an empty file that stays is refused as "not a database", and harms nothing.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The folder that a file is in.
pub(super) fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes a directory entry durable, where the operating system can.
fn sync_parent(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(parent_of(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

pub(super) use positional::{read_exact_at, write_all_at};

#[cfg(unix)]
mod positional {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    pub(in crate::storage) fn read_exact_at(
        file: &File,
        offset: u64,
        buf: &mut [u8],
    ) -> io::Result<()> {
        file.read_exact_at(buf, offset)
    }

    pub(in crate::storage) fn write_all_at(file: &File, offset: u64, buf: &[u8]) -> io::Result<()> {
        file.write_all_at(buf, offset)
    }
}

#[cfg(windows)]
mod positional {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt;

    pub(in crate::storage) fn read_exact_at(
        file: &File,
        mut offset: u64,
        mut buf: &mut [u8],
    ) -> io::Result<()> {
        while !buf.is_empty() {
            match file.seek_read(buf, offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    buf = &mut buf[read..];
                    offset += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(in crate::storage) fn write_all_at(
        file: &File,
        mut offset: u64,
        mut buf: &[u8],
    ) -> io::Result<()> {
        while !buf.is_empty() {
            match file.seek_write(buf, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    buf = &buf[written..];
                    offset += written as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_the_end_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let storage = FileStorage::create(&path).unwrap();
        storage.write_at(10, b"hello").unwrap();
        storage.sync().unwrap();
        assert_eq!(storage.len().unwrap(), 15);
        let mut buf = [1; 15];
        storage.read_at(0, &mut buf).unwrap();
        assert_eq!(&buf, b"\0\0\0\0\0\0\0\0\0\0hello");
        assert_eq!(
            storage.read_at(1, &mut buf).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
        storage.set_len(12).unwrap();
        assert_eq!(
            FileStorage::open_read_only(&path).unwrap().len().unwrap(),
            12
        );
    }

    #[test]
    fn creating_never_touches_what_exists() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("precious");
        std::fs::write(&path, b"precious").unwrap();
        assert!(matches!(
            FileStorage::create(&path),
            Err(Error::AlreadyExists { .. })
        ));
        assert!(matches!(
            FileStorage::create(dir.path()),
            Err(Error::AlreadyExists { .. })
        ));
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_a_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let storage = FileStorage::create(dir.path().join("a.db")).unwrap();
        assert_eq!(
            storage.file.metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_file_that_was_never_finished_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        drop(FileStorage::create(&path).unwrap());
        assert!(!path.exists());
        FileStorage::create(&path).unwrap().sync().unwrap();
        assert!(path.exists());
    }

    #[test]
    fn a_partial_file_gets_its_name_when_it_is_published() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("copy.db");
        let storage = FileStorage::create_partial(&path).unwrap();
        storage.write_at(0, b"half").unwrap();
        drop(storage);
        assert!(!path.exists());
        let storage = FileStorage::create_partial(&path).unwrap();
        assert_eq!(storage.len().unwrap(), 4, "what was left is continued");
        storage.publish().unwrap();
        assert!(!storage.is_partial());
        assert_eq!(std::fs::read(&path).unwrap(), b"half");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(matches!(
            FileStorage::create_partial(&path),
            Err(Error::AlreadyExists { .. })
        ));
    }

    #[test]
    fn publishing_never_replaces_what_exists() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("copy.db");
        let storage = FileStorage::create_partial(&path).unwrap();
        std::fs::write(&path, b"precious").unwrap();
        assert_eq!(
            storage.publish().unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }

    #[cfg(unix)]
    #[test]
    fn the_second_name_of_a_finished_file_is_not_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let (path, moved) = (dir.path().join("copy.db"), dir.path().join("moved.db"));
        let storage = FileStorage::create_partial(&path).unwrap();
        storage.write_at(0, b"whole").unwrap();
        // A crash between the two steps of publishing, and the file is then moved away.
        std::fs::hard_link(dir.path().join("copy.db.partial"), &moved).unwrap();
        let storage = FileStorage::create_partial(&path).unwrap();
        storage.write_at(0, b"other").unwrap();
        assert_eq!(std::fs::read(&moved).unwrap(), b"whole");
    }

    #[test]
    fn one_writer_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let first = FileStorage::create(&path).unwrap();
        let second = FileStorage::open(&path).unwrap();
        assert!(first.try_lock_writer().unwrap());
        assert!(
            !first.try_lock_writer().unwrap(),
            "the same handle does not lock twice"
        );
        assert!(!second.try_lock_writer().unwrap());
        first.unlock_writer();
        assert!(second.try_lock_writer().unwrap());
        drop(second);
        assert!(
            first.try_lock_writer().unwrap(),
            "a lock ends with its handle"
        );
    }

    #[test]
    fn a_bare_file_name_has_a_parent() {
        sync_parent(Path::new("bare.db")).unwrap();
    }

    #[test]
    fn a_missing_file_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let error = FileStorage::open(dir.path().join("none")).unwrap_err();
        assert!(
            matches!(error, Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
        );
    }
}
