//! Filters of any selectivity, from one row in ten thousand to all: independent of the query, about it, and away from it.

use std::path::Path;

use citadel_sql::{Connection, Key, Options, Statement, params};

use crate::data::nearest::nearest;
use crate::data::{DIM, DataSet, Query, Random, distance};
use crate::engine::K;
use crate::report::{Report, complain};
use crate::timing::{Samples, timed};
use crate::{Result, SUBJECT};

/// Parts of the rows that pass.
const PARTS: [f64; 10] = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0];
/// Rows whose distance from the others ranks these.
const ANCHORS: usize = 3;
/// Queries about each anchor, and as many away from it.
const OF_ANCHOR: usize = 20;

/// How a filter lies to the queries.
struct Kind<'a> {
    name: &'static str,
    /// Queries, each with the column that its filter is on.
    queries: Vec<(&'a Query, usize)>,
}

/// The table: for each row, a random rank and its rank by the distance from each anchor.
struct Ranked {
    connection: Connection,
    /// Column by column.
    ranks: Vec<Vec<i64>>,
}

/// Runs the sweep over a file of its own.
pub(super) fn run(folder: &Path, data: &DataSet, rounds: usize, report: &mut Report) -> Result<()> {
    complain("sweep");
    let anchors: Vec<usize> = (0..ANCHORS).map(|at| data.rows() / ANCHORS * at).collect();
    let ranked = Ranked::load(folder, data, &anchors)?;
    let (mut least, mut slowest) = (f64::INFINITY, 0.0_f64);
    for kind in kinds(data, &anchors) {
        let unfiltered = "SELECT id FROM ranked ORDER BY emb <-> ?1 LIMIT ?2";
        let mut plain = ranked.connection.prepare(unfiltered)?;
        let mut filtered = (0..=ANCHORS)
            .map(|column| ranked.connection.prepare(&sql(column)))
            .collect::<citadel_sql::Result<Vec<_>>>()?;
        for part in PARTS {
            let limit = (data.rows() as f64 * part).round() as i64;
            let recall = ranked.recall(data, &kind, limit, &mut filtered)?;
            let (mut with, mut without) = (Samples::default(), Samples::default());
            for _ in 0..rounds {
                let (seconds, done) = timed(|| ask_all(&kind, limit, &mut filtered));
                done?;
                with.push(seconds / kind.queries.len() as f64);
                let (seconds, done) = timed(|| -> Result<()> {
                    for (query, _) in &kind.queries {
                        let vector = query.vector.as_slice();
                        answer(&mut plain, params![vector, K as i64])?;
                    }
                    Ok(())
                });
                done?;
                without.push(seconds / kind.queries.len() as f64);
            }
            let params = format!("{}, {} %", kind.name, part * 100.0);
            let ratio = with.median() / without.median();
            report.add("sweep", SUBJECT, &params, "recall", recall);
            report.add("sweep", SUBJECT, &params, "qps", 1.0 / with.median());
            report.add("sweep", SUBJECT, &params, "time_to_unfiltered", ratio);
            least = least.min(recall);
            slowest = slowest.max(ratio);
        }
    }
    report.add("sweep", SUBJECT, "all", "least_recall", least);
    report.add("sweep", SUBJECT, "all", "slowest_ratio", slowest);
    Ok(())
}

fn sql(column: usize) -> String {
    format!("SELECT id FROM ranked WHERE r{column} < ?2 ORDER BY emb <-> ?1 LIMIT {K}")
}

fn kinds<'a>(data: &'a DataSet, anchors: &[usize]) -> Vec<Kind<'a>> {
    let mut about = Vec::new();
    let mut away = Vec::new();
    for (at, anchor) in anchors.iter().enumerate() {
        let from = |query: &Query| distance(data.vector(*anchor), &query.vector);
        let mut queries: Vec<&Query> = data.queries.iter().collect();
        queries.sort_by(|a, b| from(a).total_cmp(&from(b)));
        let column = at + 1;
        about.extend(queries.iter().take(OF_ANCHOR).map(|query| (*query, column)));
        away.extend(
            queries
                .iter()
                .rev()
                .take(OF_ANCHOR)
                .map(|query| (*query, column)),
        );
    }
    let any = data.queries.iter().take(OF_ANCHOR * ANCHORS);
    vec![
        Kind {
            name: "independent",
            queries: any.map(|query| (query, 0)).collect(),
        },
        Kind {
            name: "about the query",
            queries: about,
        },
        Kind {
            name: "away from the query",
            queries: away,
        },
    ]
}

