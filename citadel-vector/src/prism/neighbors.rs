//! Near neighbours of every representative, computed directly: tiles of code products, cluster against cluster.
//!
//! Representatives in locality order are cut into clusters of equal size. Each cluster is compared with whole clusters, nearest
//! first, until `scope` rows were seen; for a segment of at most that many rows the neighbours are exact. A cluster is one task:
//! its outcome depends on nothing but the rows.

use rayon::prelude::*;

use crate::kernel::{
    AlignedBytes, BIAS, Kernels, TILE_LEFT, TILE_RIGHT, TileKeys, TileLeft, TileRight, pack_panel,
    signed,
};

use super::config::BuildError;
use super::matrix::Space;
use super::pool::Entry;
use crate::quantize::Score;

/// Rows of a cluster: whole tiles on both sides.
const CLUSTER: usize = TILE_LEFT * TILE_RIGHT * 5;
/// Panels compared at a time with a whole cluster, so that they stay in the second-level cache.
const CHUNK: usize = 48;

/// Representatives, packed for tiles.
pub(super) struct Neighbors<'a> {
    space: &'a Space,
    /// Representatives in locality order.
    rows: &'a [u32],
    panels: AlignedBytes,
    halves: Vec<[f32; TILE_RIGHT]>,
    extras: Vec<[f32; TILE_RIGHT]>,
    centers: Vec<Vec<f32>>,
    scope: usize,
    beam: usize,
}

impl<'a> Neighbors<'a> {
    /// Packs the representatives.
    pub(super) fn new(space: &'a Space, rows: &'a [u32], beam: usize, scope: usize) -> Self {
        let panel_len = space.matrix.stride() * TILE_RIGHT;
        let count = rows.len().div_ceil(TILE_RIGHT);
        let mut panels = AlignedBytes::filled(count * panel_len, 0);
        let mut halves = vec![[f32::INFINITY; TILE_RIGHT]; count];
        let mut extras = vec![[0.0; TILE_RIGHT]; count];
        panels
            .as_mut_slice()
            .par_chunks_mut(panel_len)
            .zip(rows.par_chunks(TILE_RIGHT))
            .for_each(|(panel, rows)| {
                pack_panel(rows.iter().map(|&row| space.matrix.row(row)), panel);
            });
        for (index, &row) in rows.iter().enumerate() {
            let (panel, lane) = (index / TILE_RIGHT, index % TILE_RIGHT);
            let extra = space.extras[row as usize];
            halves[panel][lane] = (space.lengths[row as usize] as f32 + extra * extra) * 0.5;
            extras[panel][lane] = extra;
        }
        let centers = rows
            .par_chunks(CLUSTER)
            .map(|rows| center(space, rows))
            .collect();
        Self {
            space,
            rows,
            panels,
            halves,
            extras,
            centers,
            scope,
            beam,
        }
    }

    /// Calls `visit` with each cluster's rows and their near neighbours, in parallel; the results are in cluster order.
    pub(super) fn for_each_cluster<R: Send>(
        &self,
        visit: impl Fn(&[u32], &mut [Nearest]) -> Result<R, BuildError> + Sync,
    ) -> Result<Vec<R>, BuildError> {
        (0..self.centers.len())
            .into_par_iter()
            .map(|cluster| {
                let rows = self.cluster(cluster);
                let mut nearest = self.nearest(cluster);
                visit(rows, &mut nearest)
            })
            .collect()
    }

