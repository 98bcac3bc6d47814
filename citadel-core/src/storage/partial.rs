//! Files that get their name when they are finished.
//!
//! A copy that takes long is written beside its place, under the name with `.partial` behind it. What was interrupted can
//! be found there and continued; what stands under the name itself is always whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Where a file of this name is written before it is finished.
pub(super) fn partial_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".partial");
    PathBuf::from(name)
}

/// Opens the unfinished file that was left behind for `path`, or creates it.
pub(super) fn open_partial(path: &Path) -> Result<File> {
    if path.symlink_metadata().is_ok() {
        return Err(already_exists(path));
    }
    let partial = partial_path(path);
    if is_published(&partial).map_err(Error::io("look at the unfinished file"))? {
        fs::remove_file(&partial).map_err(Error::io("remove the name of the unfinished file"))?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(&partial)
        .map_err(Error::io("create the unfinished file"))
}

/// Whether the unfinished name is only what is left of a file that got its own: a crash came between the two steps of
/// [`give_name`]. Writing through it would change the finished file.
#[cfg(unix)]
fn is_published(partial: &Path) -> io::Result<bool> {
    match partial.symlink_metadata() {
        Ok(metadata) => Ok(std::os::unix::fs::MetadataExt::nlink(&metadata) > 1),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_published(_: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Gives the unfinished file its name, never in place of another file: a second name is made, which fails where there is
/// one, and the first is removed. Where the file system knows no second names, it is renamed.
pub(super) fn give_name(path: &Path) -> io::Result<()> {
    let partial = partial_path(path);
    match fs::hard_link(&partial, path) {
        Ok(()) => fs::remove_file(&partial),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(&partial, path),
    }
}

fn already_exists(path: &Path) -> Error {
    Error::AlreadyExists {
        path: Some(path.to_owned()),
    }
}
