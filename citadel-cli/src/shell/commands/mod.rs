//! Dot-commands: one table that `.help` prints and that a line is looked up in.

mod destination;
mod importing;
mod keeping;
mod look;
mod opening;
mod parameter;
mod salvage;
mod session;
mod style;
mod words;

use std::io::Write;

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};
use words::words;

/// One command.
struct Command {
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    run: fn(&mut Shell, &[String]) -> Outcome<Flow>,
}

/// All commands, by name.
const COMMANDS: &[Command] = &[
    Command {
        name: ".backup",
        arguments: "FILE",
        help: "copy the database into a new file, also while it is written",
        run: keeping::backup,
    },
    Command {
        name: ".check",
        arguments: "",
        help: "read everything and tell whether it holds together",
        run: keeping::check,
    },
    Command {
        name: ".dump",
        arguments: "[TABLE]",
        help: "the statements that make the database anew, rows included",
        run: look::dump,
    },
    Command {
        name: ".exit",
        arguments: "[CODE]",
        help: "leave, with an exit code",
        run: session::exit,
    },
    Command {
        name: ".headers",
        arguments: "on|off",
        help: "a line of column names before results",
        run: style::headers,
    },
    Command {
        name: ".help",
        arguments: "[WORD]",
        help: "these lines, or those with the word",
        run: session::help,
    },
    Command {
        name: ".import",
        arguments: "[--no-header] FILE TABLE",
        help: "rows of a CSV, TSV or JSON lines file into a table, all or none",
        run: importing::import,
    },
    Command {
        name: ".indexes",
        arguments: "[TABLE]",
        help: "indexes of all tables, or of one",
        run: look::indexes,
    },
    Command {
        name: ".inspect",
        arguments: "",
        help: "superblock, commit records, trees and pages as text",
        run: look::inspect,
    },
    Command {
        name: ".keys",
        arguments: "[ACTION…]",
        help: "keys that open the file: list, add [KEYFILE], change SLOT [KEYFILE], remove SLOT",
        run: keeping::keys,
    },
    Command {
        name: ".mode",
        arguments: "MODE",
        help: "form of results: box, table, column, markdown, csv, tsv, json, jsonl, list, line, quote",
        run: style::mode,
    },
    Command {
        name: ".nullvalue",
        arguments: "TEXT",
        help: "what stands for NULL",
        run: style::null_value,
    },
    Command {
        name: ".once",
        arguments: "FILE",
        help: "the next result goes to the file",
        run: destination::once,
    },
    Command {
        name: ".open",
        arguments: "FILE [KEYFILE]",
        help: "go on with another database",
        run: opening::open,
    },
    Command {
        name: ".output",
        arguments: "[FILE]",
        help: "results go to the file; without, or with stdout, to standard output",
        run: destination::output,
    },
    Command {
        name: ".parameter",
        arguments: "ACTION [NAME] [VALUE…]",
        help: "values for ?, :name, @name: set NAME VALUE, list, unset NAME, clear",
        run: parameter::parameter,
    },
    Command {
        name: ".print",
        arguments: "TEXT…",
        help: "write the text",
        run: destination::print,
    },
    Command {
        name: ".quit",
        arguments: "",
        help: "leave",
        run: session::quit,
    },
    Command {
        name: ".read",
        arguments: "FILE",
        help: "run a script",
        run: session::read,
    },
    Command {
        name: ".rekey",
        arguments: "[KEYFILE]",
        help: "seal the whole file under a new root key, or go on with that",
        run: keeping::rekey,
    },
    Command {
        name: ".salvage",
        arguments: "FILE INTO FILE [KEYFILE]",
        help: "make a new database from what a damaged one still holds",
        run: salvage::salvage,
    },
    Command {
        name: ".schema",
        arguments: "[TABLE]",
        help: "the statements that make the tables and indexes",
        run: look::schema,
    },
    Command {
        name: ".separator",
        arguments: "TEXT",
        help: "between the values of mode list",
        run: style::separator,
    },
    Command {
        name: ".space",
        arguments: "",
        help: "where the space went, by table and index",
        run: keeping::space,
    },
    Command {
        name: ".tables",
        arguments: "[WORD]",
        help: "tables, or those whose name has the word",
        run: look::tables,
    },
    Command {
        name: ".timer",
        arguments: "on|off",
        help: "tell how long each statement takes",
        run: style::timer,
    },
    Command {
        name: ".vacuum",
        arguments: "[FILE]",
        help: "give free space back, or write a compact copy",
        run: keeping::vacuum,
    },
    Command {
        name: ".vector",
        arguments: "[TABLE]",
        help: "state of the vector indexes",
        run: look::vector,
    },
    Command {
        name: ".version",
        arguments: "",
        help: "version of this program",
        run: session::version,
    },
];

/// Runs a line that begins with a dot. A command may be shortened to where it is still one.
pub(super) fn run(shell: &mut Shell, line: &str) -> Outcome<Flow> {
    let words = words(line)?;
    let name = words.first().map_or("", String::as_str);
    let command = find(name)?;
    let most = command.arguments.split_whitespace().count();
    let least = command
        .arguments
        .split_whitespace()
        .filter(|a| !a.starts_with('['))
        .count();
    let given = words.len() - 1;
    let endless = command.arguments.trim_end_matches(']').ends_with('…');
    if given < least || (given > most && !endless) {
        return Err(Failure::Usage(
            format!("usage: {} {}", command.name, command.arguments)
                .trim_end()
                .to_owned(),
        ));
    }
    (command.run)(shell, &words[1..])
}

fn find(name: &str) -> Outcome<&'static Command> {
    if let Some(command) = COMMANDS.iter().find(|c| c.name == name) {
        return Ok(command);
    }
    let mut candidates = COMMANDS
        .iter()
        .filter(|c| name.len() > 1 && c.name.starts_with(name));
    match (candidates.next(), candidates.next()) {
        (Some(command), None) => Ok(command),
        (Some(one), Some(other)) => Err(Failure::Usage(format!(
            "{name} could be {} or {}",
            one.name, other.name
        ))),
        _ => Err(Failure::Usage(format!(
            "there is no command {name}; .help lists them"
        ))),
    }
}

impl Shell {
    /// Writes a text where results go.
    fn write(&mut self, text: &str) -> Outcome<Flow> {
        self.output
            .write_all(text.as_bytes())
            .map_err(Failure::output)?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stand_in_order_and_may_be_shortened() {
        assert!(COMMANDS.is_sorted_by_key(|c| c.name));
        assert_eq!(find(".q").ok().map(|c| c.name), Some(".quit"));
        assert!(find(".e").is_ok());
        assert!(find(".h").is_err());
        assert!(find(".").is_err());
        assert!(find(".nothing").is_err());
    }
}