    fn cluster(&self, cluster: usize) -> &'a [u32] {
        let start = cluster * CLUSTER;
        &self.rows[start..(start + CLUSTER).min(self.rows.len())]
    }

    /// The near neighbours of each row of a cluster.
    fn nearest(&self, cluster: usize) -> Vec<Nearest> {
        let rows = self.cluster(cluster);
        let mut blocks: Vec<Block> = rows
            .chunks(TILE_LEFT)
            .map(|rows| Block::new(self.space, rows, self.beam))
            .collect();
        for other in self.clusters_near(cluster) {
            let panels = CLUSTER / TILE_RIGHT;
            let first = other * panels;
            let last = (first + panels).min(self.halves.len());
            for start in (first..last).step_by(CHUNK) {
                for block in &mut blocks {
                    for panel in start..(start + CHUNK).min(last) {
                        self.compare(block, panel);
                    }
                }
            }
        }
        blocks.into_iter().flat_map(|block| block.nearest).collect()
    }

    /// Clusters to compare with: nearest first, itself at the front, as many as hold `scope` rows.
    fn clusters_near(&self, cluster: usize) -> Vec<usize> {
        let own = &self.centers[cluster];
        let mut others: Vec<(f32, usize)> = (self.centers.iter().enumerate())
            .map(|(index, center)| {
                let squared: f32 = (own.iter().zip(center))
                    .map(|(a, b)| (a - b) * (a - b))
                    .sum();
                (if index == cluster { -1.0 } else { squared }, index)
            })
            .collect();
        others.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        others.truncate(self.scope.div_ceil(CLUSTER).max(1));
        others.into_iter().map(|(_, index)| index).collect()
    }

    /// Compares one block of rows with one panel.
    fn compare(&self, block: &mut Block, panel: usize) {
        let panel_len = self.space.matrix.stride() * TILE_RIGHT;
        let left = TileLeft {
            codes: &block.codes,
            starts: &block.starts,
            extras: &block.extras,
            thresholds: &block.thresholds,
        };
        let right = TileRight {
            panel: &self.panels.as_slice()[panel * panel_len..][..panel_len],
            halves: &self.halves[panel],
            extras: &self.extras[panel],
        };
        Kernels::active().tile(&left, &right, &mut block.keys);
        for row in 0..block.nearest.len() {
            let mut below = block.keys.below[row];
            while below != 0 {
                let lane = below.trailing_zeros() as usize;
                below &= below - 1;
                let position = self.rows[panel * TILE_RIGHT + lane];
                let key = Score::new(block.keys.keys[row][lane]);
                if block.nearest[row].offer(key, position) {
                    block.thresholds[row] = block.nearest[row].threshold();
                }
            }
        }
    }
}

/// The mean of a cluster, in steps.
fn center(space: &Space, rows: &[u32]) -> Vec<f32> {
    let mut sums = vec![0i64; space.matrix.stride()];
    for &row in rows {
        for (sum, &code) in sums.iter_mut().zip(space.matrix.row(row)) {
            *sum += i64::from(code) - i64::from(BIAS);
        }
    }
    sums.into_iter()
        .map(|sum| sum as f32 / rows.len() as f32)
        .collect()
}

/// The rows of one left side, with what they found so far.
struct Block {
    codes: Vec<i8>,
    starts: [i32; TILE_LEFT],
    extras: [f32; TILE_LEFT],
    thresholds: [f32; TILE_LEFT],
    nearest: Vec<Nearest>,
    keys: TileKeys,
}

impl Block {
    fn new(space: &Space, rows: &[u32], beam: usize) -> Self {
        let stride = space.matrix.stride();
        let mut block = Self {
            codes: vec![0; stride * TILE_LEFT],
            starts: [0; TILE_LEFT],
            extras: [0.0; TILE_LEFT],
            // Rows that are missing find nothing: no key is below minus infinity.
            thresholds: [f32::NEG_INFINITY; TILE_LEFT],
            nearest: Vec::with_capacity(rows.len()),
            keys: TileKeys::new(),
        };
        for (index, &row) in rows.iter().enumerate() {
            let codes = &mut block.codes[index * stride..][..stride];
            signed(space.matrix.row(row), codes);
            let sum: i32 = codes.iter().map(|&code| i32::from(code)).sum();
            block.starts[index] = -sum * i32::from(BIAS);
            block.extras[index] = space.extras[row as usize];
            block.thresholds[index] = f32::INFINITY;
            block.nearest.push(Nearest::new(row, beam));
        }
        block
    }
}

/// The nearest rows of one row, found so far.
pub(super) struct Nearest {
    owner: u32,
    beam: usize,
    found: Vec<Entry>,
    /// The greatest of the kept entries, once there are enough.
    worst: Entry,
}

impl Nearest {
    fn new(owner: u32, beam: usize) -> Self {
        Self {
            owner,
            beam,
            found: Vec::with_capacity(2 * beam),
            worst: Entry::MAX,
        }
    }

    /// Offers a row; tells whether the threshold changed.
    fn offer(&mut self, key: Score, position: u32) -> bool {
        let entry = Entry::new(key, position, true);
        if position == self.owner || entry > self.worst {
            return false;
        }
        self.found.push(entry);
        if self.found.len() < 2 * self.beam {
            return false;
        }
        self.settle();
        true
    }

    /// Keeps the nearest only.
    fn settle(&mut self) {
        if self.found.len() > self.beam {
            self.found.select_nth_unstable(self.beam - 1);
            self.found.truncate(self.beam);
        }
        if self.found.len() == self.beam
            && let Some(&worst) = self.found.iter().max()
        {
            self.worst = worst;
        }
    }

    /// The key from which on rows are not near enough. Ties with the worst may still enter, by position.
    fn threshold(&self) -> f32 {
        self.worst.score().get().next_up()
    }

    /// The near neighbours, in any order that depends on nothing but the rows.
    pub(super) fn positions(&mut self, out: &mut Vec<u32>) {
        self.settle();
        self.found.sort_unstable();
        out.clear();
        out.extend(self.found.iter().map(|entry| entry.position()));
    }
}
