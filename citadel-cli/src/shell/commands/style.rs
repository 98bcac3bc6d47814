//! How results look.

use clap::ValueEnum;

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};
use crate::format::Mode;

fn on_or_off(word: &str) -> Outcome<bool> {
    match word {
        "on" | "1" | "yes" => Ok(true),
        "off" | "0" | "no" => Ok(false),
        _ => Err(Failure::Usage(format!("on or off, not {word}"))),
    }
}

pub(super) fn headers(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.header = on_or_off(&arguments[0])?;
    Ok(Flow::Continue)
}

pub(super) fn mode(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.mode = Mode::from_str(&arguments[0], true).map_err(|_| {
        Failure::Usage(format!("there is no mode {}; see .help mode", arguments[0]))
    })?;
    shell.style.is_chosen = true;
    Ok(Flow::Continue)
}

pub(super) fn null_value(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.null = Some(arguments[0].clone());
    Ok(Flow::Continue)
}

pub(super) fn separator(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.separator.clone_from(&arguments[0]);
    Ok(Flow::Continue)
}

pub(super) fn timer(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.timer = on_or_off(&arguments[0])?;
    Ok(Flow::Continue)
}
