//! The commit records that still open.

use citadel_core::{Generation, SealedFile};

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

/// Places and generations that are tried where no checkpoint leads to a record: some seconds.
const SCAN_ATTEMPTS_MAX: u64 = 1 << 20;

/// Looks for records at every page. Where one lies is not known, nor of which generation, and only both together open
/// it; so this finds something only in files that are small or young. It ends well after the last record that was found:
/// free pages still hold old ones, and the newest may be far from them.
fn scan(file: &SealedFile) -> Result<Vec<Record>> {
    let first = file.first_page();
    let page_bytes = u64::from(file.page_size().get());
    let pages = (file.file_len()? / page_bytes).saturating_sub(first.get());
    let generations = SCAN_ATTEMPTS_MAX.checked_div(pages).unwrap_or(0);
    let (mut found, mut last) = (Vec::new(), generations);
    for generation in 1..=generations {
        if generation > last.saturating_mul(4).saturating_add(128) {
            break;
        }
        for page in (0..pages).map(|page| first.offset(page)) {
            if let Ok(Some(bytes)) = file.read_record_at(page, Generation::new(generation)) {
                found.extend(Record::decode(&bytes, file.page_size()));
                last = generation;
                break;
            }
        }
    }
    Ok(found)
}
