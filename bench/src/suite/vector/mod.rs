//! Nearest neighbours: exact, by index, filtered, after writes and after opening, beside all peers that are there.

mod bars;
mod curve;
mod measure;
mod sweep;

use std::process::Command;
use std::sync::Arc;

use crate::Result;
use crate::arguments::Arguments;
use crate::data::{DataSet, Filter};
use crate::engine::{Child, Citadel, Engine, Hello, Postgres, SqliteVec, Usearch};
use crate::report::{Report, complain};
use crate::timing::Samples;
use measure::Effort;

/// Threads that build.
const BUILD_THREADS: usize = 2;
/// Peers of a quick run: those that build in seconds.
const QUICK: [&str; 6] = [
    "citadel",
    "hnswlib",
    "usearch",
    "faiss-hnsw-sq8",
    "faiss-flat",
    "sqlite-vec",
];
/// Rows above which engines that build anew after a write, and hold all in memory, are not asked to open or to write.
const MANY: usize = 100_000;

/// Runs the suite.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let rounds = arguments
        .rounds
        .unwrap_or(if arguments.quick { 3 } else { 7 });
    let effort = match arguments.quick {
        true => Effort {
            rounds,
            queries: 200,
            judge_seconds: 0.3,
            round_seconds: 0.04,
        },
        false => Effort {
            rounds,
            queries: 1_000,
            judge_seconds: 1.0,
            round_seconds: 0.1,
        },
    };
    let data = DataSet::of_size(&arguments.data, &arguments.work, arguments.rows)?;
    let data = Arc::new(data);
    std::fs::create_dir_all(&arguments.work)?;
    let folder = tempfile::tempdir_in(&arguments.work)?;
    // The server ends after those that are connected to it.
    let (_postgres, mut engines) = engines(arguments, &data, folder.path())?;

    for engine in &mut engines {
        build(engine.as_mut(), report)?;
    }
    for filter in Filter::ALL {
        if arguments.wants(filter.name()) {
            measure::compare(&data, filter, &mut engines, &effort, report)?;
        }
    }
    let is_subject = arguments.wants_engine(crate::SUBJECT);
    if is_subject && arguments.wants("sweep") && !(arguments.quick && arguments.cases.is_empty()) {
        sweep::run(folder.path(), &data, rounds, report)?;
    }
    if arguments.wants("cold_open") {
        let times = if arguments.quick { 3 } else { 7 };
        cold_open(&mut engines, data.rows(), times, report)?;
    }
    if arguments.wants("after_update") {
        after_update(&mut engines, data.rows(), report)?;
    }
    Ok(())
}

/// Says what must hold and whether it does.
pub(crate) fn judge(arguments: &Arguments, report: &mut Report) {
    let rows = arguments.rows.unwrap_or(60_000);
    let raw_bytes = (rows * crate::data::DIM * size_of::<f32>()) as f64;
    let limits = bars::limits(raw_bytes, if rows > MANY { 300.0 } else { 100.0 });
    super::bars::tell(report, &bars::bars(), &limits);
}

/// Those that were asked for and are there; says who is not.
fn engines(
    arguments: &Arguments,
    data: &Arc<DataSet>,
    folder: &std::path::Path,
) -> Result<(Option<Postgres>, Vec<Box<dyn Engine>>)> {
    let wants = |name: &str| {
        let is_quick = arguments.quick && arguments.engines.is_empty();
        arguments.wants_engine(name) && (!is_quick || QUICK.contains(&name))
    };
    let mut engines: Vec<Box<dyn Engine>> = vec![
        Box::new(Citadel::new(&folder.join("citadel.db"), data)),
        Box::new(SqliteVec::new(&folder.join("sqlite.db"), data)?),
        Box::new(Usearch::new(
            &folder.join("usearch.bin"),
            data,
            BUILD_THREADS,
        )?),
    ];
    let mut postgres = None;
    let mut children = Vec::new();
    if let Some(python) = &arguments.python {
        let mut script = Command::new(python);
        script.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/peers.py"));
        script.env("PYTHONDONTWRITEBYTECODE", "1");
        if wants("pgvector") {
            let bin = Postgres::find(arguments.postgres.as_deref(), Some(python));
            let cache = data.base().len() * size_of::<f32>() * 4;
            match bin.map(|bin| Postgres::start(&bin, cache)).transpose() {
                Ok(started) => postgres = started,
                Err(error) => complain(&format!("pgvector: {error}")),
            }
        }
        children.push(script);
    } else {
        complain("no peers that are at home in Python: --python is not given");
    }
    match &arguments.reference {
        Some(program) => children.push(Command::new(program)),
        None => complain("no reference crates: --reference is not given"),
    }
    if !children.is_empty() {
        data.export(folder)?;
    }
    let hello = Hello {
        suite: "vector",
        folder,
        threads: BUILD_THREADS,
        postgres: postgres.as_ref().map(Postgres::connection),
    };
    for mut child in children {
        let (present, absent) = Child::start(&mut child, &hello)?;
        for engine in present {
            engines.push(Box::new(engine));
        }
        for (name, reason) in absent.iter().filter(|(name, _)| wants(name)) {
            complain(&format!("{name} is not there: {reason}"));
        }
    }
    engines.retain(|engine| wants(engine.name()));
    Ok((postgres, engines))
}

/// Once for each engine: its rows and its index.
fn build(engine: &mut dyn Engine, report: &mut Report) -> Result<()> {
    let name = engine.name().to_owned();
    complain(&format!("building {name}"));
    let built = engine.build()?;
    let version = engine.version();
    report.introduce(&name, &version);
    let mut add = |case, params, metric, value: Option<f64>| {
        if let Some(value) = value {
            report.add(case, &name, params, metric, value);
        }
    };
    add("load", "", "seconds", built.load_seconds);
    add("build", "", "seconds", built.seconds);
    add("memory", "index", "bytes", built.memory_bytes);
    add("file_size", "rows and index", "bytes", built.file_bytes);
    Ok(())
}

/// From a closed file, in the system's cache, to the first answer.
fn cold_open(
    engines: &mut [Box<dyn Engine>],
    rows: usize,
    times: usize,
    report: &mut Report,
) -> Result<()> {
    complain("cold_open");
    let mut samples = vec![Samples::default(); engines.len()];
    for _ in 0..times {
        for (engine, samples) in engines.iter_mut().zip(&mut samples) {
            // They would have to hold all of it twice.
            if rows > MANY && engine.name().starts_with("reference") {
                continue;
            }
            if let Some(ms) = engine.open_ms()? {
                samples.push(ms);
            }
        }
    }
    for (engine, samples) in engines.iter().zip(&samples).filter(|(_, s)| !s.is_empty()) {
        report.add("cold_open", engine.name(), "", "ms", samples.median());
        report.add("cold_open", engine.name(), "", "spread", samples.spread());
    }
    Ok(())
}

fn after_update(engines: &mut [Box<dyn Engine>], rows: usize, report: &mut Report) -> Result<()> {
    complain("after_update");
    for engine in engines {
        if rows > MANY && engine.name().starts_with("reference") {
            continue;
        }
        for write in engine.writes()? {
            let mut add = |metric, value| report.add(write.case, engine.name(), "", metric, value);
            add("ms", write.after_ms);
            add("before_ms", write.before_ms);
            add("ratio", write.after_ms / write.before_ms);
            add("largest_ratio", write.largest_ratio);
        }
    }
    Ok(())
}
