//! Commits on their way to the medium.
//!
//! ```text
//!  the writer whose turn it is       all who wait for their commit
//!  seals and writes commit c   ──►   the first one becomes the leader: target = newest written
//!  c is the head; turn given up      one sync ──► published to readers ──► all up to the target return,
//!                                    and one who waits for a later commit leads the next sync
//! ```
//!
//! The next writer stands on the head, before it is durable. So while one sync is under way, further commits are written,
//! and the next sync is for all of them. Commits become durable in their order, since a sync that begins after a commit
//! was written covers it and all before it.
//!
//! What always holds:
//!
//! 1. `durable` never goes back, and is never newer than what was written before a sync began that has succeeded.
//! 2. A commit is published before anyone learns that it is durable.
//! 3. After a failed sync nothing becomes durable any more: everyone who waits gets an error.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use citadel_core::Generation;

use crate::error::Result;
use crate::sync::{AtomicBool, Condvar, Mutex, stay_awake};

/// Commits that may be unsynced before one that does not wait asks for a sync,
const UNSYNCED_COMMITS_MAX: u64 = 64;
/// and bytes.
const UNSYNCED_BYTES_MAX: u64 = 4 << 20;

/// What the pipeline must know of a commit.
pub(crate) trait Committed: Clone {
    /// Its number.
    fn generation(&self) -> Generation;
    /// The newest commit of which its record says that it is durable.
    fn vouches_for(&self) -> Generation;
}

/// What is known to be durable.
#[derive(Clone, Debug)]
pub(crate) struct Durable<S> {
    /// The newest commit that is.
    pub(crate) generation: Generation,
    /// The newest commit that recovery will know to be, whatever is lost that is not.
    pub(crate) vouched: Generation,
    /// That commit; none where the file was not closed and it is not at hand.
    pub(crate) commit: Option<S>,
}

/// The commits of an open database, from the one that is known to be durable to the one that was written last.
#[derive(Debug)]
pub(crate) struct Pipeline<S> {
    state: Mutex<State<S>>,
}

#[derive(Debug)]
struct State<S> {
    head: S,
    durable: Durable<S>,
    /// Whether someone leads a sync, or is about to.
    is_syncing: bool,
    /// How long the last sync took, and for how many commits it was.
    last_sync: Duration,
    last_group: u64,
    /// Those who wait for the end of a sync.
    waiting: Vec<Arc<Waiter>>,
    has_failed: bool,
    unsynced_commits: u64,
    unsynced_bytes: u64,
}

impl<S: Committed> Pipeline<S> {
    /// The pipeline of a database whose newest commit is `head`, of which so much is durable.
    pub(crate) fn new(head: S, durable: Durable<S>) -> Self {
        Self {
            state: Mutex::new(State {
                head,
                durable,
                is_syncing: false,
                last_sync: Duration::ZERO,
                last_group: 0,
                waiting: Vec::new(),
                has_failed: false,
                unsynced_commits: 0,
                unsynced_bytes: 0,
            }),
        }
    }

    /// The commit that was written last: the next one stands on it.
    pub(crate) fn head(&self) -> S {
        self.state.lock().head.clone()
    }

    /// What is known to be durable.
    pub(crate) fn durable(&self) -> Durable<S> {
        self.state.lock().durable.clone()
    }

    /// Makes a commit the head, which was written with so many bytes. Only by the writer whose turn it is.
    pub(crate) fn wrote(&self, head: S, bytes: u64) {
        let mut state = self.state.lock();
        state.head = head;
        state.unsynced_commits += 1;
        state.unsynced_bytes += bytes;
    }

    /// Whether so much was written that someone should see to a sync.
    pub(crate) fn is_sync_due(&self) -> bool {
        let state = self.state.lock();
        !state.is_syncing
            && (state.unsynced_commits >= UNSYNCED_COMMITS_MAX
                || state.unsynced_bytes >= UNSYNCED_BYTES_MAX)
    }

