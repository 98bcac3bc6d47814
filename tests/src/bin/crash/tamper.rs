//! Files of 64 pages and more, changed at rest in every way.

use citadel_tests::promise::Outcome;
use citadel_tests::promise::tamper::{PAGES, Target};
use citadel_tests::sim::{Image, Operation, SimDisk, Trace};
use citadel_tests::subject::Subject;

use crate::args::Args;
use crate::job::{Job, Kind, subjects};

/// Pages of a file whose bits are flipped.
const FILE_PAGES: usize = 64;
/// Parts that the bits of one file are shared out in.
const PARTS: usize = 8;

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tampering {
    /// Whether it was closed.
    closed: bool,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// Every bit of one part of it.
    Bits(usize),
    /// Pages exchanged, wiped, cut off and added.
    Places,
    /// Every older version of each page.
    Replay,
}

/// All of it for the smallest pages; a workload is chosen by its name.
pub(crate) fn jobs(args: &Args) -> Vec<Job> {
    let mut args = args.clone();
    args.page_size.get_or_insert(512);
    let chosen = !args.workload.is_empty();
    let wanted = |subject: &dyn Subject| {
        chosen || matches!(subject.name(), "random" | "sql-everything" | "checkpoints")
    };
    let bits = (0..PARTS).map(What::Bits);
    let whats: Vec<What> = bits.chain([What::Places, What::Replay]).collect();
    let mut jobs = Vec::new();
    for what in whats {
        for closed in [true, false] {
            let subjects = subjects(&args).into_iter();
            jobs.extend(subjects.filter(|s| wanted(s.as_ref())).map(|subject| Job {
                subject,
                kind: Kind::Tamper(Tampering { closed, what }),
                args: args.clone(),
                share: 1,
            }));
        }
    }
    jobs
}

impl Tampering {
    /// What is done, in a word.
    pub(crate) fn name(&self) -> String {
        let file = if self.closed { "closed" } else { "left open" };
        match self.what {
            What::Bits(part) => format!("{file}, bits, part {} of {PARTS}", part + 1),
            What::Places => format!("{file}, places"),
            What::Replay => format!("{file}, replay"),
        }
    }

    pub(crate) fn run(self, job: &Job) -> Outcome {
        let disk = SimDisk::new();
        let mut states = Vec::new();
        let end = job.subject.run(&disk, &mut states);
        assert!(end.is_ok(), "nothing fails on this disk: {end:?}");
        let trace = disk.trace();
        // A file that was not closed is what the run had written when its last commit was acknowledged.
        let last = |operation: &Operation| matches!(operation, Operation::Acknowledge(_));
        let left = trace.operations().iter().rposition(last).unwrap_or(0);
        let case = job.case(1);
        let mut target = if self.closed {
            Target::closed(case, disk.image())
        } else {
            let before = states.len().saturating_sub(2);
            let file = trace.moment(left).visible().clone();
            Target::left_open(case, file, states[before].clone())
        };
        match self.what {
            What::Bits(part) => {
                let end = target
                    .len()
                    .min(PAGES + FILE_PAGES * case.subject.page_size() as usize);
                let share = end.div_ceil(PARTS);
                target.flip_bits(part * share, ((part + 1) * share).min(end));
            }
            What::Places => {
                target.exchange_places(1);
                target.wipe_places();
                target.change_length();
            }
            What::Replay => {
                let end = if self.closed { trace.len() } else { left };
                for (version, older) in versions(&trace, end).iter().enumerate() {
                    target.replay(older, version);
                }
            }
        }
        target.take_outcome()
    }
}

/// The file after every operation that changed it.
fn versions(trace: &Trace, end: usize) -> Vec<Image> {
    let mut versions = Vec::new();
    let mut moment = trace.start();
    while moment.at() < end && moment.advance() {
        if trace.operations()[moment.at() - 1].changes() {
            versions.push(moment.visible().clone());
        }
    }
    versions
}
