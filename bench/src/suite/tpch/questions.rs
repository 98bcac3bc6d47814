//! The tables and the questions, from the golden script.

use crate::Result;

const SCRIPT: &str = include_str!("../../../../tests/golden/tpch.sql");

/// A query.
pub(super) struct Question {
    /// `q` and its number.
    pub(super) name: String,
    pub(super) sql: String,
}

/// What is asked, and of what.
pub(super) struct Questions {
    pub(super) tables: Vec<String>,
    pub(super) indexes: Vec<String>,
    pub(super) all: Vec<Question>,
}

impl Questions {
    /// Takes the script apart: a comment that begins with a number names the query behind it.
    pub(super) fn read() -> Result<Self> {
        let mut read = Self {
            tables: Vec::new(),
            indexes: Vec::new(),
            all: Vec::new(),
        };
        let (mut number, mut sql, mut is_output) = (None, String::new(), false);
        for line in SCRIPT.lines() {
            if sql.is_empty() {
                if line == "----" {
                    is_output = true;
                }
                if let Some(comment) = line.strip_prefix("-- ") {
                    number = comment
                        .split_once(':')
                        .and_then(|(n, _)| n.parse::<u32>().ok());
                }
                if is_output || line.starts_with("--") || line.is_empty() {
                    is_output &= !line.is_empty();
                    continue;
                }
            }
            sql.push_str(line);
            sql.push('\n');
            if line.ends_with(';') {
                read.take(std::mem::take(&mut sql), number);
            }
        }
        match read.all.len() {
            10 => Ok(read),
            other => Err(format!("{other} questions in the script").into()),
        }
    }

    fn take(&mut self, sql: String, number: Option<u32>) {
        match number {
            _ if sql.starts_with("CREATE TABLE") => self.tables.push(sql),
            _ if sql.starts_with("CREATE INDEX") => self.indexes.push(sql),
            Some(number) if sql.starts_with("SELECT") => self.all.push(Question {
                name: format!("q{number}"),
                sql,
            }),
            _ => {}
        }
    }
}
