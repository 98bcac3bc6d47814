//! Interleaved rounds of all engines at all of their settings that matter, over the same queries.

use super::curve::{LEVELS, Point, qps_at, worth};
use crate::data::{DataSet, Filter, Query};
use crate::engine::{Answer, Ask, Engine, K};
use crate::report::{Report, complain};
use crate::timing::Samples;
use crate::{Result, SUBJECT};

/// Queries that a setting is looked at with, before it is known whether it matters.
const GLANCE: usize = 200;
/// Recall beyond which no higher effort is looked at.
const ENOUGH: f64 = 0.995;
/// The fewest queries that say anything.
const FEWEST: usize = 10;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    pub(super) rounds: usize,
    /// Queries that recall is measured with, where the engine is not too slow.
    pub(super) queries: usize,
    /// Seconds that a setting may be judged for.
    pub(super) judge_seconds: f64,
    /// Seconds of a setting in a round.
    pub(super) round_seconds: f64,
}

/// An engine at a setting.
struct Lane {
    engine: usize,
    setting: String,
    recall: f64,
    underfilled: usize,
    /// Queries that it was judged with: those that are timed, too.
    queries: usize,
    /// As it was judged.
    seconds_each: f64,
    rates: Samples,
}

/// Runs a case.
pub(super) fn compare(
    data: &DataSet,
    filter: Filter,
    engines: &mut [Box<dyn Engine>],
    effort: &Effort,
    report: &mut Report,
) -> Result<()> {
    complain(filter.name());
    let mut lanes = Vec::new();
    for (at, engine) in engines.iter_mut().enumerate() {
        let mut judged = judge(data, filter, engine.as_mut(), effort)
            .map_err(|e| format!("{} {}: {e}", engine.name(), filter.name()))?;
        judged.iter_mut().for_each(|lane| lane.engine = at);
        lanes.append(&mut judged);
    }
    for round in 0..effort.rounds {
        for lane in &mut lanes {
            let count = (effort.round_seconds / lane.seconds_each) as usize;
            let count = count.clamp(FEWEST.min(lane.queries), lane.queries);
            // Each round takes the next queries, so that a slow engine sees many of them too.
            let windows = lane.queries / count;
            let queries = &data.queries[round % windows * count..][..count];
            let ask = Ask {
                queries,
                filter,
                setting: &lane.setting,
                answers: false,
            };
            let outcome = engines[lane.engine].ask(&ask)?;
            lane.rates.push(count as f64 / outcome.seconds);
        }
    }
    tell(filter, engines, &lanes, report);
    Ok(())
}

/// The settings of an engine that matter, with their recall.
fn judge(
    data: &DataSet,
    filter: Filter,
    engine: &mut dyn Engine,
    effort: &Effort,
) -> Result<Vec<Lane>> {
    let mut glances = Vec::new();
    for setting in engine.settings(filter)? {
        let lane = look(
            data,
            filter,
            engine,
            setting,
            GLANCE.min(effort.queries),
            effort,
        )?;
        let is_enough = lane.recall >= ENOUGH && takes_effort(&lane.setting);
        glances.push(lane);
        if is_enough && engine.name() != SUBJECT {
            break;
        }
    }
    let by_effort = |lane: &Lane| takes_effort(&lane.setting);
    let recalls: Vec<f64> = glances
        .iter()
        .filter(|l| by_effort(l))
        .map(|l| l.recall)
        .collect();
    let mut matters = worth(&recalls).into_iter();
    glances.retain(|lane| !by_effort(lane) || matters.next() == Some(true));
    let mut lanes = Vec::new();
    for glance in glances {
        lanes.push(look(
            data,
            filter,
            engine,
            glance.setting,
            effort.queries,
            effort,
        )?);
    }
    Ok(lanes)
}

/// Whether a setting is one of a row of rising effort; the others are always measured.
fn takes_effort(setting: &str) -> bool {
    setting.contains('=')
}

/// Asks a few queries, and then as many of those wanted as there is time for.
fn look(
    data: &DataSet,
    filter: Filter,
    engine: &mut dyn Engine,
    setting: String,
    wanted: usize,
    effort: &Effort,
) -> Result<Lane> {
    let wanted = wanted.min(data.queries.len());
    let mut ask = |queries: &[Query]| {
        engine.ask(&Ask {
            queries,
            filter,
            setting: &setting,
            answers: true,
        })
    };
    // The very first one may have to load something.
    ask(&data.queries[..1])?;
    let few = FEWEST.min(wanted);
    let first = ask(&data.queries[..few])?;
    let affordable = (effort.judge_seconds * few as f64 / first.seconds) as usize;
    let queries = affordable.clamp(few, wanted);
    let outcome = ask(&data.queries[..queries])?;
    let (recall, underfilled) = score(data, filter, &data.queries[..queries], &outcome.answers);
    if engine.name() == SUBJECT && underfilled > 0 {
        return Err(format!("{underfilled} answers with too few rows at {setting}").into());
    }
    Ok(Lane {
        engine: 0,
        setting,
        recall,
        underfilled,
        queries,
        seconds_each: outcome.seconds / queries as f64,
        rates: Samples::default(),
    })
}

/// Recall, and how many answers have fewer rows than there are.
fn score(data: &DataSet, filter: Filter, queries: &[Query], answers: &[Answer]) -> (f64, usize) {
    let mut recall = 0.0;
    let mut underfilled = 0;
    for (query, answer) in queries.iter().zip(answers) {
        recall += data.recall(filter, query, K, answer);
        underfilled += usize::from(answer.len() < data.wanted(filter, query, K));
    }
    (recall / queries.len() as f64, underfilled)
}

fn tell(filter: Filter, engines: &[Box<dyn Engine>], lanes: &[Lane], report: &mut Report) {
    let case = filter.name();
    for (at, engine) in engines.iter().enumerate() {
        let name = engine.name();
        let mut points = Vec::new();
        for lane in lanes.iter().filter(|lane| lane.engine == at) {
            let params = match lane.queries {
                queries if queries < data_queries(lanes) => {
                    format!("{}, {queries} queries", lane.setting)
                }
                _ => lane.setting.clone(),
            };
            let mut add = |metric, value| report.add(case, name, &params, metric, value);
            add("recall", lane.recall);
            add("qps", lane.rates.median());
            add("spread", lane.rates.spread());
            add("underfilled", lane.underfilled as f64);
            points.push(Point {
                recall: lane.recall,
                qps: lane.rates.median(),
            });
        }
        if filter == Filter::Exact {
            continue;
        }
        for (level, metric) in LEVELS {
            if let Some(qps) = qps_at(&points, level) {
                report.add(case, name, "interpolated", metric, qps);
            }
        }
    }
}

/// The most queries that any engine was judged with.
fn data_queries(lanes: &[Lane]) -> usize {
    lanes.iter().map(|lane| lane.queries).max().unwrap_or(0)
}
