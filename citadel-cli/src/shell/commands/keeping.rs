//! Keeping the database: copies, checks, keys, space.

use std::path::Path;

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};
use crate::keeper;

pub(super) fn backup(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let text = keeper::backup(&shell.connection, &arguments[0])?;
    shell.write(&text)
}

pub(super) fn check(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    let (text, faults) = keeper::check(&shell.connection)?;
    shell.write(&text)?;
    match faults {
        0 => Ok(Flow::Continue),
        faults => Err(Failure::Damaged(faults)),
    }
}

pub(super) fn keys(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let text = keeper::keys(&shell.connection, &words)?;
    shell.write(&text)
}

pub(super) fn rekey(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let text = keeper::rekey(&shell.connection, arguments.first().map(Path::new))?;
    shell.write(&text)
}

pub(super) fn space(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    let text = keeper::space(&shell.connection)?;
    shell.write(&text)
}

pub(super) fn vacuum(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let text = keeper::vacuum(&shell.connection, arguments.first().map(String::as_str))?;
    shell.write(&text)
}
