//! A plan as it is: one line below the other, no quotes, no box that would cut it.

use std::io::{self, Write};

use citadel_sql::Row;

use super::{ResultWriter, text};

/// The one column of EXPLAIN.
const COLUMN: &str = "QUERY PLAN";

/// Writes the lines of a plan.
pub(super) struct PlanWriter<'a> {
    out: &'a mut dyn Write,
}

impl<'a> PlanWriter<'a> {
    pub(super) fn begin(out: &'a mut dyn Write) -> Self {
        Self { out }
    }
}

/// Is a result with these columns a plan?
pub(super) fn is_plan(names: &[String]) -> bool {
    matches!(names, [name] if name == COLUMN)
}

impl ResultWriter for PlanWriter<'_> {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let line = row.get_ref(0).map_err(io::Error::other)?;
        writeln!(self.out, "{}", text::full(line, ""))
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}
