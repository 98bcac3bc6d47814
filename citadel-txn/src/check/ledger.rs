//! Whose page is whose.

use citadel_core::{PageNo, PageRun};

use super::CheckReport;
use crate::error::Result;
use crate::progress::{Meter, Phase, Progress};
use crate::space::{Space, Span};

/// Books every page once, and tells how many are booked.
pub(super) struct Ledger<'p> {
    first: PageNo,
    end: PageNo,
    reached: Vec<Span>,
    meter: Meter<'p>,
}

impl<'p> Ledger<'p> {
    /// The books of a file with pages `first..end`.
    pub(super) fn new(first: PageNo, end: PageNo, progress: &'p mut dyn Progress) -> Self {
        let pages = end.get().saturating_sub(first.get());
        Self {
            first,
            end,
            reached: Vec::new(),
            meter: Meter::new(progress, Phase::Read, pages),
        }
    }

    /// Books a run that something refers to.
    ///
    /// # Errors
    /// [`Error::Interrupted`](crate::Error::Interrupted).
    pub(super) fn reach(&mut self, run: PageRun) -> Result<()> {
        self.reached.push(run.into());
        self.meter.advance(u64::from(run.pages))
    }

    /// Proves that what is reached, retired and free is every page exactly once.
    pub(super) fn close(self, space: &Space, report: &mut CheckReport) {
        let reached = self.reached.into_iter().map(|span| (span, "reachable"));
        let retired = space
            .retired()
            .flat_map(|batch| &batch.pages)
            .map(|page| (page.span, "retired"));
        let free = space.free().iter().map(|span| (span, "free"));
        let mut booked: Vec<(Span, &str)> = reached.chain(retired).chain(free).collect();
        booked.sort_unstable();
        let mut next = self.first;
        let mut holder = "before the first page";
        for (span, state) in booked {
            if span.first < next {
                report.blame(format!(
                    "pages {}..{} are {state}, and some of them are {holder}",
                    span.first,
                    span.end()
                ));
            } else if span.first > next {
                report.blame(format!("pages {next}..{} are lost", span.first));
            }
            next = next.max(span.end());
            holder = state;
        }
        if next < self.end {
            report.blame(format!("pages {next}..{} are lost", self.end));
        } else if next > self.end {
            report.blame(format!("pages {}..{next} lie past the end", self.end));
        }
    }
}
