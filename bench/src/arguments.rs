//! The command line.

use std::path::PathBuf;

use crate::Result;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) suite: String,
    /// Fewer queries, rounds and peers: all within two minutes.
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
    /// Rows of the vector suite: the real set, or a larger one made of it.
    pub(crate) rows: Option<usize>,
    /// An interpreter that has the packages of `bench/peers/requirements.txt`.
    pub(crate) python: Option<PathBuf>,
    /// The program of `bench/reference`.
    pub(crate) reference: Option<PathBuf>,
    /// The folder of Postgres' programs, with pgvector installed for it.
    pub(crate) postgres: Option<PathBuf>,
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
            rows: None,
            python: None,
            reference: None,
            postgres: None,
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
                "--rows" => read.rows = Some(value()?.parse()?),
                "--python" => read.python = Some(value()?.into()),
                "--reference" => read.reference = Some(value()?.into()),
                "--postgres" => read.postgres = Some(value()?.into()),
                name if read.suite.is_empty() && !name.starts_with('-') => {
                    read.suite = name.to_owned();
                }
                _ => return Err(format!("what is '{argument}'?\n{USAGE}").into()),
            }
        }
        match read.suite.as_str() {
            "" => Err(USAGE.into()),
            "vector" => Ok(read),
            "lake" | "tpch" if !read.needs_vector() => Ok(read),
            _ if read.python.is_some() || read.needs_vector() => Err(format!(
                "--rows and the places of peers are for vector, lake and tpch\n{USAGE}"
            )
            .into()),
            _ => Ok(read),
        }
    }

    fn needs_vector(&self) -> bool {
        self.rows.is_some() || self.reference.is_some() || self.postgres.is_some()
    }

    /// Whether a case is to be run.
    pub(crate) fn wants(&self, case: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|wanted| wanted == case)
    }

    /// Whether an engine takes part.
    pub(crate) fn wants_engine(&self, engine: &str) -> bool {
        self.engines.is_empty() || self.engines.iter().any(|wanted| wanted == engine)
    }
}

fn list(names: &str) -> impl Iterator<Item = String> {
    names.split(',').map(|name| name.trim().to_owned())
}

const USAGE: &str = "\
usage: citadel-bench SUITE [--quick] [--json FILE] [--data DIR] [--work DIR]
                           [--rounds N] [--case NAME,…] [--engine NAME,…]
                           [--rows N] [--python FILE] [--reference FILE] [--postgres DIR]

suites: vector, storage, sql, lake, tpch; the third line is for vector, and --python for lake and tpch too";
