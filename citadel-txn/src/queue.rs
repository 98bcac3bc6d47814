//! Whose turn it is to write.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex};

/// Gives one turn at a time, in the order in which they were asked for. A turn that ends is handed to whoever has waited
/// longest, and nobody else wakes up.
#[derive(Debug)]
pub(crate) struct WriterQueue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: bool,
    next_ticket: u64,
    waiting: VecDeque<Waiter>,
    /// The ticket that the turn was handed to, until its holder has woken up.
    granted: Option<u64>,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    bell: Arc<Condvar>,
}

/// The right to write, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    queue: Arc<WriterQueue>,
}

impl WriterQueue {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
        }
    }

    /// Waits for a turn; none where it does not come in time.
    pub(crate) fn wait(queue: &Arc<Self>, timeout: Duration) -> Option<Turn> {
        let turn = || Turn {
            queue: Arc::clone(queue),
        };
        let mut state = queue.state.lock();
        if !state.taken {
            state.taken = true;
            return Some(turn());
        }
        let deadline = Instant::now().checked_add(timeout);
        let bell = Arc::new(Condvar::new());
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting.push_back(Waiter {
            ticket,
            bell: Arc::clone(&bell),
        });
        loop {
            let (woken, timed_out) = bell.wait_until(state, deadline);
            state = woken;
            if state.granted == Some(ticket) {
                state.granted = None;
                return Some(turn());
            }
            if timed_out {
                state.waiting.retain(|waiter| waiter.ticket != ticket);
                return None;
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock();
        match state.waiting.pop_front() {
            Some(next) => {
                state.granted = Some(next.ticket);
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
