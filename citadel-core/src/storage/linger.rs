//! How long a caller stays awake between a write that the medium has begun and the sync that waits for it.
//!
//! A sync waits twice: for the bytes to arrive, and for the medium to keep them. Each time the processor goes to sleep and is
//! woken, which on many a machine takes as long as the first of the two. Who stays awake until the bytes have arrived sleeps
//! once. How long that is, and whether it gains anything, differs from machine to machine, and nothing tells. So it is
//! learned, as a bandit with a few arms: mostly the length that has been best is used, now and then another one is tried.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Lengths that are tried, in microseconds. Too short a one is the worst of all: it ends just before the bytes arrive.
const LENGTHS_US: [u32; 8] = [0, 10, 15, 20, 26, 34, 46, 64];
/// How often each length is tried before any is preferred.
const TRIALS: u32 = 4;
/// From then on, every so many syncs one tries the next length.
const SYNCS_PER_TRIAL: u32 = 32;
/// The part of a new measure in what is known of a length.
const NEW_SHARE: f32 = 0.125;
/// What a measure is cut to, as a multiple of what is known: one that waited for something else says little.
const OUTLIER: f32 = 1.25;
/// What a length must save to be worth it, as a part of itself: meanwhile the processor does nothing else.
const WORTH: f32 = 0.125;
/// A sync that comes so much later is not waited for.
const LATE: Duration = Duration::from_micros(200);

/// Learns how long to stay awake.
#[derive(Debug, Default)]
pub(super) struct Linger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the medium was told to begin, until a sync follows.
    begun: Option<Instant>,
    arms: [Arm; LENGTHS_US.len()],
    /// Syncs since the last trial.
    since_trial: u32,
    /// The length that is tried next.
    next_trial: usize,
}

/// What is known of one length.
#[derive(Clone, Copy, Debug, Default)]
struct Arm {
    /// Microseconds from the beginning to the end of the sync.
    mean_us: f32,
    trials: u32,
}

/// A sync that follows a write which the medium has begun.
#[derive(Debug)]
pub(super) struct Begun {
    at: Instant,
    arm: usize,
}

impl Linger {
    /// Notes that the medium was told to begin.
    pub(super) fn begin(&self) {
        self.state.lock().begun = Some(Instant::now());
    }

    /// Stays awake before a sync, as long as is best; not at all where nothing was begun.
    pub(super) fn before_sync(&self) -> Option<Begun> {
        let mut state = self.state.lock();
        let at = state.begun.take().filter(|begun| begun.elapsed() < LATE)?;
        let arm = state.choose();
        drop(state);
        let length = Duration::from_micros(LENGTHS_US[arm].into());
        while at.elapsed() < length {
            std::hint::spin_loop();
        }
        Some(Begun { at, arm })
    }

    /// Learns how long it took until a sync was over.
    pub(super) fn after_sync(&self, begun: Option<Begun>) {
        if let Some(Begun { at, arm }) = begun {
            let took = at.elapsed().as_secs_f32() * 1e6;
            self.state.lock().learn(arm, took);
        }
    }
}

impl State {
    fn choose(&mut self) -> usize {
        let best = self.best();
        self.since_trial += 1;
        if self.arms[best].trials >= TRIALS && self.since_trial < SYNCS_PER_TRIAL {
            return best;
        }
        self.since_trial = 0;
        let arm = self.next_trial;
        self.next_trial = (arm + 1) % LENGTHS_US.len();
        arm
    }

    /// The length that costs the least; one that was not tried enough comes before all.
    fn best(&self) -> usize {
        let cost = |arm: usize| match self.arms[arm] {
            Arm { trials, .. } if trials < TRIALS => f32::MIN,
            Arm { mean_us, .. } => mean_us + LENGTHS_US[arm] as f32 * WORTH,
        };
        (0..LENGTHS_US.len())
            .min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
            .unwrap_or(0)
    }

    fn learn(&mut self, arm: usize, took_us: f32) {
        let known = &mut self.arms[arm];
        known.mean_us = match known.trials {
            0 => took_us,
            _ => {
                let measure = took_us.min(known.mean_us * OUTLIER);
                known.mean_us
                    + (measure - known.mean_us) * NEW_SHARE.max(1.0 / (known.trials + 1) as f32)
            }
        };
        known.trials = known.trials.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syncs on a machine of which a length in microseconds tells what a sync takes; gives how often each was used.
    fn syncs(state: &mut State, count: usize, took_us: impl Fn(u32) -> f32) -> [usize; 8] {
        let mut used = [0; 8];
        for _ in 0..count {
            let arm = state.choose();
            used[arm] += 1;
            state.learn(arm, took_us(LENGTHS_US[arm]));
        }
        used
    }

    /// The bytes arrive after 25; who sleeps until then is woken 15 later.
    fn wakes_late(length: u32) -> f32 {
        match length {
            0..25 => 105.0,
            _ => 65.0 + length as f32,
        }
    }

    #[test]
    fn the_best_length_is_used_most() {
        let mut state = State::default();
        syncs(&mut state, 100, wakes_late);
        let used = syncs(&mut state, 1000, wakes_late);
        assert!(used[4] > 900, "{used:?}");
        assert!(used.iter().all(|used| *used > 0), "{used:?}");
    }

    #[test]
    fn where_nothing_is_gained_nobody_stays_awake() {
        let mut state = State::default();
        syncs(&mut state, 100, |_| 200.0);
        let used = syncs(&mut state, 1000, |_| 200.0);
        assert!(used[0] > 900, "{used:?}");
    }

    #[test]
    fn a_machine_that_changes_is_learned_anew() {
        let mut state = State::default();
        syncs(&mut state, 1000, wakes_late);
        syncs(&mut state, 3000, |length| 100.0 + length as f32);
        let used = syncs(&mut state, 1000, |length| 100.0 + length as f32);
        assert!(used[0] > 900, "{used:?}");
    }

    #[test]
    fn one_sync_that_takes_for_ever_says_little() {
        let mut state = State::default();
        syncs(&mut state, 1000, wakes_late);
        state.learn(4, 1e6);
        assert_eq!(state.best(), 4);
    }

    #[test]
    fn nobody_waits_for_what_was_not_begun() {
        let linger = Linger::default();
        assert!(linger.before_sync().is_none());
        linger.begin();
        assert!(linger.before_sync().is_some());
        assert!(
            linger.before_sync().is_none(),
            "one sync is for one beginning"
        );
    }
}
