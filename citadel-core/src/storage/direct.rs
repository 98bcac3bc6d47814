//! Writes past the operating system's cache.
//!
//! Bytes that are synced at once gain nothing from that cache: they are copied into it, marked, found again by the sync and
//! only then sent. Linux sends them from here where the file was opened with `O_DIRECT` and everything is aligned; reads
//! through the cache stay coherent with that. Elsewhere, and on file systems that refuse it, the ordinary way is taken.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// What offset, length and memory are multiples of. Media with larger blocks refuse, and are written the ordinary way.
const ALIGNMENT: usize = 4096;

/// A second handle of a file, for writes past the cache.
#[derive(Debug)]
pub(super) struct DirectWriter {
    file: File,
    /// Whether the file system has refused, so that it is not asked again.
    refused: AtomicBool,
}

impl DirectWriter {
    /// A second handle; none where the operating system has no such thing.
    pub(super) fn open(file: &File) -> Option<Self> {
        Some(Self {
            file: reopen(file)?,
            refused: AtomicBool::new(false),
        })
    }

    /// Writes all of `buf`, or says `false` where that must be done through the cache: nothing is then promised about
    /// the range.
    ///
    /// # Errors
    /// What the medium says.
    pub(super) fn write_all_at(&self, offset: u64, buf: &[u8]) -> io::Result<bool> {
        if !is_aligned(offset, buf) || self.refused.load(Ordering::Relaxed) {
            return Ok(false);
        }
        match super::file::write_all_at(&self.file, offset, buf) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                self.refused.store(true, Ordering::Relaxed);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

fn is_aligned(offset: u64, buf: &[u8]) -> bool {
    offset.is_multiple_of(ALIGNMENT as u64)
        && buf.len().is_multiple_of(ALIGNMENT)
        && buf.as_ptr().align_offset(ALIGNMENT) == 0
}

/// Lets the system send these bytes, of a page or two, from its cache to the medium. Linux does so with what will not be needed
/// any more; the bytes at both ends are left out, for it would also wait for the pages that it is told of as a whole.
#[cfg(target_os = "linux")]
pub(super) fn begin_writing(file: &File, offset: u64, len: u64) {
    if let Some(len) = len.checked_sub(2).and_then(std::num::NonZeroU64::new) {
        let _ = rustix::fs::fadvise(file, offset + 1, Some(len), rustix::fs::Advice::DontNeed);
    }
}

/// Nothing, where the system has no such call.
#[cfg(not(target_os = "linux"))]
pub(super) fn begin_writing(file: &File, offset: u64, len: u64) {
    let _ = (file, offset, len);
}

#[cfg(target_os = "linux")]
fn reopen(file: &File) -> Option<File> {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    // By the handle and not by the name, which may be another file's by now.
    std::fs::OpenOptions::new()
        .write(true)
        .custom_flags(rustix::fs::OFlags::DIRECT.bits() as i32)
        .open(format!("/proc/self/fd/{}", file.as_raw_fd()))
        .ok()
}

#[cfg(not(target_os = "linux"))]
fn reopen(_file: &File) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_past_the_cache_is_read_through_it() {
        let mut file = tempfile::NamedTempFile::new_in(".").unwrap();
        io::Write::write_all(&mut file, &vec![1; 64 << 10]).unwrap();
        let Some(direct) = DirectWriter::open(file.as_file()) else {
            return;
        };
        let memory: Vec<u8> = (0..64 << 10).map(|at| (at % 251) as u8).collect();
        let start = memory.as_ptr().align_offset(ALIGNMENT);
        for (offset, len) in [(0, 4096), (8192, 24576), (4096, 8192)] {
            let new = &memory[start..start + len];
            if !direct.write_all_at(offset, new).unwrap() {
                return;
            }
            let mut read = vec![0; len];
            super::super::file::read_exact_at(file.as_file(), offset, &mut read).unwrap();
            assert_eq!(read, new);
        }
    }

    #[test]
    fn what_is_not_aligned_is_left_to_the_cache() {
        let memory = vec![0; 3 * ALIGNMENT];
        let start = memory.as_ptr().align_offset(ALIGNMENT);
        assert!(is_aligned(8192, &memory[start..start + ALIGNMENT]));
        assert!(!is_aligned(512, &memory[start..start + ALIGNMENT]));
        assert!(!is_aligned(8192, &memory[start..start + 512]));
        assert!(!is_aligned(8192, &memory[start + 1..start + 1 + ALIGNMENT]));
    }
}
