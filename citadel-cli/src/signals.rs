//! Ctrl-C: the first stops the running statement, the next one, if nothing stopped, the process.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use citadel_sql::InterruptHandle;

/// Presses since the last time that the shell began a statement.
static PRESSES: AtomicU32 = AtomicU32::new(0);

/// Stops the running statement of the connection that is open.
static CONNECTION: Mutex<Option<InterruptHandle>> = Mutex::new(None);

/// From here on Ctrl-C stops the statements of this connection, and no longer those of another.
pub(crate) fn connect(handle: InterruptHandle) {
    *connection() = Some(handle);
}

fn connection() -> MutexGuard<'static, Option<InterruptHandle>> {
    CONNECTION.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes Ctrl-C stop the statements of the connection that [`connect`] named last. In a batch the first press ends the statement with an
/// error, and so the process.
pub(crate) fn interrupt_on_ctrl_c(batch: bool) {
    let stop = move || {
        let pressed = PRESSES.fetch_add(1, Ordering::Relaxed);
        if let Some(handle) = &*connection() {
            handle.interrupt();
        }
        // A batch may be waiting for input rather than running a statement: then there is nothing to interrupt.
        if pressed > 0 || (batch && !STATEMENT_RUNS.load(Ordering::Relaxed)) {
            std::process::exit(130);
        }
    };
    // Without a handler Ctrl-C ends the process, which is safe too.
    let _ = ctrlc::set_handler(stop);
}

/// Makes Ctrl-C stop the running task, which asks [`is_pressed`]; a second press stops the process.
pub(crate) fn stop_on_ctrl_c() {
    let stop = || {
        if PRESSES.fetch_add(1, Ordering::Relaxed) > 0 {
            std::process::exit(130);
        }
    };
    let _ = ctrlc::set_handler(stop);
}

/// Was Ctrl-C pressed since the running statement or task began?
pub(crate) fn is_pressed() -> bool {
    PRESSES.load(Ordering::Relaxed) > 0
}

/// Does a statement run at the moment?
static STATEMENT_RUNS: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Marks the time during which a statement runs.
#[derive(Debug)]
pub(crate) struct Running(());

impl Running {
    /// A statement begins.
    pub(crate) fn begin() -> Self {
        PRESSES.store(0, Ordering::Relaxed);
        STATEMENT_RUNS.store(true, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        STATEMENT_RUNS.store(false, Ordering::Relaxed);
        PRESSES.store(0, Ordering::Relaxed);
    }
}
