//! Whose turn it is to write.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::sync::{AtomicBool, AtomicUsize, Condvar, Mutex, stay_awake};

/// How long a waiter that was called stays awake for its turn.
const AWAKE: Duration = Duration::from_micros(100);

/// Gives one turn at a time, in the order in which they were asked for. A turn that ends is handed to whoever has waited
/// longest, and nobody else wakes up. Since waking up takes as long as a small commit, the next one is called when a turn is
/// about to end, and is awake when it does.
#[derive(Debug)]
pub(crate) struct WriterQueue {
    state: Mutex<State>,
    /// Writers who have the turn or wait for it.
    writers: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    taken: bool,
    waiting: VecDeque<Arc<Waiter>>,
}

#[derive(Debug, Default)]
struct Waiter {
    bell: Condvar,
    /// Whether the turn was handed to it. Changed with the lock of the queue held.
    has_turn: AtomicBool,
}

/// The right to write, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    queue: Arc<WriterQueue>,
}

impl WriterQueue {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::default(),
            writers: AtomicUsize::new(0),
        }
    }

    /// Returns when nobody has had the turn for so long; or when the time is over.
    pub(crate) fn wait_until_idle(&self, time: Duration, idle: Duration) {
        let since = Cell::new(Instant::now());
        stay_awake(time, || {
            if self.writers.load(Ordering::Relaxed) > 0 {
                since.set(Instant::now());
            }
            since.get().elapsed() >= idle
        });
    }

    /// Waits for a turn; none where it does not come in time.
    pub(crate) fn wait(queue: &Arc<Self>, timeout: Duration) -> Option<Turn> {
        queue.writers.fetch_add(1, Ordering::Relaxed);
        let turn = Self::wait_for_turn(queue, timeout);
        if turn.is_none() {
            queue.writers.fetch_sub(1, Ordering::Relaxed);
        }
        turn
    }

    fn wait_for_turn(queue: &Arc<Self>, timeout: Duration) -> Option<Turn> {
        let turn = || Turn {
            queue: Arc::clone(queue),
        };
        let mut state = queue.state.lock();
        if !state.taken {
            state.taken = true;
            return Some(turn());
        }
        let deadline = Instant::now().checked_add(timeout);
        let waiter = Arc::new(Waiter::default());
        state.waiting.push_back(Arc::clone(&waiter));
        loop {
            let (woken, timed_out) = waiter.bell.wait_until(state, deadline);
            if waiter.has_turn() {
                return Some(turn());
            }
            state = woken;
            if timed_out {
                state.waiting.retain(|other| !Arc::ptr_eq(other, &waiter));
                return None;
            }
            drop(state);
            stay_awake(AWAKE, || waiter.has_turn());
            state = queue.state.lock();
            if waiter.has_turn() {
                return Some(turn());
            }
        }
    }
}

impl Waiter {
    fn has_turn(&self) -> bool {
        self.has_turn.load(Ordering::Acquire)
    }
}

impl Turn {
    /// Whether someone waits for a turn.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.queue.state.lock().waiting.is_empty()
    }

    /// Wakes whoever has the next turn, as this one is about to end.
    pub(crate) fn call_next(&self) {
        if let Some(next) = self.queue.state.lock().waiting.front() {
            next.bell.notify_one();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.writers.fetch_sub(1, Ordering::Relaxed);
        let mut state = self.queue.state.lock();
        match state.waiting.pop_front() {
            Some(next) => {
                next.has_turn.store(true, Ordering::Release);
                next.bell.notify_one();
            }
            None => state.taken = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_turn_at_a_time() {
        let queue = Arc::new(WriterQueue::new());
        let turn = WriterQueue::wait(&queue, Duration::ZERO).unwrap();
        assert!(WriterQueue::wait(&queue, Duration::from_millis(5)).is_none());
        drop(turn);
        assert!(WriterQueue::wait(&queue, Duration::ZERO).is_some());
    }

    #[test]
    fn all_who_wait_get_their_turn_in_order() {
        let queue = Arc::new(WriterQueue::new());
        let order = Arc::new(Mutex::new(Vec::new()));
        let turn = WriterQueue::wait(&queue, Duration::ZERO).unwrap();
        let mut threads = Vec::new();
        for number in 0..8 {
            let (mine, order) = (Arc::clone(&queue), Arc::clone(&order));
            threads.push(std::thread::spawn(move || {
                let turn = WriterQueue::wait(&mine, Duration::from_secs(60));
                order.lock().push(number);
                turn.is_some()
            }));
            while queue.state.lock().waiting.len() <= number {
                std::thread::yield_now();
            }
        }
        drop(turn);
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
        assert_eq!(*order.lock(), (0..8).collect::<Vec<_>>());
    }
}
