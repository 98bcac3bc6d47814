//! Statements without a person: from arguments, scripts or standard input. Stops at the first error.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use crate::args::CommandLine;
use crate::exit::{Failure, Outcome};
use crate::script::Splitter;
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
        run_reader(&mut shell, &mut io::stdin().lock(), "standard input")?;
    }
    for source in sources {
        let flow = match source {
            Source::Text(text) => run_reader(&mut shell, &mut text.as_bytes(), "the argument")?,
            Source::File(path) => run_file(&mut shell, &path)?,
        };
        if flow == Flow::Quit {
            break;
        }
    }
    shell.finish()
}

/// Runs a script file.
pub(crate) fn run_file(shell: &mut Shell, path: &std::path::Path) -> Outcome<Flow> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(Failure::io(format!("cannot open {name}")))?;
    run_reader(shell, &mut BufReader::new(file), &name)
}

/// Runs statements as they come, so that a long script needs no memory of its size.
fn run_reader(shell: &mut Shell, reader: &mut dyn BufRead, name: &str) -> Outcome<Flow> {
    let mut splitter = Splitter::default();
    let mut line = String::new();
    loop {
        line.clear();
        let read = reader
            .read_line(&mut line)
            .map_err(Failure::io(format!("cannot read {name}")))?;
        if read == 0 {
            break;
        }
        splitter.push(&line);
        while let Some(piece) = splitter.next_piece() {
            if shell.run(piece)? == Flow::Quit {
                return Ok(Flow::Quit);
            }
        }
    }
    match splitter.finish() {
        Some(piece) => shell.run(piece),
        None => Ok(Flow::Continue),
    }
}
