//! Commits on their way to the medium.
//!
//! ```text
//!  the writer whose turn it is       all who wait for their commit
//!  writes commit c, or leaves  ──►   the first one becomes the leader: writes what is held, target = newest written
//!  it held; c is the head;           one sync ──► published to readers ──► all up to the target return,
//!  turn given up                     and one who waits for a later commit leads the next sync
//! ```
//!
//! The next writer stands on the head, before it is durable. So while one sync is under way, further commits are made,
//! and the next sync is for all of them. Commits become durable in their order, since a sync that begins after a commit
//! was written covers it and all before it.
//!
//! The record of a light commit says all that those before it have changed. So where several writers wait for a sync, theirs
//! is *held*: the next light commit takes its place, and one write of the last of them is for all. Any other commit is
//! written on top of the held one, after it.
//!
//! What always holds:
//!
//! 1. `durable` never goes back, and is never newer than what was written before a sync began that has succeeded.
//! 2. A commit is published before anyone learns that it is durable.
//! 3. After a failed write or sync nothing becomes durable any more: everyone who waits gets an error.
//! 4. Only the head is held. What is durable, and what another than a light commit stands on, was written as it is.

mod waiter;

use std::sync::Arc;
use std::time::{Duration, Instant};

use citadel_core::Generation;

use self::waiter::{Call, Waiter};
use crate::error::Result;
use crate::sync::Mutex;

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
    /// The head, where its record is not written yet. Locked while that is written, and while another takes its place.
    held: Mutex<Option<S>>,
    state: Mutex<State<S>>,
}

#[derive(Debug)]
struct State<S> {
    head: S,
    /// The newest commit whose record is written.
    written: S,
    durable: Durable<S>,
    /// Whether someone leads a sync, or is about to.
    is_syncing: bool,
    /// How long the last sync took, and for how many commits it was.
    last_sync: Duration,
    last_group: u64,
    /// Those who wait for the end of a sync.
    waiting: Vec<Arc<Waiter>>,
    has_failed: bool,
    /// The newest commit that a sync was for, and bytes that were written since.
    synced: Generation,
    unsynced_bytes: u64,
}

impl<S: Committed> Pipeline<S> {
    /// The pipeline of a database whose newest commit is `head`, of which so much is durable.
    pub(crate) fn new(head: S, durable: Durable<S>) -> Self {
        let synced = head.generation();
        Self {
            held: Mutex::new(None),
            state: Mutex::new(State {
                written: head.clone(),
                head,
                durable,
                is_syncing: false,
                last_sync: Duration::ZERO,
                last_group: 0,
                waiting: Vec::new(),
                has_failed: false,
                synced,
                unsynced_bytes: 0,
            }),
        }
    }

    /// The newest commit: the next one stands on it.
    pub(crate) fn head(&self) -> S {
        self.state.lock().head.clone()
    }

    /// The newest commit whose record is written.
    pub(crate) fn written(&self) -> S {
        self.state.lock().written.clone()
    }

    /// What is known to be durable.
    pub(crate) fn durable(&self) -> Durable<S> {
        self.state.lock().durable.clone()
    }

    /// Makes a commit the head, which was written with so many bytes; nothing is held. Only by the writer whose turn it is.
    pub(crate) fn wrote(&self, head: S, bytes: u64) {
        let mut state = self.state.lock();
        state.written = head.clone();
        state.advance(head, bytes);
    }

    /// Makes a commit the head whose record is still to be written. Only by the writer whose turn it is.
    pub(crate) fn hold(&self, head: S, bytes: u64) {
        let mut held = self.held.lock();
        *held = Some(head.clone());
        self.state.lock().advance(head, bytes);
    }

    /// Lets a commit take the place of the head, if that is held and `succeed` makes one of it. Only by the writer whose turn
    /// it is.
    pub(crate) fn join(&self, succeed: impl FnOnce(&S) -> Option<S>) -> bool {
        let mut held = self.held.lock();
        let Some(head) = held.as_ref().and_then(succeed) else {
            return false;
        };
        *held = Some(head.clone());
        self.state.lock().advance(head, 0);
        true
    }

    /// Writes the record of the head, where it is held.
    ///
    /// # Errors
    /// What `write` says; the head stays as it is, and is never written.
    pub(crate) fn write_held(&self, write: impl FnOnce(&S) -> Result<()>) -> Result<()> {
        let mut held = self.held.lock();
        if let Some(head) = held.as_ref() {
            write(head)?;
            self.state.lock().written = head.clone();
            *held = None;
        }
        Ok(())
    }

    /// Whether a sync is under way, or the last one was for more than one commit.
    pub(crate) fn syncs_for_many(&self) -> bool {
        let state = self.state.lock();
        state.is_syncing || state.last_group > 1
    }

