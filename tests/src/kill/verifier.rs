//! The process that looks at what a killed one has left.

use citadel_sql::{Connection, Database, Result};

use super::protocol::Line;
use super::script;
use super::setup::Setup;

/// Opens the file read-only and then for writing, checks it, and compares its rows with those that its transactions make in memory.
pub fn verify(setup: &Setup) {
    match inspect(setup) {
        Ok(found) => {
            for (thread, n) in found {
                Line::Found(thread, n).say();
            }
            Line::Done.say();
        }
        Err(Trouble::Nothing(why)) => {
            Line::Nothing.say();
            Line::Fault(format!("verifier: {why}")).say();
        }
        Err(Trouble::Fault(fault)) => Line::Fault(format!("verifier: {fault}")).say(),
    }
}

enum Trouble {
    /// The file cannot be opened: right if it was never finished.
    Nothing(String),
    Fault(String),
}

impl From<citadel_sql::Error> for Trouble {
    fn from(error: citadel_sql::Error) -> Self {
        Self::Fault(error.to_string())
    }
}

type Found = Vec<(u32, u64)>;

fn inspect(setup: &Setup) -> std::result::Result<Found, Trouble> {
    let options = || setup.options().create(false);
    let read_only = Connection::open_with(&setup.path, Setup::key(), options().read_only(true))
        .and_then(|connection| found(&connection, setup));
    let connection = Connection::open_with(&setup.path, Setup::key(), options())
        .map_err(|error| Trouble::Nothing(error.to_string()))?;
    let found = found(&connection, setup)?;
    match read_only {
        Ok(before) if before == found => {}
        other => {
            return Err(Trouble::Fault(format!(
                "read-only {other:?}, for writing {found:?}"
            )));
        }
    }
    let report = connection.check()?;
    if !report.is_ok() {
        return Err(Trouble::Fault(report.faults().join("; ")));
    }
    for (thread, n) in &found {
        compare(&connection, setup, *thread, *n)?;
    }
    if setup.backup_path().exists() {
        inspect_backup(setup)?;
    }
    Ok(found)
}

/// A backup that has its name is whole, whatever became of its maker; it is of some commit.
fn inspect_backup(setup: &Setup) -> std::result::Result<(), Trouble> {
    let options = setup.options().create(false);
    let backup = Connection::open_with(setup.backup_path(), Setup::key(), options)?;
    let report = backup.check()?;
    if !report.is_ok() {
        return Err(Trouble::Fault(format!("the backup: {report}")));
    }
    for (thread, n) in found(&backup, setup)? {
        compare(&backup, setup, thread, n)?;
    }
    Ok(())
}

fn found(connection: &Connection, setup: &Setup) -> Result<Found> {
    let mut found = Vec::new();
    for thread in 0..setup.threads {
        if let Some((n, _, _)) = script::progress(connection, thread)? {
            found.push((thread, n));
        }
    }
    Ok(found)
}

/// Runs a thread's transactions in memory, and compares.
fn compare(
    connection: &Connection,
    setup: &Setup,
    thread: u32,
    n: u64,
) -> std::result::Result<(), Trouble> {
    let model = Database::open_in_memory()?.connect();
    model.execute_batch(&script::schema(setup, thread))?;
    for n in 1..=n {
        script::run(&model, &script::transaction(setup, thread, n), thread, n)?;
        model.execute_batch("COMMIT")?;
    }
    let expected = script::dump(&model, setup, thread)?;
    let there = script::dump(connection, setup, thread)?;
    if expected == there {
        return Ok(());
    }
    let differs = expected.iter().zip(&there).find(|(a, b)| a != b);
    let differs = differs.map_or_else(
        || format!("{} lines, and {}", expected.len(), there.len()),
        |(a, b)| format!("'{}', and '{}'", short(a), short(b)),
    );
    Err(Trouble::Fault(format!(
        "thread {thread} at {n}: expected and there are {differs}"
    )))
}

fn short(line: &str) -> String {
    line.chars().take(120).collect()
}
