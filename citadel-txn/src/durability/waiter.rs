//! Waiting for a sync that another leads.

use std::sync::atomic::Ordering;
use std::time::Duration;

use citadel_core::Generation;

use crate::sync::{AtomicBool, Condvar, Mutex, stay_awake};

/// How long anyone stays awake at least: about as long as a sync of a good medium takes;
const AWAKE_MIN: Duration = Duration::from_micros(100);
/// and at most.
const AWAKE_MAX: Duration = Duration::from_micros(500);

/// Someone who waits for a commit while another leads a sync.
#[derive(Debug)]
pub(super) struct Waiter {
    pub(super) generation: Generation,
    call: Mutex<Option<Call>>,
    bell: Condvar,
    is_called: AtomicBool,
}

/// What a waiter learns.
#[derive(Clone, Copy, Debug)]
pub(super) enum Call {
    /// Its commit is durable.
    Durable,
    /// A sync has failed.
    Failed,
    /// It is to lead a sync.
    Lead,
}

impl Waiter {
    pub(super) fn new(generation: Generation) -> Self {
        Self {
            generation,
            call: Mutex::default(),
            bell: Condvar::new(),
            is_called: AtomicBool::new(false),
        }
    }

    /// Waits for the call, without sleeping at first where it is known how long that is worth it.
    pub(super) fn wait(&self, awake: Option<Duration>) -> Call {
        if let Some(awake) = awake {
            stay_awake(awake.clamp(AWAKE_MIN, AWAKE_MAX), || {
                self.is_called.load(Ordering::Acquire)
            });
        }
        let mut call = self.call.lock();
        loop {
            match *call {
                Some(call) => return call,
                None => call = self.bell.wait(call),
            }
        }
    }

    pub(super) fn call(&self, call: Call) {
        *self.call.lock() = Some(call);
        self.is_called.store(true, Ordering::Release);
        self.bell.notify_one();
    }
}
