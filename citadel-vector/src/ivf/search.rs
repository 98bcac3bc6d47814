//! Searching lists.

use super::codebook::{PARTS, prepare};
use super::kmeans::squared_distance;
use super::segment::{IvfError, IvfSegment};
use crate::filter::{Position, PositionSet};
use crate::metric::{Metric, inner_product};
use crate::prism::Candidate;
use crate::top_k::TopK;

/// How much more effort a search with a filter takes than was found to be enough without: what is left may lie far from the query,
/// where codes tell rows apart less well and lists are nearly as near as each other.
const FILTERED: usize = 2;

impl IvfSegment {
    /// Candidates for the `k` rows nearest to a query among `allowed` (all rows, if `None`), nearest first by approximate distance, with the
    /// effort that the build found to be enough. Compute their distances from the stored vectors and keep the best `k`.
    ///
    /// There are at least `k` of them, if so many rows with a vector are allowed.
    ///
    /// # Errors
    /// If the query is of another dimension, not finite, or zero under cosine.
    pub fn search(
        &self,
        query: &[f32],
        k: usize,
        allowed: Option<&PositionSet>,
    ) -> Result<Vec<Candidate>, IvfError> {
        let more = if allowed.is_some() { FILTERED } else { 1 };
        let wanted = k.saturating_mul(self.rerank as usize).max(k + 16);
        let probes = more * self.probes as usize;
        self.search_with(query, wanted.saturating_mul(more), probes, allowed)
    }

    /// The same with an effort of one's own: `candidates` of the rows in `probes` lists, and in more where these have fewer. A list
    /// counts by the share of its rows that is allowed: what a filter leaves of a neighbourhood is sought as far as it reaches.
    ///
    /// # Errors
    /// Those of [`IvfSegment::search`].
    pub fn search_with(
        &self,
        query: &[f32],
        candidates: usize,
        probes: usize,
        allowed: Option<&PositionSet>,
    ) -> Result<Vec<Candidate>, IvfError> {
        let book = &*self.codebook;
        if query.len() != book.dim {
            return Err(IvfError::Count {
                what: "components of the query",
                expected: book.dim,
                found: query.len(),
            });
        }
        if query.iter().any(|component| !component.is_finite()) {
            return Err(IvfError::NotFinite);
        }
        let query = prepare(book.metric, query).ok_or(IvfError::Zero)?;
        let mut top = TopK::new(candidates);
        let mut tables = Tables::new(self, &query);
        let mut looked = 0.0;
        for list in self.by_nearness(&query) {
            if looked >= probes as f64 && top.len() >= candidates {
                break;
            }
            looked += self.scan(list, &mut tables, allowed, &mut top);
        }
        let found = top.drain_sorted().map(|neighbor| {
            let position = Position(neighbor.row_id as u32);
            Candidate {
                position,
                row_id: self.rows.id(position),
                approx: tables.distance(neighbor.distance.unwrap_or(f32::INFINITY)),
            }
        });
        Ok(found.collect())
    }

    /// Lists with rows, the most promising first.
    fn by_nearness(&self, query: &[f32]) -> Vec<usize> {
        let book = &*self.codebook;
        let filled = (0..book.lists()).filter(|list| self.starts[*list] < self.starts[list + 1]);
        let mut lists: Vec<(f32, usize)> = filled
            .map(|list| {
                let nearness = match book.metric {
                    Metric::InnerProduct => -inner_product(query, book.centre(list)),
                    Metric::L2 | Metric::Cosine => squared_distance(query, book.centre(list)),
                };
                (nearness, list)
            })
            .collect();
        lists.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        lists.into_iter().map(|(_, list)| list).collect()
    }

    /// Looks at the allowed rows of a list with rows; gives their share of all of its rows.
    fn scan(
        &self,
        list: usize,
        tables: &mut Tables<'_>,
        allowed: Option<&PositionSet>,
        top: &mut TopK,
    ) -> f64 {
        let base = tables.of_list(list);
        let parts = self.codebook.parts();
        let rows = self.starts[list]..self.starts[list + 1];
        let (all, mut seen) = (rows.len(), 0usize);
        for position in rows {
            if allowed.is_some_and(|allowed| !allowed.contains(Position(position))) {
                continue;
            }
            seen += 1;
            let at = position as usize * parts;
            let code = &self.codes[at..at + parts];
            let rows = tables.values.chunks_exact(PARTS).zip(code);
            let sum: f32 = rows.map(|(row, code)| row[usize::from(*code)]).sum();
            top.push(Some(base + sum), i64::from(position));
        }
        seen as f64 / all as f64
    }
}

/// What each typical part adds to the distance from the query.
struct Tables<'s> {
    segment: &'s IvfSegment,
    query: &'s [f32],
    values: Vec<f32>,
}

impl<'s> Tables<'s> {
    fn new(segment: &'s IvfSegment, query: &'s [f32]) -> Self {
        let mut tables = Self {
            segment,
            query,
            values: vec![0.0; segment.codebook.parts() * PARTS],
        };
        if !tables.depends_on_list() {
            tables.fill(query);
        }
        tables
    }

    /// Squares of sums do not fall apart into centre and rest; products do.
    fn depends_on_list(&self) -> bool {
        let book = &*self.segment.codebook;
        book.residual && book.metric == Metric::L2
    }

    fn fill(&mut self, query: &[f32]) {
        let book = &*self.segment.codebook;
        for (part, row) in self.values.chunks_exact_mut(PARTS).enumerate() {
            let range = book.part(part);
            let (query, width) = (&query[range.clone()], range.len());
            let typical = book.typical[part].chunks_exact(width);
            for (value, typical) in row.iter_mut().zip(typical) {
                let pairs = query.iter().zip(typical);
                *value = match book.metric {
                    Metric::L2 => pairs.map(|(q, t)| (q - t) * (q - t)).sum(),
                    Metric::InnerProduct | Metric::Cosine => {
                        -pairs.map(|(q, t)| q * t).sum::<f32>()
                    }
                };
            }
        }
    }

    /// Makes the tables those of a list, and gives what all of its rows have in common.
    fn of_list(&mut self, list: usize) -> f32 {
        let book = &*self.segment.codebook;
        let centre = book.centre(list);
        if self.depends_on_list() {
            let off: Vec<f32> = self.query.iter().zip(centre).map(|(q, c)| q - c).collect();
            self.fill(&off);
            return 0.0;
        }
        match book.residual {
            true => -inner_product(self.query, centre),
            false => 0.0,
        }
    }

    /// A sum as a distance of the metric.
    fn distance(&self, sum: f32) -> f32 {
        match self.segment.codebook.metric {
            Metric::L2 => sum.max(0.0).sqrt(),
            Metric::InnerProduct => sum,
            Metric::Cosine => 1.0 + sum,
        }
    }
}
