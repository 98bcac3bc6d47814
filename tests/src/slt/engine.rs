//! The engines that scripts run against: ours, and SQLite to hold the runner itself against.

use std::str::FromStr;

use citadel_sql::{Connection, Value};

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineName {
    /// Ours, in memory.
    Citadel,
    /// The bundled SQLite, in memory.
    Sqlite,
}

impl FromStr for EngineName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "citadel" => Ok(Self::Citadel),
            "sqlite" => Ok(Self::Sqlite),
            other => Err(format!("no engine '{other}': there are citadel and sqlite")),
        }
    }
}

impl EngineName {
    /// Its name in arguments.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Citadel => "citadel",
            Self::Sqlite => "sqlite",
        }
    }

    /// Opens an empty database.
    pub(crate) fn open(self) -> Result<Engine, String> {
        match self {
            Self::Citadel => Connection::open_in_memory()
                .map(|connection| Engine::Citadel(Box::new(connection)))
                .map_err(|error| error.to_string()),
            Self::Sqlite => rusqlite::Connection::open_in_memory()
                .map(Engine::Sqlite)
                .map_err(|error| error.to_string()),
        }
    }
}

/// Rows of values.
pub(crate) type Rows = Vec<Vec<Value>>;

/// A connection to an empty database in memory.
pub(crate) enum Engine {
    Citadel(Box<Connection>),
    Sqlite(rusqlite::Connection),
}

impl Engine {
    /// Runs one statement, and reads all its rows.
    pub(crate) fn run(&self, sql: &str) -> Result<Rows, String> {
        match self {
            Self::Citadel(connection) => citadel(connection, sql).map_err(|error| {
                // The place in the text would keep like errors apart.
                match error.sqlstate() {
                    Some(state) => format!("{state} {}", error.message()),
                    None => error.to_string(),
                }
            }),
            Self::Sqlite(connection) => sqlite(connection, sql).map_err(|error| error.to_string()),
        }
    }
}

fn citadel(connection: &Connection, sql: &str) -> citadel_sql::Result<Rows> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    if columns == 0 {
        statement.execute(())?;
        return Ok(Rows::new());
    }
    statement
        .query_map((), |row| {
            (0..columns).map(|at| row.get::<_, Value>(at)).collect()
        })?
        .collect()
}

fn sqlite(connection: &rusqlite::Connection, sql: &str) -> rusqlite::Result<Rows> {
    use rusqlite::types::Value as Theirs;

    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query(())?;
    let mut all = Rows::new();
    while let Some(row) = rows.next()? {
        let values: rusqlite::Result<Vec<Value>> = (0..columns)
            .map(|at| {
                Ok(match row.get::<_, Theirs>(at)? {
                    Theirs::Null => Value::Null,
                    Theirs::Integer(v) => Value::Integer(v),
                    Theirs::Real(v) => Value::Real(v),
                    Theirs::Text(v) => Value::Text(v),
                    Theirs::Blob(v) => Value::Blob(v),
                })
            })
            .collect();
        all.push(values?);
    }
    Ok(all)
}
