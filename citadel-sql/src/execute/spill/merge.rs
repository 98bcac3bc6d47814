//! Runs that are in order, as one.

use std::cmp::Ordering;

use super::{PIECES_AT_HAND, Run, RunWriter, Spill};
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::sort::{Key, compare};

/// Gives the rows of several runs in order. Rows that are alike come from the older run first.
pub(in crate::execute) struct Merge {
    keys: Vec<Key>,
    sources: Vec<Source>,
    /// Sources that have rows, as a heap: each comes before those at `2n + 1` and `2n + 2`.
    heap: Vec<usize>,
    /// Rows of one source that come next.
    picked: Vec<u32>,
}

struct Source {
    run: Run,
    rows: Batch,
    at: usize,
}

impl Merge {
    /// Merges runs, oldest first; in several steps where they are too many to be read at once.
    pub(in crate::execute) fn new(
        keys: &[Key],
        mut runs: Vec<Run>,
        spill: &Spill,
        context: &ExecContext<'_>,
    ) -> Result<Self> {
        while runs.len() > PIECES_AT_HAND {
            let rest = runs.split_off(PIECES_AT_HAND);
            let mut merge = Self::of(keys, runs)?;
            let mut merged = RunWriter::new(spill);
            let mut batch = Batch::default();
            while merge.next(&mut batch, BATCH_ROWS)? {
                context.check_interrupt()?;
                let all: Vec<u32> = (0..).take(batch.rows).collect();
                merged.push(&batch, &all)?;
            }
            runs = vec![merged.finish()?];
            runs.extend(rest);
        }
        Self::of(keys, runs)
    }

    fn of(keys: &[Key], runs: Vec<Run>) -> Result<Self> {
        let mut merge = Self {
            keys: keys.to_vec(),
            sources: Vec::with_capacity(runs.len()),
            heap: Vec::new(),
            picked: Vec::new(),
        };
        for mut run in runs {
            let mut rows = Batch::default();
            if run.next(&mut rows)? {
                merge.heap.push(merge.sources.len());
                merge.sources.push(Source { run, rows, at: 0 });
            }
        }
        for at in (0..merge.heap.len() / 2).rev() {
            merge.sink(at);
        }
        Ok(merge)
    }

    /// The next rows, at most so many. False: there are none.
    pub(in crate::execute) fn next(&mut self, out: &mut Batch, wanted: usize) -> Result<bool> {
        out.clear();
        while out.rows < wanted
            && let Some(&first) = self.heap.first()
        {
            self.pick(first, wanted - out.rows);
            let source = &mut self.sources[first];
            out.append_rows(&source.rows, &self.picked)?;
            if source.at == source.rows.rows {
                source.at = 0;
                if !source.run.next(&mut source.rows)? {
                    self.heap.swap_remove(0);
                }
            }
            self.sink(0);
        }
        Ok(out.rows > 0)
    }

    /// Takes rows of the first source for as long as it is the first.
    fn pick(&mut self, first: usize, most: usize) {
        self.picked.clear();
        loop {
            let source = &mut self.sources[first];
            self.picked.push(source.at as u32);
            source.at += 1;
            let goes_on = self.picked.len() < most && source.at < source.rows.rows;
            if !goes_on || !self.is_first(first) {
                return;
            }
        }
    }

    /// Whether what is at the top of the heap still belongs there.
    fn is_first(&self, top: usize) -> bool {
        let below = self.heap.iter().skip(1).take(2);
        below.into_iter().all(|&other| self.precedes(top, other))
    }

    fn precedes(&self, a: usize, b: usize) -> bool {
        let (left, right) = (&self.sources[a], &self.sources[b]);
        match compare(&self.keys, (&left.rows, left.at), (&right.rows, right.at)) {
            Ordering::Less => true,
            Ordering::Equal => a < b,
            Ordering::Greater => false,
        }
    }

    /// Lets an entry of the heap down to where it belongs.
    fn sink(&mut self, mut at: usize) {
        loop {
            let below = [2 * at + 1, 2 * at + 2].into_iter();
            let below = below.filter(|&below| below < self.heap.len());
            let least = below.reduce(|a, b| match self.precedes(self.heap[a], self.heap[b]) {
                true => a,
                false => b,
            });
            match least {
                Some(least) if self.precedes(self.heap[least], self.heap[at]) => {
                    self.heap.swap(at, least);
                    at = least;
                }
                _ => return,
            }
        }
    }
}
