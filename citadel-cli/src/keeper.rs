//! Keeping databases: what the dot-commands and the subcommands of the same names do, and say.

use std::fmt::Write as _;
use std::path::Path;

use citadel_sql::{Connection, Kdf, Key, Options, SlotIndex};

use crate::exit::{Failure, Outcome};
use crate::format::{Grid, Mode};
use crate::key;
use crate::progress::Watcher;

/// Copies the database.
pub(crate) fn backup(db: &Connection, file: &str) -> Outcome<String> {
    let report = db.backup(file, &mut Watcher::begin())?;
    Ok(format!(
        "backed up generation {} to {file}: {} pages, {} bytes, read back\n",
        report.generation, report.pages, report.bytes
    ))
}

/// Compacts the database, or writes a compact copy.
pub(crate) fn vacuum(db: &Connection, file: Option<&str>) -> Outcome<String> {
    let mut watcher = Watcher::begin();
    let report = match file {
        None => db.vacuum(&mut watcher)?,
        Some(file) => db.vacuum_into(file, &mut watcher)?,
    };
    let place = file.map_or(String::new(), |file| format!(" in {file}"));
    Ok(format!(
        "{} pages before, {} after{place}\n",
        report.pages_before, report.pages_after
    ))
}

/// Reads everything. The text, and how many faults there are.
pub(crate) fn check(db: &Connection) -> Outcome<(String, u64)> {
    let report = db.check_with(&mut Watcher::begin())?;
    Ok((report.to_string(), report.fault_count()))
}

/// Tells where the space went.
pub(crate) fn space(db: &Connection) -> Outcome<String> {
    let report = db.space_with(&mut Watcher::begin())?;
    let mut grid = Grid::new(Mode::Box, None);
    grid.header(&["table", "name", "kind", "entries", "pages", "bytes", "fill"]);
    for object in &report.objects {
        grid.row([
            (object.table.clone(), false),
            (object.name.clone(), false),
            (object.kind.to_string(), false),
            (object.entries.to_string(), true),
            (object.pages.to_string(), true),
            (object.bytes.to_string(), true),
            (format!("{:.0} %", object.fill * 100.0), true),
        ]);
    }
    Ok(format!(
        "{}\nfile: {} bytes in pages of {}; free: {} pages; the file's own use: {} pages\n",
        grid.draw(),
        report.file_bytes,
        report.page_bytes,
        report.pages_free,
        report.pages_internal
    ))
}

/// Makes a new database from a damaged one. The text, and whether all of it could be read.
pub(crate) fn salvage(damaged: &str, old: &Key, file: &str, new: &Key) -> Outcome<(String, bool)> {
    let report = citadel_sql::salvage(
        damaged,
        old,
        file,
        new,
        Options::default(),
        &mut Watcher::begin(),
    )?;
    Ok((report.to_string(), report.is_complete()))
}

/// Gives the file a new root key, or goes on with that.
pub(crate) fn rekey(db: &Connection, key_file: Option<&Path>) -> Outcome<String> {
    let report = if db.rekey_state().is_some() {
        db.rekey_resume(&mut Watcher::begin())?
    } else {
        let new = key::obtain_new(key_file)?;
        db.rekey(&new, &Kdf::default(), &mut Watcher::begin())?
    };
    Ok(format!(
        "rekeyed: {} pages sealed anew, {} proven, {} free ones overwritten; only the new key opens the file\n",
        report.pages_resealed, report.pages_proven, report.pages_scrubbed
    ))
}

/// `list`, `add [FILE]`, `change SLOT [FILE]`, `remove SLOT`.
pub(crate) fn keys(db: &Connection, words: &[&str]) -> Outcome<String> {
    match words {
        [] | ["list"] => Ok(list_keys(db)),
        ["add", file @ ..] if file.len() < 2 => {
            let new = key::obtain_new(file.first().map(Path::new))?;
            let slot = db.add_key(&new, &Kdf::default())?;
            Ok(format!("added as slot {}\n", slot.get()))
        }
        ["change", number, file @ ..] if file.len() < 2 => {
            let slot = slot(number)?;
            let new = key::obtain_new(file.first().map(Path::new))?;
            db.change_key(slot, &new, &Kdf::default())?;
            Ok(format!("changed slot {number}\n"))
        }
        ["remove", number] => {
            db.remove_key(slot(number)?)?;
            Ok(format!("removed slot {number}\n"))
        }
        _ => Err(Failure::Usage(
            "usage: keys [list | add [KEYFILE] | change SLOT [KEYFILE] | remove SLOT]".to_owned(),
        )),
    }
}

fn list_keys(db: &Connection) -> String {
    let mut text = String::new();
    for slot in db.list_keys() {
        let _ = writeln!(text, "slot {}: {:?}", slot.index.get(), slot.kind);
    }
    text
}

fn slot(number: &str) -> Outcome<SlotIndex> {
    let index = number.parse().ok().and_then(|n| SlotIndex::new(n).ok());
    index
        .ok_or_else(|| Failure::Usage(format!("there is no slot {number}: they count from 0 to 7")))
}
