//! Reads every byte of every file of a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::markers::Marker;

/// Bytes by which a place is looked up.
const PREFIX: usize = 4;

/// A marker that was found.
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "where it was found is for whoever reads the failure"
)]
pub(crate) struct Hit {
    /// Which.
    pub(crate) marker: &'static str,
    file: PathBuf,
    offset: usize,
}

/// What was read and found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) files: usize,
    pub(crate) bytes: usize,
    pub(crate) hits: Vec<Hit>,
}

/// Looks for halves of markers, so that one that is torn by the end of a page is found as well.
pub(crate) struct Scanner {
    halves: HashMap<[u8; PREFIX], Vec<(&'static str, Vec<u8>)>>,
}

impl Scanner {
    pub(crate) fn new(markers: &[Marker]) -> Self {
        let mut halves: HashMap<_, Vec<_>> = HashMap::new();
        for marker in markers {
            for coded in marker.codings() {
                for half in coded.chunks(coded.len() / 2) {
                    if let Some(prefix) = half.first_chunk() {
                        let known = halves.entry(*prefix).or_default();
                        known.push((marker.name, half.to_vec()));
                    }
                }
            }
        }
        Self { halves }
    }

    /// Reads a folder and all below it.
    pub(crate) fn scan(&self, folder: &Path) -> Scan {
        let mut scan = Scan::default();
        self.scan_folder(folder, &mut scan);
        scan
    }

    fn scan_folder(&self, folder: &Path, scan: &mut Scan) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.scan_folder(&path, scan);
            } else {
                self.scan_file(&path, scan);
            }
        }
    }

    fn scan_file(&self, path: &Path, scan: &mut Scan) {
        let bytes = std::fs::read(path).unwrap();
        scan.files += 1;
        scan.bytes += bytes.len();
        for (offset, prefix) in bytes.array_windows::<PREFIX>().enumerate() {
            let Some(known) = self.halves.get(prefix) else {
                continue;
            };
            for (marker, half) in known {
                if bytes[offset..].starts_with(half) {
                    scan.hits.push(Hit {
                        marker,
                        file: path.to_owned(),
                        offset,
                    });
                }
            }
        }
    }
}
