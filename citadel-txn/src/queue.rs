//! Whose turn it is to write.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// Gives one turn at a time, in the order in which they were asked for.
#[derive(Debug)]
pub(crate) struct WriterQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    taken: bool,
    next_ticket: u64,
    waiting: VecDeque<u64>,
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
            changed: Condvar::new(),
        }
    }

    /// Waits for a turn; none where it does not come in time.
    pub(crate) fn wait(queue: &Arc<Self>, timeout: Duration) -> Option<Turn> {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = queue.state.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push_back(ticket);
        while state.taken || state.waiting.front() != Some(&ticket) {
            let timed_out = match deadline {
                Some(deadline) => queue.changed.wait_until(&mut state, deadline).timed_out(),
                None => {
                    queue.changed.wait(&mut state);
                    false
                }
            };
            let is_next = !state.taken && state.waiting.front() == Some(&ticket);
            if timed_out && !is_next {
                state.waiting.retain(|waiting| *waiting != ticket);
                queue.changed.notify_all();
                return None;
            }
        }
        state.waiting.pop_front();
        state.taken = true;
        Some(Turn {
            queue: Arc::clone(queue),
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.state.lock().taken = false;
        self.queue.changed.notify_all();
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
    fn all_who_wait_get_their_turn() {
        let queue = Arc::new(WriterQueue::new());
        let turn = WriterQueue::wait(&queue, Duration::ZERO).unwrap();
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let queue = Arc::clone(&queue);
                std::thread::spawn(move || {
                    WriterQueue::wait(&queue, Duration::from_secs(60)).is_some()
                })
            })
            .collect();
        drop(turn);
        assert!(waiting.into_iter().all(|thread| thread.join().unwrap()));
    }
}
