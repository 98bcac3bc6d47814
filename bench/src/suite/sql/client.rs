//! The two sides, with one face.

use std::path::{Path, PathBuf};

use citadel_sql::{Connection, Database, Durability, Key, Options, ValueRef};

use crate::Result;
use crate::timing::timed;

/// The name of SQLite here.
pub(in crate::suite) const SQLITE: &str = "sqlite";

/// A value of a row or a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::suite) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// What a statement gave.
pub(in crate::suite) type Rows = Vec<Vec<Value>>;

/// One run of a statement.
#[derive(Clone, Debug)]
pub(in crate::suite) struct Call {
    /// Which of the case's statements.
    pub(in crate::suite) statement: usize,
    pub(in crate::suite) params: Vec<Value>,
}

impl Call {
    pub(in crate::suite) fn new(statement: usize, params: impl IntoIterator<Item = Value>) -> Self {
        Self {
            statement,
            params: params.into_iter().collect(),
        }
    }
}

/// When a commit is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::suite) enum Durable {
    /// Whenever the system likes.
    Off,
    /// When it returns.
    Full,
}

impl Durable {
    pub(in crate::suite) fn suffix(self) -> &'static str {
        match self {
            Self::Off => "",
            Self::Full => "@full",
        }
    }
}

/// A connection to a file.
pub(in crate::suite) trait Client {
    fn name(&self) -> &'static str;

    fn params(&self) -> &'static str;

    fn batch(&mut self, sql: &str) -> Result<()>;

    /// Prepares the statements, then makes the calls, which are timed: all rows are collected.
    fn calls(&mut self, statements: &[&str], calls: &[Call]) -> Result<(f64, Vec<Rows>)>;

    /// Puts rows into a table, fast.
    fn load(&mut self, table: &str, rows: &mut dyn Iterator<Item = Vec<Value>>) -> Result<()>;
}

/// Both sides, each with a new file and so many bytes of cache.
pub(in crate::suite) fn all(
    folder: &Path,
    durable: Durable,
    cache_bytes: usize,
) -> Result<Vec<Box<dyn Client>>> {
    Ok(vec![
        Box::new(Citadel::create(
            folder.join("citadel"),
            durable,
            cache_bytes,
        )?),
        Box::new(Sqlite::create(
            &folder.join("sqlite"),
            durable,
            cache_bytes,
        )?),
    ])
}

struct Citadel {
    connection: Connection,
    durable: Durable,
}

impl Citadel {
    fn create(path: PathBuf, durable: Durable, cache_bytes: usize) -> Result<Self> {
        let options = Options::default()
            .cache_bytes(cache_bytes)
            .threads(std::num::NonZero::<usize>::MIN)
            .durability(match durable {
                Durable::Off => Durability::Off,
                Durable::Full => Durability::Full,
            });
        let database = Database::open_with(path, Key::raw([42; 32]), options)?;
        Ok(Self {
            connection: database.connect(),
            durable,
        })
    }
}

impl Client for Citadel {
    fn name(&self) -> &'static str {
        "citadel"
    }

    fn params(&self) -> &'static str {
        match self.durable {
            Durable::Off => "encrypted, synchronous OFF",
            Durable::Full => "encrypted, synchronous FULL",
        }
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }

    fn calls(&mut self, statements: &[&str], calls: &[Call]) -> Result<(f64, Vec<Rows>)> {
        let mut prepared = statements
            .iter()
            .map(|sql| Ok(self.connection.prepare(sql)?))
            .collect::<Result<Vec<_>>>()?;
        let mut answers = Vec::with_capacity(calls.len());
        let (seconds, done) = timed(|| -> Result<()> {
            for call in calls {
                let statement = &mut prepared[call.statement];
                let columns = statement.column_count();
                let mut rows = statement.query(citadel_sql::params_from_iter(&call.params))?;
                let mut all = Rows::new();
                while let Some(row) = rows.next()? {
                    let values = (0..columns).map(|at| Ok(row.get_ref(at)?.into()));
                    all.push(values.collect::<Result<_>>()?);
                }
                answers.push(all);
            }
            Ok(())
        });
        done?;
        Ok((seconds, answers))
    }

    fn load(&mut self, table: &str, rows: &mut dyn Iterator<Item = Vec<Value>>) -> Result<()> {
        let mut appender = self.connection.appender(table)?;
        for row in rows {
            appender.append_row(citadel_sql::params_from_iter(&row))?;
        }
        appender.finish()?;
        Ok(())
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Boolean(v) => Self::Integer(i64::from(v)),
            ValueRef::Integer(v) => Self::Integer(v),
            ValueRef::Real(v) => Self::Real(v),
            ValueRef::Text(v) => Self::Text(v.to_owned()),
            ValueRef::Blob(v) => Self::Blob(v.to_owned()),
            ValueRef::Numeric(v) => v.to_string().parse().map_or(Self::Null, Self::Real),
            _ => Self::Null,
        }
    }
}

