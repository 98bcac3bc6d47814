//! The queue of writers and the pipeline of commits, over a disk that is two numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use citadel_core::Generation;
use shuttle::thread;

use super::explore;
use crate::durability::{Committed, Durable, Pipeline};
use crate::error::{Error, Result};
use crate::queue::WriterQueue;

/// A commit that is its number alone.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Number(u64);

impl Committed for Number {
    fn generation(&self) -> Generation {
        Generation::new(self.0)
    }

    fn vouches_for(&self) -> Generation {
        Generation::new(self.0.saturating_sub(1))
    }
}

/// Everything that threads share. The numbers are no part of what is tested, so that no schedule depends on them.
struct World {
    queue: Arc<WriterQueue>,
    pipeline: Pipeline<Number>,
    /// Is someone writing?
    writing: AtomicBool,
    /// The newest commit that is on the disk in full.
    written: AtomicU64,
    /// The newest one that was written before a sync began that has succeeded.
    synced: AtomicU64,
    /// The newest one that readers see.
    published: AtomicU64,
    syncs: AtomicU64,
    /// Syncs from this one on fail.
    failing: u64,
    /// Whether a sync does anything.
    lies: bool,
}

impl World {
    fn new(failing: u64, lies: bool) -> Arc<Self> {
        let durable = Durable {
            generation: Generation::new(1),
            vouched: Generation::new(1),
            commit: Some(Number(1)),
        };
        Arc::new(Self {
            queue: Arc::new(WriterQueue::new()),
            pipeline: Pipeline::new(Number(1), durable),
            writing: AtomicBool::new(false),
            written: AtomicU64::new(1),
            synced: AtomicU64::new(1),
            published: AtomicU64::new(1),
            syncs: AtomicU64::new(0),
            failing,
            lies,
        })
    }

    fn sync(&self) -> Result<()> {
        let covered = self.written.load(SeqCst);
        thread::yield_now();
        if self.syncs.fetch_add(1, SeqCst) >= self.failing {
            return Err(Error::corrupt("a sync that fails"));
        }
        if !self.lies {
            self.synced.fetch_max(covered, SeqCst);
        }
        Ok(())
    }

    /// Writes the record of a commit that was held: what is written stands on what is.
    fn write(&self, held: &Number) -> Result<()> {
        assert_eq!(*held, self.pipeline.head(), "only the head is held");
        thread::yield_now();
        let before = self.written.swap(held.0, SeqCst);
        assert!(before < held.0, "{} is written after {before}", held.0);
        Ok(())
    }

    fn publish(&self, commit: &Number) {
        let synced = self.synced.load(SeqCst);
        assert!(
            commit.0 <= synced,
            "{} is shown, and {synced} is durable",
            commit.0
        );
        self.published.fetch_max(commit.0, SeqCst);
    }

    /// Writes one commit and waits until it is durable; none where the turn did not come in time.
    fn commit(&self, patience: Duration) -> Option<Result<()>> {
        let turn = WriterQueue::wait(&self.queue, patience)?;
        assert!(!self.writing.swap(true, SeqCst), "two write at once");
        let number = self.pipeline.head().0 + 1;
        thread::yield_now();
        // Some are light, and take the place of one that is held or are held.
        let is_light = !number.is_multiple_of(3);
        if !(is_light && self.pipeline.join(|_| Some(Number(number)))) {
            if let Err(error) = self.pipeline.write_held(|held| self.write(held)) {
                self.writing.store(false, SeqCst);
                return Some(Err(error));
            }
            if is_light {
                self.pipeline.hold(Number(number), 1);
            } else {
                self.written.store(number, SeqCst);
                self.pipeline.wrote(Number(number), 1);
            }
        }
        self.writing.store(false, SeqCst);
        drop(turn);
        let generation = Generation::new(number);
        // Whoever leads a sync may wait for others, for as long as it likes.
        let gather = |_| thread::yield_now();
        let sync = || self.sync();
        let publish = |commit: &Number| self.publish(commit);
        let write = |held: &Number| self.write(held);
        let waited = self.pipeline.wait(generation, gather, write, sync, publish);
        if waited.is_ok() {
            let synced = self.synced.load(SeqCst);
            assert!(
                number <= synced,
                "{number} is acknowledged, and {synced} is durable"
            );
            assert!(
                number <= self.published.load(SeqCst),
                "{number} is acknowledged and not seen"
            );
        }
        Some(waited)
    }

