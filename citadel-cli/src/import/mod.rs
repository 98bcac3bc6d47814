//! `.import`: rows from a file into a table, in one transaction. CSV and TSV by their header, JSON lines by their keys; every value is
//! read as its column's type, an error tells the line, and after one nothing is imported.

mod csv;
mod json;
mod source;
mod tsv;

use std::path::Path;

use citadel_sql::{Connection, Error, SqlType, Statement, TableInfo, TransactionBehavior, Value};

use crate::exit::{Failure, Outcome};
use crate::signals::{self, Running};

pub(crate) use csv::{Form, Records};
pub(crate) use source::Source;

/// A row to be: columns by their place in the table, each with what is read as its type.
pub(crate) type Row = Vec<(usize, Value)>;

/// Imports a file; how many rows there were.
pub(crate) fn import(db: &mut Connection, source: &mut Source, table: &str) -> Outcome<u64> {
    if !db.is_autocommit() {
        let text = ".import makes a transaction of its own: COMMIT or ROLLBACK first";
        return Err(Failure::Usage(text.to_owned()));
    }
    let tables = db.tables()?;
    let table = tables.iter().find(|t| t.name.eq_ignore_ascii_case(table));
    let table = table.ok_or_else(|| Failure::Usage("there is no such table".to_owned()))?;
    let _running = Running::begin();
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut insert = Insert::default();
    let mut rows = 0;
    while let Some((line, row)) = source.next(table)? {
        if signals::is_pressed() {
            return Err(Failure::Interrupted);
        }
        let done = insert.run(&transaction, table, row);
        done.map_err(|error| at_line(source.path(), line, error))?;
        rows += 1;
    }
    drop(insert);
    transaction.commit()?;
    Ok(rows)
}

/// The statement that inserts rows which have the same columns.
#[derive(Default)]
struct Insert<'db> {
    columns: Vec<usize>,
    statement: Option<Statement<'db>>,
}

impl<'db> Insert<'db> {
    fn run(&mut self, db: &'db Connection, table: &TableInfo, row: Row) -> Result<(), Error> {
        let (columns, values): (Vec<usize>, Vec<Value>) = row.into_iter().unzip();
        if self.statement.is_none() || self.columns != columns {
            self.statement = Some(db.prepare(&statement(table, &columns))?);
            self.columns = columns;
        }
        let statement = self.statement.as_mut();
        statement.map_or(Ok(0), |statement| statement.execute(values.as_slice()))?;
        Ok(())
    }
}

fn statement(table: &TableInfo, columns: &[usize]) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let name = quoted(&table.name);
    if columns.is_empty() {
        return format!("INSERT INTO {name} DEFAULT VALUES");
    }
    let names: Vec<String> = columns
        .iter()
        .map(|at| quoted(&table.columns[*at].name))
        .collect();
    let places = vec!["?"; columns.len()].join(", ");
    format!(
        "INSERT INTO {name} ({}) VALUES ({places})",
        names.join(", ")
    )
}

/// The data of a line are at fault, unless the database is.
fn at_line(path: &Path, line: u64, error: Error) -> Failure {
    if error.sqlstate().is_none() || error.is_interrupted() || error.is_corrupt() {
        return Failure::Database(error);
    }
    Failure::Data {
        path: path.to_owned(),
        line,
        what: error.message(),
    }
}

/// What a text says where a column of this type is wanted. The database reads all but bytes, which the shell writes as digits.
fn value_of_text(text: String, ty: SqlType) -> Result<Value, String> {
    match ty {
        SqlType::Blob => bytes(&text)
            .map(Value::Blob)
            .ok_or_else(|| "a BLOB is an even number of hexadecimal digits".to_owned()),
        _ => Ok(Value::Text(text)),
    }
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let pair = |pair: &[u8]| u8::try_from(value(pair[0])? * 16 + value(*pair.get(1)?)?).ok();
    digits.as_bytes().chunks(2).map(pair).collect()
}
