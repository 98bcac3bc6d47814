//! Storage against SQLite, SQLCipher and redb: durable commits, loading, reads, file sizes, and vectors by full scan.
//!
//! Every engine does the same with the same rows, one after the other, round after round; the first round warms up and is
//! not counted. What reads give is compared with what was written.

mod churn;
mod durable;
mod effort;
mod lane;
mod loaded;
mod rounds;
mod vectors;

use crate::Result;
use crate::arguments::Arguments;
use crate::report::{Report, complain};
use crate::store::{Citadel, CitadelKv, RawDisk, Redb, Sqlite, SqliteMode, Store};

use effort::Effort;
use lane::{Lane, Workshop};

/// All cases in the order in which they run.
const CASES: [&str; 11] = [
    "durable_1",
    "durable_8",
    "durable_batch",
    "bulk_load",
    "file_size",
    "scan_cached",
    "point_cached",
    "point_cold",
    "mixed_95_5",
    "file_size_churned",
    "vector_scan",
];

/// Runs the suite.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let effort = Effort::new(arguments);
    let wanted = Wanted::new(arguments)?;
    std::fs::create_dir_all(&arguments.work)?;
    let folder = tempfile::tempdir_in(&arguments.work)?;
    let workshop = Workshop::new(folder.path());
    complain(&Sqlite::build()?);
    durable::run(&wanted, &effort, &workshop, report)?;
    loaded::run(&wanted, &effort, &workshop, report)?;
    if wanted.case("file_size_churned") {
        churn::run(wanted.lanes(&workshop, "churn"), &effort, report)?;
    }
    if wanted.case("vector_scan") {
        vectors::run(&wanted, &effort, folder.path(), report)?;
    }
    Ok(())
}

/// Which cases and engines were asked for.
struct Wanted {
    cases: Vec<String>,
    engines: Vec<String>,
}

impl Wanted {
    fn new(arguments: &Arguments) -> Result<Self> {
        let wanted = Self {
            cases: arguments.cases.clone(),
            engines: arguments.engines.clone(),
        };
        let known = |name: &&String| !CASES.contains(&name.as_str());
        if let Some(case) = wanted.cases.iter().find(known) {
            return Err(format!("no case '{case}'; there are: {}", CASES.join(", ")).into());
        }
        let known: Vec<_> = all().iter().map(|store| store.name()).collect();
        if let Some(engine) = wanted.engines.iter().find(|e| !known.contains(&e.as_str())) {
            let known = known.join(", ");
            return Err(format!("no engine '{engine}' in this build; there are: {known}").into());
        }
        Ok(wanted)
    }

    fn case(&self, name: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|case| case == name)
    }

    fn engine(&self, name: &str) -> bool {
        self.engines.is_empty() || self.engines.iter().any(|engine| engine == name)
    }

    /// The databases that take part, each with a file of this name; yardsticks are left out.
    fn lanes(&self, workshop: &Workshop, file: &str) -> Vec<Lane> {
        let mut lanes = self.lanes_and_yardsticks(workshop, file);
        lanes.retain(|lane| !lane.store().is_yardstick());
        lanes
    }

    fn lanes_and_yardsticks(&self, workshop: &Workshop, file: &str) -> Vec<Lane> {
        let stores = all().into_iter().filter(|store| self.engine(store.name()));
        stores.map(|store| workshop.lane(store, file)).collect()
    }
}

fn all() -> Vec<Box<dyn Store>> {
    let mut stores: Vec<Box<dyn Store>> = vec![
        Box::new(Citadel),
        Box::new(CitadelKv),
        Box::new(Sqlite::new(SqliteMode::WalFull)),
        Box::new(Sqlite::new(SqliteMode::Off)),
        Box::new(Redb),
    ];
    if cfg!(feature = "sqlcipher") {
        stores.push(Box::new(Sqlite::new(SqliteMode::Cipher)));
    }
    stores.push(Box::new(RawDisk));
    stores
}
