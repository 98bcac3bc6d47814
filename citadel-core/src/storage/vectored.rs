//! What an operating system does for long reads of a file: it fills many buffers by one call. Where it cannot, the same is
//! done in smaller steps.

use std::fs::File;
use std::io::{self, IoSliceMut};

/// Buffers that one call takes on every system.
#[cfg(unix)]
const BUFFERS_MAX: usize = 1024;

/// Fills `bufs`, one after the other, from the bytes at `offset`.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "freebsd"
))]
pub(super) fn read_exact_at(
    file: &File,
    mut offset: u64,
    mut bufs: &mut [IoSliceMut<'_>],
) -> io::Result<()> {
    // Empty buffers at the front would look like the end of the file.
    IoSliceMut::advance_slices(&mut bufs, 0);
    while !bufs.is_empty() {
        let count = bufs.len().min(BUFFERS_MAX);
        match rustix::io::preadv(file, &mut bufs[..count], offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                IoSliceMut::advance_slices(&mut bufs, read);
                offset += read as u64;
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Fills `bufs`, one after the other, from the bytes at `offset`.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "freebsd"
)))]
pub(super) fn read_exact_at(
    file: &File,
    mut offset: u64,
    bufs: &mut [IoSliceMut<'_>],
) -> io::Result<()> {
    for buf in bufs {
        super::file::read_exact_at(file, offset, buf)?;
        offset += buf.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_any_lengths_are_filled_in_order_up_to_the_end() {
        let bytes: Vec<u8> = (0..9000_u32).map(|at| (at % 251) as u8).collect();
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        let mut bufs = vec![Vec::new(), vec![0; 1]];
        bufs.extend((0..2000).map(|at| vec![0; at % 4]));
        bufs.push(vec![0; 5000]);
        let len: usize = bufs.iter().map(Vec::len).sum();
        let mut slices: Vec<_> = bufs.iter_mut().map(|buf| IoSliceMut::new(buf)).collect();
        read_exact_at(&file, 7, &mut slices).unwrap();
        assert_eq!(bufs.concat(), bytes[7..7 + len]);
        let mut past = [0; 3];
        let end = read_exact_at(&file, 8998, &mut [IoSliceMut::new(&mut past)]);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
