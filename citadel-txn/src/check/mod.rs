//! Proving that a commit is whole.
//!
//! A check reads every page that one commit reaches, from the file and not from the cache, and proves:
//!
//! 1. every page opens under the pointer that leads to it, and nodes are well-formed;
//! 2. in every tree, keys ascend and lie within the bounds that the branches above set, levels descend by one to leaves
//!    of one depth, and entries and large values are as many as the descriptor says;
//! 3. every large value can be read to its end;
//! 4. no page has two referrers, and reachable, retired and free pages together are exactly the pages of the file.
//!
//! So a report without problems means that every entry can be read, and that no page is lost.

mod ledger;
mod report;
mod tree_check;

pub use report::{CheckReport, PageCounts};

use citadel_core::{PageKind, SealedFile, record_run};

use crate::catalog;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::recovery;
use crate::snapshot::Snapshot;
use ledger::Ledger;
use tree_check::TreeCheck;

/// Reads all that a commit reaches.
pub(crate) fn check(
    file: &SealedFile,
    snapshot: &Snapshot,
    progress: &mut dyn Progress,
) -> Result<CheckReport> {
    let record = &snapshot.record;
    let mut report = CheckReport::new(record.generation);
    let mut ledger = Ledger::new(file.first_page(), record.pages_end, progress);
    TreeCheck::new(file, "the catalog".into(), &record.catalog).run(&mut ledger, &mut report)?;
    report.entries = 0;
    report.large_values = 0;
    match blame(
        catalog::list(file, record),
        &mut report,
        "the catalog cannot be listed",
    )? {
        Some(trees) => {
            for (id, tree) in trees {
                report.trees += 1;
                TreeCheck::new(file, format!("tree {id}"), &tree).run(&mut ledger, &mut report)?;
            }
        }
        None => return Ok(report),
    }
    count_afloat(file, snapshot, &mut report)?;
    if let Some(ptr) = &record.free_map.ptr {
        let opened = file
            .read_uncached(ptr, PageKind::FreeMap)
            .map_err(Error::from);
        blame(opened, &mut report, "the free map does not open")?;
        report.pages.free_map = u64::from(ptr.run.pages);
        ledger.reach(ptr.run)?;
    }
    if let Some(space) = blame(
        recovery::load_space(file, record),
        &mut report,
        "free space cannot be read",
    )? {
        report.pages.free = space.free().pages();
        report.pages.retired = space.retired_pages();
        for (_, place) in record.trail.iter() {
            let run = record_run(file.page_size(), place);
            report.pages.records += u64::from(run.pages);
            ledger.reach(run)?;
        }
        ledger.close(&space, &mut report);
    }
    report.pages.total = record.pages_end.get() - file.first_page().get();
    Ok(report)
}

/// Counts what light commits have changed. That it fits the pages was proven when the snapshot was made.
fn count_afloat(file: &SealedFile, snapshot: &Snapshot, report: &mut CheckReport) -> Result<()> {
    let Some(afloat) = snapshot.afloat() else {
        return Ok(());
    };
    for (id, open) in afloat.trees() {
        let before = catalog::lookup(file, &snapshot.record, *id)?.ok_or(Error::NoSuchTree(*id))?;
        let now = &open.state.tree;
        // Of a damaged tree, fewer were counted than it should have.
        report.entries = (report.entries + now.len).saturating_sub(before.len);
        report.large_values = (report.large_values + now.large).saturating_sub(before.large);
    }
    Ok(())
}

/// Turns an error that the file is to blame for into a problem of the report.
fn blame<T>(result: Result<T>, report: &mut CheckReport, what: &str) -> Result<Option<T>> {
    match result {
        Ok(thing) => Ok(Some(thing)),
        Err(error) if error.is_corrupt() => {
            report.blame(format!("{what}: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
