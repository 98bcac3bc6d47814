//! Free and retired pages of an open file.

use std::collections::VecDeque;

use citadel_core::{Generation, PageNo, PagePtr};

use super::pace::Pace;
use super::{FreeRuns, Span};
use crate::error::{Error, Result};

/// The file grows for the sake of contiguous commits only while fewer pages than one in so many are free,
const FREE_PART_MAX: u64 = 16;
/// or fewer than so many.
const FREE_PAGES_MAX: u64 = 128;
/// Pages that may be taken from the smallest holes.
const SCATTERED_PAGES_MAX: u64 = 128;

/// Pages that a commit no longer reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retiree {
    pub(crate) span: Span,
    /// The commit that wrote them: no older snapshot reaches them.
    pub(crate) born: Generation,
}

impl Retiree {
    /// The pages of the record of this generation.
    pub(crate) fn record(span: Span, generation: Generation) -> Self {
        Self {
            span,
            born: generation,
        }
    }

    /// Pages that were retired before the process began: no snapshot of it reaches them, whenever they were born.
    pub(super) fn at_rest(span: Span) -> Self {
        Self {
            span,
            born: Generation::ZERO,
        }
    }
}

impl From<&PagePtr> for Retiree {
    fn from(ptr: &PagePtr) -> Self {
        Self {
            span: ptr.run.into(),
            born: ptr.generation,
        }
    }
}

/// What one commit retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retired {
    pub(crate) generation: Generation,
    pub(crate) pages: Vec<Retiree>,
}

/// Free and retired pages of an open file, and where its pages end.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    end: PageNo,
    free: FreeRuns,
    /// By generation; the records may still reach them.
    retired: VecDeque<Retired>,
    /// What only snapshots still reach, with the commit that retired it. In the file it counts as free: snapshots do not
    /// outlive the process.
    pinned: Vec<(Retiree, Generation)>,
    /// The snapshots that were open when `pinned` was last looked through.
    pinned_by: Vec<Generation>,
    /// What the commit in progress has taken.
    taken: FreeRuns,
    /// Where the pages ended before the commit in progress gave back the last ones.
    trimmed_from: Option<PageNo>,
    /// Whether pages are taken where the first free ones are, rather than where they fit best.
    low: bool,
    /// The commit in progress: from its first [`begin`](Space::begin) until it commits or aborts.
    in_progress: Option<Generation>,
    pace: Pace,
}

impl Space {
    /// The space of a file without pages.
    pub(crate) fn new(first: PageNo) -> Self {
        Self::from_map(first, FreeRuns::default(), VecDeque::new())
    }

    /// The space that a free map describes.
    pub(super) fn from_map(end: PageNo, free: FreeRuns, retired: VecDeque<Retired>) -> Self {
        Self {
            end,
            free,
            retired,
            pinned: Vec::new(),
            pinned_by: Vec::new(),
            taken: FreeRuns::default(),
            trimmed_from: None,
            low: false,
            in_progress: None,
            pace: Pace::default(),
        }
    }

    /// The page after the last one that was ever allocated.
    pub(crate) fn end(&self) -> PageNo {
        self.end
    }

    /// What may be taken now.
    pub(crate) fn free(&self) -> &FreeRuns {
        &self.free
    }

    /// What will be free when the process has ended: as maximal runs, in order.
    pub(crate) fn free_at_rest(&self) -> Vec<Span> {
        let pinned = self.pinned.iter().map(|(page, _)| page.span);
        merge_spans(self.free.iter().chain(pinned).collect())
    }

    pub(crate) fn retired(&self) -> impl ExactSizeIterator<Item = &Retired> {
        self.retired.iter()
    }

    /// Pages that are retired and not yet free.
    pub(crate) fn retired_pages(&self) -> u64 {
        self.retired
            .iter()
            .flat_map(|batch| &batch.pages)
            .map(|page| page.span.pages)
            .sum()
    }

    /// Whether a page that may have been written before this commit is neither in use nor free: a record or a snapshot
    /// may still reach it.
    pub(crate) fn holds_older(&self, commit: Generation) -> bool {
        let pinned = self.pinned.iter().map(|(page, _)| page);
        let retired = self.retired.iter().flat_map(|batch| &batch.pages);
        retired.chain(pinned).any(|page| page.born < commit)
    }

    /// Begins commit `commit`: what it may reuse becomes free. `open` are the generations of all open snapshots,
    /// ascending, and nothing that a commit after `vouched` has retired is reused. A transaction that spills begins long before it commits; for the commit in progress, this does nothing.
    pub(crate) fn begin(
        &mut self,
        commit: Generation,
        vouched: Generation,
        open: &[Generation],
    ) -> Result<()> {
        if self.in_progress == Some(commit) {
            return Ok(());
        }
        self.in_progress = Some(commit);
        if self
            .pinned_by
            .iter()
            .any(|snapshot| open.binary_search(snapshot).is_err())
        {
            for (page, retired) in std::mem::take(&mut self.pinned) {
                self.let_go(page, retired, open)?;
            }
        }
        let is_past = |batch: &mut Retired| {
            batch.generation <= vouched && batch.generation.get().saturating_add(2) <= commit.get()
        };
        while let Some(batch) = self.retired.pop_front_if(is_past) {
            for page in batch.pages {
                self.let_go(page, batch.generation, open)?;
            }
        }
        self.pinned_by.clear();
        // The newest snapshot pins nothing: what it does not reach was retired before it.
        self.pinned_by.extend(open.iter().rev().skip(1).rev());
        Ok(())
    }

