//! The process that writes, and is killed.

use std::sync::Arc;

use citadel_sql::{Connection, Database, FileStorage, Kdf, Quiet, Result, Storage};

use super::doomed::Doomed;
use super::mix::Mix;
use super::protocol::Line;
use super::script;
use super::setup::Setup;

/// Every so many transactions of the first thread, upkeep.
const UPKEEP_EVERY: u64 = 5;

/// Opens or creates the file, and runs transactions on it: until each thread has run `transactions`, or the process dies.
/// With `changes` it dies by itself at the change of the file after so many.
pub fn work(setup: &Setup, transactions: u64, changes: Option<u64>) {
    let result = open(setup, changes).and_then(|database| {
        Line::Ready.say();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..setup.threads)
                .map(|thread| {
                    let connection = database.connect();
                    scope.spawn(move || run(setup, &connection, thread, transactions))
                })
                .collect();
            let ended = threads.into_iter().map(|thread| match thread.join() {
                Ok(result) => result,
                Err(_) => Err(citadel_sql::Error::Misuse("a thread panicked".to_owned())),
            });
            ended.collect::<Result<()>>()
        })
    });
    match result {
        Ok(()) => Line::Done.say(),
        Err(error) => Line::Fault(format!("worker: {error}")).say(),
    }
}

fn open(setup: &Setup, changes: Option<u64>) -> Result<Database> {
    let Some(changes) = changes else {
        return Database::open_with(&setup.path, Setup::key(), setup.options());
    };
    let exists = setup.path.exists();
    let file = if exists {
        FileStorage::open(&setup.path)
    } else {
        FileStorage::create(&setup.path)
    };
    let file = file.map_err(|error| citadel_sql::Error::Misuse(error.to_string()))?;
    let changes = i64::try_from(changes).unwrap_or(i64::MAX);
    let storage: Arc<dyn Storage> = Arc::new(Doomed::new(file, changes));
    if exists {
        Database::open_on(storage, &Setup::key(), setup.options())
    } else {
        Database::create_on(storage, &Setup::key(), setup.options())
    }
}

/// One thread's transactions, from where it stands.
fn run(setup: &Setup, connection: &Connection, thread: u32, transactions: u64) -> Result<()> {
    connection.execute_batch(setup.durability(thread))?;
    if script::progress(connection, thread)?.is_none() {
        Line::Attempt(thread, 0).say();
        connection.execute_batch(&script::schema(setup, thread))?;
        Line::Acknowledge(thread, 0).say();
    }
    let begun = script::progress(connection, thread)?.map_or(0, |(n, _, _)| n);
    for n in begun + 1..=begun + transactions {
        if thread == 0 && n.is_multiple_of(UPKEEP_EVERY) {
            match setup.mix {
                Mix::Upkeep => keep_up(setup, connection, n)?,
                Mix::Rekey => rekey(connection)?,
                _ => {}
            }
        }
        let script = script::transaction(setup, thread, n);
        script::run(connection, &script, thread, n)?;
        Line::Attempt(thread, n).say();
        connection.execute_batch("COMMIT")?;
        Line::Acknowledge(thread, n).say();
    }
    Ok(())
}

/// Another root key under the same key of the user; one that a killed process had begun is finished first.
fn rekey(connection: &Connection) -> Result<()> {
    if connection.rekey_state().is_some() {
        connection.rekey_resume(&mut Quiet)?;
    }
    let rekeyed = connection.rekey(&Setup::key(), &Kdf::lightest(), &mut Quiet);
    rekeyed.map(drop)
}

/// A backup in place of the one before, where one that was interrupted is continued; or a vacuum.
fn keep_up(setup: &Setup, connection: &Connection, n: u64) -> Result<()> {
    if n.is_multiple_of(2 * UPKEEP_EVERY) {
        return connection.execute_batch("VACUUM");
    }
    let path = setup.backup_path();
    // There may be none.
    let _ = std::fs::remove_file(&path);
    connection.backup(&path, &mut Quiet).map(drop)
}
