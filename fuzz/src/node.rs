//! Any bytes as a tree node, below the seal that keeps them out of a real file.

use crate::template::{self, PAGE_BYTES};

/// Runs one input.
pub fn run(bytes: &[u8]) {
    citadel_txn::fuzzing::node(bytes);
}

/// Leaves and branches of a small file.
pub fn seeds() -> Vec<Vec<u8>> {
    let file = template::closed();
    let nodes = file.chunks_exact(PAGE_BYTES).skip(48).filter(|page| {
        // Level, a reserved zero, and a plausible count.
        page[0] < 3 && page[1] == 0 && (1..60).contains(&page[2]) && page[3] == 0
    });
    nodes
        .step_by(5)
        .take(8)
        .map(|page| page[..PAGE_BYTES - 40].to_vec())
        .collect()
}
