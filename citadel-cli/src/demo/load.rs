//! The table, its rows and its index, with progress told on standard error.

use std::time::{Duration, Instant};

use citadel_sql::{Connection, PersistReport, params};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::sample::Sample;
use super::telling::{bytes, duration, print, say};
use crate::exit::Outcome;
use crate::shell::BuildBar;
use crate::terminal;

const CREATE_TABLE: &str = "\
CREATE TABLE packages (
  id INTEGER PRIMARY KEY,
  package TEXT NOT NULL,
  section TEXT NOT NULL,
  installed_size INTEGER,      -- KiB
  description TEXT NOT NULL,
  emb VECTOR(384)
)";

const CREATE_INDEX: &str = "\
CREATE INDEX packages_emb ON packages USING ann (emb)
  WITH (metric = 'cosine', filters = 'section,installed_size')";

/// Makes the table and fills it in one transaction.
pub(super) fn load(db: &mut Connection, sample: &Sample) -> Outcome<()> {
    print(&format!("\n{CREATE_TABLE};\n\n"))?;
    let begun = Instant::now();
    let bar = bar(sample.packages.len(), "loading");
    let tx = db.transaction()?;
    tx.execute(CREATE_TABLE, ())?;
    let mut insert = tx.prepare(
        "INSERT INTO packages (id, package, section, installed_size, description, emb) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for p in &sample.packages {
        insert.execute(params![
            p.id,
            p.name,
            p.section,
            p.installed_size,
            p.description,
            p.vector
        ])?;
        bar.inc(1);
    }
    drop(insert);
    tx.commit()?;
    bar.finish_and_clear();
    say(&format!(
        "{} packages of Debian 12, each with the embedding of its description: loaded in {}.",
        sample.packages.len(),
        duration(begun.elapsed())
    ))
}

/// Makes the index over what is there.
pub(super) fn build_index(db: &Connection) -> Outcome<()> {
    print(&format!("{CREATE_INDEX};\n\n"))?;
    let begun = Instant::now();
    let bar = BuildBar::default();
    if terminal::stderr_is_terminal() {
        bar.watch(db);
    }
    db.execute(CREATE_INDEX, ())?;
    bar.clear();
    let took = begun.elapsed();
    let status = db.ann_index_status("packages", "emb")?;
    let size: u64 = status.segments.iter().map(|segment| segment.bytes).sum();
    say(&format!(
        "Built in {}: {} rows in {}, stored in the same file.",
        duration(took),
        status.rows,
        bytes(size)
    ))
}

/// Folds what was written since into the index.
pub(super) fn fold(db: &Connection) -> Outcome<()> {
    let bar = bar(0, "folding");
    let report = db.persist_ann_index_with("packages", "emb", |progress| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
    })?;
    bar.finish_and_clear();
    print("\nCALL persist_ann_index('packages', 'emb');\n\n")?;
    say(&folded(&report))
}

fn folded(report: &PersistReport) -> String {
    let identity = report
        .blake3
        .map(|blake3| blake3.to_string())
        .unwrap_or_default();
    format!(
        "One segment again, with what was written since: {} rows, {}, BLAKE3 {}…, in {}.",
        report.rows,
        bytes(report.bytes),
        identity.chars().take(16).collect::<String>(),
        duration(report.build_time)
    )
}

/// A bar, or a spinner where the length is not known yet; nothing where no person looks.
fn bar(length: usize, doing: &'static str) -> ProgressBar {
    if !terminal::stderr_is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let template = if length == 0 {
        "{spinner} {msg} {elapsed}"
    } else {
        "{msg} [{bar:40}] {pos}/{len}"
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(length as u64)
        .with_style(style.progress_chars("=> "))
        .with_message(doing);
    if length == 0 {
        bar.enable_steady_tick(Duration::from_millis(100));
    }
    bar
}
