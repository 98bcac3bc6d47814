//! The command line.

use std::path::PathBuf;

use crate::Result;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) suite: String,
    /// Fewer queries and rounds: all within two minutes.
    pub(crate) quick: bool,
    /// Where the rows go as JSON, one object per line.
    pub(crate) json: Option<PathBuf>,
    /// Where the data set is.
    pub(crate) data: PathBuf,
    /// Where files are made and removed again: on the disk that is to be measured.
    pub(crate) work: PathBuf,
    /// Rounds that count, in place of the suite's own number.
    pub(crate) rounds: Option<usize>,
    /// The cases to run; none: all.
    pub(crate) cases: Vec<String>,
    /// The engines that take part; none: all.
    pub(crate) engines: Vec<String>,
}

impl Arguments {
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut read = Self {
            suite: String::new(),
            quick: false,
            json: None,
            data: here.join("../../shared/data"),
            work: here.join("../target/bench"),
            rounds: None,
            cases: Vec::new(),
            engines: Vec::new(),
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| format!("{argument} needs a value"))
            };
            match argument.as_str() {
                "--quick" => read.quick = true,
                "--json" => read.json = Some(value()?.into()),
                "--data" => read.data = value()?.into(),
                "--work" => read.work = value()?.into(),
                "--rounds" => read.rounds = Some(value()?.parse()?),
                "--case" => read.cases.extend(list(&value()?)),
                "--engine" => read.engines.extend(list(&value()?)),
                name if read.suite.is_empty() && !name.starts_with('-') => {
                    read.suite = name.to_owned();
                }
                _ => return Err(format!("what is '{argument}'?\n{USAGE}").into()),
            }
        }
        if read.suite.is_empty() {
            return Err(USAGE.into());
        }
        let chooses = !read.cases.is_empty() || !read.engines.is_empty() || read.rounds.is_some();
        if chooses && read.suite != "storage" {
            return Err(format!("--rounds, --case and --engine are for storage\n{USAGE}").into());
        }
        Ok(read)
    }
}

fn list(names: &str) -> impl Iterator<Item = String> {
    names.split(',').map(|name| name.trim().to_owned())
}

const USAGE: &str = "\
usage: citadel-bench SUITE [--quick] [--json FILE] [--data DIR]
                           [--rounds N] [--case NAME,…] [--engine NAME,…] [--work DIR]

suites: vector, storage; the second line is for storage";
