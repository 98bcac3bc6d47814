//! Nearest neighbours: exact, by index, filtered, after writes and after opening, against usearch and sqlite-vec.

use std::sync::Arc;

use super::vector_writes;
use crate::Result;
use crate::arguments::Arguments;
use crate::data::{DataSet, Filter, Query};
use crate::engine::{Citadel, Engine, SqliteVec, Usearch};
use crate::report::{Report, complain};
use crate::timing::{Samples, timed};

/// Rows asked for.
const K: usize = 10;
/// Threads that build.
const BUILD_THREADS: usize = 2;
/// Widths of usearch's walk.
const WIDTHS: [usize; 3] = [32, 64, 128];
/// Where few rows match, the peers look at nearly all: so many times fewer queries are asked.
const FEWER_WHERE_RARE: usize = 5;

/// How much is measured.
struct Effort {
    rounds: usize,
    queries: usize,
    /// Queries per round of an engine that looks at every row.
    exact_queries: usize,
    opens: usize,
}

/// Runs the suite.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let effort = if arguments.quick {
        Effort {
            rounds: 3,
            queries: 200,
            exact_queries: 15,
            opens: 3,
        }
    } else {
        Effort {
            rounds: 7,
            queries: 1_000,
            exact_queries: 60,
            opens: 9,
        }
    };
    let data = Arc::new(DataSet::load(&arguments.data)?);
    let folder = tempfile::tempdir()?;

    complain("loading");
    let (seconds, citadel) = timed(|| Citadel::load(&folder.path().join("citadel.db"), &data));
    let mut citadel = citadel?;
    report.add("load", "citadel", "one transaction", "seconds", seconds);
    let (seconds, sqlite_vec) = timed(|| SqliteVec::load(&folder.path().join("sqlite.db"), &data));
    let mut sqlite_vec = sqlite_vec?;
    report.add("load", "sqlite-vec", "one transaction", "seconds", seconds);

    complain("exact search");
    let queries = &data.queries[..effort.exact_queries];
    citadel.require_plan(Filter::Unfiltered, K)?;
    compare(
        &data,
        "exact",
        Filter::Unfiltered,
        queries,
        effort.rounds,
        &mut [&mut citadel, &mut sqlite_vec],
        report,
    )?;

    complain("building");
    let (seconds, built) = timed(|| citadel.build_index());
    built?;
    report.add("build", "citadel", "", "seconds", seconds);
    report.add(
        "build",
        "citadel",
        "",
        "file_bytes",
        citadel.file_bytes()? as f64,
    );
    let (seconds, usearch) = timed(|| Usearch::build(&data, BUILD_THREADS));
    let usearch = usearch?;
    let params = format!("{BUILD_THREADS} threads");
    report.add("build", "usearch", &params, "seconds", seconds);
    report.add(
        "build",
        "usearch",
        &params,
        "memory_bytes",
        usearch.bytes() as f64,
    );

    for filter in Filter::ALL {
        complain(filter.name());
        citadel.require_plan(filter, K)?;
        let mut widths: Vec<Usearch> = WIDTHS.map(|ef| usearch.with_expansion(ef)).into();
        let mut engines: Vec<&mut dyn Engine> = vec![&mut citadel];
        engines.extend(widths.iter_mut().map(|engine| engine as &mut dyn Engine));
        let fewer = match filter {
            Filter::Rare => FEWER_WHERE_RARE,
            _ => 1,
        };
        let queries = &data.queries[..effort.queries / fewer];
        compare(
            &data,
            filter.name(),
            filter,
            queries,
            effort.rounds,
            &mut engines,
            report,
        )?;
        let queries = &data.queries[..effort.exact_queries];
        compare(
            &data,
            filter.name(),
            filter,
            queries,
            1,
            &mut [&mut sqlite_vec],
            report,
        )?;
    }

    complain("after a write");
    vector_writes::run(
        &citadel,
        &data,
        if arguments.quick { 8 } else { 30 },
        report,
    )?;

    complain("after opening");
    cold_open(citadel, &data, effort.opens, report)
}

/// Interleaved rounds of all engines over the same queries.
fn compare(
    data: &DataSet,
    case: &str,
    filter: Filter,
    queries: &[Query],
    rounds: usize,
    engines: &mut [&mut dyn Engine],
    report: &mut Report,
) -> Result<()> {
    let mut rates = vec![Samples::default(); engines.len()];
    for round in 0..=rounds {
        for (engine, rates) in engines.iter_mut().zip(&mut rates) {
            let (seconds, answers) = timed(|| engine.answer(queries, filter, K));
            let answers = answers.map_err(|e| format!("{} {case}: {e}", engine.name()))?;
            if round == 0 {
                // The first round warms up, and is judged.
                judge(data, case, filter, queries, *engine, &answers, report)?;
            } else {
                rates.push(queries.len() as f64 / seconds);
            }
        }
    }
    for (engine, rates) in engines.iter().zip(&rates) {
        let params = engine.params();
        report.add(case, engine.name(), &params, "qps", rates.median());
        report.add(case, engine.name(), &params, "spread", rates.spread());
    }
    Ok(())
}

fn judge(
    data: &DataSet,
    case: &str,
    filter: Filter,
    queries: &[Query],
    engine: &dyn Engine,
    answers: &[Vec<i64>],
    report: &mut Report,
) -> Result<()> {
    let mut recall = 0.0;
    let mut short = 0;
    for (query, answer) in queries.iter().zip(answers) {
        recall += data.recall(filter, query, K, answer);
        short += usize::from(answer.len() < data.wanted(filter, query, K));
    }
    let recall = recall / queries.len() as f64;
    report.add(case, engine.name(), &engine.params(), "recall@10", recall);
    report.add(
        case,
        engine.name(),
        &engine.params(),
        "short_answers",
        short as f64,
    );
    if engine.name() == "citadel" && short > 0 {
        return Err(format!("{case}: citadel gave {short} answers with too few rows").into());
    }
    Ok(())
}

/// From a closed file to the first answer, with a raw key: what comes on top is the derivation of a passphrase's key.
fn cold_open(citadel: Citadel, data: &DataSet, opens: usize, report: &mut Report) -> Result<()> {
    let mut samples = Samples::default();
    let mut citadel = citadel;
    for round in 0..opens {
        let query = &data.queries[round..=round];
        let (seconds, reopened) = timed(|| -> Result<Citadel> {
            let mut reopened = citadel.reopen()?;
            reopened.answer(query, Filter::Unfiltered, K)?;
            Ok(reopened)
        });
        citadel = reopened?;
        samples.push(seconds * 1_000.0);
    }
    let params = "raw key, file in the system's cache";
    report.add(
        "cold_open",
        "citadel",
        params,
        "milliseconds",
        samples.median(),
    );
    report.add("cold_open", "citadel", params, "spread", samples.spread());
    Ok(())
}
