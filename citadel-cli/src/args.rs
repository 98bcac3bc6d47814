//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::format::Mode;

/// The shell of Citadel: SQL with vector search over one encrypted file.
#[derive(Debug, Parser)]
#[command(
    name = "citadel",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Key, the first that is there: --key-fd, --key-file, the variable CITADEL_KEY, a prompt. A key is never
taken from the command line, where every process can read it. A key that reads hex: and 64 digits is
used as it is; any other is a passphrase.

Exit codes: 0 ok, 1 statement or data at fault, 2 usage, 3 cannot open, 4 wrong key or damaged file,
130 interrupted."
)]
pub(crate) struct CommandLine {
    /// Commands beside opening a file.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The database file, created if it is not there; :memory: for none.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) file: Option<String>,

    /// Statements to run. Without, and without -c or -f, they come from standard input.
    #[arg(value_name = "SQL")]
    pub(crate) sql: Option<String>,

    /// Statements to run; may be given several times.
    #[arg(short = 'c', long = "command", value_name = "SQL")]
    pub(crate) commands: Vec<String>,

    /// A script to run; may be given several times, and runs after -c.
    #[arg(short = 'f', long = "file", value_name = "SCRIPT")]
    pub(crate) scripts: Vec<PathBuf>,

    /// Where the key comes from.
    #[command(flatten)]
    pub(crate) key: KeyArgs,

    /// How the file is opened.
    #[command(flatten)]
    pub(crate) open: OpenArgs,

    /// How results look.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Where the key comes from.
#[derive(Args, Clone, Debug)]
pub(crate) struct KeyArgs {
    /// Read the key from a file.
    #[arg(long, value_name = "PATH", conflicts_with = "key_fd")]
    pub(crate) key_file: Option<PathBuf>,

    /// Read the key from an open file descriptor.
    #[arg(long, value_name = "N")]
    pub(crate) key_fd: Option<u32>,
}

/// How the file is opened.
#[derive(Args, Clone, Debug)]
pub(crate) struct OpenArgs {
    /// Change nothing; the file must exist.
    #[arg(long, alias = "read-only")]
    pub(crate) readonly: bool,

    /// Do not create the file.
    #[arg(long)]
    pub(crate) must_exist: bool,

    /// How long to wait for another writer.
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    pub(crate) busy_timeout: u64,
}

/// How results look.
#[derive(Args, Clone, Debug)]
pub(crate) struct OutputArgs {
    /// Form of the results; box on a terminal, csv otherwise.
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) mode: Option<Mode>,

    /// One JSON array per result.
    #[arg(long, group = "form", conflicts_with = "mode")]
    json: bool,
    /// One JSON object per row.
    #[arg(long, alias = "jsonlines", group = "form", conflicts_with = "mode")]
    jsonl: bool,
    /// Comma-separated values (RFC 4180); NULL is empty, an empty text is "".
    #[arg(long, group = "form", conflicts_with = "mode")]
    csv: bool,
    /// Tab-separated values.
    #[arg(long, alias = "tabs", group = "form", conflicts_with = "mode")]
    tsv: bool,
    /// Boxes drawn with lines.
    #[arg(long = "box", group = "form", conflicts_with = "mode")]
    boxed: bool,
    /// Boxes drawn in ASCII.
    #[arg(long, group = "form", conflicts_with = "mode")]
    table: bool,
    /// Aligned columns.
    #[arg(long, group = "form", conflicts_with = "mode")]
    column: bool,
    /// Markdown tables.
    #[arg(long, group = "form", conflicts_with = "mode")]
    markdown: bool,
    /// Values with a separator between.
    #[arg(long, group = "form", conflicts_with = "mode")]
    list: bool,
    /// One value per line, with its column's name.
    #[arg(long, group = "form", conflicts_with = "mode")]
    line: bool,
    /// Values as SQL literals.
    #[arg(long, group = "form", conflicts_with = "mode")]
    quote: bool,

    /// No line of column names.
    #[arg(long, alias = "noheader")]
    pub(crate) no_header: bool,

    /// What stands for NULL.
    #[arg(long, alias = "nullvalue", value_name = "TEXT")]
    pub(crate) null_value: Option<String>,

    /// What stands between the values of --list.
    #[arg(long, value_name = "TEXT")]
    pub(crate) separator: Option<String>,

    /// Tell how long each statement takes, on standard error.
    #[arg(long)]
    pub(crate) timer: bool,
}