    /// Frees pages that `retired` has retired, unless a snapshot reaches them.
    fn let_go(&mut self, page: Retiree, retired: Generation, open: &[Generation]) -> Result<()> {
        let first = open.partition_point(|snapshot| *snapshot < page.born);
        if open.get(first).is_some_and(|snapshot| *snapshot < retired) {
            self.pinned.push((page, retired));
            return Ok(());
        }
        self.free.insert(page.span)
    }

    /// Takes a region for `wanted` pages, and at least `least`: one piece if there is one, else a part of it,
    /// else new pages at the end of the file. What is not used must be [given back](Space::give_back).
    pub(crate) fn take_region(&mut self, least: u64, wanted: u64) -> Result<Span> {
        let found = match self.low {
            true => self.lowest(least, wanted),
            false => self.best(least, wanted),
        };
        let Some(span) = found else {
            return self.extend(wanted);
        };
        self.free.remove(span)?;
        self.taken.insert(span)?;
        Ok(span)
    }

    fn best(&self, least: u64, wanted: u64) -> Option<Span> {
        let fitting = self.free.best_fit(wanted);
        fitting
            .map(|run| Span::new(run.first, wanted))
            .or_else(|| self.part_of_region(least, wanted))
    }

    fn lowest(&self, least: u64, wanted: u64) -> Option<Span> {
        let run = self.free.first_fit(least)?;
        Some(Span::new(run.first, run.pages.min(wanted)))
    }

    /// From now on pages are taken as near to the beginning of the file as can be, or where they fit best.
    pub(crate) fn keep_low(&mut self, low: bool) {
        self.low = low;
    }

    /// Whether pages are taken as near to the beginning of the file as can be: someone wants to shorten the file.
    pub(crate) fn is_kept_low(&self) -> bool {
        self.low
    }

    /// Where a region for `wanted` pages may begin that has to be taken in pieces; none where the file may grow instead. A
    /// small commit fills the smallest holes, so that the longer ones are left for those that need them; a large one has
    /// fewer writes to do in the longest ones.
    fn part_of_region(&self, least: u64, wanted: u64) -> Option<Span> {
        if wanted > SCATTERED_PAGES_MAX {
            return self.free.longest().filter(|run| run.pages >= least);
        }
        if self.may_grow() {
            return None;
        }
        let run = self.free.best_fit(least)?;
        Some(Span::new(run.first, run.pages.min(wanted)))
    }

    /// Whether the file may grow although as much may be free elsewhere: by little, or while little is free.
    fn may_grow_by(&self, pages: u64) -> bool {
        let fits = self.end.get().saturating_add(pages) <= PageNo::MAX.get();
        fits && (pages <= SCATTERED_PAGES_MAX || self.may_grow())
    }

    /// Whether so little is free that the file may grow for the sake of contiguous writes.
    fn may_grow(&self) -> bool {
        self.free.pages() <= (self.end.get() / FREE_PART_MAX).max(FREE_PAGES_MAX)
    }

    /// Takes pages right behind others, if they are free, or at the end of a file that may grow.
    pub(crate) fn take_behind(&mut self, place: PageNo, pages: u64) -> Result<Option<Span>> {
        let wanted = Span::new(place, pages);
        let room = self.room_at(place);
        if room >= pages {
            self.free.remove(wanted)?;
        } else if place.offset(room) == self.end && self.may_grow_by(pages) {
            self.free.remove(Span::new(place, room))?;
            self.end = wanted.end();
        } else {
            return Ok(None);
        }
        self.taken.insert(wanted)?;
        Ok(Some(wanted))
    }

    /// How many pages are free from this one on.
    fn room_at(&self, place: PageNo) -> u64 {
        let run = self.free.containing(place);
        run.map_or(0, |run| run.end().get() - place.get())
    }

    /// Takes a place for a record: behind the place of the one before, with room for a small commit in between, or for as many pages
    /// as are expected there, so that commits walk through free space as a log does. Where the free run ends, they walk on in the longest one. The file
    /// grows for it only while little of it is free; else the record goes where it fits.
    pub(crate) fn take_record(
        &mut self,
        before: PageNo,
        expected: u64,
        pages: u64,
    ) -> Result<Span> {
        if let Some(run) = self.free.first_fit(pages).filter(|_| self.low) {
            return self.take_at(run.first, pages);
        }
        let gap = self.pace.gap().max(expected);
        let walk = before.offset(gap);
        if self.room_at(before) >= gap + pages {
            return self.take_at(walk, pages);
        }
        if let Some(run) = self.free.longest().filter(|run| run.pages >= gap + pages) {
            return self.take_at(run.first, pages);
        }
        let hole = self.free.best_fit(pages).filter(|_| !self.may_grow());
        if let Some(run) = hole {
            return self.take_at(run.first, pages);
        }
        if before.offset(self.room_at(before)) == self.end {
            self.grow_to(walk)?;
            return self.extend_at(walk, pages);
        }
        self.extend_at(self.end, pages)
    }

