//! What may stop a statement while it runs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::error::{Error, Result, SqlState};

/// Asked now and then by a statement that runs whether it is to stop.
type Handler = Box<dyn FnMut() -> bool + Send>;

/// Stops a connection's statements: because somebody asked for it, or because the program's own handler says so.
#[derive(Default)]
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
    /// After how many looks the handler is asked; 0: there is none.
    every: AtomicU64,
    looks: AtomicU64,
    handler: Mutex<Option<Handler>>,
}

impl Interrupt {
    /// Asks the running statement to stop.
    pub(crate) fn set(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Forgets that it was asked to.
    pub(crate) fn clear(&self) {
        self.flag.store(false, Ordering::Relaxed);
    }

    /// The bare flag, for work that looks at nothing else.
    pub(crate) fn flag(&self) -> &Arc<AtomicBool> {
        &self.flag
    }

    /// Asks a handler from now on, at every so many looks.
    pub(crate) fn handle(&self, every: u32, handler: Option<Handler>) {
        let every = if handler.is_some() { every.max(1) } else { 0 };
        *self.handler.lock() = handler;
        self.looks.store(0, Ordering::Relaxed);
        self.every.store(every.into(), Ordering::Relaxed);
    }

    /// Looks whether to stop; called once per batch of rows, from any thread that works for the statement.
    ///
    /// # Errors
    /// The statement is interrupted.
    pub(crate) fn check(&self) -> Result<()> {
        let every = self.every.load(Ordering::Relaxed);
        if every != 0 && (self.looks.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(every) {
            let stops = self
                .handler
                .lock()
                .as_mut()
                .is_some_and(|handler| handler());
            if stops {
                // Other threads of the statement stop as well.
                self.set();
            }
        }
        if self.flag.load(Ordering::Relaxed) {
            return Err(Error::sql(
                SqlState::QUERY_CANCELED,
                "the statement was interrupted",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupt")
            .field("flag", &self.flag)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_handler_is_asked_at_every_so_many_looks() {
        let interrupt = Interrupt::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let handler = move || counted.fetch_add(1, Ordering::Relaxed) == 1;
        interrupt.handle(3, Some(Box::new(handler)));
        let stopped = (0..10).position(|_| interrupt.check().is_err());
        assert_eq!((stopped, asked.load(Ordering::Relaxed)), (Some(5), 2));
        interrupt.handle(3, None);
        interrupt.clear();
        assert!((0..10).all(|_| interrupt.check().is_ok()));
    }
}
