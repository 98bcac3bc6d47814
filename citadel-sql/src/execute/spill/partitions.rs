//! Rows divided by the hash of a key, so that equal keys are in one part.

use super::{Run, RunWriter, Spill};
use crate::batch::{Batch, Column};
use crate::error::Result;
use crate::execute::row_keys::key_hash;

/// How many parts.
pub(in crate::execute) const PARTITIONS: usize = 16;

/// Rows that have been divided so often have one key, or hashes that are alike: they are held in memory, whatever they take.
pub(in crate::execute) const DEPTH_MAX: u32 = 8;

/// Divides rows into parts.
pub(in crate::execute) struct Partitions {
    parts: Vec<RunWriter>,
    /// How often the rows were divided before: each time by other bits of the hash.
    depth: u32,
    buffer: Vec<u8>,
    /// The rows of a batch that go to each part.
    rows: Vec<Vec<u32>>,
}

impl Partitions {
    pub(in crate::execute) fn new(spill: &Spill, depth: u32) -> Self {
        Self {
            parts: (0..PARTITIONS).map(|_| RunWriter::new(spill)).collect(),
            depth,
            buffer: Vec::new(),
            rows: vec![Vec::new(); PARTITIONS],
        }
    }

    /// Puts some rows of a batch where their keys belong.
    pub(in crate::execute) fn push(
        &mut self,
        batch: &Batch,
        keys: &[Column],
        rows: impl Iterator<Item = u32>,
    ) -> Result<()> {
        self.rows.iter_mut().for_each(Vec::clear);
        for row in rows {
            let hash = key_hash(keys, row as usize, self.depth, &mut self.buffer);
            self.rows[hash as usize % PARTITIONS].push(row);
        }
        for (part, rows) in self.parts.iter_mut().zip(&self.rows) {
            if !rows.is_empty() {
                part.push(batch, rows)?;
            }
        }
        Ok(())
    }

    /// All parts, empty ones too.
    pub(in crate::execute) fn finish(self) -> Result<Vec<Run>> {
        self.parts.into_iter().map(RunWriter::finish).collect()
    }
}