    fn take_at(&mut self, place: PageNo, pages: u64) -> Result<Span> {
        let span = Span::new(place, pages);
        self.free.remove(span)?;
        self.taken.insert(span)?;
        Ok(span)
    }

    /// Takes pages from a place up to which the file reaches already.
    fn extend_at(&mut self, place: PageNo, pages: u64) -> Result<Span> {
        let span = self.take_behind(place, pages)?;
        span.ok_or(Error::Exhausted {
            what: "page numbers",
        })
    }

    /// Takes pages at the end of the file, from where the last free run begins that touches it.
    fn extend(&mut self, pages: u64) -> Result<Span> {
        let tail = self.free.ending_at(self.end);
        let first = tail.map_or(self.end, |tail| tail.first);
        let span = Span::new(first, pages.max(tail.map_or(0, |tail| tail.pages)));
        if span.end() > PageNo::MAX {
            return Err(Error::Exhausted {
                what: "page numbers",
            });
        }
        if let Some(tail) = tail {
            self.free.remove(tail)?;
        }
        self.end = span.end();
        self.taken.insert(span)?;
        Ok(span)
    }

    /// Gives pages back that the commit in progress has taken: no snapshot and no record reaches them.
    pub(crate) fn give_back(&mut self, span: Span) -> Result<()> {
        if span.pages == 0 {
            return Ok(());
        }
        self.taken.remove(span)?;
        self.free.insert(span)
    }

    /// Lets the pages end where the free ones at their end begin.
    pub(crate) fn trim(&mut self) -> Result<()> {
        if let Some(tail) = self.free.ending_at(self.end) {
            self.free.remove(tail)?;
            self.trimmed_from.get_or_insert(self.end);
            self.end = tail.first;
        }
        Ok(())
    }

    /// What the commit in progress has taken, in order.
    pub(crate) fn taken(&self) -> Vec<Span> {
        self.taken.iter().collect()
    }

    /// Whether this commit is in progress.
    pub(crate) fn is_in_progress(&self, commit: Generation) -> bool {
        self.in_progress == Some(commit)
    }

    /// Ends a commit that failed: what it took is free again.
    pub(crate) fn abort(&mut self) -> Result<()> {
        self.in_progress = None;
        if let Some(end) = self.trimmed_from.take() {
            self.grow_to(end)?;
        }
        let taken = std::mem::take(&mut self.taken);
        taken.iter().try_for_each(|span| self.free.insert(span))
    }

    /// Ends a commit that succeeded. Of what it took, `record_pages` are for a record.
    pub(crate) fn commit(
        &mut self,
        generation: Generation,
        pages: Vec<Retiree>,
        record_pages: u64,
    ) {
        self.in_progress = None;
        self.trimmed_from = None;
        let taken = std::mem::take(&mut self.taken);
        self.pace.note(taken.pages().saturating_sub(record_pages));
        if !pages.is_empty() {
            self.retired.push_back(Retired { generation, pages });
        }
    }

    /// Repeats what a logged commit did.
    pub(super) fn replay(
        &mut self,
        commit: Generation,
        vouched: Generation,
        taken: &[Span],
        retired: Vec<Span>,
        end: PageNo,
    ) -> Result<()> {
        self.begin(commit, vouched, &[])?;
        for span in taken {
            if span.end() > end {
                return Err(Error::corrupt("the free space log: a page past the end"));
            }
            self.grow_to(span.end())?;
            self.free.remove(*span)?;
        }
        self.commit(
            commit,
            retired.into_iter().map(Retiree::at_rest).collect(),
            0,
        );
        Ok(())
    }

    /// Lets the pages end there, the new ones free.
    pub(super) fn grow_to(&mut self, end: PageNo) -> Result<()> {
        if end > self.end {
            self.free
                .insert(Span::new(self.end, end.get() - self.end.get()))?;
            self.end = end;
        }
        Ok(())
    }
}

/// The pages alone, as maximal runs in order.
pub(crate) fn spans_of(retired: &[Retiree]) -> Vec<Span> {
    merge_spans(retired.iter().map(|page| page.span).collect())
}

/// Sorts spans and joins those that touch, and those that overlap: a damaged tree may name a page twice.
fn merge_spans(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.pages > 0);
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.first <= last.end() => {
                let end = last.end().max(span.end());
                last.pages = end.get() - last.first.get();
            }
            _ => merged.push(span),
        }
    }
    merged
}
