//! Locks whose every step asks a scheduler who goes next.

use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use shuttle::rand::{Rng, thread_rng};
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicUsize};

/// A lock for one holder.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

/// What the holder of a [`Mutex`] has.
pub(crate) struct MutexGuard<'a, T> {
    held: shuttle::sync::MutexGuard<'a, T>,
    of: &'a Mutex<T>,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        MutexGuard { held, of: self }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.held
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.held
    }
}

/// Where holders of a [`Mutex`] wait for one another.
#[derive(Debug, Default)]
pub(crate) struct Condvar(shuttle::sync::Condvar);

impl Condvar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Gives the lock up, waits for a wake-up, and takes the lock again.
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let MutexGuard { held, of } = guard;
        let held = self.0.wait(held).unwrap_or_else(PoisonError::into_inner);
        MutexGuard { held, of }
    }

    /// The same until a deadline. There is no time here: chance decides whether it passes, and others go on until then.
    pub(crate) fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Option<Instant>,
    ) -> (MutexGuard<'a, T>, bool) {
        if deadline.is_none() || thread_rng().gen_bool(0.5) {
            return (self.wait(guard), false);
        }
        let of = guard.of;
        drop(guard);
        for _ in 0..thread_rng().gen_range(0..4) {
            shuttle::thread::yield_now();
        }
        (of.lock(), true)
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }
}

/// A lock for one writer or many readers.
#[derive(Debug)]
pub(crate) struct RwLock<T>(shuttle::sync::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(shuttle::sync::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> impl Deref<Target = T> + '_ {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> impl DerefMut<Target = T> + '_ {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits without sleeping, until something holds or others had chances enough.
pub(crate) fn stay_awake(_time: Duration, holds: impl Fn() -> bool) {
    for _ in 0..thread_rng().gen_range(0..4) {
        if holds() {
            return;
        }
        shuttle::thread::yield_now();
    }
}