    /// Returns when this commit is durable: after a sync of one's own, or of someone else. Before a sync of one's own,
    /// `gather` lets others finish what they write, for no longer than it is told.
    ///
    /// # Errors
    /// What the sync says; that another sync has failed.
    pub(crate) fn wait(
        &self,
        generation: Generation,
        gather: impl Fn(Duration),
        sync: impl Fn() -> Result<()>,
        publish: impl Fn(&S),
    ) -> Result<()> {
        let mut state = self.state.lock();
        if let Some(outcome) = state.outcome(generation) {
            return outcome;
        }
        if std::mem::replace(&mut state.is_syncing, true) {
            let is_next = state.waiting.is_empty();
            let waiter = Arc::new(Waiter::new(generation));
            state.waiting.push(Arc::clone(&waiter));
            drop(state);
            match waiter.wait(is_next) {
                Call::Durable => return Ok(()),
                Call::Failed => return Err(citadel_core::Error::Poisoned.into()),
                Call::Lead => state = self.state.lock(),
            }
        }
        let patience = state.patience();
        drop(state);
        if let Some(patience) = patience {
            gather(patience);
        }
        self.lead(&sync, &publish)
    }

    /// Syncs for all that was written so far, and hands the lead on.
    fn lead(&self, sync: &impl Fn() -> Result<()>, publish: &impl Fn(&S)) -> Result<()> {
        let mut state = self.state.lock();
        let target = state.head.clone();
        state.last_group = state.unsynced_commits;
        state.unsynced_commits = 0;
        state.unsynced_bytes = 0;
        drop(state);
        let since = Instant::now();
        let synced = sync();
        let took = since.elapsed();
        if synced.is_ok() {
            publish(&target);
        }
        let mut state = self.state.lock();
        state.last_sync = took;
        match synced {
            Ok(()) => state.is_durable(target),
            Err(_) => state.has_failed = true,
        }
        let done = state.take_done();
        let next = match state.has_failed || state.waiting.is_empty() {
            true => None,
            false => Some(state.waiting.remove(0)),
        };
        state.is_syncing = next.is_some();
        drop(state);
        if let Some(next) = next {
            next.call(Call::Lead);
        }
        done.into_iter()
            .for_each(|(waiter, call)| waiter.call(call));
        synced
    }

    /// Notes that the head was synced by the writer whose turn it is, and published.
    pub(crate) fn head_is_durable(&self) {
        let mut state = self.state.lock();
        let head = state.head.clone();
        state.is_durable(head);
        let done = state.take_done();
        drop(state);
        done.into_iter()
            .for_each(|(waiter, call)| waiter.call(call));
    }
}

/// The part of the last sync that the leader of the next one waits for others.
const PATIENCE: u32 = 2;
/// How long the one who may lead the next sync stays awake for it: about as long as a sync of a good medium takes.
const AWAKE: Duration = Duration::from_micros(100);

/// Someone who waits for a commit while another leads a sync.
#[derive(Debug)]
struct Waiter {
    generation: Generation,
    call: Mutex<Option<Call>>,
    bell: Condvar,
    is_called: AtomicBool,
}

/// What a waiter learns.
#[derive(Clone, Copy, Debug)]
enum Call {
    /// Its commit is durable.
    Durable,
    /// A sync has failed.
    Failed,
    /// It is to lead a sync.
    Lead,
}

impl Waiter {
    fn new(generation: Generation) -> Self {
        Self {
            generation,
            call: Mutex::default(),
            bell: Condvar::new(),
            is_called: AtomicBool::new(false),
        }
    }

    fn wait(&self, awake: bool) -> Call {
        if awake {
            stay_awake(AWAKE, || self.is_called.load(Ordering::Acquire));
        }
        let mut call = self.call.lock();
        loop {
            match *call {
                Some(call) => return call,
                None => call = self.bell.wait(call),
            }
        }
    }

    fn call(&self, call: Call) {
        *self.call.lock() = Some(call);
        self.is_called.store(true, Ordering::Release);
        self.bell.notify_one();
    }
}

impl<S: Committed> State<S> {
    /// How long the leader of a sync may wait for others; not at all where the last one was for one commit alone.
    fn patience(&self) -> Option<Duration> {
        (self.last_group > 1).then(|| self.last_sync / PATIENCE)
    }

