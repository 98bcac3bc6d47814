//! The shell itself: scripts, help, the end.

use std::path::Path;

use super::{COMMANDS, Command, Flow, Shell};
use crate::exit::{Failure, Outcome};

pub(super) fn exit(_: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    match arguments.first().map(|code| code.parse::<u8>()) {
        None | Some(Ok(0)) => Ok(Flow::Quit),
        Some(Ok(code)) => Err(Failure::Asked(code)),
        Some(Err(_)) => Err(Failure::Usage(
            "an exit code is a number from 0 to 255".to_owned(),
        )),
    }
}

pub(super) fn help(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let wanted = |c: &&Command| {
        arguments
            .first()
            .is_none_or(|word| c.name.contains(word.as_str()))
    };
    let lines: String = COMMANDS
        .iter()
        .filter(wanted)
        .map(|c| format!("{:<32} {}\n", format!("{} {}", c.name, c.arguments), c.help))
        .collect();
    shell.write(&lines)
}

pub(super) fn quit(_: &mut Shell, _: &[String]) -> Outcome<Flow> {
    Ok(Flow::Quit)
}

pub(super) fn read(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.run_file(Path::new(&arguments[0]))
}

pub(super) fn version(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    shell.write(concat!("citadel ", env!("CARGO_PKG_VERSION"), "\n"))
}
