//! A blocking face over asynchronous stores.
//!
//! The object stores and the Parquet reader are asynchronous, the callers of this crate are not. One small runtime, shared by all tables of
//! the process, drives their timers and I/O; the future itself runs on the caller's thread. So a call also works on a thread that belongs to
//! another runtime, which it then blocks.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::{Builder, Runtime};

/// Threads that drive I/O; the blocking calls of a local file system run on others, made as needed.
const THREADS: usize = 2;

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

fn runtime() -> &'static Runtime {
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("citadel-lake")
            .enable_all()
            .build()
            .expect("the system gives threads")
    })
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let _inside = runtime().enter();
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            // An unpark that came before this is not lost: then it returns at once.
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_future_that_waits_is_woken_even_inside_another_runtime() {
        let nap = || async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            tokio::task::spawn_blocking(|| 7).await.unwrap()
        };
        assert_eq!(block_on(nap()), 7);
        let other = Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(other.block_on(async { block_on(nap()) }), 7);
    }
}
