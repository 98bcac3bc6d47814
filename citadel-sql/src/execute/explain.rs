//! Measuring operators for EXPLAIN ANALYZE.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use crate::batch::Batch;
use crate::error::Result;
use crate::plan::{NodeMeasure, PhysicalPlan};
use crate::store::RowIdRange;

/// What was measured so far of each node, in the order in which EXPLAIN prints them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    nodes: Arc<Mutex<Vec<NodeMeasure>>>,
    /// The next of the places that were kept; `None`: there is always one more at the end.
    kept: Cell<Option<usize>>,
}

impl Profile {
    /// A place for the next node.
    pub(super) fn enter(&self) -> usize {
        if let Some(place) = self.kept.get() {
            self.kept.set(Some(place + 1));
            return place;
        }
        self.change(|nodes| {
            nodes.push(NodeMeasure::default());
            nodes.len() - 1
        })
    }

    /// Keeps places for the nodes of a plan whose operators are made later, perhaps more than once.
    pub(super) fn keep(&self, plan: &PhysicalPlan) -> Self {
        let first = self.enter();
        for input in plan.inputs() {
            self.keep(input);
        }
        Self {
            nodes: Arc::clone(&self.nodes),
            kept: Cell::new(Some(first)),
        }
    }

    /// The operator, measured.
    pub(super) fn measured(&self, slot: usize, inner: BoxedOperator) -> BoxedOperator {
        Box::new(Measured {
            inner,
            slot,
            profile: self.clone(),
        })
    }

    /// What was measured.
    pub(super) fn take(&self) -> Vec<NodeMeasure> {
        self.change(std::mem::take)
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Vec<NodeMeasure>) -> T) -> T {
        change(&mut self.nodes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Measured {
    inner: BoxedOperator,
    slot: usize,
    profile: Profile,
}

impl Operator for Measured {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        let start = Instant::now();
        let more = self.inner.next(context, out, wanted);
        let time = start.elapsed();
        let report = self.inner.report();
        self.profile.change(|nodes| {
            let node = &mut nodes[self.slot];
            node.time += time;
            node.report = report;
            if let Ok(true) = more {
                node.rows += out.rows as u64;
                node.batches += 1;
            }
        });
        more
    }

    fn rewind(&mut self) -> bool {
        self.inner.rewind()
    }

    fn span(&self) -> Option<RowIdRange> {
        self.inner.span()
    }

    /// What the parts give and take is added up.
    fn part(&self, rows: RowIdRange) -> Option<BoxedOperator> {
        let part = self.inner.part(rows)?;
        Some(self.profile.measured(self.slot, part))
    }
}
