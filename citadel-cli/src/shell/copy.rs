//! COPY: the rows that follow a statement in its script, and what is told after one.

use std::io::{self, BufRead, Read, Write};

use citadel_sql::{Connection, CopyWay};

/// The line that ends the rows.
const END: &str = "\\.";
/// Rows that were left out and are told one by one.
const TOLD_MAX: usize = 10;

/// The lines of a reader up to one that is `\.`, or up to its end.
pub(crate) struct UntilEnd<'r> {
    reader: &'r mut dyn BufRead,
    line: Vec<u8>,
    given: usize,
    is_over: bool,
    /// Lines that were read, the one that ends them included.
    lines: usize,
}

impl<'r> UntilEnd<'r> {
    pub(crate) fn new(reader: &'r mut dyn BufRead) -> Self {
        Self {
            reader,
            line: Vec::new(),
            given: 0,
            is_over: false,
            lines: 0,
        }
    }

    /// How many lines of the script were rows, or ended them.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }

    fn next_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        self.given = 0;
        if !self.is_over {
            self.reader.read_until(b'\n', &mut self.line)?;
            self.lines += usize::from(!self.line.is_empty());
            let text = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            self.is_over = self.line.is_empty() || text == END.as_bytes();
        }
        Ok(!self.is_over)
    }
}

impl Read for UntilEnd<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.is_over || (self.given == self.line.len() && !self.next_line()?) {
            return Ok(0);
        }
        let rest = &self.line[self.given..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

/// Says what everybody must know: that rows left the vault, or that some were left out.
pub(super) fn tell(connection: &Connection, way: CopyWay) {
    let mut text = String::new();
    if way == CopyWay::ToFile {
        text.push_str("notice: the rows written leave the vault: anyone who can read the file can read them\n");
    }
    if matches!(way, CopyWay::FromFile | CopyWay::FromStdin) && connection.rejected_count() > 0 {
        let (rows, count) = (connection.rejected_rows(), connection.rejected_count());
        text.push_str(&format!(
            "notice: {} left out\n",
            super::plural(count, "row")
        ));
        for row in rows.iter().take(TOLD_MAX) {
            text.push_str(&format!("  {}\n", row.message));
        }
        if count > TOLD_MAX as u64 {
            text.push_str("  …\n");
        }
    }
    // Without standard error nobody is told, and nothing is lost.
    let _ = io::stderr().write_all(text.as_bytes());
}