impl Ranked {
    fn load(folder: &Path, data: &DataSet, anchors: &[usize]) -> Result<Self> {
        let mut ranks = vec![random_ranks(data.rows())];
        for anchor in anchors {
            let from = |row: usize| distance(data.vector(*anchor), data.vector(row));
            let distances: Vec<f64> = (0..data.rows()).map(from).collect();
            let mut order: Vec<usize> = (0..data.rows()).collect();
            order.sort_by(|a, b| distances[*a].total_cmp(&distances[*b]));
            ranks.push(inverse(&order));
        }
        let options = Options::default().cache_bytes(data.base().len() * size_of::<f32>() * 3);
        let path = folder.join("sweep.db");
        let mut connection = Connection::open_with(&path, Key::raw([42; 32]), options)?;
        let columns: Vec<String> = (0..=ANCHORS)
            .map(|column| format!("r{column} INTEGER"))
            .collect();
        let columns = columns.join(", ");
        connection.execute_batch(&format!(
            "CREATE TABLE ranked (id INTEGER PRIMARY KEY, {columns}, emb VECTOR({DIM}))"
        ))?;
        let transaction = connection.transaction()?;
        {
            let mut insert =
                transaction.prepare("INSERT INTO ranked VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
            for row in 0..data.rows() {
                let vector = data.vector(row);
                let of = |column: usize| ranks[column][row];
                insert.execute(params![row as i64, of(0), of(1), of(2), of(3), vector])?;
            }
        }
        transaction.commit()?;
        connection.execute_batch(
            "CREATE INDEX ranked_emb ON ranked USING ann (emb) WITH (metric = 'l2', filters = 'r0,r1,r2,r3')",
        )?;
        connection.persist_ann_index("ranked", "emb")?;
        Ok(Self { connection, ranks })
    }

    /// By distance, against exact answers; an answer with too few rows is an error.
    fn recall(
        &self,
        data: &DataSet,
        kind: &Kind<'_>,
        limit: i64,
        filtered: &mut [Statement<'_>],
    ) -> Result<f64> {
        let vectors: Vec<&[f32]> = kind
            .queries
            .iter()
            .map(|(q, _)| q.vector.as_slice())
            .collect();
        let ranks = &self.ranks;
        let passes = |at: usize, row: usize| ranks[kind.queries[at].1][row] < limit;
        let truths = nearest(data.base(), &vectors, K, passes);
        let answers = ask_all(kind, limit, filtered)?;
        let mut recall = 0.0;
        for (at, (truth, answer)) in truths.iter().zip(&answers).enumerate() {
            if answer.len() < truth.len() {
                return Err(format!("{}: an answer with too few rows", kind.name).into());
            }
            let cut = truth.last().map_or(0.0, |(_, distance)| distance + 1e-6);
            let is_hit =
                |row: &usize| passes(at, *row) && distance(data.vector(*row), vectors[at]) <= cut;
            let hits = answer.iter().map(|id| *id as usize).filter(is_hit).count();
            recall += hits.min(truth.len()) as f64 / truth.len().max(1) as f64;
        }
        Ok(recall / truths.len() as f64)
    }
}

fn ask_all(kind: &Kind<'_>, limit: i64, filtered: &mut [Statement<'_>]) -> Result<Vec<Vec<i64>>> {
    let ask = |(query, column): &(&Query, usize)| {
        answer(
            &mut filtered[*column],
            params![query.vector.as_slice(), limit],
        )
    };
    kind.queries.iter().map(ask).collect()
}

fn answer(select: &mut Statement<'_>, values: &[&dyn citadel_sql::ToSql]) -> Result<Vec<i64>> {
    let mut rows = select.query(values)?;
    let mut ids = Vec::with_capacity(K);
    while let Some(row) = rows.next()? {
        ids.push(row.get(0)?);
    }
    Ok(ids)
}

/// Each rank once, in random order.
fn random_ranks(rows: usize) -> Vec<i64> {
    let mut random = Random(7);
    let mut ranks: Vec<i64> = (0..rows as i64).collect();
    for at in (1..rows).rev() {
        ranks.swap(at, random.below(at + 1));
    }
    ranks
}

/// The place of each row in an order.
fn inverse(order: &[usize]) -> Vec<i64> {
    let mut ranks = vec![0; order.len()];
    for (rank, row) in order.iter().enumerate() {
        ranks[*row] = rank as i64;
    }
    ranks
}
