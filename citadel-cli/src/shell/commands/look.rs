//! Looking at the schema, and at the file.

use super::super::{describe, dump as dumping};
use super::{Flow, Shell};
use crate::exit::Outcome;

pub(super) fn dump(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    let views = describe::views(&shell.connection, arguments.first())?;
    let triggers = describe::triggers(&shell.connection, arguments.first())?;
    let after = (views.as_slice(), triggers.as_slice());
    dumping::dump(&shell.connection, &tables, after, &mut shell.output)?;
    Ok(Flow::Continue)
}

pub(super) fn indexes(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    shell.write(&describe::indexes(&tables))
}

pub(super) fn inspect(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    let text = shell.connection.database().inspect()?;
    shell.write(&text)
}

pub(super) fn schema(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    let views = describe::views(&shell.connection, arguments.first())?;
    let triggers = describe::triggers(&shell.connection, arguments.first())?;
    let after: String = views
        .iter()
        .chain(&triggers)
        .map(|statement| format!("{statement}\n"))
        .collect();
    let sequences = describe::sequences(&shell.connection, &tables)?;
    let made = sequences.iter().filter(|sequence| !sequence.is_identity);
    let sequences: String = made
        .map(|sequence| format!("{}\n", describe::statement(&sequence.sql)))
        .collect();
    let types = describe::types(&shell.connection, &tables)?;
    let types: String = types
        .iter()
        .map(|ty| format!("{}\n", describe::statement(&ty.sql)))
        .collect();
    let domains = describe::domains(&shell.connection, &tables)?;
    let domains: String = domains.iter().map(|sql| format!("{sql}\n")).collect();
    shell.write(&(types + &domains + &sequences + &describe::statements(&tables) + &after))
}

pub(super) fn tables(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let word = arguments
        .first()
        .map_or("", String::as_str)
        .to_ascii_lowercase();
    let names: String = shell
        .connection
        .tables()?
        .iter()
        .filter(|table| table.name.to_ascii_lowercase().contains(&word))
        .map(|table| format!("{}\n", table.name))
        .collect();
    shell.write(&names)
}

pub(super) fn vector(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    let text = describe::vector_indexes(&shell.connection, &tables, shell.style.width)?;
    shell.write(&text)
}