    /// Whether so much was written that someone should see to a sync.
    pub(crate) fn is_sync_due(&self) -> bool {
        let state = self.state.lock();
        let commits = state.head.generation().get() - state.synced.get();
        !state.is_syncing
            && (commits >= UNSYNCED_COMMITS_MAX || state.unsynced_bytes >= UNSYNCED_BYTES_MAX)
    }

    /// Returns when this commit is durable: after a sync of one's own, or of someone else. Before a sync of one's own,
    /// `gather` lets others finish what they write, for no longer than it is told, and `write` writes the head if it is held.
    ///
    /// # Errors
    /// What `write` and `sync` say; that it was another's that failed.
    pub(crate) fn wait(
        &self,
        generation: Generation,
        gather: impl Fn(Duration),
        write: impl Fn(&S) -> Result<()>,
        sync: impl Fn() -> Result<()>,
        publish: impl Fn(&S),
    ) -> Result<()> {
        let mut state = self.state.lock();
        if let Some(outcome) = state.outcome(generation) {
            return outcome;
        }
        if std::mem::replace(&mut state.is_syncing, true) {
            let is_next = state.waiting.is_empty();
            let awake = is_next.then(|| state.last_sync * AWAKE);
            let waiter = Arc::new(Waiter::new(generation));
            state.waiting.push(Arc::clone(&waiter));
            drop(state);
            match waiter.wait(awake) {
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
        let wrote = self.write_held(write);
        self.lead(wrote, &sync, &publish)
    }

    /// Syncs for all that was written so far, and hands the lead on.
    fn lead(
        &self,
        wrote: Result<()>,
        sync: &impl Fn() -> Result<()>,
        publish: &impl Fn(&S),
    ) -> Result<()> {
        let mut state = self.state.lock();
        let target = state.written.clone();
        state.last_group = state.syncs(&target);
        drop(state);
        let since = Instant::now();
        let synced = wrote.and_then(|()| sync());
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
        state.syncs(&head);
        state.is_durable(head);
        let done = state.take_done();
        drop(state);
        done.into_iter()
            .for_each(|(waiter, call)| waiter.call(call));
    }
}

/// The part of the last sync that the leader of the next one waits for others.
const PATIENCE: u32 = 2;
/// How many syncs' time the one who may lead the next sync stays awake for it.
const AWAKE: u32 = 2;

impl<S: Committed> State<S> {
    /// Makes a commit the head.
    fn advance(&mut self, head: S, bytes: u64) {
        self.head = head;
        self.unsynced_bytes += bytes;
    }

    /// Begins a sync for all commits up to this one; says how many it is for.
    fn syncs(&mut self, target: &S) -> u64 {
        let before = std::mem::replace(&mut self.synced, target.generation());
        self.unsynced_bytes = 0;
        target.generation().get() - before.get()
    }

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
    use std::sync::atomic::{AtomicU64, Ordering};

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
                |_| Ok(()),
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
    fn one_record_is_for_all_that_joined_it() {
        let pipeline = pipeline();
        let written = Mutex::new(Vec::new());
        let wait = |generation| {
            let write = |commit: &Number| {
                written.lock().push(commit.0);
                Ok(())
            };
            pipeline.wait(
                Generation::new(generation),
                |_| (),
                write,
                || Ok(()),
                |_| (),
            )
        };
        let next = |head: &Number| Some(Number(head.0 + 1));
        assert!(!pipeline.join(next), "nothing is held");
        pipeline.hold(Number(2), 1);
        assert!(!pipeline.join(|_| None), "the other one does not want to");
        assert!(pipeline.join(next) && pipeline.join(next));
        assert_eq!((pipeline.head().0, pipeline.written().0), (4, 1));
        wait(3).unwrap();
        assert_eq!(pipeline.durable().generation, Generation::new(4));
        assert!(!pipeline.join(next), "what is written stays as it is");
        pipeline.hold(Number(5), 1);
        pipeline.write_held(|_| Ok(())).unwrap();
        pipeline.wrote(Number(6), 1);
        wait(6).unwrap();
        assert_eq!(*written.lock(), [4]);
        pipeline.hold(Number(7), 1);
        let fails = |_: &Number| Err(Error::corrupt("a write that fails"));
        let told = pipeline.wait(Generation::new(7), |_| (), fails, || Ok(()), |_| ());
        assert!(told.is_err() && wait(7).is_err());
        assert_eq!(pipeline.durable().generation, Generation::new(6));
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
                            .wait(Generation::new(number), |_| (), |_| Ok(()), sync, |_| ())
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
                .wait(Generation::new(2), |_| (), |_| Ok(()), fails, |_| ())
                .is_err()
        );
        let error = pipeline.wait(Generation::new(2), |_| (), |_| Ok(()), || Ok(()), |_| ());
        assert!(error.unwrap_err().is_io());
        assert!(
            pipeline
                .wait(Generation::new(1), |_| (), |_| Ok(()), || Ok(()), |_| ())
                .is_ok()
        );
    }
}