    /// Looks at what is durable: it never goes back, and it is.
    fn look(&self, times: usize) {
        let mut before = 0;
        for _ in 0..times {
            let durable = self.pipeline.durable();
            let generation = durable.generation.get();
            assert!(generation >= before && generation <= self.synced.load(SeqCst));
            assert!(generation <= self.published.load(SeqCst));
            assert!(durable.vouched <= durable.generation);
            before = generation;
        }
    }
}

/// Forever.
const PATIENT: Duration = Duration::MAX;

fn writers(world: &Arc<World>, count: usize, commits: usize) -> Vec<thread::JoinHandle<usize>> {
    (0..count)
        .map(|_| {
            let world = Arc::clone(world);
            thread::spawn(move || {
                let results = (0..commits).map(|_| world.commit(PATIENT));
                results
                    .filter(|result| matches!(result, Some(Ok(()))))
                    .count()
            })
        })
        .collect()
}

#[test]
fn what_is_acknowledged_is_durable_and_seen() {
    explore(|| {
        let world = World::new(u64::MAX, false);
        let threads = writers(&world, 3, 2);
        let looker = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.look(4))
        };
        let done: usize = threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum();
        looker.join().unwrap();
        assert_eq!(done, 6);
        assert_eq!(world.pipeline.durable().generation, Generation::new(7));
        assert!(world.syncs.load(SeqCst) <= 6);
    });
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_and_nobody_waits() {
    explore(|| {
        let world = World::new(1, false);
        let threads = writers(&world, 3, 2);
        for thread in threads {
            thread.join().unwrap();
        }
        // Whoever asks later is told at once.
        let durable = world.pipeline.durable().generation;
        let newer = world.pipeline.head().generation();
        if newer > durable {
            let told = world
                .pipeline
                .wait(newer, |_| (), |_| Ok(()), || Ok(()), |_| ());
            assert!(told.is_err());
        }
    });
}

#[test]
fn who_gives_up_waiting_keeps_nobody_from_writing() {
    explore(|| {
        let world = World::new(u64::MAX, false);
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let world = Arc::clone(&world);
                // Two of them may give up at any moment.
                let patience = [Duration::from_secs(1), PATIENT][number % 2];
                thread::spawn(move || world.commit(patience).is_some())
            })
            .collect();
        let done = threads.into_iter().filter_map(|thread| thread.join().ok());
        let written = done.filter(|done| *done).count() as u64;
        assert!(written >= 2, "the patient ones have their turn");
        assert_eq!(world.pipeline.durable().generation.get(), 1 + written);
        assert!(world.commit(PATIENT).is_some(), "the turn is free again");
    });
}

#[test]
fn one_that_does_not_wait_has_others_sync_for_it() {
    explore(|| {
        let world = World::new(u64::MAX, false);
        let lazy = {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                let turn = WriterQueue::wait(&world.queue, PATIENT).expect("it comes");
                world.pipeline.write_held(|held| world.write(held)).unwrap();
                let number = world.pipeline.head().0 + 1;
                world.written.store(number, SeqCst);
                world.pipeline.wrote(Number(number), 1);
                drop(turn);
                number
            })
        };
        let threads = writers(&world, 2, 1);
        for thread in threads {
            assert_eq!(thread.join().unwrap(), 1);
        }
        let number = lazy.join().unwrap();
        let durable = world.pipeline.durable().generation.get();
        assert!(
            durable >= 3 || number == 4,
            "{durable}: all before an acknowledged commit are durable"
        );
    });
}

#[test]
#[should_panic(expected = "is shown, and")]
fn a_disk_that_lies_is_found() {
    explore(|| {
        let world = World::new(u64::MAX, true);
        for thread in writers(&world, 2, 1) {
            thread.join().unwrap();
        }
    });
}
