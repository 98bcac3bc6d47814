//! Segments for the eye: what the shell's `inspect` and a debugger print.

use std::fmt::{Display, Formatter, Result};

use super::SegmentHeader;
use crate::prism::Segment;

impl Display for SegmentHeader {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        writeln!(out, "segment      {}", Hex(&self.identity))?;
        writeln!(out, "column       {}", self.column)?;
        writeln!(out, "metric       {}", self.metric().name())?;
        writeln!(out, "dimension    {}", self.dim())?;
        writeln!(
            out,
            "rows         {} indexed, {} undefined",
            self.indexed_len(),
            self.undefined_len()
        )?;
        writeln!(out, "generation   {}", self.generation)?;
        writeln!(out, "filters      {}", self.filters.join(", "))?;
        writeln!(out, "config       {}", Hex(&self.config))?;
        writeln!(out, "fingerprint  {}", Hex(&self.fingerprint))?;
        for section in &self.sections {
            let name = format!("{:?}", section.tag);
            writeln!(
                out,
                "{name:<12} {:>12} bytes  {}",
                section.len,
                Hex(&section.blake3)
            )?;
        }
        Ok(())
    }
}

impl Display for Segment {
    /// Sizes of the layout and the graph, and each filter column.
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let rows = self.indexed_len();
        let links: usize = (0..rows as u32)
            .map(|row| self.graph.links(row).len())
            .sum();
        let most = (0..rows as u32)
            .map(|row| self.graph.links(row).len())
            .max();
        writeln!(out, "rows         {rows} indexed, {} in all", self.len())?;
        writeln!(
            out,
            "links        {links}, {:.1} for each row, at most {}",
            links as f64 / rows.max(1) as f64,
            most.unwrap_or(0)
        )?;
        writeln!(out, "entries      {}", self.entries.len())?;
        writeln!(out, "scale        {:e}", self.codes.scale)?;
        writeln!(out, "memory       {} bytes", self.bytes_in_memory())?;
        for attribute in self.attributes() {
            let column = &attribute.column;
            writeln!(
                out,
                "filter       {}: {:?}, {} rows, {} distinct, {} bytes",
                attribute.name,
                column.kind(),
                column.len(),
                column
                    .distinct()
                    .map_or("many".to_owned(), |distinct| distinct.to_string()),
                column.bytes_in_memory()
            )?;
        }
        Ok(())
    }
}

/// Bytes as hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}
