//! What EXPLAIN ANALYZE tells about a vector operator.

use std::fmt;

use citadel_vector::{Effort, Regime, SearchStats};

use super::parts::Scanned;
use crate::schema::Recall;

/// What an execution did.
#[derive(Clone, Debug, Default)]
pub(super) struct VectorReport {
    /// Why the exact plan answered in place of the index.
    pub(super) exact_because: Option<String>,
    /// Row ids that another index gave, where one was asked; `None` within: too many to be worth reading.
    pub(super) hits: Option<Option<usize>>,
    /// One for each segment searched.
    pub(super) segments: Vec<SegmentReport>,
    /// One for each segment whose codes gave an exact answer.
    pub(super) bounded: Vec<BoundedReport>,
    /// Rows of the delta, and how many of them were read from the table.
    pub(super) delta_rows: usize,
    pub(super) delta_measured: usize,
    /// What the exact plan measured.
    pub(super) scanned: Scanned,
}

/// What an exact answer took of one segment.
#[derive(Clone, Debug)]
pub(super) struct BoundedReport {
    /// Is it the part of the delta that is in memory?
    pub(super) of_delta: bool,
    pub(super) rows: usize,
    /// Rows that satisfy WHERE and are not void: exact. `None`: nothing restricts them.
    pub(super) matching: Option<usize>,
    /// Rows that bounds could not exclude.
    pub(super) kept: usize,
    /// Rows that were measured with their stored vectors.
    pub(super) measured: usize,
}

/// What was done in one segment.
#[derive(Clone, Debug)]
pub(super) struct SegmentReport {
    /// Is it the part of the delta that is in memory?
    pub(super) of_delta: bool,
    pub(super) rows: usize,
    /// Rows that satisfy the pushed-down WHERE and are not void: exact. `None`: nothing restricts them.
    pub(super) matching: Option<usize>,
    pub(super) stats: SearchStats,
    /// The recall asked for, and the effort that it took.
    pub(super) effort: Option<(Recall, Effort)>,
    /// Candidates that were rechecked on their rows.
    pub(super) rechecked: usize,
    /// Rows that the search went on among, after few candidates had passed the recheck.
    pub(super) narrowed: Option<usize>,
    /// Candidates that were measured with their stored vectors.
    pub(super) reranked: usize,
}

impl SegmentReport {
    /// A segment of which no row satisfies WHERE: there is nothing to search.
    pub(super) fn nothing(of_delta: bool, rows: usize) -> Self {
        Self {
            of_delta,
            rows,
            matching: Some(0),
            stats: SearchStats {
                regime: Regime::ScoreAll,
                matching: 0,
                visited: 0,
                expanded: 0,
                yielded: 0,
                scored_rest: false,
                blocks_read: 0,
            },
            effort: None,
            rechecked: 0,
            narrowed: None,
            reranked: 0,
        }
    }
}

impl VectorReport {
    /// The lines of EXPLAIN ANALYZE: label and text.
    pub(super) fn lines(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut line = |label: &str, text: String| lines.push((label.to_owned(), text));
        if let Some(why) = &self.exact_because {
            line("Exact Plan", why.clone());
        }
        match self.hits {
            Some(Some(rows)) => line("Hits", format!("{rows} rows")),
            Some(None) => line("Hits", "too many to read first".into()),
            None => {}
        }
        for segment in &self.segments {
            line(label(segment.of_delta), segment.to_string());
        }
        for bounded in &self.bounded {
            line(label(bounded.of_delta), bounded.to_string());
        }
        if self.delta_rows > 0 {
            let (rows, measured) = (self.delta_rows, self.delta_measured);
            line("Delta", format!("{rows} rows, {measured} measured"));
        }
        let Scanned { vectors, threads } = self.scanned;
        match vectors {
            0 => {}
            _ if threads > 1 => line(
                "Measured",
                format!("{vectors} vectors on {threads} threads"),
            ),
            _ => line("Measured", format!("{vectors} vectors")),
        }
        lines
    }
}

fn label(of_delta: bool) -> &'static str {
    if of_delta {
        "Delta In Memory"
    } else {
        "Segment"
    }
}

/// `: 12 of 60000 rows match (0.02 %)`, or `: 60000 rows`.
fn write_matching(f: &mut fmt::Formatter<'_>, matching: Option<usize>, rows: usize) -> fmt::Result {
    match matching {
        Some(matching) => {
            let share = 100.0 * matching as f64 / rows.max(1) as f64;
            write!(f, ": {matching} of {rows} rows match ({share:.2} %)")
        }
        None => write!(f, ": {rows} rows"),
    }
}

impl fmt::Display for BoundedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExactFromCodes")?;
        write_matching(f, self.matching, self.rows)?;
        let (kept, measured) = (self.kept, self.measured);
        write!(f, ", {kept} within bounds, {measured} measured")
    }
}

impl fmt::Display for SegmentReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.stats.regime)?;
        write_matching(f, self.matching, self.rows)?;
        if let (Some((asked, effort)), true) = (self.effort, self.stats.regime != Regime::ScoreAll)
        {
            write!(f, ", effort {} for recall {asked}", effort.ef)?;
            if let Some(recall) = effort.recall {
                write!(f, " (calibrated {:.4})", recall.bound)?;
            }
        }
        write!(
            f,
            ", {} visited, {} candidates",
            self.stats.visited, self.stats.yielded
        )?;
        if self.rechecked > 0 {
            write!(f, ", {} rechecked", self.rechecked)?;
        }
        if let Some(rows) = self.narrowed {
            write!(f, ", narrowed to {rows}")?;
        }
        write!(f, ", {} reranked", self.reranked)?;
        if self.stats.blocks_read > 0 {
            write!(f, ", {} blocks read", self.stats.blocks_read)?;
        }
        Ok(())
    }
}
