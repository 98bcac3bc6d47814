//! Opening the database that the command line names.

use std::path::Path;
use std::time::Duration;

use citadel_sql::{Connection, Options};

use crate::args::KeyArgs;
use crate::exit::{Failure, Outcome};
use crate::key;

/// The name of a database that lives in memory only.
pub(crate) const MEMORY: &str = ":memory:";

/// What to open, and how.
#[derive(Debug)]
pub(crate) struct OpenRequest<'a> {
    pub(crate) file: &'a str,
    pub(crate) key: &'a KeyArgs,
    pub(crate) read_only: bool,
    pub(crate) must_exist: bool,
    pub(crate) busy_timeout: Duration,
}

impl<'a> OpenRequest<'a> {
    /// To look at an existing file and change nothing.
    pub(crate) fn to_read(file: &'a str, key: &'a KeyArgs) -> Self {
        Self {
            file,
            key,
            read_only: true,
            must_exist: true,
            busy_timeout: Duration::from_secs(5),
        }
    }

    /// To change an existing file.
    pub(crate) fn to_change(file: &'a str, key: &'a KeyArgs) -> Self {
        Self {
            read_only: false,
            ..Self::to_read(file, key)
        }
    }
}

/// Opens a database. A key is asked for only when there is a file that it could open, or leave to create one.
pub(crate) fn open(request: &OpenRequest<'_>) -> Outcome<Connection> {
    let failed = |source| Failure::Open {
        path: request.file.to_owned(),
        source,
    };
    if request.file == MEMORY {
        return Connection::open_in_memory().map_err(failed);
    }
    let create = !request.read_only && !request.must_exist;
    let exists = Path::new(request.file).exists();
    let options = Options::default()
        .read_only(request.read_only)
        .create(create)
        .busy_timeout(request.busy_timeout);
    if !exists && !create {
        return Err(Failure::NoSuchFile {
            path: request.file.to_owned(),
        });
    }
    let key = key::obtain(request.key, !exists)?;
    Connection::open_with(request.file, key, options).map_err(failed)
}
