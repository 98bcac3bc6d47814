//! One query run for many sets of parameters, all in one snapshot.
//!
//! Where the plan is an exact vector search, and the sets agree in what its WHERE clause reads, a block of queries shares one
//! pass over the rows: each stored vector is measured against all of them while it is at hand. Any other plan runs set by
//! set, a vector index with one walk each. Blocks run on as many threads as the session allows where the transaction only
//! reads; a block on one of several threads runs on that one alone.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;

use citadel_txn::ReadTxn;

use super::context::{ExecContext, Surroundings, Txn};
use super::execution::Execution;
use super::interrupt::Interrupt;
use super::vector;
use crate::ann::{BuildProgress, SegmentCache};
use crate::batch::Batch;
use crate::error::Result;
use crate::lake::LakeUse;
use crate::plan::vector::VectorTopK;
use crate::plan::{PhysicalPlan, Plan};
use crate::schema::AnnSettings;
use crate::types::Value;

/// The most queries that share a pass: their vectors stay in the core's cache beside the rows.
const BLOCK_MAX: usize = 32;

/// A query to be run for many sets of parameters.
pub(crate) struct Many<'a> {
    pub(crate) plan: &'a Arc<Plan>,
    /// Each of its places' types.
    pub(crate) sets: &'a [Vec<Value>],
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) segments: &'a SegmentCache,
    pub(crate) ann: AnnSettings,
    /// Bytes of memory that an operator may hold rows in.
    pub(crate) memory: usize,
    pub(crate) lake: LakeUse<'a>,
    /// The most threads that all of it may run on.
    pub(crate) threads: usize,
}

impl Many<'_> {
    /// The rows for each set, in the order of the sets.
    ///
    /// # Errors
    /// Those of the first set that fails.
    pub(crate) fn run(&self, txn: Txn<'_>) -> Result<Vec<Vec<Batch>>> {
        match txn {
            Txn::Read(txn) if self.threads > 1 && self.sets.len() > 1 => self.run_on_threads(txn),
            mut txn => {
                let mut given = Vec::with_capacity(self.sets.len());
                for block in self.sets.chunks(self.block_len(1)) {
                    given.extend(self.run_block(&mut txn, block, self.threads)?);
                }
                Ok(given)
            }
        }
    }

    /// Threads of its own, not those of a pool: a job of a pool may be put upon one that waits for it.
    fn run_on_threads(&self, txn: &ReadTxn) -> Result<Vec<Vec<Batch>>> {
        let blocks: Vec<_> = self.sets.chunks(self.block_len(self.threads)).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(block) = blocks.get(at) else {
                    return done;
                };
                let given = self.run_block(&mut Txn::Read(txn), block, 1);
                if given.is_err() {
                    // Blocks are taken in order: those before this one are on their way.
                    next.store(blocks.len(), Ordering::Relaxed);
                }
                done.push((at, given));
            }
        };
        let mut done = std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..self.threads.min(blocks.len()))
                // Where a thread cannot be had, the others do the work.
                .filter_map(|_| Builder::new().spawn_scoped(scope, work).ok())
                .collect();
            let mut done = work();
            for helper in helpers {
                done.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            done
        });
        done.sort_unstable_by_key(|(at, _)| *at);
        let mut given = Vec::with_capacity(self.sets.len());
        for (_, block) in done {
            given.extend(block?);
        }
        Ok(given)
    }

    /// How many sets run together.
    fn block_len(&self, threads: usize) -> usize {
        match self.shared() {
            Some(_) => self.sets.len().div_ceil(threads.max(1)).clamp(1, BLOCK_MAX),
            None => 1,
        }
    }

    /// The part of the plan that one pass over the rows answers for several sets.
    fn shared(&self) -> Option<&VectorTopK> {
        let search = exact_search(&self.plan.root)?;
        let agree = |pair: &[Vec<Value>]| search.filter_agrees(&pair[0], &pair[1]);
        self.sets.windows(2).all(agree).then_some(search)
    }

    fn run_block(
        &self,
        txn: &mut Txn<'_>,
        sets: &[Vec<Value>],
        threads: usize,
    ) -> Result<Vec<Vec<Batch>>> {
        let mut found = Vec::new();
        if let (Some(search), Some(first)) = (self.shared(), sets.first()) {
            let context = &mut self.context(txn, first, threads);
            found = vector::search_together(search, sets, context)?;
        }
        let mut found = found.into_iter();
        let mut given = Vec::with_capacity(sets.len());
        for params in sets {
            let mut execution = match found.next() {
                Some(found) => Execution::start_with(self.plan, params, found)?,
                None => Execution::start(self.plan, params)?,
            };
            let context = &mut self.context(txn, params, threads);
            let mut batches = Vec::new();
            while let Some(batch) = execution.next(context)? {
                batches.push(batch);
            }
            given.push(batches);
        }
        Ok(given)
    }

    fn context<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        params: &'a [Value],
        threads: usize,
    ) -> ExecContext<'a> {
        let txn = match txn {
            Txn::Read(txn) => Txn::Read(txn),
            Txn::Write(txn) => Txn::Write(txn),
            Txn::View(view) => Txn::View(*view),
        };
        let around = Surroundings {
            interrupt: self.interrupt,
            segments: self.segments,
            progress: BuildProgress::default(),
            ann: self.ann,
            memory: self.memory,
            lake: self.lake,
            threads,
            listener: None,
        };
        ExecContext::new(txn, params, around)
    }
}

/// The exact vector search of a plan, if it has exactly one.
fn exact_search(plan: &PhysicalPlan) -> Option<&VectorTopK> {
    if let PhysicalPlan::VectorTopKPlan(search) = plan {
        return Some(search);
    }
    let mut found = plan.inputs().into_iter().filter_map(exact_search);
    match (found.next(), found.next()) {
        (Some(search), None) => Some(search),
        _ => None,
    }
}
