//! Grids for eyes: box, ASCII table, aligned columns, markdown.

use std::io::{self, Write};

use citadel_sql::{Row, ValueRef};
use comfy_table::{
    Cell, CellAlignment, ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle,
    presets,
};

use super::{Mode, ResultWriter, Style, text};

/// Lines all around and between columns.
const BOX: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('┌', '─', '┬', '┐'))
    .header_lines(ContentLineStyle::new('│', '│', '│'))
    .header_separator(LineStyle::new('├', '─', '┼', '┤'))
    .content_lines(ContentLineStyle::new('│', '│', '│'))
    .bottom_border(LineStyle::new('└', '─', '┴', '┘'));

/// A line under the names, and gaps.
const COLUMN: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('-').junction(' '));

/// A grid of texts, drawn as a mode says.
#[derive(Debug)]
pub(crate) struct Grid {
    table: Table,
    mode: Mode,
}

impl Grid {
    /// An empty grid.
    pub(crate) fn new(mode: Mode, width: Option<u16>) -> Self {
        let mut table = Table::new();
        table.load_style(match mode {
            Mode::Markdown => presets::ASCII_MARKDOWN,
            Mode::Table => presets::ASCII_FULL_CONDENSED,
            Mode::Column => COLUMN,
            _ => BOX,
        });
        table.set_content_arrangement(match width {
            Some(_) => ContentArrangement::Dynamic,
            None => ContentArrangement::Disabled,
        });
        if let Some(width) = width {
            table.set_width(width);
        }
        Self { table, mode }
    }

    /// The line of names.
    pub(crate) fn header<S: AsRef<str>>(&mut self, names: &[S]) {
        let names: Vec<String> = names.iter().map(|n| self.safe(n.as_ref())).collect();
        self.table.set_header(names);
    }

    /// One line; texts that are numbers stand to the right.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = (String, bool)>) {
        let cells: Vec<Cell> = cells
            .into_iter()
            .map(|(text, number)| {
                let cell = Cell::new(self.safe(&text));
                let right = CellAlignment::Right;
                if number {
                    cell.set_alignment(right)
                } else {
                    cell
                }
            })
            .collect();
        self.table.add_row(cells);
    }

    /// The drawing, without the last line end.
    pub(crate) fn draw(&self) -> String {
        self.table.trim_fmt()
    }

    fn safe(&self, text: &str) -> String {
        match self.mode {
            Mode::Markdown => text.replace('|', "\\|").replace('\n', "<br>"),
            _ => text.to_owned(),
        }
    }
}

/// Collects the rows of one result and draws them at its end.
pub(super) struct GridWriter<'a> {
    grid: Grid,
    out: &'a mut dyn Write,
    null: &'a str,
    /// Markdown is for documents: nothing is shortened there.
    text: fn(ValueRef<'_>, &str) -> String,
    columns: usize,
}

impl<'a> GridWriter<'a> {
    /// An empty grid under the names.
    pub(super) fn begin(style: &'a Style, names: &[String], out: &'a mut dyn Write) -> Self {
        let mut grid = Grid::new(style.mode, style.width);
        if style.header || style.mode == Mode::Markdown {
            grid.header(names);
        }
        Self {
            grid,
            out,
            null: style.null_or("NULL"),
            text: if style.mode == Mode::Markdown {
                text::full
            } else {
                text::short
            },
            columns: names.len(),
        }
    }
}

impl ResultWriter for GridWriter<'_> {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let mut cells = Vec::with_capacity(self.columns);
        for column in 0..self.columns {
            let value = row.get_ref(column).map_err(io::Error::other)?;
            let number = matches!(
                value,
                ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Numeric(_)
            );
            cells.push(((self.text)(value, self.null), number));
        }
        self.grid.row(cells);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        writeln!(self.out, "{}", self.grid.draw())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(mode: Mode) -> String {
        let mut grid = Grid::new(mode, None);
        grid.header(&["name", "n"]);
        grid.row([("a|b".to_owned(), false), ("7".to_owned(), true)]);
        grid.row([("c".to_owned(), false), ("100".to_owned(), true)]);
        grid.draw()
    }

    #[test]
    fn grids_are_aligned_and_numbers_stand_right() {
        assert_eq!(
            drawn(Mode::Box),
            "┌──────┬─────┐\n│ name │ n   │\n├──────┼─────┤\n│ a|b  │   7 │\n│ c    │ 100 │\n└──────┴─────┘"
        );
        assert_eq!(
            drawn(Mode::Markdown),
            "| name | n   |\n|------|-----|\n| a\\|b |   7 |\n| c    | 100 |"
        );
    }
}
