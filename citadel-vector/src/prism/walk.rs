//! Walking the graph, by coarse codes.

use super::blocks::Held;
use super::regime::{Met, scan_is_cheaper};
use super::search::Search;
use crate::filter::Position;
use crate::kernel::Kernels;
use crate::quantize::{Score, pad_dim};

use super::pool::Entry;

/// Rows expanded at a time: while one's neighbours are waited for, the other's are too. Two score a few more rows than one, and
/// take less time.
const TOGETHER: usize = 2;

impl Search<'_> {
    /// Walks on until `wanted` more rows are found, and yields them.
    pub(super) fn walk(&mut self, wanted: usize) {
        let target = if self.began {
            self.ef.max(self.stats.yielded + 2 * wanted)
        } else {
            self.ef.max(wanted)
        };
        if self.began {
            self.scratch.pool.grow(target);
        } else {
            self.begin_walk(target);
        }
        let found_enough = match self.allowed {
            Some(allowed) => self.expand(|position| allowed.contains(Position(position))),
            None => self.expand(|_| true),
        };
        if found_enough || self.pager.cut_short().is_some() {
            return self.yield_from_pool(wanted);
        }
        self.stats.scored_rest = true;
        self.end_walk();
        self.began = true;
        self.scan_all(wanted);
    }

    /// Scores the entries.
    fn begin_walk(&mut self, target: usize) {
        let scratch = &mut *self.scratch;
        scratch.visited.reset(self.segment.shape.indexed);
        if let Some(withheld) = self.withheld {
            scratch.visited.insert(withheld);
        }
        scratch.pool.reset(target, self.in_view);
        scratch.batch.clear();
        scratch
            .visited
            .insert_all(&self.segment.entries, &mut scratch.batch);
        match self.allowed {
            Some(allowed) => self.offer_batch(|position| allowed.contains(Position(position))),
            None => self.offer_batch(|_| true),
        }
    }

    /// Walks until the best rows are all expanded (true), or until the graph is exhausted or scoring the rest directly is
    /// cheaper (false).
    fn expand(&mut self, matches: impl Fn(u32) -> bool + Copy) -> bool {
        let ef = self.in_view.max(self.scratch.pool.wanted());
        let segment = self.segment;
        let leading = segment.leading();
        loop {
            let scratch = &mut *self.scratch;
            scratch.batch.clear();
            for _ in 0..TOGETHER {
                let Some(position) = scratch.pool.expand_next() else {
                    break;
                };
                self.stats.expanded += 1;
                let links = match &segment.graph {
                    Held::Resident(graph) => graph.links(position),
                    Held::Paged(part) => {
                        let rows = segment.shape.indexed;
                        self.pager.links(part, position, rows, &mut scratch.links);
                        &scratch.links
                    }
                };
                let first = scratch.batch.len();
                scratch.visited.insert_all(links, &mut scratch.batch);
                for &new in &scratch.batch[first..] {
                    leading.prefetch(new);
                }
            }
            if scratch.batch.is_empty() {
                match scratch.pool.peek_next() {
                    // All neighbours were known.
                    Some(_) => continue,
                    None => return scratch.pool.has_enough(),
                }
            }
            if let Some(next) = scratch.pool.peek_next() {
                segment.graph.prefetch(next);
            }
            self.offer_batch(matches);
            if self.pager.cut_short().is_some() {
                return false;
            }
            let pool = &self.scratch.pool;
            let met = Met {
                visited: self.stats.visited,
                in_view: pool.len(),
                matching_in_view: pool.matching(),
            };
            if scan_is_cheaper(met, self.stats.matching, segment.shape.indexed, ef) {
                return false;
            }
        }
    }

    /// Scores the rows of the batch and offers them to the pool.
    fn offer_batch(&mut self, matches: impl Fn(u32) -> bool) {
        self.score_batch(matches);
        let graph = &self.segment.graph;
        let scratch = &mut *self.scratch;
        scratch
            .pool
            .offer(&scratch.scored, |position| graph.prefetch(position));
    }

    /// Scores the rows of the batch.
    fn score_batch(&mut self, matches: impl Fn(u32) -> bool) {
        self.multiply_batch();
        let scratch = &mut *self.scratch;
        let (query, batch, products) = (&scratch.query, &scratch.batch, &scratch.products);
        let halves = &self.segment.halves;
        let scored = &mut scratch.scored;
        scored.clear();
        match &self.segment.coarse {
            Some(_) => scored.extend(entries(
                batch,
                products,
                halves,
                matches,
                |product, half| query.coarse_score(product, half),
            )),
            None => scored.extend(entries(
                batch,
                products,
                halves,
                matches,
                |product, half| query.score(product, half),
            )),
        }
    }

    /// Multiplies the rows of the batch with the query.
    fn multiply_batch(&mut self) {
        let scratch = &mut *self.scratch;
        let (query, batch, products) = (&scratch.query, &scratch.batch, &mut scratch.products);
        let (pager, gathered) = (&mut self.pager, &mut scratch.gathered);
        let stride = pad_dim(self.segment.shape.dim);
        products.resize(batch.len(), 0);
        match &self.segment.coarse {
            Some(coarse) => {
                let (rows, at) = coarse.matrix.rows(batch, stride / 2, pager, gathered);
                Kernels::active().dot_halved(rows, at, query.codes(), products);
            }
            None => {
                let (rows, at) = self.segment.matrix.rows(batch, stride, pager, gathered);
                Kernels::active().dot_rows(rows, at, query.codes(), products);
            }
        }
        self.stats.visited += batch.len();
    }
}

/// Entries of scored rows. There are no halves but under L2.
#[inline(always)]
fn entries(
    positions: &[u32],
    products: &[i32],
    halves: &[f32],
    matches: impl Fn(u32) -> bool,
    score: impl Fn(i32, f32) -> Score,
) -> impl Iterator<Item = Entry> {
    (positions.iter().zip(products)).map(move |(&position, &product)| {
        let half = halves.get(position as usize).copied().unwrap_or(0.0);
        Entry::new(score(product, half), position, matches(position))
    })
}
