//! Free runs, by position and by length.

use std::collections::{BTreeMap, BTreeSet};

use citadel_core::{PageNo, PageRun};

use crate::error::{Error, Result};

/// Contiguous pages, as many as there are; a [`PageRun`] is bounded by what can be sealed as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) first: PageNo,
    pub(crate) pages: u64,
}

impl Span {
    pub(crate) fn new(first: PageNo, pages: u64) -> Self {
        Self { first, pages }
    }

    pub(crate) fn end(&self) -> PageNo {
        self.first.offset(self.pages)
    }
}

impl From<PageRun> for Span {
    fn from(run: PageRun) -> Self {
        Self::new(run.first, u64::from(run.pages))
    }
}

/// A set of pages, kept as maximal runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct FreeRuns {
    by_position: BTreeMap<PageNo, u64>,
    by_length: BTreeSet<(u64, PageNo)>,
    pages: u64,
}

impl FreeRuns {
    /// Pages in the set.
    pub(crate) fn pages(&self) -> u64 {
        self.pages
    }

    /// Maximal runs, in order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Span> {
        self.by_position
            .iter()
            .map(|(first, pages)| Span::new(*first, *pages))
    }

    /// Adds pages, none of which may be there already.
    pub(crate) fn insert(&mut self, span: Span) -> Result<()> {
        if span.pages == 0 {
            return Ok(());
        }
        let before = self
            .by_position
            .range(..span.first)
            .next_back()
            .map(|(first, pages)| Span::new(*first, *pages));
        let after = self
            .by_position
            .range(span.first..)
            .next()
            .map(|(first, pages)| Span::new(*first, *pages));
        if before.is_some_and(|before| before.end() > span.first)
            || after.is_some_and(|after| after.first < span.end())
        {
            return Err(Error::corrupt("the free map: a page is free twice"));
        }
        let mut whole = span;
        if let Some(before) = before.filter(|before| before.end() == span.first) {
            self.forget(before);
            whole = Span::new(before.first, before.pages + whole.pages);
        }
        if let Some(after) = after.filter(|after| after.first == span.end()) {
            self.forget(after);
            whole.pages += after.pages;
        }
        self.remember(whole);
        Ok(())
    }

    /// Takes exactly these pages out; all of them must be there.
    pub(crate) fn remove(&mut self, span: Span) -> Result<()> {
        if span.pages == 0 {
            return Ok(());
        }
        let around = self
            .by_position
            .range(..=span.first)
            .next_back()
            .map(|(first, pages)| Span::new(*first, *pages));
        let Some(around) = around.filter(|around| around.end() >= span.end()) else {
            return Err(Error::corrupt(
                "the free map: a page was taken that was not free",
            ));
        };
        self.forget(around);
        self.remember(Span::new(
            around.first,
            span.first.get() - around.first.get(),
        ));
        self.remember(Span::new(span.end(), around.end().get() - span.end().get()));
        Ok(())
    }

    /// The shortest run of at least so many pages.
    pub(crate) fn best_fit(&self, pages: u64) -> Option<Span> {
        self.by_length
            .range((pages, PageNo::new(0))..)
            .next()
            .map(|(pages, first)| Span::new(*first, *pages))
    }

    /// The first run of at least so many pages.
    pub(crate) fn first_fit(&self, pages: u64) -> Option<Span> {
        self.iter().find(|span| span.pages >= pages)
    }

    /// The longest run.
    pub(crate) fn longest(&self) -> Option<Span> {
        self.by_length
            .last()
            .map(|(pages, first)| Span::new(*first, *pages))
    }

    /// The run that has this page.
    pub(crate) fn containing(&self, page: PageNo) -> Option<Span> {
        let (first, pages) = self.by_position.range(..=page).next_back()?;
        Some(Span::new(*first, *pages)).filter(|span| page < span.end())
    }

    /// The run that ends at this page.
    pub(crate) fn ending_at(&self, end: PageNo) -> Option<Span> {
        let (first, pages) = self.by_position.range(..end).next_back()?;
        Some(Span::new(*first, *pages)).filter(|span| span.end() == end)
    }

    fn remember(&mut self, span: Span) {
        if span.pages > 0 {
            self.by_position.insert(span.first, span.pages);
            self.by_length.insert((span.pages, span.first));
            self.pages += span.pages;
        }
    }

    fn forget(&mut self, span: Span) {
        self.by_position.remove(&span.first);
        self.by_length.remove(&(span.pages, span.first));
        self.pages -= span.pages;
    }
}
