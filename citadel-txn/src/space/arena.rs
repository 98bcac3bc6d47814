//! Pages for one commit, side by side where that can be.

use citadel_core::{PageNo, PageRun};

use super::{Space, Span};
use crate::error::Result;

/// Hands out runs from regions that it takes from free space: one region for the whole commit if there is one that
/// long, so that the commit is one contiguous write.
pub(crate) struct Arena<'a> {
    space: &'a mut Space,
    region: Option<Span>,
    /// Pages that the commit is still expected to need.
    expected: u64,
    /// The page behind which the first region is to lie.
    behind: Option<PageNo>,
}

impl<'a> Arena<'a> {
    /// An arena for a commit that is expected to need so many pages.
    pub(crate) fn new(space: &'a mut Space, expected: u64, behind: Option<PageNo>) -> Self {
        Self {
            space,
            region: None,
            expected,
            behind,
        }
    }

    /// Takes a run of `pages` pages.
    pub(crate) fn take(&mut self, pages: u16) -> Result<PageRun> {
        let wanted = u64::from(pages);
        let region = match self.region.take() {
            Some(region) if region.pages >= wanted => region,
            rest => {
                self.region = rest;
                self.close()?;
                self.region_of(wanted)?
            }
        };
        self.region = Some(Span::new(
            region.first.offset(wanted),
            region.pages - wanted,
        ));
        self.expected = self.expected.saturating_sub(wanted);
        Ok(PageRun::new(region.first, pages))
    }

    /// A region of at least so many pages: the first one where it was asked for, if it has room for all.
    fn region_of(&mut self, least: u64) -> Result<Span> {
        let wanted = least.max(self.expected);
        if let Some(place) = self.behind.take()
            && let Some(region) = self.space.take_behind(place, wanted)?
        {
            return Ok(region);
        }
        self.space.take_region(least, wanted)
    }

    /// Gives back what was not used of the region.
    pub(crate) fn close(&mut self) -> Result<()> {
        match self.region.take() {
            Some(rest) => self.space.give_back(rest),
            None => Ok(()),
        }
    }

    /// Lets the pages end where the free ones at their end begin.
    pub(crate) fn trim(&mut self) -> Result<()> {
        self.close()?;
        self.space.trim()
    }

    /// Takes a place for a record, behind the place of the one before and the pages that commit is expected to write.
    pub(crate) fn take_record(
        &mut self,
        before: PageNo,
        expected: u64,
        pages: u64,
    ) -> Result<Span> {
        self.close()?;
        self.space.take_record(before, expected, pages)
    }

    pub(crate) fn space(&self) -> &Space {
        self.space
    }
}
