//! Opening the database that the command line names.

use std::path::Path;
use std::time::Duration;

use citadel_sql::{Connection, Key, Options};

use crate::args::{KeyArgs, OpenArgs};
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

/// How the shell opens files: as its command line says.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    key: KeyArgs,
    options: OpenArgs,
}

impl Opening {
    /// As the command line says.
    pub(crate) fn new(key: &KeyArgs, options: &OpenArgs) -> Self {
        Self {
            key: key.clone(),
            options: options.clone(),
        }
    }

    /// The same with the key from a file, if one is named.
    pub(crate) fn with_key_file(&self, file: Option<&Path>) -> Self {
        let mut opening = self.clone();
        if let Some(file) = file {
            opening.key = KeyArgs {
                key_file: Some(file.to_owned()),
                key_fd: None,
            };
        }
        opening
    }

    /// The key of an existing file.
    pub(crate) fn obtain_key(&self) -> Outcome<Key> {
        key::obtain(&self.key, false)
    }

    /// Opens a file.
    pub(crate) fn open(&self, file: &str) -> Outcome<Connection> {
        open(&OpenRequest {
            file,
            key: &self.key,
            read_only: self.options.readonly,
            must_exist: self.options.must_exist,
            busy_timeout: Duration::from_millis(self.options.busy_timeout),
        })
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
