//! What a damaged file still holds.

use std::path::Path;

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};
use crate::keeper;

pub(super) fn salvage(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let [damaged, into, file, ..] = arguments else {
        return Err(usage());
    };
    if !into.eq_ignore_ascii_case("into") {
        return Err(usage());
    }
    let opening = shell.opening.with_key_file(arguments.get(3).map(Path::new));
    let key = opening.obtain_key()?;
    let (text, complete) = keeper::salvage(damaged, &key, file, &key)?;
    shell.write(&text)?;
    match complete {
        true => Ok(Flow::Continue),
        false => Err(Failure::Damaged(1)),
    }
}

fn usage() -> Failure {
    Failure::Usage("usage: .salvage FILE INTO FILE [KEYFILE]".to_owned())
}
