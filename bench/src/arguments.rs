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
}

impl Arguments {
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut read = Self {
            suite: String::new(),
            quick: false,
            json: None,
            data: here.join("../../shared/data"),
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .map(PathBuf::from)
                    .ok_or_else(|| format!("{argument} needs a value"))
            };
            match argument.as_str() {
                "--quick" => read.quick = true,
                "--json" => read.json = Some(value()?),
                "--data" => read.data = value()?,
                name if read.suite.is_empty() && !name.starts_with('-') => {
                    read.suite = name.to_owned();
                }
                _ => return Err(format!("what is '{argument}'?\n{USAGE}").into()),
            }
        }
        if read.suite.is_empty() {
            return Err(USAGE.into());
        }
        Ok(read)
    }
}

const USAGE: &str =
    "usage: citadel-bench SUITE [--quick] [--json FILE] [--data DIR]\n\nsuites: vector";
