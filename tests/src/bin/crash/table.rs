//! What people see.

use std::collections::BTreeMap;

use citadel_tests::promise::{Outcome, Tried};

use crate::job::{Job, Kind};

/// Prints a line.
#[expect(clippy::print_stdout, reason = "a command talks to its user")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// One job is done.
pub(crate) fn progress(job: &Job, outcome: &Outcome, nth: usize, of: usize) {
    let subject = &job.subject;
    let what = match job.kind {
        Kind::Crash => String::new(),
        Kind::Tamper(tampering) => format!(" ({})", tampering.name()),
    };
    say(&format!(
        "[{nth}/{of}] {} {}{what}: {} images, {} faults, {} changed, {} violations",
        subject.name(),
        subject.page_size(),
        outcome.tried.all_images(),
        outcome.tried.faults,
        outcome.tried.strays + outcome.tried.tampered,
        outcome.broken
    ));
    for violation in &outcome.violations {
        say(&format!("  VIOLATION {violation}"));
    }
}

/// All workloads, over their page sizes, and the sums.
pub(crate) fn print(jobs: &[Job], outcomes: &[Outcome]) {
    let mut rows: BTreeMap<String, Outcome> = BTreeMap::new();
    let mut sum = Outcome::default();
    for (job, outcome) in jobs.iter().zip(outcomes) {
        *rows.entry(job.subject.name().into()).or_default() += outcome.clone();
        sum += outcome.clone();
    }
    say(&format!(
        "\n{:<24}{:>10}{:>10}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>11}",
        "workload",
        "places",
        "images",
        "depth 2",
        "depth 3",
        "faults",
        "restarts",
        "strays",
        "tampered",
        "violations"
    ));
    for (name, outcome) in &rows {
        row(name, outcome);
    }
    row("all", &sum);
    let tried = sum.tried;
    say(&format!(
        "\n{} disks were opened after a crash",
        tried.all_images()
    ));
    details(&tried);
    say(&format!("nonces: {}", citadel_core::ledger::counts()));
}

fn row(name: &str, outcome: &Outcome) {
    let tried = outcome.tried;
    say(&format!(
        "{name:<24}{:>10}{:>10}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>11}",
        tried.boundaries,
        tried.images,
        tried.nested_images,
        tried.deep_images,
        tried.faults,
        tried.restarts,
        tried.strays,
        tried.tampered,
        outcome.broken
    ));
}

fn details(tried: &Tried) {
    say(&format!(
        "states that had arrived before they were acknowledged: {}; rolled back: {}; written to afterwards: {}\n\
         recoveries interrupted: {}; commits with one sync: {}, with more: {}\n\
         faults that ended a run: {}; handles that went on after a failed read: {}\n\
         changed disks refused: {}, unchanged in what is read: {}, last commit gone: {}",
        tried.early,
        tried.rolled_back,
        tried.written,
        tried.nested,
        tried.one_sync,
        tried.more_syncs,
        tried.stopped,
        tried.survived,
        tried.refused,
        tried.harmless,
        tried.last_lost,
    ));
}
