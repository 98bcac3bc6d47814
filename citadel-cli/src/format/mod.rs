//! How results look: one writer per mode, values as text in one place.
//!
//! Modes for machines (csv, tsv, json, jsonl, list, line, quote) write each row as it comes and never shorten.
//! Modes for eyes (box, table, column, markdown) collect the rows of a result first.

mod delimited;
mod grid;
mod json;
mod line;
mod plan;
mod quote;
mod text;

use std::io::{self, Write};

use citadel_sql::Row;
use clap::ValueEnum;

pub(crate) use grid::Grid;
pub(crate) use json::string as json_string;
pub(crate) use quote::literal;
pub(crate) use text::show_times_in;

/// The form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Boxes drawn with lines.
    Box,
    /// Boxes drawn in ASCII.
    Table,
    /// Aligned columns.
    Column,
    /// Markdown tables.
    Markdown,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// One JSON array per result.
    Json,
    /// One JSON object per row.
    Jsonl,
    /// Values with a separator between.
    List,
    /// One value per line, with its column's name.
    Line,
    /// Values as SQL literals.
    Quote,
}

/// Everything that says how results look.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    /// The form.
    pub(crate) mode: Mode,
    /// Someone asked for the form. Else plans are written as they are.
    pub(crate) is_chosen: bool,
    /// A line of column names, where the mode has one.
    pub(crate) header: bool,
    /// What stands for NULL; `None`: what the mode uses.
    pub(crate) null: Option<String>,
    /// Between the values of [`Mode::List`].
    pub(crate) separator: String,
    /// Columns of the terminal that a grid should fit in; `None`: as wide as it gets.
    pub(crate) width: Option<u16>,
}

impl Style {
    /// The usual style of a mode.
    pub(crate) fn of(mode: Mode) -> Self {
        Self {
            mode,
            is_chosen: false,
            header: true,
            null: None,
            separator: "|".to_owned(),
            width: None,
        }
    }

    /// What stands for NULL.
    fn null_or<'a>(&'a self, usual: &'a str) -> &'a str {
        self.null.as_deref().unwrap_or(usual)
    }
}

/// Writes one result.
pub(crate) trait ResultWriter {
    /// One row.
    fn row(&mut self, row: &Row<'_>) -> io::Result<()>;
    /// The end of the result.
    fn finish(&mut self) -> io::Result<()>;
}

/// Begins a result with the given column names.
pub(crate) fn begin<'a>(
    style: &'a Style,
    names: &[String],
    out: &'a mut dyn Write,
) -> io::Result<Box<dyn ResultWriter + 'a>> {
    if !style.is_chosen && plan::is_plan(names) {
        return Ok(Box::new(plan::PlanWriter::begin(out)));
    }
    Ok(match style.mode {
        Mode::Box | Mode::Table | Mode::Column | Mode::Markdown => {
            Box::new(grid::GridWriter::begin(style, names, out))
        }
        Mode::Csv => Box::new(delimited::begin_csv(style, names, out)?),
        Mode::Tsv => Box::new(delimited::begin_tsv(style, names, out)?),
        Mode::List => Box::new(delimited::begin_list(style, names, out)?),
        Mode::Json => Box::new(json::JsonWriter::begin_array(names, out)?),
        Mode::Jsonl => Box::new(json::JsonWriter::begin_lines(names, out)),
        Mode::Line => Box::new(line::LineWriter::begin(style, names, out)),
        Mode::Quote => Box::new(quote::QuoteWriter::begin(style, names, out)?),
    })
}
