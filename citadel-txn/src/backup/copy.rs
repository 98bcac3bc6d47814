//! Copying runs.

use citadel_core::{Frame, PageKind, PagePtr, SealedFile};

use super::BackupReport;
use crate::error::Result;
use crate::progress::Meter;
use crate::reach::Visitor;

/// Takes every run over into the copy.
pub(super) struct Copier<'a> {
    pub(super) source: &'a SealedFile,
    pub(super) target: &'a SealedFile,
    pub(super) meter: Meter<'a>,
    pub(super) report: BackupReport,
}

impl Visitor for Copier<'_> {
    fn open(&mut self, ptr: &PagePtr, kind: PageKind) -> Result<Frame> {
        let adopted = self.target.adopt(self.source, ptr, kind)?;
        let pages = u64::from(ptr.run.pages);
        self.report.pages += pages;
        if adopted.copied {
            self.report.pages_copied += pages;
        }
        self.meter.advance(pages)?;
        Ok(adopted.frame)
    }

    fn extent(&mut self, ptr: &PagePtr) -> Result<()> {
        self.open(ptr, PageKind::Extent).map(drop)
    }
}
