//! The tables that the cases read.

use super::client::{Client, Value};
use crate::Result;

/// A table and its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// 100,000 users.
    Users,
    /// 1,000 rows, and 1,000 that refer to them.
    Pairs,
    /// 10,000 rows of 24 columns.
    Wide,
    /// 1,000 ids in steps of 100.
    Refs,
}

/// Rows of `t`.
pub(super) const USERS: i64 = 100_000;
/// Rows of `a`, `b` and `ref`.
pub(super) const FEW: i64 = 1_000;
/// Rows of `wide`.
const WIDE: i64 = 10_000;
const WIDE_KEYS: usize = 3;
const WIDE_NUMBERS: usize = 8;
const WIDE_TEXTS: usize = 12;

/// Makes the tables and fills them.
pub(super) fn load(client: &mut dyn Client, tables: &[Table]) -> Result<()> {
    for table in tables {
        client.batch(&table.definition())?;
        match table {
            Table::Users => client.load("t", &mut (0..USERS).map(user))?,
            Table::Pairs => {
                client.load("a", &mut (0..FEW).map(|id| vec![int(id), int(id * 7)]))?;
                let child = |id| vec![int(id), int(id), text(format!("data_{id}"))];
                client.load("b", &mut (0..FEW).map(child))?;
            }
            Table::Wide => client.load("wide", &mut (0..WIDE).map(wide))?,
            Table::Refs => client.load("ref", &mut (0..FEW).map(|n| vec![int(n * 100)]))?,
        }
    }
    Ok(())
}

impl Table {
    fn definition(self) -> String {
        match self {
            Self::Users => {
                "CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL, name TEXT, age INTEGER)".into()
            }
            Self::Pairs => "CREATE TABLE a (id INTEGER PRIMARY KEY, val INTEGER);
                CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER, data TEXT)"
                .into(),
            Self::Wide => {
                let keys = (1..WIDE_KEYS).map(|n| format!("k{n} INTEGER"));
                let numbers = (0..WIDE_NUMBERS).map(|n| format!("n{n} INTEGER"));
                let texts = (0..WIDE_TEXTS).map(|n| format!("s{n} TEXT"));
                let columns: Vec<_> = keys.chain(numbers).chain(texts).collect();
                format!(
                    "CREATE TABLE wide (id INTEGER PRIMARY KEY, {}, extra REAL)",
                    columns.join(", ")
                )
            }
            Self::Refs => "CREATE TABLE ref (id INTEGER PRIMARY KEY)".into(),
        }
    }
}

/// A row of `t`.
pub(super) fn user(id: i64) -> Vec<Value> {
    vec![int(id), text(format!("user_{id}")), int(id % 100)]
}

fn wide(id: i64) -> Vec<Value> {
    let mut row: Vec<Value> = (0..WIDE_KEYS as i64).map(|n| int(id + n)).collect();
    row.extend((0..WIDE_NUMBERS as i64).map(|n| int(id * 31 + n)));
    row.extend((0..WIDE_TEXTS).map(|n| text(format!("text {n} of {id}"))));
    row.push(Value::Real(id as f64 / 3.0));
    row
}

pub(super) fn int(value: i64) -> Value {
    Value::Integer(value)
}

pub(super) fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}