/// Commands beside opening a file.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Search Debian's packages by meaning: a guided tour over a small real data set.
    Demo {
        /// The file to create; it must not exist. Default: citadel-demo.db in this directory, or the next free name.
        file: Option<PathBuf>,
        /// Where the key comes from; without any, the demo uses one that it tells.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Print the superblock, commit records, trees and pages of a file as text.
    Inspect {
        /// The database file.
        file: String,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Read everything in a file and tell whether it holds together.
    Check {
        /// The database file.
        file: String,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Copy a database, also while it is written; goes on where an interrupted one stopped.
    Backup {
        /// The database file.
        file: String,
        /// The copy; it must not exist.
        to: String,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Give free space back, or write a compact copy.
    Vacuum {
        /// The database file.
        file: String,
        /// Write a compact copy instead; it must not exist.
        into: Option<String>,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Make a new database, with the same key, from what a damaged one still holds.
    Salvage {
        /// The damaged file; it is not changed.
        file: String,
        /// The new file; it must not exist.
        to: String,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Tell where the space went, by table and index.
    Space {
        /// The database file.
        file: String,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// Look into vector indexes.
    Ann {
        /// What to do.
        #[command(subcommand)]
        action: AnnAction,
    },
    /// Seal the whole file under a new root key, or go on with that.
    Rekey {
        /// The database file.
        file: String,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
        /// Read the new key from a file. Else it comes from CITADEL_NEW_KEY or a prompt.
        #[arg(long, value_name = "PATH")]
        new_key_file: Option<PathBuf>,
    },
    /// List, add, change or remove the keys that open a file.
    Keys {
        /// The database file.
        file: String,
        /// list; add KEYFILE?; change SLOT KEYFILE?; remove SLOT. A new key comes from the file, CITADEL_NEW_KEY or a prompt.
        #[arg(value_name = "ACTION")]
        action: Vec<String>,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// What `ann` does.
#[derive(Debug, Subcommand)]
pub(crate) enum AnnAction {
    /// Tell the recall and the time of searches through an index, as a table and as a chart.
    Report {
        /// The database file.
        file: String,
        /// The table.
        table: String,
        /// The vector column, or the index by name.
        column: String,
        /// Write the chart, an SVG picture; it must not exist.
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
        /// Where the key comes from.
        #[command(flatten)]
        key: KeyArgs,
    },
}

impl OutputArgs {
    /// The form that was asked for.
    pub(crate) fn chosen_mode(&self) -> Option<Mode> {
        let flags = [
            (self.json, Mode::Json),
            (self.jsonl, Mode::Jsonl),
            (self.csv, Mode::Csv),
            (self.tsv, Mode::Tsv),
            (self.boxed, Mode::Box),
            (self.table, Mode::Table),
            (self.column, Mode::Column),
            (self.markdown, Mode::Markdown),
            (self.list, Mode::List),
            (self.line, Mode::Line),
            (self.quote, Mode::Quote),
        ];
        let flag = flags.iter().find(|(given, _)| *given);
        self.mode.or(flag.map(|(_, mode)| *mode))
    }
}

/// Long options that may be written with one dash, as other shells of this kind do.
const ONE_DASH: &[&str] = &[
    "json",
    "jsonl",
    "jsonlines",
    "csv",
    "tsv",
    "tabs",
    "box",
    "table",
    "column",
    "markdown",
    "list",
    "line",
    "quote",
    "readonly",
    "noheader",
    "nullvalue",
    "separator",
    "version",
    "help",
];

/// Rewrites `-json` to `--json` and the like, up to `--`.
pub(crate) fn accept_one_dash(
    arguments: impl Iterator<Item = std::ffi::OsString>,
) -> Vec<std::ffi::OsString> {
    let mut options = true;
    arguments
        .map(|argument| {
            options &= argument != "--";
            let name = argument.to_str().and_then(|a| a.strip_prefix('-'));
            match name {
                Some(name) if options && ONE_DASH.contains(&name) => format!("--{name}").into(),
                _ => argument,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Result<CommandLine, clap::Error> {
        let arguments = std::iter::once("citadel").chain(arguments.iter().copied());
        CommandLine::try_parse_from(accept_one_dash(arguments.map(Into::into)))
    }

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_file_and_sql_are_positional() {
        let line = parse(&["a.db", "SELECT 1"]).unwrap();
        assert_eq!(line.file.as_deref(), Some("a.db"));
        assert_eq!(line.sql.as_deref(), Some("SELECT 1"));
        assert!(parse(&[]).is_err());
    }

    #[test]
    fn one_dash_is_as_good_as_two() {
        let line = parse(&["-json", "-readonly", "a.db"]).unwrap();
        assert_eq!(line.output.chosen_mode(), Some(Mode::Json));
        assert!(line.open.readonly);
        assert!(parse(&["-json", "-csv", "a.db"]).is_err());
    }

    #[test]
    fn subcommands_take_a_key_and_no_sql() {
        let line = parse(&["check", "a.db", "--key-file", "k"]).unwrap();
        assert!(matches!(line.command, Some(Command::Check { .. })));
        assert!(parse(&["check"]).is_err());
    }

    #[test]
    fn no_option_takes_a_key_itself() {
        for option in CommandLine::command().get_arguments() {
            let name = option.get_id().as_str();
            assert!(!matches!(name, "key" | "passphrase" | "password"));
        }
    }
}
