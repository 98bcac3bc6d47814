//! Dot-commands: one table that `.help` prints and that a line is looked up in.

use std::io::Write;
use std::path::Path;

use clap::ValueEnum;

use super::{Flow, Output, Shell, describe};
use crate::exit::{Failure, Outcome};
use crate::format::Mode;
use crate::keeper;

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
        run: backup,
    },
    Command {
        name: ".check",
        arguments: "",
        help: "read everything and tell whether it holds together",
        run: check,
    },
    Command {
        name: ".dump",
        arguments: "[TABLE]",
        help: "the statements that make the database anew, rows included",
        run: dump,
    },
    Command {
        name: ".exit",
        arguments: "[CODE]",
        help: "leave, with an exit code",
        run: exit,
    },
    Command {
        name: ".headers",
        arguments: "on|off",
        help: "a line of column names before results",
        run: headers,
    },
    Command {
        name: ".help",
        arguments: "[WORD]",
        help: "these lines, or those with the word",
        run: help,
    },
    Command {
        name: ".indexes",
        arguments: "[TABLE]",
        help: "indexes of all tables, or of one",
        run: indexes,
    },
    Command {
        name: ".inspect",
        arguments: "",
        help: "superblock, commit records, trees and pages as text",
        run: inspect,
    },
    Command {
        name: ".keys",
        arguments: "[ACTION…]",
        help: "keys that open the file: list, add [KEYFILE], change SLOT [KEYFILE], remove SLOT",
        run: keys,
    },
    Command {
        name: ".mode",
        arguments: "MODE",
        help: "form of results: box, table, column, markdown, csv, tsv, json, jsonl, list, line, quote",
        run: mode,
    },
    Command {
        name: ".nullvalue",
        arguments: "TEXT",
        help: "what stands for NULL",
        run: null_value,
    },
    Command {
        name: ".output",
        arguments: "[FILE]",
        help: "results go to the file; without, or with stdout, to standard output",
        run: output,
    },
    Command {
        name: ".print",
        arguments: "TEXT…",
        help: "write the text",
        run: print,
    },
    Command {
        name: ".quit",
        arguments: "",
        help: "leave",
        run: quit,
    },
    Command {
        name: ".read",
        arguments: "FILE",
        help: "run a script",
        run: read,
    },
    Command {
        name: ".rekey",
        arguments: "[KEYFILE]",
        help: "seal the whole file under a new root key, or go on with that",
        run: rekey,
    },
    Command {
        name: ".schema",
        arguments: "[TABLE]",
        help: "the statements that make the tables and indexes",
        run: schema,
    },
    Command {
        name: ".separator",
        arguments: "TEXT",
        help: "between the values of mode list",
        run: separator,
    },
    Command {
        name: ".space",
        arguments: "",
        help: "where the space went, by table and index",
        run: space,
    },
    Command {
        name: ".tables",
        arguments: "[WORD]",
        help: "tables, or those whose name has the word",
        run: tables,
    },
    Command {
        name: ".timer",
        arguments: "on|off",
        help: "tell how long each statement takes",
        run: timer,
    },
    Command {
        name: ".vacuum",
        arguments: "[FILE]",
        help: "give free space back, or write a compact copy",
        run: vacuum,
    },
    Command {
        name: ".vector",
        arguments: "[TABLE]",
        help: "state of the vector indexes",
        run: vector,
    },
    Command {
        name: ".version",
        arguments: "",
        help: "version of this program",
        run: version,
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

/// Splits at spaces; `'…'` and `"…"` hold words together.
fn words(line: &str) -> Outcome<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.trim_end().trim_end_matches(';').chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(Failure::Usage(format!("a quotation does not end: {line}")));
    }
    words.extend(word);
    Ok(words)
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

fn on_or_off(word: &str) -> Outcome<bool> {
    match word {
        "on" | "1" | "yes" => Ok(true),
        "off" | "0" | "no" => Ok(false),
        _ => Err(Failure::Usage(format!("on or off, not {word}"))),
    }
}

