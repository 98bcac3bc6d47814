//! `citadel inspect` and `citadel check`: looking at a file as a whole.

use std::io::{self, Write};

use crate::args::KeyArgs;
use crate::exit::{Failure, Outcome};
use crate::open::{OpenRequest, open};

/// Prints superblock, commit records, trees and pages.
pub(crate) fn inspect(file: &str, key: &KeyArgs) -> Outcome<()> {
    let connection = open(&OpenRequest::to_read(file, key))?;
    let text = connection.database().inspect()?;
    print(&text)
}

/// Reads everything, and tells what does not hold together.
pub(crate) fn check(file: &str, key: &KeyArgs) -> Outcome<()> {
    let connection = open(&OpenRequest::to_read(file, key))?;
    let report = connection.check()?;
    print(&report.to_string())?;
    match report.faults().len() {
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
