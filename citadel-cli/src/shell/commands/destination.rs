//! Where results go.

use std::path::Path;

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};
use crate::shell::output::Output;

pub(super) fn output(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let output = match arguments.first().map(String::as_str) {
        None | Some("stdout") => Output::stdout(),
        Some(name) => file(name)?,
    };
    shell.output.send_to(output).map_err(Failure::output)?;
    Ok(Flow::Continue)
}

pub(super) fn once(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let output = file(&arguments[0])?;
    shell.output.send_once_to(output).map_err(Failure::output)?;
    Ok(Flow::Continue)
}

pub(super) fn print(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.write(&(arguments.join(" ") + "\n"))
}

fn file(name: &str) -> Outcome<Output> {
    Output::file(Path::new(name)).map_err(Failure::io(format!("cannot write {name}")))
}
