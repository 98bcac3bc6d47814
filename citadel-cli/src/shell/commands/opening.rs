//! Another database.

use std::path::Path;

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};

/// The database before is closed when the other one is open; where that cannot be opened, it stays.
pub(super) fn open(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    if !shell.connection.is_autocommit() {
        let text = "a transaction is open: COMMIT or ROLLBACK first";
        return Err(Failure::Usage(text.to_owned()));
    }
    let opening = shell.opening.with_key_file(arguments.get(1).map(Path::new));
    let connection = opening.open(&arguments[0])?;
    shell.connect(connection, opening);
    Ok(Flow::Continue)
}
