//! Threads that help a statement.
//!
//! What can be done in pieces, each by whoever comes first, is done by the thread of the statement and by helpers: threads of
//! the process that sleep until a statement wakes them, which takes some microseconds, where starting a thread takes hundreds.
//!
//! What always holds:
//! 1. The statement's thread works as well, and begins at once. What no helper takes it does itself.
//! 2. A helper is asked only while it is idle, and does nothing else but this: no statement waits for another one's helper, nor
//!    for the build of an index.
//! 3. Nothing goes on after the call.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// There are so many threads at least, whatever the machine says of its processors: who asks for more than it has gets them.
const THREADS_MIN: usize = 4;

/// Threads of a statement where nobody says how many: the processors that this process may use.
pub(crate) fn default_threads() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

/// Threads that wait to be asked.
struct Helpers {
    pool: ThreadPool,
    idle: AtomicUsize,
}

/// Helpers that a statement has; they are idle again when this goes.
struct Hired<'a> {
    helpers: &'a Helpers,
    count: usize,
}

impl Helpers {
    /// `None`: they cannot be had.
    fn start(threads: usize) -> Option<Self> {
        let named = ThreadPoolBuilder::new().thread_name(|at| format!("citadel-query-{at}"));
        Some(Self {
            pool: named.num_threads(threads).build().ok()?,
            idle: AtomicUsize::new(threads),
        })
    }

    /// Those of the process, started by the first statement that can use them.
    fn of_process() -> Option<&'static Self> {
        static HELPERS: OnceLock<Option<Helpers>> = OnceLock::new();
        let start = || Self::start(default_threads().max(THREADS_MIN) - 1);
        HELPERS.get_or_init(start).as_ref()
    }

    /// Takes as many as are idle, up to `wanted`.
    fn hire(&self, wanted: usize) -> Hired<'_> {
        let mut count = 0;
        let take = |idle: usize| {
            count = wanted.min(idle);
            (count > 0).then(|| idle - count)
        };
        let hired = (self.idle).fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        Hired {
            helpers: self,
            count: hired.map_or(0, |_| count),
        }
    }

    fn run(&self, threads: usize, work: impl Fn() + Sync) -> usize {
        let hired = self.hire(threads.saturating_sub(1));
        if hired.count == 0 {
            work();
            return 1;
        }
        self.pool.in_place_scope(|scope| {
            for _ in 0..hired.count {
                scope.spawn(|_| work());
            }
            work();
        });
        1 + hired.count
    }
}

impl Drop for Hired<'_> {
    fn drop(&mut self) {
        self.helpers.idle.fetch_add(self.count, Ordering::Relaxed);
    }
}

/// Runs `work` on this thread and, at the same time, on helpers, so that there are at most `threads`; tells how many ran it.
pub(super) fn run(threads: usize, work: impl Fn() + Sync) -> usize {
    let helpers = if threads > 1 {
        Helpers::of_process()
    } else {
        None
    };
    match helpers {
        Some(helpers) => helpers.run(threads, work),
        None => {
            work();
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn as_many_as_were_asked_for_work_at_once() {
        let helpers = Helpers::start(3).unwrap();
        for (threads, ran) in [(0, 1), (1, 1), (2, 2), (4, 4), (9, 4)] {
            let met = Barrier::new(ran);
            assert_eq!(helpers.run(threads, || _ = met.wait()), ran);
        }
    }

    #[test]
    fn nobody_waits_for_helpers_that_are_busy() {
        let helpers = Helpers::start(2).unwrap();
        let first = helpers.hire(1);
        assert_eq!((first.count, helpers.hire(5).count), (1, 1));
        let met = Barrier::new(2);
        assert_eq!(helpers.run(3, || _ = met.wait()), 2, "one is left");
        let second = helpers.hire(1);
        assert_eq!(helpers.run(3, || {}), 1, "none is left");
        drop((first, second));
        assert_eq!(helpers.run(3, || {}), 3);
    }

    #[test]
    fn a_panic_of_a_helper_reaches_the_statement() {
        let helpers = Helpers::start(1).unwrap();
        let met = Barrier::new(2);
        let here = std::thread::current().id();
        let panics = std::panic::AssertUnwindSafe(|| {
            helpers.run(2, || {
                met.wait();
                assert_eq!(std::thread::current().id(), here);
            })
        });
        assert!(std::panic::catch_unwind(panics).is_err());
        assert_eq!(helpers.run(2, || {}), 2, "the helper is there again");
    }
}
