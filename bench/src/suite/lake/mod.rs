//! Tables in a folder: appends with an index and without one, room, and searches, beside the reference lake writer and lancedb.

mod bars;
mod citadel;
mod writer;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::Result;
use crate::arguments::Arguments;
use crate::data::{DataSet, Filter};
use crate::engine::{Child, Hello, K};
use crate::report::{Report, complain};
use crate::timing::Samples;
use citadel::Citadel;
use writer::{Way, Writer};

/// Commits that the rows are appended in.
const COMMITS: usize = 6;

const APPEND_INDEXED: &str = "append_indexed";
const APPEND_DEFERRED: &str = "append_deferred";
const DISK: &str = "disk";
const SEARCH_WARM: &str = "search_warm";
const SEARCH_ONESHOT: &str = "search_oneshot";
const RECALL: &str = "recall";

/// A writer, and its table of indexed rows.
struct Lane {
    writer: Box<dyn Writer>,
    table: PathBuf,
}

/// Runs the suite.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let data = Arc::new(DataSet::load(&arguments.data)?);
    std::fs::create_dir_all(&arguments.work)?;
    let folder = tempfile::tempdir_in(&arguments.work)?;
    let mut lanes = lanes(arguments, &data, folder.path())?;
    for lane in &lanes {
        report.introduce(lane.writer.name(), &lane.writer.version());
    }
    let rounds = arguments
        .rounds
        .unwrap_or(if arguments.quick { 1 } else { 3 });
    for way in [Way::Deferred, Way::Indexed] {
        append(&mut lanes, way, rounds, data.rows(), folder.path(), report)?;
    }
    for lane in &lanes {
        let bytes = size_of(&lane.table)?;
        report.add(
            DISK,
            lane.writer.name(),
            "rows and index",
            "bytes",
            bytes as f64,
        );
    }
    let queries = if arguments.quick { 50 } else { 200 };
    search_warm(&mut lanes, rounds.max(3), &data, queries, report)?;
    search_oneshot(&mut lanes, 7, &data, report)
}

/// Says what must hold and whether it does.
pub(crate) fn judge(report: &mut Report) {
    super::bars::tell(report, &bars::BARS, &bars::LIMITS);
}

/// Those that were asked for and are there; says who is not.
fn lanes(arguments: &Arguments, data: &Arc<DataSet>, folder: &Path) -> Result<Vec<Lane>> {
    let mut writers: Vec<Box<dyn Writer>> = vec![Box::new(Citadel::new(data))];
    match &arguments.python {
        None => complain("no peers: --python is not given"),
        Some(python) => {
            data.export(folder)?;
            let mut script = Command::new(python);
            script.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/peers.py"));
            script.env("PYTHONDONTWRITEBYTECODE", "1");
            let hello = Hello {
                suite: "lake",
                folder,
                threads: 2,
                postgres: None,
            };
            let (present, absent) = Child::start(&mut script, &hello)?;
            for child in present {
                writers.push(Box::new(child));
            }
            for (name, reason) in absent {
                complain(&format!("{name} is not there: {reason}"));
            }
        }
    }
    let lanes = writers.into_iter().map(|writer| Lane {
        writer,
        table: PathBuf::new(),
    });
    Ok(lanes
        .filter(|lane| arguments.wants_engine(lane.writer.name()))
        .collect())
}

/// Each round appends all rows to a new table; the last one stays.
fn append(
    lanes: &mut [Lane],
    way: Way,
    rounds: usize,
    rows: usize,
    folder: &Path,
    report: &mut Report,
) -> Result<()> {
    let case = match way {
        Way::Indexed => APPEND_INDEXED,
        Way::Deferred => APPEND_DEFERRED,
    };
    let mut rates = vec![Samples::default(); lanes.len()];
    for round in 0..rounds {
        for (lane, rates) in lanes.iter_mut().zip(&mut rates) {
            complain(&format!("{case} {}", lane.writer.name()));
            let name = format!("{}-{}-{round}", lane.writer.name(), way.name());
            let table = folder.join(name);
            let seconds = lane.writer.append(&table, way, COMMITS)?;
            rates.push(rows as f64 / seconds);
            let former = std::mem::replace(&mut lane.table, table);
            if former.exists() {
                std::fs::remove_dir_all(former)?;
            }
        }
    }
    let note = format!("{rows} rows in {COMMITS} commits");
    for (lane, rates) in lanes.iter().zip(&rates) {
        let name = lane.writer.name();
        report.add(case, name, &note, "vec_per_s", rates.median());
        report.add(case, name, &note, "spread", rates.spread());
    }
    Ok(())
}

fn search_warm(
    lanes: &mut [Lane],
    rounds: usize,
    data: &DataSet,
    queries: usize,
    report: &mut Report,
) -> Result<()> {
    complain(SEARCH_WARM);
    let queries = &data.queries[..queries.min(data.queries.len())];
    let mut times = vec![Samples::default(); lanes.len()];
    let mut recalls = vec![0.0; lanes.len()];
    for round in 0..=rounds {
        for (at, lane) in lanes.iter_mut().enumerate() {
            let outcome = lane.writer.search(&lane.table, queries)?;
            if round > 0 {
                times[at].push(outcome.seconds * 1_000.0 / queries.len() as f64);
            }
            let answered = queries.iter().zip(&outcome.answers);
            let sum: f64 = answered
                .map(|(query, answer)| data.recall(Filter::Unfiltered, query, K, answer))
                .sum();
            recalls[at] = sum / queries.len() as f64;
        }
    }
    for ((lane, times), recall) in lanes.iter().zip(&times).zip(recalls) {
        let name = lane.writer.name();
        report.add(SEARCH_WARM, name, "indexed", "ms", times.median());
        report.add(SEARCH_WARM, name, "indexed", "spread", times.spread());
        report.add(RECALL, name, "indexed", "recall_at_10", recall);
    }
    Ok(())
}

fn search_oneshot(
    lanes: &mut [Lane],
    rounds: usize,
    data: &DataSet,
    report: &mut Report,
) -> Result<()> {
    complain(SEARCH_ONESHOT);
    let mut times = vec![Samples::default(); lanes.len()];
    for round in 0..=rounds {
        for (lane, times) in lanes.iter_mut().zip(&mut times) {
            let ms = lane.writer.oneshot_ms(&lane.table, &data.queries[round])?;
            if round > 0 {
                times.push(ms);
            }
        }
    }
    for (lane, times) in lanes.iter().zip(&times) {
        let name = lane.writer.name();
        report.add(
            SEARCH_ONESHOT,
            name,
            "opened and asked",
            "ms",
            times.median(),
        );
        report.add(
            SEARCH_ONESHOT,
            name,
            "opened and asked",
            "spread",
            times.spread(),
        );
    }
    Ok(())
}

/// Bytes of all files below a folder.
fn size_of(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => size_of(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}
