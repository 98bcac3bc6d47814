//! Makes every row reachable from the entries: bridges to what pruning cut off, chains of repeats, random links.

use super::graph::{Graph, NONE};
use super::layout::Repeats;

/// Links of a representative beyond those that pruning chose: one to a repeat, the rest bridges and random links. With two of
/// them every representative has room for a bridge.
pub(super) const EXTRA_LINKS: usize = 2;

/// Rows from which walks start: spread evenly over the representatives in locality order.
pub(super) fn entries(representatives: &[u32]) -> Vec<u32> {
    const ROWS_PER_ENTRY: usize = 512;
    const FEWEST: usize = 16;
    const MOST: usize = 512;
    let count = (representatives.len() / ROWS_PER_ENTRY)
        .clamp(FEWEST, MOST)
        .min(representatives.len());
    (0..count)
        .map(|index| representatives[(2 * index + 1) * representatives.len() / (2 * count)])
        .collect()
}

/// Links each representative to its first repeat, and each repeat to the next.
pub(super) fn chain_repeats(graph: &mut Graph, repeats: &Repeats) {
    for (position, &next) in repeats.next.iter().enumerate() {
        if next != NONE {
            graph.add(position as u32, next);
        }
    }
}

/// Adds links until every row is reachable. Each representative has at least one free place for a link when this begins, so
/// whatever is reached can be linked from.
pub(super) fn bridge(graph: &mut Graph, entries: &[u32], representatives: &[u32]) {
    let mut reach = Reach {
        reached: vec![false; graph.rows()],
        open: Vec::new(),
    };
    for &entry in entries {
        reach.from(graph, entry);
    }
    let mut missing: Vec<u32> = representatives.to_vec();
    loop {
        missing.retain(|&row| !reach.reached[row as usize]);
        if missing.is_empty() {
            return;
        }
        let mut bridged = false;
        for &row in &missing {
            if reach.reached[row as usize] {
                continue;
            }
            // A row that it would link to itself is near it.
            let near = graph.links(row).iter().copied();
            let from: Vec<u32> = near.filter(|&near| reach.reached[near as usize]).collect();
            if from.into_iter().any(|from| graph.add(from, row)) {
                reach.from(graph, row);
                bridged = true;
            }
        }
        if !bridged {
            bridge_anywhere(graph, &mut reach, missing[0]);
        }
    }
}

/// Links to a row from the nearest position that is reached and has room.
fn bridge_anywhere(graph: &mut Graph, reach: &mut Reach, row: u32) {
    let below = (0..row).rev();
    let above = row + 1..graph.rows() as u32;
    let from = below
        .chain(above)
        .find(|&from| reach.reached[from as usize] && graph.add(from, row));
    assert!(from.is_some(), "some reached row has room for a link");
    reach.from(graph, row);
}

/// What can be reached so far.
struct Reach {
    reached: Vec<bool>,
    open: Vec<u32>,
}

impl Reach {
    /// Adds everything that can be reached from a row.
    fn from(&mut self, graph: &Graph, row: u32) {
        self.visit(row);
        while let Some(row) = self.open.pop() {
            for &link in graph.links(row) {
                self.visit(link);
            }
        }
    }

    fn visit(&mut self, row: u32) {
        if !std::mem::replace(&mut self.reached[row as usize], true) {
            self.open.push(row);
        }
    }
}

/// Adds random links wherever there is room.
pub(super) fn link_randomly(graph: &mut Graph, representatives: &[u32], seed: u64) {
    for &row in representatives {
        for attempt in 0..EXTRA_LINKS as u64 {
            let random = mix(seed ^ (u64::from(row) << 8 | attempt));
            let to = representatives[(random % representatives.len() as u64) as usize];
            if to != row {
                graph.add(row, to);
            }
        }
    }
}

/// SplitMix64's finalizer.
fn mix(seed: u64) -> u64 {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ state >> 31
}