    /// What is known of a commit without waiting.
    fn outcome(&self, generation: Generation) -> Option<Result<()>> {
        match self.durable.generation >= generation {
            true => Some(Ok(())),
            false if self.has_failed => Some(Err(citadel_core::Error::Poisoned.into())),
            false => None,
        }
    }

    /// Those who need not wait any longer.
    fn take_done(&mut self) -> Vec<(Arc<Waiter>, Call)> {
        let (durable, has_failed) = (self.durable.generation, self.has_failed);
        let call = |waiter: &Arc<Waiter>| match waiter.generation <= durable {
            true => Some(Call::Durable),
            false => has_failed.then_some(Call::Failed),
        };
        let is_done = |waiter: &mut Arc<Waiter>| call(waiter).is_some();
        let done: Vec<_> = self.waiting.extract_if(.., is_done).collect();
        done.into_iter()
            .filter_map(|waiter| call(&waiter).map(|call| (waiter, call)))
            .collect()
    }

    fn is_durable(&mut self, commit: S) {
        if commit.generation() > self.durable.generation {
            self.durable = Durable {
                generation: commit.generation(),
                vouched: commit.vouches_for().max(self.durable.vouched),
                commit: Some(commit),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::error::Error;

    #[derive(Clone, Copy, Debug)]
    struct Number(u64);

    impl Committed for Number {
        fn generation(&self) -> Generation {
            Generation::new(self.0)
        }

        fn vouches_for(&self) -> Generation {
            Generation::new(self.0.saturating_sub(1))
        }
    }

    fn pipeline() -> Pipeline<Number> {
        let durable = Durable {
            generation: Generation::new(1),
            vouched: Generation::new(1),
            commit: Some(Number(1)),
        };
        Pipeline::new(Number(1), durable)
    }

    #[test]
    fn one_sync_is_for_all_that_was_written_before_it() {
        let pipeline = pipeline();
        let (syncs, published) = (AtomicU64::new(0), AtomicU64::new(0));
        let wait = |generation| {
            pipeline.wait(
                Generation::new(generation),
                |_| (),
                || {
                    syncs.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                },
                |commit| published.store(commit.0, Ordering::SeqCst),
            )
        };
        for number in 2..=9 {
            pipeline.wrote(Number(number), 100);
        }
        wait(3).unwrap();
        wait(9).unwrap();
        assert_eq!(syncs.load(Ordering::SeqCst), 1);
        assert_eq!(published.load(Ordering::SeqCst), 9);
        assert_eq!(pipeline.durable().vouched, Generation::new(8));
        pipeline.wrote(Number(10), 100);
        assert_eq!(pipeline.durable().generation, Generation::new(9));
        wait(10).unwrap();
        assert_eq!(syncs.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn commits_of_many_threads_share_syncs() {
        let pipeline = pipeline();
        let (turn, syncs) = (Mutex::new(1), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let mut turn = turn.lock();
                        *turn += 1;
                        let number = *turn;
                        pipeline.wrote(Number(number), 1);
                        drop(turn);
                        let sync = || {
                            syncs.fetch_add(1, Ordering::SeqCst);
                            std::thread::sleep(std::time::Duration::from_millis(1));
                            Ok(())
                        };
                        pipeline
                            .wait(Generation::new(number), |_| (), sync, |_| ())
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(pipeline.durable().generation, Generation::new(201));
        assert!(syncs.load(Ordering::SeqCst) < 150, "{syncs:?} syncs");
    }

    #[test]
    fn a_failed_sync_ends_all_waiting() {
        let pipeline = pipeline();
        pipeline.wrote(Number(2), 1);
        let fails = || Err(Error::corrupt("a sync that fails"));
        assert!(
            pipeline
                .wait(Generation::new(2), |_| (), fails, |_| ())
                .is_err()
        );
        let error = pipeline.wait(Generation::new(2), |_| (), || Ok(()), |_| ());
        assert!(error.unwrap_err().is_io());
        assert!(
            pipeline
                .wait(Generation::new(1), |_| (), || Ok(()), |_| ())
                .is_ok()
        );
    }
}
