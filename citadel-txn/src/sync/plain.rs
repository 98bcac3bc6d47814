//! Locks of every build.

use std::ops::{Deref, DerefMut};
pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::{Duration, Instant};

/// A lock for one holder.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

/// What the holder of a [`Mutex`] has.
pub(crate) struct MutexGuard<'a, T>(parking_lot::MutexGuard<'a, T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(parking_lot::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(self.0.lock())
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Where holders of a [`Mutex`] wait for one another.
#[derive(Debug, Default)]
pub(crate) struct Condvar(parking_lot::Condvar);

impl Condvar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Gives the lock up, waits for a wake-up, and takes the lock again. May wake up for no reason.
    pub(crate) fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(&mut guard.0);
        guard
    }

    /// The same until a deadline; true where it has passed.
    pub(crate) fn wait_until<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        deadline: Option<Instant>,
    ) -> (MutexGuard<'a, T>, bool) {
        let Some(deadline) = deadline else {
            return (self.wait(guard), false);
        };
        let timed_out = self.0.wait_until(&mut guard.0, deadline).timed_out();
        (guard, timed_out)
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }
}

/// A lock for one writer or many readers.
#[derive(Debug)]
pub(crate) struct RwLock<T>(parking_lot::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(parking_lot::RwLock::new(value))
    }

    #[inline]
    pub(crate) fn read(&self) -> impl Deref<Target = T> + '_ {
        self.0.read()
    }

    pub(crate) fn write(&self) -> impl DerefMut<Target = T> + '_ {
        self.0.write()
    }
}

/// Waits without sleeping, until something holds or the time is over.
pub(crate) fn stay_awake(time: Duration, holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() && since.elapsed() < time {
        // Whoever has work to do goes first.
        std::thread::yield_now();
    }
}
