//! One value per line, with its column's name before it.

use std::io::{self, Write};

use citadel_sql::Row;

use super::{ResultWriter, Style, text};

/// Writes `name = value` lines, and an empty line between rows.
pub(super) struct LineWriter<'a> {
    out: &'a mut dyn Write,
    names: Vec<String>,
    null: &'a str,
    rows: u64,
}

impl<'a> LineWriter<'a> {
    /// Aligns the names to the longest.
    pub(super) fn begin(style: &'a Style, names: &[String], out: &'a mut dyn Write) -> Self {
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        Self {
            out,
            names: names.iter().map(|n| format!("{n:>width$}")).collect(),
            null: style.null_or(""),
            rows: 0,
        }
    }
}

impl ResultWriter for LineWriter<'_> {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        if self.rows > 0 {
            writeln!(self.out)?;
        }
        self.rows += 1;
        for (column, name) in self.names.iter().enumerate() {
            let value = row.get_ref(column).map_err(io::Error::other)?;
            writeln!(self.out, "{name} = {}", text::full(value, self.null))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}
