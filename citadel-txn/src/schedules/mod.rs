//! The orders in which threads can meet, explored.
//!
//! [`explore`] runs a model under a scheduler that decides at every lock who goes next: once at random, and once by
//! priorities that change a few times (PCT: Burckhardt et al., ASPLOS 2010), which finds what needs few but exact
//! preemptions. A deadlock or a lost wake-up is a schedule in which nobody can go on; the scheduler reports it, with what
//! replays it.
//!
//! ```text
//! cargo xtask schedules [--schedules N]
//! ```
//!
//! [`pipeline`] models the queue and the pipeline alone, over a disk that is two numbers; [`database`] whole databases, with
//! real pages that must not be written over while a reader reaches them.

mod database;
mod disk;
mod pipeline;

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};

/// The environment variable that says how many schedules of each model are tried.
const SCHEDULES: &str = "CITADEL_SCHEDULES";
const SCHEDULES_DEFAULT: usize = 1_000;
const SEED: u64 = 0x0C17_ADE1;
/// Preemptions that a PCT schedule has.
const DEPTH: usize = 3;

/// Runs a model under many schedules: half of them random, half with priorities.
fn explore(model: impl Fn() + Send + Sync + Clone + 'static) {
    let schedules = std::env::var(SCHEDULES).ok();
    let schedules = schedules
        .and_then(|n| n.parse().ok())
        .unwrap_or(SCHEDULES_DEFAULT);
    let half = schedules / 2;
    run(RandomScheduler::new_from_seed(SEED, half), model.clone());
    run(PctScheduler::new_from_seed(SEED, DEPTH, half), model);
}

fn run(scheduler: impl Scheduler + 'static, model: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    config.stack_size = 1 << 20;
    Runner::new(scheduler, config).run(model);
}
