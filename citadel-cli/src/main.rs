//! `citadel`: the shell. SQL from an argument, a script, standard input or a prompt; results on standard output,
//! everything else on standard error.
//!
//! ```text
//! main ─► args ─► key, open ─► batch or interactive ─pieces of script─► shell ─rows─► format
//!            └──► demo, tools (inspect, check, backup, vacuum, …) ─► keeper
//! ```
#![forbid(unsafe_code)]

mod ann;
mod args;
mod batch;
mod demo;
mod exit;
mod format;
mod import;
mod interactive;
mod keeper;
mod key;
mod open;
mod progress;
mod script;
mod shell;
mod signals;
mod terminal;
mod tools;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::args::{AnnAction, Command, CommandLine, accept_one_dash};
use crate::exit::{Failure, Outcome};
use crate::format::Mode;
use crate::open::Opening;
use crate::shell::Shell;

fn main() -> ExitCode {
    let line = CommandLine::parse_from(accept_one_dash(std::env::args_os()));
    let json = matches!(line.output.chosen_mode(), Some(Mode::Json | Mode::Jsonl));
    match run(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure, json);
            ExitCode::from(failure.code())
        }
    }
}

fn run(line: CommandLine) -> Outcome<()> {
    match line.command {
        Some(Command::Demo { file, key }) => demo::run(file, &key),
        Some(Command::Inspect { file, key }) => tools::inspect(&file, &key),
        Some(Command::Check { file, key }) => tools::check(&file, &key),
        Some(Command::Backup { file, to, key }) => tools::backup(&file, &to, &key),
        Some(Command::Vacuum { file, into, key }) => tools::vacuum(&file, into.as_deref(), &key),
        Some(Command::Salvage { file, to, key }) => tools::salvage(&file, &to, &key),
        Some(Command::Ann {
            action:
                AnnAction::Report {
                    file,
                    table,
                    column,
                    out,
                    key,
                },
        }) => tools::ann_report(&file, (&table, &column), out.as_deref(), &key),
        Some(Command::Space { file, key }) => tools::space(&file, &key),
        Some(Command::Rekey {
            file,
            key,
            new_key_file,
        }) => tools::rekey(&file, new_key_file.as_deref(), &key),
        Some(Command::Keys { file, action, key }) => tools::keys(&file, &action, &key),
        None => run_shell(&line),
    }
}

fn run_shell(line: &CommandLine) -> Outcome<()> {
    let file = line.file.as_deref().unwrap_or(":memory:");
    let sources = batch::sources(line);
    let interactive = sources.is_empty() && terminal::stdin_is_terminal();
    let opening = Opening::new(&line.key, &line.open);
    let connection = opening.open(file)?;
    let shell = Shell::new(connection, opening, &line.output, interactive);
    signals::interrupt_on_ctrl_c(!interactive);
    if interactive {
        return interactive::run(shell, file);
    }
    batch::run(shell, sources)
}

/// Tells standard error what went wrong. Should that fail too, the exit code still tells.
fn report(failure: &Failure, json: bool) {
    let text = if json {
        failure.report_json()
    } else {
        failure.report()
    };
    let _ = io::stderr().write_all(text.unwrap_or_default().as_bytes());
}
