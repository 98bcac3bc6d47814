//! The process that reads while another writes.

use std::collections::BTreeMap;
use std::time::Duration;

use citadel_sql::{Connection, Result};

use super::protocol::Line;
use super::script;
use super::setup::Setup;

/// Follows the file read-only until the process is killed, and tells what it sees; ends at a fault.
pub fn follow(setup: &Setup) {
    let mut newest = BTreeMap::new();
    let mut connection = None;
    loop {
        let open = match connection.take() {
            Some(open) => open,
            None => match open(setup) {
                Some(open) => open,
                None => {
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                }
            },
        };
        match look(&open, setup, &mut newest) {
            Ok(Next::Go) => connection = Some(open),
            Ok(Next::Reopen) => {}
            Err(fault) => return Line::Fault(format!("follower: {fault}")).say(),
        }
    }
}

/// What a look is followed by.
enum Next {
    /// Another one.
    Go,
    /// Another one by a new connection: the writer has replaced the root key, and this one was told so.
    Reopen,
}

/// Opens the file; none as long as its creator has not finished it.
fn open(setup: &Setup) -> Option<Connection> {
    let options = setup.options().read_only(true);
    Connection::open_with(&setup.path, Setup::key(), options).ok()
}

/// One snapshot.
fn look(
    connection: &Connection,
    setup: &Setup,
    newest: &mut BTreeMap<u32, u64>,
) -> std::result::Result<Next, String> {
    match states(connection, setup) {
        Ok(states) => {
            for (thread, n, noted, found) in states {
                if noted != found {
                    return Err(format!(
                        "thread {thread} at {n}: {noted:?} was noted, and {found:?} is there"
                    ));
                }
                let before = newest.insert(thread, n);
                if before.is_some_and(|before| before > n) {
                    return Err(format!("thread {thread} went back from {before:?} to {n}"));
                }
                if before != Some(n) {
                    Line::Found(thread, n).say();
                }
            }
            Ok(Next::Go)
        }
        // The writer went on too far: the next look is at what is newest then.
        Err(error) if error.is_busy() => Ok(Next::Go),
        Err(error) if error.is_wrong_key() => Ok(Next::Reopen),
        Err(error) => Err(error.to_string()),
    }
}

type State = (u32, u64, (i64, i64), (i64, i64));

/// What each thread had noted and what is there, in one snapshot.
fn states(connection: &Connection, setup: &Setup) -> Result<Vec<State>> {
    connection.execute_batch("BEGIN READ ONLY")?;
    let read = (0..setup.threads)
        .map(|thread| {
            let Some((n, entries, total)) = script::progress(connection, thread)? else {
                return Ok(None);
            };
            let found = script::sums(connection, thread)?;
            Ok(Some((thread, n, (entries, total), found)))
        })
        .filter_map(Result::transpose)
        .collect();
    connection.execute_batch("ROLLBACK")?;
    read
}
