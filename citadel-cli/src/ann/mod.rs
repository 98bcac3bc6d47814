//! `citadel ann report`: what recall of a vector index costs, as a table and as a picture.
//!
//! The recall is what the index calibrated when its segments were made; the time is measured now, through SQL, with the vectors
//! of some of its rows.

mod chart;
mod measure;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use citadel_sql::{AnnIndexStatus, Connection};

use crate::exit::{Failure, Outcome};
use crate::format::{Grid, Mode};
use chart::{Chart, Dot};
use measure::{Measured, measure};

/// Measures an index. The text; the picture is written to `out`, which must not exist.
pub(crate) fn report(
    db: &Connection,
    table: &str,
    column: &str,
    out: Option<&Path>,
) -> Outcome<String> {
    db.set_ann_recall(None);
    let status = db.ann_index_status(table, column)?;
    let measured = measure(db, &status)?;
    let mut text = describe(&status);
    let _ = writeln!(text, "{}", grid(&measured).draw());
    if let Some(out) = out {
        write_new(out, &draw(&status, &measured))?;
        let _ = writeln!(text, "written to {}", out.display());
    }
    Ok(text)
}

fn describe(status: &AnnIndexStatus) -> String {
    let mut text = format!(
        "{} on {} ({}), {}: {} rows, {} in the delta, segments: {}\n",
        status.index,
        status.table,
        status.column,
        status.metric.name(),
        status.rows,
        status.delta_rows,
        status.segments.len()
    );
    if let Some(reason) = status.refusal() {
        let _ = writeln!(text, "refused: {reason}");
    }
    text
}

fn grid(measured: &[Measured]) -> Grid {
    let mut grid = Grid::new(Mode::Box, None);
    grid.header(&["asked", "effort", "recall", "at least", "ms", "queries/s"]);
    for one in measured {
        let share =
            |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.4}"));
        let effort = one.effort.map(|effort| effort.to_string());
        grid.row([
            (one.asked.to_string(), true),
            (effort.unwrap_or_else(|| "every row".to_owned()), true),
            (share(one.recall.map(|recall| recall.mean)), true),
            (share(one.recall.map(|recall| recall.bound)), true),
            (format!("{:.3}", one.ms), true),
            (format!("{:.0}", 1e3 / one.ms), true),
        ]);
    }
    grid
}

fn draw(status: &AnnIndexStatus, measured: &[Measured]) -> String {
    let dots = measured.iter().filter_map(|one| {
        Some(Dot {
            recall: one.recall?.mean,
            ms: one.ms,
            label: format!("{}", one.effort?),
        })
    });
    let exact = measured.iter().find(|one| one.asked.share() >= 1.0);
    Chart {
        title: format!(
            "{} on {} ({}): {} rows, {}",
            status.index,
            status.table,
            status.column,
            status.rows,
            status.metric.name()
        ),
        dots: dots.collect(),
        exact_ms: exact.map(|one| one.ms),
    }
    .svg()
}

fn write_new(path: &Path, text: &str) -> Outcome<()> {
    let failed = || Failure::io(format!("cannot write {}", path.display()));
    let mut options = OpenOptions::new();
    let mut file = (options.write(true).create_new(true).open(path)).map_err(failed())?;
    file.write_all(text.as_bytes()).map_err(failed())
}
