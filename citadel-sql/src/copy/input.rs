//! Records as batches of a table's columns.

use std::io::Read;

use super::csv_reader::CsvReader;
use super::format::{Format, Header};
use super::json_reader::JsonReader;
use super::record::{Record, Records};
use super::text_reader::TextReader;
use super::{RejectedRow, malformed};
use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::types::temporal::Zone;
use crate::types::{SqlType, Value, coerce_parameter};

/// Rejected rows that are told; more are only counted.
const TOLD_MAX: usize = 1_000;

/// Rows that a statement takes in from outside.
pub(crate) trait Feed {
    /// Appends up to `wanted` rows to an empty batch of its columns. False: there are no more.
    ///
    /// # Errors
    /// What is read is not of the format, or a value is none of its column's type; or reading fails.
    fn next(&mut self, out: &mut Batch, wanted: usize) -> Result<bool>;

    /// What to say of a row of the batch that was given last, where it is refused later.
    fn place(&self, row: usize) -> Option<String>;
}

/// A column that values are read for.
#[derive(Clone, Debug)]
pub(crate) struct InputColumn {
    pub(crate) name: String,
    pub(crate) ty: SqlType,
}

/// What becomes of a row with a value that is none of its column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnError {
    /// The statement fails.
    Stop,
    /// It is left out; the statement fails where more than so many are.
    Ignore { most: Option<u64> },
}

/// Reads rows of a format.
pub(crate) struct Input<'r> {
    records: Box<dyn Records + 'r>,
    record: Record,
    columns: Vec<InputColumn>,
    zone: Zone,
    header: Header,
    on_error: OnError,
    /// The lines of the rows that were given last.
    lines: Vec<u64>,
    rejected: Vec<RejectedRow>,
    rejected_count: u64,
}

impl<'r> Input<'r> {
    /// # Errors
    /// The format is one that is not read as text.
    pub(crate) fn new(
        reader: &'r mut dyn Read,
        format: &Format,
        columns: &[InputColumn],
        on_error: OnError,
        zone: &Zone,
    ) -> Result<Self> {
        let (records, header): (Box<dyn Records + 'r>, _) = match format {
            Format::Text(format) => (Box::new(TextReader::new(reader, format)), format.header),
            Format::Csv(format) => (Box::new(CsvReader::new(reader, format)), format.header),
            Format::JsonLines => {
                let columns = columns
                    .iter()
                    .map(|column| (column.name.clone(), column.ty));
                let reader = JsonReader::new(reader, columns.collect());
                (Box::new(reader), Header::None)
            }
            Format::Parquet => return Err(Error::unsupported("parquet from a stream")),
        };
        Ok(Self {
            records,
            record: Record::default(),
            columns: columns.to_vec(),
            zone: zone.clone(),
            header,
            on_error,
            lines: Vec::new(),
            rejected: Vec::new(),
            rejected_count: 0,
        })
    }

    /// The rows that were left out, and how many there were.
    pub(crate) fn take_rejected(&mut self) -> (Vec<RejectedRow>, u64) {
        (std::mem::take(&mut self.rejected), self.rejected_count)
    }

    /// Reads the line before the first row.
    fn pass_header(&mut self) -> Result<()> {
        let header = std::mem::replace(&mut self.header, Header::None);
        if header == Header::None || !self.records.next(&mut self.record)? {
            return Ok(());
        }
        if header == Header::Line {
            return Ok(());
        }
        let line = self.record.line;
        if self.record.len() != self.columns.len() {
            return Err(malformed(
                line,
                format_args!(
                    "the header has {} fields for {} columns",
                    self.record.len(),
                    self.columns.len()
                ),
            ));
        }
        for (at, column) in self.columns.iter().enumerate() {
            let name = String::from_utf8_lossy(self.record.field(at).unwrap_or_default());
            if name != column.name {
                return Err(malformed(
                    line,
                    format_args!(
                        "field {} of the header is \"{name}\", the column \"{}\"",
                        at + 1,
                        column.name
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Appends the record at hand to a batch; nothing of it, where it does not fit.
    fn push(&self, out: &mut Batch) -> std::result::Result<(), (Option<usize>, Error)> {
        let line = self.record.line;
        let (given, wanted) = (self.record.len(), self.columns.len());
        if given != wanted {
            let what = match self.columns.get(given) {
                Some(column) => format!("no value for column \"{}\"", column.name),
                None => format!("{given} values for {wanted} columns"),
            };
            return Err((None, malformed(line, what)));
        }
        for (at, column) in self.columns.iter().enumerate() {
            let pushed = value_of(self.record.field(at), column.ty, &self.zone)
                .and_then(|value| out.columns[at].push(value.as_ref()));
            if let Err(error) = pushed {
                let rows = out.rows;
                out.columns
                    .iter_mut()
                    .for_each(|column| column.truncate(rows));
                let place = format!("line {line}, column \"{}\"", column.name);
                return Err((Some(at), error.within(&place)));
            }
        }
        out.rows += 1;
        Ok(())
    }

    fn reject(&mut self, column: Option<usize>, error: Error) -> Result<()> {
        let OnError::Ignore { most } = self.on_error else {
            return Err(error);
        };
        self.rejected_count += 1;
        if most.is_some_and(|most| self.rejected_count > most) {
            return Err(error.hint(format!(
                "more than {} rows are refused, which is what REJECT_LIMIT allows",
                self.rejected_count - 1
            )));
        }
        if self.rejected.len() < TOLD_MAX {
            self.rejected.push(RejectedRow {
                line: self.record.line,
                column: column.map(|at| self.columns[at].name.clone()),
                message: error.to_string(),
                text: self.record.shown(),
            });
        }
        Ok(())
    }
}

impl Feed for Input<'_> {
    fn next(&mut self, out: &mut Batch, wanted: usize) -> Result<bool> {
        self.pass_header()?;
        self.lines.clear();
        while out.rows < wanted && self.records.next(&mut self.record)? {
            match self.push(out) {
                Ok(()) => self.lines.push(self.record.line),
                Err((column, error)) => self.reject(column, error)?,
            }
        }
        Ok(out.rows > 0)
    }

    fn place(&self, row: usize) -> Option<String> {
        let line = self.lines.get(row)?;
        Some(format!("line {line}"))
    }
}

/// What a field says as a value of a type.
fn value_of(field: Option<&[u8]>, ty: SqlType, zone: &Zone) -> Result<Value> {
    let Some(bytes) = field else {
        return Ok(Value::Null);
    };
    let text = std::str::from_utf8(bytes).map_err(|_| {
        Error::sql(
            SqlState::INVALID_TEXT_REPRESENTATION,
            "the field is no text in UTF-8",
        )
    })?;
    coerce_parameter(Value::Text(text.to_owned()), ty, zone)
}
