//! Batches as text.

use std::io::Write;

use super::format::{Format, Header};
use super::{csv_writer, io_error, json_writer, text_writer};
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::types::temporal::Zone;
use crate::types::{SqlType, Value, ValueRef, cast_in};

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 64 << 10;

/// Writes rows in a format.
pub(crate) struct Output<'w> {
    writer: &'w mut dyn Write,
    format: Format,
    names: Vec<String>,
    /// The names as JSON has them.
    quoted: Vec<Vec<u8>>,
    zone: Zone,
    buffer: Vec<u8>,
    rows: u64,
}

impl<'w> Output<'w> {
    /// For rows of columns of these names. The header is written at once.
    ///
    /// # Errors
    /// The format is one that is not text. Or writing fails.
    pub(crate) fn new(
        writer: &'w mut dyn Write,
        format: &Format,
        names: &[String],
        zone: &Zone,
    ) -> Result<Self> {
        let mut output = Self {
            writer,
            format: format.clone(),
            names: names.to_vec(),
            quoted: names.iter().map(|name| json_writer::quoted(name)).collect(),
            zone: zone.clone(),
            buffer: Vec::new(),
            rows: 0,
        };
        let names = output.names.iter().map(|name| Some(name.as_str()));
        match &output.format {
            Format::Text(format) if format.header != Header::None => {
                text_writer::write_record(&mut output.buffer, format, names);
            }
            Format::Csv(format) if format.header != Header::None => {
                csv_writer::write_record(&mut output.buffer, format, names, |_| false);
            }
            Format::Parquet => return Err(Error::unsupported("parquet to a stream")),
            _ => {}
        }
        Ok(output)
    }

    /// Writes the rows of a batch.
    ///
    /// # Errors
    /// Writing fails.
    pub(crate) fn write(&mut self, batch: &Batch) -> Result<()> {
        let mut texts: Vec<Option<String>> = Vec::with_capacity(batch.columns.len());
        for row in 0..batch.rows {
            let values = batch.columns.iter().map(|column| column.get(row));
            if let Format::JsonLines = self.format {
                json_writer::write_record(&mut self.buffer, &self.quoted, values, &self.zone)?;
            } else {
                texts.clear();
                for value in values {
                    texts.push(text_of(value, &self.zone)?);
                }
                let fields = texts.iter().map(Option::as_deref);
                match &self.format {
                    Format::Csv(format) => {
                        let forced = |at: usize| format.force_quote.get(at).copied();
                        csv_writer::write_record(&mut self.buffer, format, fields, |at| {
                            forced(at).unwrap_or(false)
                        });
                    }
                    Format::Text(format) => {
                        text_writer::write_record(&mut self.buffer, format, fields);
                    }
                    Format::JsonLines | Format::Parquet => {}
                }
            }
            if self.buffer.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        self.rows += batch.rows as u64;
        Ok(())
    }

    /// Writes what is left, and tells how many rows there were.
    ///
    /// # Errors
    /// Writing fails.
    pub(crate) fn finish(mut self) -> Result<u64> {
        self.flush()?;
        let flushed = self.writer.flush();
        flushed.map_err(|error| io_error("write rows", &error))?;
        Ok(self.rows)
    }

    fn flush(&mut self) -> Result<()> {
        let written = self.writer.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| io_error("write rows", &error))
    }
}

fn text_of(value: ValueRef<'_>, zone: &Zone) -> Result<Option<String>> {
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Text(text) => Some(text.to_owned()),
        value => match cast_in(value, SqlType::Text, zone, None)? {
            Value::Text(text) => Some(text),
            _ => None,
        },
    })
}
