//! The rows of a file, as the columns of a table.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use citadel_sql::{TableInfo, Value};

use super::csv::{self, Fault, Records};
use super::json::Json;
use super::{Row, value_of_text};
use crate::exit::{Failure, Outcome};

/// A file of rows.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Delimited {
        records: Records<BufReader<File>>,
        /// The column that each field goes to; none before the header was read.
        columns: Option<Vec<usize>>,
        header: bool,
    },
    JsonLines {
        lines: BufReader<File>,
        read: u64,
    },
}

impl Source {
    /// Opens a file, whose name says its form: `.jsonl`, `.ndjson` and `.json` hold an object a line, `.tsv` and `.tab` values with tabs
    /// between, any other values with commas. With `header` their first line names columns; without, they are all columns in order.
    pub(crate) fn open(path: &Path, header: bool) -> Outcome<Self> {
        let file =
            File::open(path).map_err(Failure::io(format!("cannot open {}", path.display())))?;
        let file = BufReader::new(file);
        let extension = path
            .extension()
            .map(|e| e.to_string_lossy().to_ascii_lowercase());
        let delimited = match extension.as_deref() {
            Some("jsonl" | "ndjson" | "json") => None,
            Some("tsv" | "tab") => Some(csv::Form::Tsv),
            _ => Some(csv::Form::Csv),
        };
        let form = match delimited {
            None => Form::JsonLines {
                lines: file,
                read: 0,
            },
            Some(form) => Form::Delimited {
                records: Records::new(file, form),
                columns: None,
                header,
            },
        };
        Ok(Self {
            path: path.to_owned(),
            form,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The next row, with the number of its line.
    pub(crate) fn next(&mut self, table: &TableInfo) -> Outcome<Option<(u64, Row)>> {
        let next = match &mut self.form {
            Form::Delimited {
                records,
                columns,
                header,
            } => next_record(records, columns, *header, table),
            Form::JsonLines { lines, read } => next_object(lines, read, table),
        };
        next.map_err(|(line, fault)| match fault {
            Wrong::Io(source) => Failure::Io {
                doing: format!("cannot read {}", self.path.display()),
                source,
            },
            Wrong::Data(what) => Failure::Data {
                path: self.path.clone(),
                line,
                what,
            },
        })
    }
}

/// What is wrong with a line.
enum Wrong {
    Io(std::io::Error),
    Data(String),
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Io(error) => Self::Io(error),
            Fault::Form(what) => Self::Data(what.to_owned()),
        }
    }
}

type Next = Result<Option<(u64, Row)>, (u64, Wrong)>;

fn next_record<R: BufRead>(
    records: &mut Records<R>,
    columns: &mut Option<Vec<usize>>,
    header: bool,
    table: &TableInfo,
) -> Next {
    let mut next = || records.next().map_err(|(line, fault)| (line, fault.into()));
    let columns = match columns {
        Some(columns) => columns,
        None if header => {
            let Some((line, names)) = next()? else {
                return Ok(None);
            };
            let names = names.iter().map(|name| name.as_deref().unwrap_or_default());
            let found = columns_of(names, table).map_err(|what| (line, Wrong::Data(what)))?;
            columns.insert(found)
        }
        None => columns.insert((0..table.columns.len()).collect()),
    };
    let Some((line, record)) = next()? else {
        return Ok(None);
    };
    if record.len() != columns.len() {
        let what = format!("{} values for {} columns", record.len(), columns.len());
        return Err((line, Wrong::Data(what)));
    }
    let value = |(at, field): (&usize, Option<String>)| match field {
        None => Ok((*at, Value::Null)),
        Some(text) => {
            let column = &table.columns[*at];
            let value = value_of_text(text, column.ty);
            value
                .map(|value| (*at, value))
                .map_err(|what| in_column(&column.name, &what))
        }
    };
    let row: Result<Row, String> = columns.iter().zip(record).map(value).collect();
    row.map(|row| Some((line, row)))
        .map_err(|what| (line, Wrong::Data(what)))
}

fn next_object(lines: &mut impl BufRead, read: &mut u64, table: &TableInfo) -> Next {
    let mut text = String::new();
    while text.trim().is_empty() {
        text.clear();
        *read += 1;
        let len = lines
            .read_line(&mut text)
            .map_err(|error| (*read, Wrong::Io(error)))?;
        if len == 0 {
            return Ok(None);
        }
    }
    let row = row_of_object(&text, table).map_err(|what| (*read, Wrong::Data(what)))?;
    Ok(Some((*read, row)))
}

fn row_of_object(text: &str, table: &TableInfo) -> Result<Row, String> {
    let value = Json::parse(text).map_err(|what| format!("not JSON: {what}"))?;
    let Json::Object(fields) = value else {
        return Err(format!(
            "{} where an object is wanted, one a line",
            value.kind()
        ));
    };
    let columns = columns_of(fields.iter().map(|(key, _)| key.as_str()), table)?;
    let value = |(at, (_, json)): (usize, (String, Json))| {
        let column = &table.columns[at];
        let value = value_of_json(json, column.ty);
        value
            .map(|value| (at, value))
            .map_err(|what| in_column(&column.name, &what))
    };
    columns.into_iter().zip(fields).map(value).collect()
}

fn value_of_json(json: Json, ty: citadel_sql::SqlType) -> Result<Value, String> {
    use citadel_sql::SqlType::{Text, Vector};
    match (json, ty) {
        (Json::Null, _) => Ok(Value::Null),
        (Json::Boolean(value), ty) if ty != Text => Ok(Value::Boolean(value)),
        (Json::Number(digits), ty) if ty != Text => value_of_text(digits, ty),
        (Json::Text(text), ty) => value_of_text(text, ty),
        (Json::Array(values), Vector(_)) => vector(&values),
        (json, ty) => Err(format!("{} where {ty} is wanted", json.kind())),
    }
}

fn vector(values: &[Json]) -> Result<Value, String> {
    let component = |json: &Json| match json {
        Json::Number(digits) => digits.parse().map_err(|_| format!("{digits} is no number")),
        other => Err(format!("{} within a vector", other.kind())),
    };
    values
        .iter()
        .map(component)
        .collect::<Result<_, _>>()
        .map(Value::Vector)
}

/// The columns of names, each of which the table has once.
fn columns_of<'n>(
    names: impl Iterator<Item = &'n str>,
    table: &TableInfo,
) -> Result<Vec<usize>, String> {
    let mut columns = Vec::new();
    for name in names {
        let at = table
            .columns
            .iter()
            .position(|c| c.name.eq_ignore_ascii_case(name));
        let at = at.ok_or_else(|| format!("the table {} has no column \"{name}\"", table.name))?;
        if columns.contains(&at) {
            return Err(format!("column \"{name}\" stands there twice"));
        }
        columns.push(at);
    }
    Ok(columns)
}

fn in_column(name: &str, what: &str) -> String {
    format!("column {name}: {what}")
}
