//! The record of what was asked of a disk, and what of it is on the medium at each place.

use std::sync::Arc;

use super::image::Image;

/// One operation, in the order of issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Bytes at an offset.
    Write {
        /// Where.
        offset: usize,
        /// What.
        bytes: Arc<[u8]>,
    },
    /// A new length.
    SetLen(usize),
    /// The file gets its name, durably.
    Publish,
    /// All before operation `from`, at which the sync began, is durable.
    Sync {
        /// The first operation that it does not promise.
        from: usize,
    },
    /// A sync failed. What was under way will never be written.
    SyncFailed {
        /// Which of the writes under way had reached the medium.
        arrived: Arc<[bool]>,
        /// What reads see from here on.
        reads: AfterFailure,
    },
    /// The workload begins to make state `n` durable: from here on a crash may show it.
    Attempt(usize),
    /// The workload was told that state `n` is durable: from here on a crash must not lose it.
    Acknowledge(usize),
    /// A mark that means nothing any more.
    Blank,
}

impl Operation {
    /// Whether it changes the medium.
    pub fn changes(&self) -> bool {
        matches!(self, Operation::Write { .. } | Operation::SetLen(_))
    }

    /// Carries it out on the bytes of a medium.
    pub(super) fn apply(&self, medium: &mut Image) {
        match self {
            Operation::Write { offset, bytes } => medium.write_at(*offset, bytes),
            Operation::SetLen(len) => medium.set_len(*len),
            Operation::Publish => medium.set_partial(false),
            _ => {}
        }
    }
}

/// What reads see after a failed sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// What was written, as if it were clean.
    Written,
    /// What is on the medium.
    Medium,
}

/// All operations of a run, over a medium that held something when it began.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub(super) initial: Image,
    pub(super) operations: Vec<Operation>,
}

impl Trace {
    /// How many operations there are. A crash may happen before each and after the last.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// How many states were attempted.
    pub(super) fn attempts(&self) -> usize {
        let attempt = |operation: &&Operation| matches!(operation, Operation::Attempt(_));
        self.operations.iter().filter(attempt).count()
    }

    /// Whether something was written after the newest state was attempted.
    pub(super) fn is_newest_attempt_written(&self) -> bool {
        let newest = self.operations.iter().rev();
        let mut after = newest.take_while(|o| !matches!(o, Operation::Attempt(_)));
        after.any(Operation::changes)
    }

    /// Whether a crash before operation `at` can differ from one before its neighbour.
    pub fn is_boundary(&self, at: usize) -> bool {
        self.operations.get(at).is_none_or(|operation| {
            !matches!(
                operation,
                Operation::Attempt(_) | Operation::Acknowledge(_) | Operation::Blank
            )
        })
    }

    /// The same up to operation `at`, without the marks of the workload: a machine that goes on after the workload's
    /// process died there.
    pub fn until(&self, at: usize) -> Self {
        let unmarked = |operation: &Operation| match operation {
            // The others keep their numbers.
            Operation::Attempt(_) | Operation::Acknowledge(_) => Operation::Blank,
            other => other.clone(),
        };
        let operations: Vec<Operation> = self.operations[..at].iter().map(unmarked).collect();
        Self {
            initial: self.initial.clone(),
            operations,
        }
    }

    /// The disk before the first operation.
    pub fn start(&self) -> Moment<'_> {
        Moment {
            trace: self,
            at: 0,
            durable: self.initial.clone(),
            visible: self.initial.clone(),
            pending: Vec::new(),
            acknowledged: None,
            attempted: None,
        }
    }

    /// The disk before operation `at`.
    pub fn moment(&self, at: usize) -> Moment<'_> {
        let mut moment = self.start();
        while moment.at < at && moment.advance() {}
        moment
    }
}

/// A disk at one place of a trace.
#[derive(Clone, Debug)]
pub struct Moment<'t> {
    trace: &'t Trace,
    at: usize,
    durable: Image,
    visible: Image,
    /// Numbers of the operations under way, in order.
    pending: Vec<usize>,
    acknowledged: Option<usize>,
    attempted: Option<usize>,
}

impl<'t> Moment<'t> {
    /// The number of the operation that comes next.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What is durable for certain.
    pub fn durable(&self) -> &Image {
        &self.durable
    }

    /// What reads see.
    pub fn visible(&self) -> &Image {
        &self.visible
    }

    /// What is under way, in order.
    pub fn pending(&self) -> Vec<&'t Operation> {
        let operation = |at: &usize| &self.trace.operations[*at];
        self.pending.iter().map(operation).collect()
    }

    /// The newest state that was acknowledged, and the newest that was attempted.
    pub fn promised(&self) -> Promised {
        Promised {
            acknowledged: self.acknowledged,
            attempted: self.attempted,
        }
    }

    /// Goes past the next operation; false at the end.
    pub fn advance(&mut self) -> bool {
        let Some(operation) = self.trace.operations.get(self.at) else {
            return false;
        };
        match operation {
            Operation::Blank => {}
            Operation::Write { .. } | Operation::SetLen(_) => {
                operation.apply(&mut self.visible);
                self.pending.push(self.at);
            }
            Operation::Publish => {
                self.durable.set_partial(false);
                self.visible.set_partial(false);
            }
            Operation::Sync { from } => self.settle(|at, _| at < *from, |at| at < *from),
            Operation::SyncFailed { arrived, reads } => {
                self.settle(|_, nth| arrived.get(nth) == Some(&true), |_| true);
                if *reads == AfterFailure::Medium {
                    self.visible = self.durable.clone();
                }
            }
            Operation::Attempt(n) => self.attempted = self.attempted.max(Some(*n)),
            Operation::Acknowledge(n) => self.acknowledged = self.acknowledged.max(Some(*n)),
        }
        self.at += 1;
        true
    }

    /// Puts operations under way on the medium where `arrives` (by number and by place in the queue), and forgets those
    /// that are `over`.
    fn settle(&mut self, arrives: impl Fn(usize, usize) -> bool, over: impl Fn(usize) -> bool) {
        for (nth, at) in self.pending.iter().enumerate() {
            if arrives(*at, nth) {
                self.trace.operations[*at].apply(&mut self.durable);
            }
        }
        self.pending.retain(|at| !over(*at));
    }
}

/// Which states a crash may show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Promised {
    /// The newest state that was reported durable: no older one may be there.
    pub acknowledged: Option<usize>,
    /// The newest state whose commit had begun: no newer one can be there.
    pub attempted: Option<usize>,
}

impl Promised {
    /// The numbers of the states that may be there, of `count` in all.
    pub fn range(&self, count: usize) -> std::ops::Range<usize> {
        let oldest = self.acknowledged.unwrap_or(0);
        let newest = self.attempted.unwrap_or(0).max(oldest);
        oldest.min(count)..(newest + 1).min(count)
    }
}
