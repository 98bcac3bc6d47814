//! Statements without a person: from arguments, scripts or standard input. Stops at the first error.

use std::io;
use std::path::PathBuf;

use crate::args::CommandLine;
use crate::exit::Outcome;
use crate::shell::{Flow, Shell};

/// Where statements come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The text itself.
    Text(String),
    /// A script.
    File(PathBuf),
}

/// What the command line asks to run; empty: standard input.
pub(crate) fn sources(line: &CommandLine) -> Vec<Source> {
    let texts = line
        .sql
        .iter()
        .chain(&line.commands)
        .cloned()
        .map(Source::Text);
    texts
        .chain(line.scripts.iter().cloned().map(Source::File))
        .collect()
}

/// Runs all, one after the other.
pub(crate) fn run(mut shell: Shell, sources: Vec<Source>) -> Outcome<()> {
    if sources.is_empty() {
        shell.run_reader(&mut io::stdin().lock(), "standard input")?;
    }
    for source in sources {
        let flow = match source {
            Source::Text(text) => shell.run_text(&text)?,
            Source::File(path) => shell.run_file(&path)?,
        };
        if flow == Flow::Quit {
            break;
        }
    }
    shell.finish()
}
