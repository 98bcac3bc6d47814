//! `citadel inspect`, `check`, `backup` and their like: a file as a whole.

use std::io::{self, Write};
use std::path::Path;

use citadel_sql::Connection;

use crate::args::KeyArgs;
use crate::exit::{Failure, Outcome};
use crate::open::{OpenRequest, open};
use crate::{ann, keeper, key, signals};

/// Prints superblock, commit records, trees and pages.
pub(crate) fn inspect(file: &str, key: &KeyArgs) -> Outcome<()> {
    let connection = open(&OpenRequest::to_read(file, key))?;
    let text = connection.database().inspect()?;
    print(&text)
}

/// Reads everything, and tells what does not hold together.
pub(crate) fn check(file: &str, key: &KeyArgs) -> Outcome<()> {
    let connection = open_watched(&OpenRequest::to_read(file, key))?;
    let (text, faults) = keeper::check(&connection)?;
    print(&text)?;
    damaged(faults)
}

/// Copies a database.
pub(crate) fn backup(file: &str, to: &str, key: &KeyArgs) -> Outcome<()> {
    let connection = open_watched(&OpenRequest::to_read(file, key))?;
    print(&keeper::backup(&connection, to)?)
}

/// Gives free space back, or writes a compact copy.
pub(crate) fn vacuum(file: &str, into: Option<&str>, key: &KeyArgs) -> Outcome<()> {
    let request = match into {
        Some(_) => OpenRequest::to_read(file, key),
        None => OpenRequest::to_change(file, key),
    };
    print(&keeper::vacuum(&open_watched(&request)?, into)?)
}

/// Makes a new database from a damaged one.
pub(crate) fn salvage(file: &str, to: &str, key: &KeyArgs) -> Outcome<()> {
    signals::stop_on_ctrl_c();
    let key = key::obtain(key, false)?;
    let (text, complete) = keeper::salvage(file, &key, to, &key)?;
    print(&text)?;
    damaged(u64::from(!complete))
}

/// Tells what recall of a vector index costs.
pub(crate) fn ann_report(
    file: &str,
    (table, column): (&str, &str),
    out: Option<&Path>,
    key: &KeyArgs,
) -> Outcome<()> {
    let connection = open_watched(&OpenRequest::to_read(file, key))?;
    print(&ann::report(&connection, table, column, out)?)
}

/// Tells where the space went.
pub(crate) fn space(file: &str, key: &KeyArgs) -> Outcome<()> {
    let connection = open_watched(&OpenRequest::to_read(file, key))?;
    print(&keeper::space(&connection)?)
}

/// Gives a file a new root key.
pub(crate) fn rekey(file: &str, new_key_file: Option<&Path>, key: &KeyArgs) -> Outcome<()> {
    let connection = open_watched(&OpenRequest::to_change(file, key))?;
    print(&keeper::rekey(&connection, new_key_file)?)
}

/// Lists and changes the keys of a file.
pub(crate) fn keys(file: &str, action: &[String], key: &KeyArgs) -> Outcome<()> {
    let words: Vec<&str> = action.iter().map(String::as_str).collect();
    let request = match words.as_slice() {
        [] | ["list"] => OpenRequest::to_read(file, key),
        _ => OpenRequest::to_change(file, key),
    };
    print(&keeper::keys(&open_watched(&request)?, &words)?)
}

fn open_watched(request: &OpenRequest<'_>) -> Outcome<Connection> {
    let connection = open(request)?;
    signals::stop_on_ctrl_c();
    Ok(connection)
}

fn damaged(faults: u64) -> Outcome<()> {
    match faults {
        0 => Ok(()),
        faults => Err(Failure::Damaged(faults)),
    }
}

fn print(text: &str) -> Outcome<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| {
            if text.ends_with('\n') {
                Ok(())
            } else {
                out.write_all(b"\n")
            }
        })
        .map_err(Failure::output)
}
