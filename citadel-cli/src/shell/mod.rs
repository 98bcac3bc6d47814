//! What batch and prompt share: one connection, one style, one place where results go; statements and dot-commands run.

mod building;
mod commands;
mod copy;
mod describe;
mod dump;
mod output;
mod parameters;
mod reading;

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use citadel_sql::{Connection, CopyWay, Error, NewLakeTable, Statement, Value};

use crate::args::OutputArgs;
use crate::exit::{Failure, Outcome};
use crate::format::{self, Mode, Style};
use crate::open::Opening;
use crate::script::Piece;
use crate::signals::{self, Running};
use crate::terminal;

pub(crate) use building::BuildBar;
pub(crate) use copy::UntilEnd;
use output::Destination;
use parameters::Parameters;

/// What comes after a piece of script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The next piece.
    Continue,
    /// The end, without failure.
    Quit,
}

/// The state of the shell.
#[derive(Debug)]
pub(crate) struct Shell {
    connection: Connection,
    opening: Opening,
    parameters: Parameters,
    style: Style,
    output: Destination,
    timer: bool,
    interactive: bool,
    read_depth: usize,
    /// Shows builds to a person.
    building: Option<BuildBar>,
}

/// Why a statement did not end well: by itself, or because its results could not be written.
enum Stop {
    Sql(Error),
    Output(io::Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Shell {
    /// A shell over a connection, styled as the command line says.
    pub(crate) fn new(
        connection: Connection,
        opening: Opening,
        args: &OutputArgs,
        interactive: bool,
    ) -> Self {
        signals::connect(connection.interrupt_handle());
        let building = terminal::stderr_is_terminal().then(BuildBar::default);
        if let Some(bar) = &building {
            bar.watch(&connection);
        }
        let usual = if terminal::stdout_is_terminal() {
            Mode::Box
        } else {
            Mode::Csv
        };
        let mut style = Style::of(args.chosen_mode().unwrap_or(usual));
        style.is_chosen = args.chosen_mode().is_some();
        style.header = !args.no_header;
        style.null.clone_from(&args.null_value);
        if let Some(separator) = &args.separator {
            style.separator.clone_from(separator);
        }
        // A batch is never cut to the width of a window.
        style.width = if interactive { terminal::width() } else { None };
        Self {
            connection,
            opening,
            parameters: Parameters::default(),
            style,
            output: Destination::stdout(),
            timer: args.timer,
            interactive,
            read_depth: 0,
            building,
        }
    }

    /// Goes on with another connection; the one before is closed.
    fn connect(&mut self, connection: Connection, opening: Opening) {
        signals::connect(connection.interrupt_handle());
        if let Some(bar) = &self.building {
            bar.watch(&connection);
        }
        self.connection = connection;
        self.opening = opening;
    }

    /// Runs one statement or dot-command; `COPY … FROM STDIN` reads `rows`.
    pub(crate) fn run(&mut self, piece: Piece, rows: &mut dyn Read) -> Outcome<Flow> {
        let run = match piece {
            Piece::Statement { text, lines_before } => self
                .run_statement(&text, lines_before, rows)
                .map(|()| Flow::Continue),
            Piece::Command(line) => commands::run(self, &line),
        };
        let ended = self.output.end_piece().map_err(Failure::output);
        let flow = run?;
        ended?;
        if self.interactive {
            self.output.flush().map_err(Failure::output)?;
        }
        Ok(flow)
    }

    /// The end of all input.
    pub(crate) fn finish(mut self) -> Outcome<()> {
        self.output.flush().map_err(Failure::output)?;
        if self.connection.is_autocommit() {
            return Ok(());
        }
        Err(Failure::TransactionLeftOpen)
    }

    fn run_statement(
        &mut self,
        text: &str,
        lines_before: usize,
        rows: &mut dyn Read,
    ) -> Outcome<()> {
        let begun = Instant::now();
        let result = {
            let _running = Running::begin();
            self.execute(text, rows)
        };
        if let Some(bar) = &self.building {
            bar.clear();
        }
        let changed = result.map_err(|stop| match stop {
            Stop::Output(source) => Failure::output(source),
            Stop::Sql(source) => Failure::Statement {
                text: text.to_owned(),
                lines_before,
                source,
            },
        })?;
        let took = begun.elapsed();
        if self.interactive {
            // What is told after the results is to stand below them.
            self.output.flush().map_err(Failure::output)?;
        }
        self.tell_after(changed, took);
        Ok(())
    }

    /// Runs a statement and writes its rows; gives the number of rows that it changed, if it is of the sort that does.
    fn execute(&mut self, text: &str, rows: &mut dyn Read) -> Result<Option<usize>, Stop> {
        let mut statement = self.connection.prepare(text)?;
        if let Some(way) = statement.copy_way() {
            let values = self.parameters.of(&statement)?;
            let rows = match way {
                CopyWay::FromStdin => self.connection.copy_in(text, rows)?,
                CopyWay::ToStdout => self.connection.copy_out(text, &mut self.output)?,
                CopyWay::FromFile | CopyWay::ToFile => statement.execute(values.as_slice())? as u64,
            };
            copy::tell(&self.connection, way);
            let is_change = matches!(way, CopyWay::FromFile | CopyWay::FromStdin);
            return Ok(is_change.then(|| usize::try_from(rows).unwrap_or(usize::MAX)));
        }
        let values = self.parameters.of(&statement)?;
        if statement.column_count() == 0 {
            let leaving = statement.creates_lake_table().map(leaving);
            let changed = statement.execute(values.as_slice())?;
            if let Some(notice) = leaving {
                let _ = io::stderr().write_all(notice.as_bytes());
            }
            return Ok(statement.changes_rows().then_some(changed));
        }
        format::show_times_in(self.connection.time_zone());
        write_rows(&mut statement, &values, &self.style, &mut self.output)?;
        Ok(None)
    }

    fn tell_after(&self, changed: Option<usize>, took: Duration) {
        let mut text = String::new();
        if self.interactive
            && let Some(changed) = changed
        {
            text = format!("{} changed\n", plural(changed as u64, "row"));
        }
        if self.timer {
            text.push_str(&format!("{:.3} ms\n", took.as_secs_f64() * 1e3));
        }
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Tells a person at the prompt what was done.
    fn tell(&self, text: &str) {
        if self.interactive {
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }
}

/// What everybody must know who writes to a table outside of the database, at the prompt or not.
fn leaving(table: NewLakeTable<'_>) -> String {
    let NewLakeTable { name, location, .. } = table;
    let location = match location {
        "" => "the folder where its server has it",
        location => location,
    };
    match table.is_encrypted {
        false => format!(
            "notice: rows written to \"{name}\" leave the vault: its files can be read by anyone who can read {location}\n"
        ),
        true => format!(
            "notice: rows written to \"{name}\" leave the vault encrypted; anyone who can read {location} still learns names of columns, counts of rows and nulls, sizes of files, and when they were written\n"
        ),
    }
}

/// So many of something.
fn plural(number: u64, one: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {one}{end}")
}

/// Nothing is written before the first row is there, so that a statement that fails at once leaves no trace on the output.
fn write_rows(
    statement: &mut Statement<'_>,
    values: &[Value],
    style: &Style,
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let names = statement.column_names().to_vec();
    let mut rows = statement.query(values)?;
    let mut row = rows.next()?;
    let mut writer = format::begin(style, &names, out)?;
    while let Some(current) = row {
        writer.row(current)?;
        row = rows.next()?;
    }
    Ok(writer.finish()?)
}
