//! What the operating system may be told of bytes that were written.

use std::fs::File;

/// Bytes that the system is told of at most: two pages of its cache.
const HINT_BYTES_MAX: u64 = 8192;

/// Lets the system send these bytes from its cache to the medium at once, while the caller goes on. Linux does so with what will
/// not be needed any more; the bytes at both ends are left out, for what it is told of as whole pages it also drops. So no
/// more than [`HINT_BYTES_MAX`] are told of at once, which contain no whole page but the first and the last one. Says whether it
/// was told.
#[cfg(target_os = "linux")]
pub(super) fn begin_writing(file: &File, offset: u64, len: u64) -> bool {
    let inner = len.checked_sub(2).filter(|_| len <= HINT_BYTES_MAX);
    // A hint that is not taken costs time and nothing else.
    inner
        .and_then(std::num::NonZeroU64::new)
        .is_some_and(|len| {
            rustix::fs::fadvise(file, offset + 1, Some(len), rustix::fs::Advice::DontNeed).is_ok()
        })
}

/// Nothing, where the system has no such call.
#[cfg(not(target_os = "linux"))]
pub(super) fn begin_writing(file: &File, offset: u64, len: u64) -> bool {
    let _ = (file, offset, len);
    false
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_the_system_is_told_of_stays_what_it_was() {
        let mut file = tempfile::NamedTempFile::new_in(".").unwrap();
        let bytes: Vec<u8> = (0..32 << 10).map(|at| (at % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        for (offset, len, is_told) in [
            (0, 4096, true),
            (4096, 8192, true),
            (8192, 24 << 10, false),
            (100, 1, false),
            (1 << 40, 4096, true),
        ] {
            let told = begin_writing(file.as_file(), offset, len);
            assert_eq!(told, is_told && cfg!(target_os = "linux"));
        }
        assert_eq!(std::fs::read(file.path()).unwrap(), bytes);
    }
}
