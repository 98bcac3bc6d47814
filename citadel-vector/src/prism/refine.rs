//! A second look for near neighbours, by walking a first graph.
//!
//! In a large segment the clusters that a row was compared with may miss some of its neighbours, above all at a cluster's rim.
//! A walk from the row itself crosses such rims. Walks read a graph that does not change meanwhile, so the outcome does not
//! depend on the number of threads.

use super::graph::Graph;
use super::matrix::{From, Space};
use super::pool::{Entry, Pool};
use super::scratch::Visited;
use crate::quantize::Score;

/// Walks for near neighbours. Reusable; one for each thread.
pub(super) struct Refiner<'a> {
    space: &'a Space,
    graph: &'a Graph,
    entries: &'a [u32],
    beam: usize,
    from: From,
    pool: Pool,
    visited: Visited,
    batch: Vec<u32>,
    distances: Vec<f32>,
}

impl<'a> Refiner<'a> {
    /// A walker over a graph, which keeps `beam` rows in view.
    pub(super) fn new(space: &'a Space, graph: &'a Graph, entries: &'a [u32], beam: usize) -> Self {
        Self {
            space,
            graph,
            entries,
            beam,
            from: From::default(),
            pool: Pool::default(),
            visited: Visited::default(),
            batch: Vec::new(),
            distances: Vec::new(),
        }
    }

    /// Near neighbours of a row, without itself, in the place of what `found` held.
    pub(super) fn neighbors(&mut self, owner: u32, found: &mut Vec<u32>) {
        self.from.set(self.space, owner);
        self.visited.reset(self.space.matrix.rows());
        self.visited.insert(owner);
        self.pool.reset(self.beam, 0);
        self.score(self.entries.iter().copied());
        self.score(self.graph.links(owner).iter().copied());
        while let Some(position) = self.pool.expand_next() {
            self.score(self.graph.links(position).iter().copied());
        }
        found.clear();
        found.extend(self.pool.best(self.beam).map(|(_, entry)| entry.position()));
    }

    /// Scores rows that were not seen.
    fn score(&mut self, rows: impl Iterator<Item = u32>) {
        self.batch.clear();
        let visited = &mut self.visited;
        self.batch.extend(rows.filter(|&row| visited.insert(row)));
        self.distances.clear();
        self.from
            .squared_distances(self.space, &self.batch, &mut self.distances);
        for (&row, &distance) in self.batch.iter().zip(&self.distances) {
            self.pool
                .insert(Entry::new(Score::new(distance), row, true));
        }
    }
}
