//! What one thread does at a time: one workload at one page size, put to the promises.

use citadel_tests::promise::{Case, Effort, Outcome, crash, fault, restart, stray};
use citadel_tests::sim::SimDisk;
use citadel_tests::subject::{self, Subject};

use crate::args::Args;
use crate::tamper::Tampering;

/// Page sizes that are tried.
const PAGE_SIZES: [u32; 3] = [512, 4096, 8192];

/// A piece of work.
pub(crate) struct Job {
    pub(crate) subject: Box<dyn Subject>,
    pub(crate) kind: Kind,
    pub(crate) args: Args,
    /// Jobs among which the images are shared.
    pub(crate) share: usize,
}

/// Which work.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Crashes and faults.
    Crash,
    /// Changes of the file at rest.
    Tamper(Tampering),
}

/// The workloads that were asked for.
pub(crate) fn subjects(args: &Args) -> Vec<Box<dyn Subject>> {
    let sizes = PAGE_SIZES
        .into_iter()
        .filter(|size| args.page_size.is_none_or(|only| only == *size));
    let all = sizes.flat_map(subject::all);
    all.filter(|subject| subject.name().contains(&args.workload))
        .collect()
}

/// The crash matrix.
pub(crate) fn jobs(args: &Args) -> Vec<Job> {
    let subjects = subjects(args);
    let share = subjects.len();
    let job = |subject| Job {
        subject,
        kind: Kind::Crash,
        args: args.clone(),
        share,
    };
    subjects.into_iter().map(job).collect()
}

impl Job {
    pub(crate) fn run(&self) -> Outcome {
        match self.kind {
            Kind::Crash => self.crash(),
            Kind::Tamper(tampering) => tampering.run(self),
        }
    }

    /// The case that is tried, at so many images a place.
    pub(crate) fn case(&self, images: usize) -> Case<'_> {
        let mut effort = Effort::full(images);
        effort.stride = self.args.stride;
        if self.args.recovery {
            effort = effort.exhaustive_recovery();
        }
        Case {
            subject: self.subject.as_ref(),
            seed: self.args.seed,
            effort,
            only: self.args.place.map(|place| (place, self.args.image)),
        }
    }

    fn crash(&self) -> Outcome {
        let case = self.case(self.images_per_place());
        let mut all = Outcome::default();
        for (name, promise) in PROMISES {
            if self
                .args
                .promise
                .as_deref()
                .is_none_or(|only| only == *name)
            {
                let mut outcome = promise(case);
                for violation in &mut outcome.violations {
                    violation.place = format!("{name}: {}", violation.place);
                }
                all += outcome;
            }
        }
        all
    }

    /// So many images at each place as make this job's share. About a third of them are seen before, and the recoveries of the
    /// others, interrupted in their turn, make three disks more of each.
    fn images_per_place(&self) -> usize {
        if let Some(images) = self.args.per_place {
            return images;
        }
        let disk = SimDisk::new();
        if self.subject.run(&disk, &mut Vec::new()).is_err() {
            return 1;
        }
        let trace = disk.trace();
        let mut moment = trace.start();
        let mut places = 0;
        while moment.advance() {
            places += usize::from(trace.is_boundary(moment.at()) && !moment.pending().is_empty());
        }
        (self.args.images * 3 / 8)
            .div_ceil(self.share * places.max(1))
            .max(8)
    }
}

/// Tries a promise.
type Everywhere = fn(Case<'_>) -> Outcome;

/// The promises by name.
const PROMISES: &[(&str, Everywhere)] = &[
    ("crash", crash::everywhere),
    ("restart", restart::everywhere),
    ("fault", fault::everywhere),
    ("stray", stray::everywhere),
];
