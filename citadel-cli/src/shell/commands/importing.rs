//! Rows from a file.

use std::path::Path;

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};
use crate::import::{Source, import as read_into};
use crate::shell::plural;

pub(super) fn import(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let (options, names): (Vec<&str>, Vec<&str>) = arguments
        .iter()
        .map(String::as_str)
        .partition(|word| word.starts_with("--"));
    let header = match options.as_slice() {
        [] => true,
        ["--no-header"] => false,
        _ => return Err(usage()),
    };
    let [file, table] = names.as_slice() else {
        return Err(usage());
    };
    let mut source = Source::open(Path::new(file), header)?;
    let rows = read_into(&mut shell.connection, &mut source, table)?;
    shell.tell(&format!("{} imported\n", plural(rows, "row")));
    Ok(Flow::Continue)
}

fn usage() -> Failure {
    Failure::Usage("usage: .import [--no-header] FILE TABLE".to_owned())
}