fn backup(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let text = keeper::backup(&shell.connection, &arguments[0])?;
    shell.write(&text)
}

fn dump(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    super::dump::dump(&shell.connection, &tables, &mut shell.output)?;
    Ok(Flow::Continue)
}

fn keys(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let text = keeper::keys(&shell.connection, &words)?;
    shell.write(&text)
}

fn rekey(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let text = keeper::rekey(&shell.connection, arguments.first().map(Path::new))?;
    shell.write(&text)
}

fn space(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    let text = keeper::space(&shell.connection)?;
    shell.write(&text)
}

fn vacuum(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let text = keeper::vacuum(&shell.connection, arguments.first().map(String::as_str))?;
    shell.write(&text)
}

fn check(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    let (text, faults) = keeper::check(&shell.connection)?;
    shell.write(&text)?;
    match faults {
        0 => Ok(Flow::Continue),
        faults => Err(Failure::Damaged(faults)),
    }
}

fn exit(_: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    match arguments.first().map(|code| code.parse::<u8>()) {
        None | Some(Ok(0)) => Ok(Flow::Quit),
        Some(Ok(code)) => Err(Failure::Asked(code)),
        Some(Err(_)) => Err(Failure::Usage(
            "an exit code is a number from 0 to 255".to_owned(),
        )),
    }
}

fn headers(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.header = on_or_off(&arguments[0])?;
    Ok(Flow::Continue)
}

fn help(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let wanted = |c: &&Command| {
        arguments
            .first()
            .is_none_or(|word| c.name.contains(word.as_str()))
    };
    let lines: String = COMMANDS
        .iter()
        .filter(wanted)
        .map(|c| format!("{:<22} {}\n", format!("{} {}", c.name, c.arguments), c.help))
        .collect();
    shell.write(&lines)
}

fn indexes(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    shell.write(&describe::indexes(&tables))
}

fn inspect(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    let text = shell.connection.database().inspect()?;
    shell.write(&text)
}

fn mode(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.mode = Mode::from_str(&arguments[0], true).map_err(|_| {
        Failure::Usage(format!("there is no mode {}; see .help mode", arguments[0]))
    })?;
    Ok(Flow::Continue)
}

fn null_value(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.null = Some(arguments[0].clone());
    Ok(Flow::Continue)
}

fn output(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.output.flush().map_err(Failure::output)?;
    shell.output = match arguments.first().map(String::as_str) {
        None | Some("stdout") => Output::stdout(),
        Some(file) => {
            Output::file(Path::new(file)).map_err(Failure::io(format!("cannot write {file}")))?
        }
    };
    Ok(Flow::Continue)
}

fn print(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.write(&(arguments.join(" ") + "\n"))
}

fn quit(_: &mut Shell, _: &[String]) -> Outcome<Flow> {
    Ok(Flow::Quit)
}

fn read(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.run_file(Path::new(&arguments[0]))
}

fn schema(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    shell.write(&describe::statements(&tables))
}

fn separator(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.style.separator.clone_from(&arguments[0]);
    Ok(Flow::Continue)
}

fn tables(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
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

fn timer(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    shell.timer = on_or_off(&arguments[0])?;
    Ok(Flow::Continue)
}

fn vector(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let tables = describe::chosen(&shell.connection, arguments.first())?;
    let text = describe::vector_indexes(&shell.connection, &tables, shell.style.width)?;
    shell.write(&text)
}

fn version(shell: &mut Shell, _: &[String]) -> Outcome<Flow> {
    shell.write(concat!("citadel ", env!("CARGO_PKG_VERSION"), "\n"))
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

    #[test]
    fn quotes_hold_words_together() {
        let split = |line| words(line).ok().unwrap();
        assert_eq!(split(".read 'a b.sql' ;"), [".read", "a b.sql"]);
        assert_eq!(split(".nullvalue ''"), [".nullvalue", ""]);
        assert!(words(".print 'open").is_err());
    }
}
