//! The commit records that still open.

use citadel_core::{Generation, PageNo, SealedFile};

use crate::error::{Error, Result};
use crate::record::Record;
use crate::recovery;

/// The commit records of a damaged file.
pub(super) struct Records {
    /// Those that can be read from, the best first: the one that opening the file would find, if it would find one, and
    /// then older ones, newest first.
    pub(super) usable: Vec<Record>,
    /// Commits after that one, which are not whole: opening the file would roll them back.
    pub(super) passed_over: Vec<Generation>,
}

/// Finds the records that still open.
pub(super) fn find(file: &SealedFile) -> Result<Records> {
    let mut usable: Vec<Record> = recovery::records_that_open(file);
    if usable.is_empty() {
        usable = scan(file)?;
    }
    usable.sort_by_key(|record| std::cmp::Reverse(record.generation));
    usable.dedup_by_key(|record| record.generation);
    let mut passed_over = Vec::new();
    if let Ok(recovered) = recovery::recover(file) {
        let best = recovered.newest.record.generation;
        let opened = usable.iter().map(|record| record.generation);
        passed_over.extend(opened.filter(|generation| *generation > best));
        usable.retain(|record| record.generation < best);
        usable.insert(0, recovered.newest.record);
    }
    if usable.is_empty() {
        return Err(Error::corrupt("no commit record opens"));
    }
    Ok(Records {
        usable,
        passed_over,
    })
}

/// Bytes of a file that are looked through for records: some seconds.
const SCAN_BYTES_MAX: u64 = 8 << 30;

/// Looks for records at every page. Free pages still hold old ones.
fn scan(file: &SealedFile) -> Result<Vec<Record>> {
    let page_bytes = u64::from(file.page_size().get());
    let end = file.file_len()?.min(SCAN_BYTES_MAX) / page_bytes;
    let first = file.first_page().get();
    let mut found = Vec::new();
    for page in (first..end).map(PageNo::new) {
        if let Ok(Some(bytes)) = file.read_record_at(page) {
            found.extend(Record::decode(&bytes, file.page_size()));
        }
    }
    Ok(found)
}
