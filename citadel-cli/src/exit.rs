//! How the process ends: one code per kind of failure, one report on standard error.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | all is well |
//! | 1 | a statement or its data is at fault |
//! | 2 | the command line is wrong, or no key was given |
//! | 3 | the file cannot be opened: not there, not permitted, not a database, or another process writes it |
//! | 4 | the key is wrong, or the file is damaged |
//! | 130 | interrupted |
//! | 141 | whoever read the results went away |

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use citadel_sql::Error;

use crate::format::json_string;

/// A failure and where it came from.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line, or what it refers to, is wrong.
    Usage(String),
    /// The database cannot be opened.
    Open {
        /// The path as it was given.
        path: String,
        /// Why.
        source: Error,
    },
    /// There is no such file, and none is to be made.
    NoSuchFile {
        /// The path as it was given.
        path: String,
    },
    /// What was to be created is there already.
    Exists {
        /// The path as it was given.
        path: String,
    },
    /// A statement failed.
    Statement {
        /// Its text.
        text: String,
        /// Lines of the script before it.
        lines_before: usize,
        /// Why.
        source: Error,
    },
    /// A line of a file that is imported is at fault.
    Data {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// A task of the shell's own was stopped by Ctrl-C.
    Interrupted,
    /// Anything else that the database reports.
    Database(Error),
    /// A file or stream other than the database failed.
    Io {
        /// What was being done.
        doing: String,
        /// Why.
        source: io::Error,
    },
    /// The database does not hold together; what is wrong was already told.
    Damaged(u64),
    /// A script ended inside a transaction.
    TransactionLeftOpen,
    /// `.exit N`.
    Asked(u8),
}

/// The result of a step of the shell.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(source: Error) -> Self {
        Self::Database(source)
    }
}

impl Failure {
    /// A failed read or write of something other than the database.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }

    /// Standard output cannot be written.
    pub(crate) fn output(source: io::Error) -> Self {
        Self::Io {
            doing: "cannot write the results".to_owned(),
            source,
        }
    }

    /// The code of the process.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Open { source, .. } if damaged_or_wrong_key(source) => 4,
            Self::Open { .. } | Self::NoSuchFile { .. } | Self::Exists { .. } => 3,
            Self::Statement { source, .. } | Self::Database(source) => database_code(source),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => 141,
            Self::Io { .. } | Self::TransactionLeftOpen | Self::Data { .. } => 1,
            Self::Interrupted => 130,
            Self::Damaged(_) => 4,
            Self::Asked(code) => *code,
        }
    }

    /// What standard error is told, as text; `None` where there is nothing to say.
    pub(crate) fn report(&self) -> Option<String> {
        match self {
            Self::Asked(_) => None,
            Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => None,
            Self::Statement {
                text,
                lines_before,
                source,
            } => Some(statement_report(text, *lines_before, source)),
            Self::Open { source, .. } | Self::Database(source) => {
                Some(with_hint(format!("error: {}\n", self.message()), source))
            }
            other => Some(format!("error: {}\n", other.message())),
        }
    }

    /// What standard error is told, as one JSON object.
    pub(crate) fn report_json(&self) -> Option<String> {
        self.report()?;
        let error = self.error();
        let mut fields = vec![
            ("code", json_string(self.kind())),
            ("exit", self.code().to_string()),
        ];
        if let Some(state) = error.and_then(Error::sqlstate) {
            fields.push(("sqlstate", json_string(state.as_str())));
        }
        fields.push(("message", json_string(&self.message())));
        if let Some(hint) = error.and_then(Error::hint_text) {
            fields.push(("hint", json_string(hint)));
        }
        if let Self::Statement {
            text, lines_before, ..
        } = self
        {
            if let Some(at) = error.and_then(Error::position) {
                fields.push(("line", (at.line + lines_before).to_string()));
                fields.push(("column", at.column.to_string()));
            }
            fields.push(("statement", json_string(text)));
        }
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}:{value}", json_string(name)))
            .collect();
        Some(format!("{{{}}}\n", body.join(",")))
    }

    fn error(&self) -> Option<&Error> {
        match self {
            Self::Open { source, .. } | Self::Statement { source, .. } | Self::Database(source) => {
                Some(source)
            }
            _ => None,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Usage(message) => message.clone(),
            Self::Open { path, source } => format!("cannot open {path}: {}", source.message()),
            Self::Exists { path } => format!("{path} is there already, and was not touched"),
            Self::NoSuchFile { path } => format!("cannot open {path}: there is no such file"),
            Self::Statement { source, .. } | Self::Database(source) => source.message(),
            Self::Io { doing, source } => format!("{doing}: {source}"),
            Self::Data { path, line, what } => format!("{}:{line}: {what}", path.display()),
            Self::Interrupted => "interrupted".to_owned(),
            Self::Damaged(faults) => format!("{faults} faults found"),
            Self::TransactionLeftOpen => {
                "the input ended inside a transaction, which was rolled back".to_owned()
            }
            Self::Asked(_) => String::new(),
        }
    }

    fn kind(&self) -> &'static str {
        match (self, self.error()) {
            (Self::Usage(_), _) => "usage",
            (Self::Damaged(_), _) => "corrupt",
            (Self::Data { .. }, _) => "data",
            (Self::Interrupted, _) => "interrupted",
            (_, Some(error)) => error_kind(error),
            (Self::TransactionLeftOpen, _) => "transaction",
            _ => "io",
        }
    }
}

fn damaged_or_wrong_key(error: &Error) -> bool {
    error.is_wrong_key() || error.is_corrupt() || error.is_tampered()
}

fn database_code(error: &Error) -> u8 {
    match error {
        error if error.is_interrupted() => 130,
        error if damaged_or_wrong_key(error) => 4,
        _ => 1,
    }
}

fn error_kind(error: &Error) -> &'static str {
    match error {
        error if error.is_wrong_key() => "wrong_key",
        error if error.is_tampered() => "tampered",
        error if error.is_corrupt() => "corrupt",
        error if error.is_busy() => "busy",
        error if error.is_interrupted() => "interrupted",
        error if error.is_constraint() => "constraint",
        error if error.is_unsupported() => "unsupported",
        error if error.is_io() => "io",
        error if error.is_misuse() => "misuse",
        _ => "sql",
    }
}

/// The message, the line at fault with a mark below the place, and the hint.
fn statement_report(text: &str, lines_before: usize, error: &Error) -> String {
    let mut report = match error.sqlstate() {
        Some(state) => format!("error {state}: {}\n", error.message()),
        None => format!("error: {}\n", error.message()),
    };
    let place = error.position();
    if let Some(at) = place
        && let Some(line) = text.lines().nth(at.line - 1)
    {
        let number = (at.line + lines_before).to_string();
        let margin = " ".repeat(number.len());
        let before: String = line
            .chars()
            .take(at.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let _ = write!(
            report,
            "{margin} |\n{number} | {line}\n{margin} | {before}^\n"
        );
    }
    with_hint(report, error)
}

fn with_hint(mut report: String, error: &Error) -> String {
    if let Some(hint) = error.hint_text() {
        let _ = writeln!(report, "hint: {hint}");
    }
    report
}
