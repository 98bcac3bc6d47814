//! The whole crash matrix: every workload at every page size, put to every promise, in parallel, with a table of what was tried.
//! `cargo xtask crash --help` says how it is called.
#![forbid(unsafe_code)]

mod args;
mod job;
mod table;
mod tamper;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use args::Args;
use citadel_tests::promise::Outcome;
use job::Job;

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(text) => {
            table::say(&text);
            return ExitCode::FAILURE;
        }
    };
    if args.list {
        let names = job::subjects(&args);
        names.iter().for_each(|subject| {
            table::say(&format!("{} {}", subject.name(), subject.page_size()));
        });
        return ExitCode::SUCCESS;
    }
    // A panic of the database under test is a violation that is told in its place.
    std::panic::set_hook(Box::new(|_| {}));
    let mut jobs = match args.tamper {
        true => tamper::jobs(&args),
        false => job::jobs(&args),
    };
    let (part, parts) = args.part;
    let mut number = 0;
    jobs.retain(|_| {
        number += 1;
        number % parts == part % parts
    });
    let outcomes = run(&jobs, args.threads);
    table::print(&jobs, &outcomes);
    match outcomes.iter().all(Outcome::is_kept) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Runs all jobs on a pool of threads; their outcomes, in the order of the jobs.
fn run(jobs: &[Job], threads: usize) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<Mutex<Outcome>> = jobs.iter().map(|_| Mutex::default()).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(at) else {
                        return;
                    };
                    let outcome = job.run();
                    table::progress(job, &outcome, at + 1, jobs.len());
                    *outcomes[at].lock().unwrap_or_else(|e| e.into_inner()) = outcome;
                }
            });
        }
    });
    let unlock = |m: Mutex<Outcome>| m.into_inner().unwrap_or_else(|e| e.into_inner());
    outcomes.into_iter().map(unlock).collect()
}
