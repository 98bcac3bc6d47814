//! Notes what clients do, as they do it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::event::{Outcome, Role, Step, Time, Transaction};

/// Gives times and values, each once.
#[derive(Debug)]
pub(super) struct Clock(AtomicU64);

impl Clock {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(1))
    }

    /// A number higher than any that was given before the call.
    pub(super) fn tick(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    /// Now.
    pub(super) fn now(&self) -> Time {
        Time(self.tick())
    }
}

/// The transactions of one connection.
#[derive(Debug)]
pub(super) struct Recorder<'c> {
    clock: &'c Clock,
    session: u32,
    role: Role,
    began: Time,
    steps: Vec<Step>,
    pub(super) transactions: Vec<Transaction>,
}

impl<'c> Recorder<'c> {
    pub(super) fn new(clock: &'c Clock, session: u32, role: Role) -> Self {
        Self {
            clock,
            session,
            role,
            began: Time::START,
            steps: Vec::new(),
            transactions: Vec::new(),
        }
    }

    /// A transaction is about to begin.
    pub(super) fn begin(&mut self) {
        self.began = self.clock.now();
        self.steps.clear();
    }

    /// It did or saw something.
    pub(super) fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// It is over.
    pub(super) fn end(&mut self, outcome: Outcome) {
        let ended = match outcome {
            Outcome::Unknown => Time::NEVER,
            _ => self.clock.now(),
        };
        self.transactions.push(Transaction {
            session: self.session,
            role: self.role,
            began: self.began,
            ended,
            outcome,
            steps: std::mem::take(&mut self.steps),
        });
    }
}