impl citadel_sql::ToSql for Value {
    fn to_sql(&self) -> citadel_sql::Result<citadel_sql::ToSqlOutput<'_>> {
        Ok(citadel_sql::ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(v) => ValueRef::Integer(*v),
            Self::Real(v) => ValueRef::Real(*v),
            Self::Text(v) => ValueRef::Text(v),
            Self::Blob(v) => ValueRef::Blob(v),
        }))
    }
}

struct Sqlite {
    connection: rusqlite::Connection,
    durable: Durable,
}

impl Sqlite {
    fn create(path: &Path, durable: Durable, cache_bytes: usize) -> Result<Self> {
        let connection = rusqlite::Connection::open(path)?;
        let (journal, synchronous) = match durable {
            Durable::Off => ("MEMORY", "OFF"),
            Durable::Full => ("WAL", "FULL"),
        };
        connection.execute_batch(&format!(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = {journal}; PRAGMA synchronous = {synchronous};
             PRAGMA cache_size = -{}; PRAGMA foreign_keys = ON;",
            cache_bytes / 1024
        ))?;
        Ok(Self {
            connection,
            durable,
        })
    }
}

impl Client for Sqlite {
    fn name(&self) -> &'static str {
        SQLITE
    }

    fn params(&self) -> &'static str {
        match self.durable {
            Durable::Off => "journal_mode=MEMORY synchronous=OFF",
            Durable::Full => "journal_mode=WAL synchronous=FULL",
        }
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }

    fn calls(&mut self, statements: &[&str], calls: &[Call]) -> Result<(f64, Vec<Rows>)> {
        let mut prepared = statements
            .iter()
            .map(|sql| Ok(self.connection.prepare(sql)?))
            .collect::<Result<Vec<_>>>()?;
        let mut answers = Vec::with_capacity(calls.len());
        let (seconds, done) = timed(|| -> Result<()> {
            for call in calls {
                let statement = &mut prepared[call.statement];
                let columns = statement.column_count();
                let mut rows = statement.query(rusqlite::params_from_iter(&call.params))?;
                let mut all = Rows::new();
                while let Some(row) = rows.next()? {
                    let values = (0..columns).map(|at| Ok(row.get_ref(at)?.into()));
                    all.push(values.collect::<Result<_>>()?);
                }
                answers.push(all);
            }
            Ok(())
        });
        done?;
        Ok((seconds, answers))
    }

    fn load(&mut self, table: &str, rows: &mut dyn Iterator<Item = Vec<Value>>) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let mut rows = rows.peekable();
        let columns = rows.peek().map_or(0, Vec::len);
        let places = vec!["?"; columns].join(", ");
        {
            let mut insert =
                transaction.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
            for row in rows {
                insert.execute(rusqlite::params_from_iter(&row))?;
            }
        }
        Ok(transaction.commit()?)
    }
}

impl From<rusqlite::types::ValueRef<'_>> for Value {
    fn from(value: rusqlite::types::ValueRef<'_>) -> Self {
        use rusqlite::types::ValueRef;
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(v) => Self::Integer(v),
            ValueRef::Real(v) => Self::Real(v),
            ValueRef::Text(v) => Self::Text(String::from_utf8_lossy(v).into_owned()),
            ValueRef::Blob(v) => Self::Blob(v.to_owned()),
        }
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(v) => ValueRef::Integer(*v),
            Self::Real(v) => ValueRef::Real(*v),
            Self::Text(v) => ValueRef::Text(v.as_bytes()),
            Self::Blob(v) => ValueRef::Blob(v),
        }))
    }
}

/// Puts rows into an order that does not depend on the engine.
pub(in crate::suite) fn sort(rows: &mut Rows) {
    rows.sort_by_cached_key(|row| format!("{row:?}"));
}

/// Whether two answers are the same: numbers by value, with the last digits of sums left aside.
pub(in crate::suite) fn same(left: &Rows, right: &Rows) -> bool {
    let is_same = |(left, right): (&Value, &Value)| match (left, right) {
        (Value::Integer(l), Value::Real(r)) | (Value::Real(r), Value::Integer(l)) => {
            near(*l as f64, *r)
        }
        (Value::Real(l), Value::Real(r)) => near(*l, *r),
        (left, right) => left == right,
    };
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(l, r)| l.len() == r.len() && l.iter().zip(r).all(is_same))
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * left.abs().max(right.abs()).max(1.0)
}
