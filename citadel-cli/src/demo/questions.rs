//! Asking, showing answers, and comparing those of two plans.

use std::time::{Duration, Instant};

use citadel_sql::{Connection, Row, Statement, named_params};

use super::sample::Sample;
use super::telling::{duration, print};
use crate::exit::Outcome;
use crate::format::{Grid, Mode};
use crate::terminal;

/// Rows of an answer.
const K: usize = 10;

/// Rows of an answer that are shown.
const K_SHOWN: usize = 4;

/// Times that each question is asked for the median.
const ROUNDS: usize = 5;

/// How far beyond the last exact distance a row may be and still count: rounding, where the order is a tie.
const TIE: f64 = 1e-6;

/// A condition beside the distance.
#[derive(Debug)]
pub(super) struct Filter {
    sql: String,
}

impl Filter {
    /// Everything passes.
    pub(super) fn none() -> Self {
        Self { sql: String::new() }
    }

    /// The statement that finds the nearest rows which pass.
    fn nearest(&self) -> String {
        let spaced = if self.sql.is_empty() { "" } else { " " };
        format!(
            "SELECT id, emb <=> :q AS distance FROM packages{spaced}{} ORDER BY distance LIMIT {K}",
            self.sql
        )
    }

    /// Packages whose name begins so.
    pub(super) fn named(prefix: &str) -> Self {
        Self {
            sql: format!("WHERE package LIKE '{prefix}%'"),
        }
    }

    /// Packages of one section.
    pub(super) fn section(section: &str) -> Self {
        Self {
            sql: format!("WHERE section = '{section}'"),
        }
    }

    /// Packages that take more room.
    pub(super) fn larger_than(kib: i64) -> Self {
        Self {
            sql: format!("WHERE installed_size > {kib}"),
        }
    }

    /// Packages of one section that take less room.
    pub(super) fn section_smaller_than(section: &str, kib: i64) -> Self {
        Self {
            sql: format!("WHERE section = '{section}' AND installed_size < {kib}"),
        }
    }
}

/// The answers to all questions, and how long each took.
#[derive(Debug)]
pub(super) struct Answers {
    /// For each question its distances, ascending.
    distances: Vec<Vec<f64>>,
    times: Vec<Duration>,
    /// The operator that gave them.
    plan: &'static str,
}

impl Answers {
    /// Asks all questions, several times over, so that what is read for the first time does not count.
    pub(super) fn ask_all(db: &Connection, sample: &Sample, filter: &Filter) -> Outcome<Self> {
        let mut statement = db.prepare(&filter.nearest())?;
        let mut answers = Self {
            distances: Vec::new(),
            times: Vec::new(),
            plan: operator(&plan(db, "EXPLAIN", filter, &sample.questions[0].vector)?),
        };
        for question in &sample.questions {
            let mut times = Vec::with_capacity(ROUNDS);
            let mut distances = Vec::new();
            for _ in 0..ROUNDS {
                let begun = Instant::now();
                distances = nearest(&mut statement, &question.vector)?;
                times.push(begun.elapsed());
            }
            answers.times.push(median(times));
            answers.distances.push(distances);
        }
        Ok(answers)
    }
}

/// Tells how near one set of answers comes to the other, and the times of both.
pub(super) fn compare(exact: &Answers, quick: &Answers) -> Outcome<()> {
    let mut grid = Grid::new(Mode::Box, None);
    grid.header(&["plan", "recall@10", "median", "slowest"]);
    for answers in [exact, quick] {
        let slowest = answers.times.iter().max().copied().unwrap_or_default();
        grid.row([
            (answers.plan.to_owned(), false),
            (format!("{:.3}", recall(exact, answers)), true),
            (duration(median(answers.times.clone())), true),
            (duration(slowest), true),
        ]);
    }
    print(&format!("\n{}\n", grid.draw()))
}

/// Asks all questions under each filter, through the index and exactly.
pub(super) fn compare_filtered(
    db: &Connection,
    sample: &Sample,
    filters: &[Filter],
) -> Outcome<()> {
    let mut grid = Grid::new(Mode::Box, terminal::width());
    grid.header(&["filter", "rows", "recall@10", "median", "exactly"]);
    for filter in filters {
        let count = format!("SELECT COUNT(*) FROM packages {}", filter.sql);
        let matching: i64 = db.query_value(&count, ())?;
        let quick = Answers::ask_all(db, sample, filter)?;
        db.set_ann_exact(true);
        let exact = Answers::ask_all(db, sample, filter);
        db.set_ann_exact(false);
        let exact = exact?;
        grid.row([
            (filter.sql.clone(), false),
            (matching.to_string(), true),
            (format!("{:.3}", recall(&exact, &quick)), true),
            (duration(median(quick.times)), true),
            (duration(median(exact.times)), true),
        ]);
    }
    print(&format!("\n{}\n", grid.draw()))
}

/// The share of the exact answers' rows that were found. A row counts by its distance, since equal texts tie.
fn recall(exact: &Answers, found: &Answers) -> f64 {
    let mut hits = 0;
    let mut wanted = 0;
    for (exact, found) in exact.distances.iter().zip(&found.distances) {
        let limit = exact.last().copied().unwrap_or(f64::INFINITY) + TIE;
        let near = found.iter().filter(|distance| **distance <= limit);
        hits += near.count().min(exact.len());
        wanted += exact.len();
    }
    hits as f64 / wanted.max(1) as f64
}

/// Asks a question and draws its answer.
pub(super) fn show(db: &Connection, sample: &Sample, at: usize, filter: &Filter) -> Outcome<()> {
    let question = &sample.questions[at];
    let sql = format!(
        "SELECT package, section, installed_size AS kib, description, emb <=> :q AS distance FROM packages {} \
         ORDER BY distance LIMIT {K_SHOWN}",
        filter.sql
    );
    let title = format!("\"{}\" {}", question.text, filter.sql);
    print(&format!("\n{}", title.trim_end()))?;
    let mut grid = Grid::new(Mode::Box, terminal::width());
    grid.header(&["distance", "package", "section", "KiB", "description"]);
    for row in db.query_map(&sql, named_params! { ":q": question.vector }, answer)? {
        grid.row(row);
    }
    print(&format!("\n{}\n", grid.draw()))
}

fn answer(row: &Row<'_>) -> citadel_sql::Result<[(String, bool); 5]> {
    let kib: Option<i64> = row.get("kib")?;
    Ok([
        (format!("{:.3}", row.get::<_, f64>("distance")?), true),
        (row.get("package")?, false),
        (row.get("section")?, false),
        (kib.map(|kib| kib.to_string()).unwrap_or_default(), true),
        (row.get("description")?, false),
    ])
}

/// The best answer's name and distance.
pub(super) fn best(db: &Connection, vector: &[f32]) -> Outcome<String> {
    let sql = "SELECT package, emb <=> :q AS distance FROM packages ORDER BY distance LIMIT 1";
    Ok(db.query_row(sql, named_params! { ":q": vector }, |row| {
        let (name, distance): (String, f64) = (row.get(0)?, row.get(1)?);
        Ok(format!("\"{name}\" at distance {distance:.3}"))
    })?)
}

/// Runs the questions' statement, and prints what it did.
pub(super) fn explain(db: &Connection, sample: &Sample, at: usize, filter: &Filter) -> Outcome<()> {
    print(&format!("\nEXPLAIN ANALYZE {};\n\n", filter.nearest()))?;
    for line in plan(db, "EXPLAIN ANALYZE", filter, &sample.questions[at].vector)? {
        print(&format!("  {line}\n"))?;
    }
    Ok(())
}

fn plan(db: &Connection, explain: &str, filter: &Filter, vector: &[f32]) -> Outcome<Vec<String>> {
    let sql = format!("{explain} {}", filter.nearest());
    Ok(db.query_map(&sql, named_params! { ":q": vector }, |row| row.get(0))?)
}

/// The operator in a plan that finds the nearest rows.
fn operator(plan: &[String]) -> &'static str {
    let known = ["AnnTopKPlan", "VectorTopKPlan"];
    let in_plan = |name: &&&str| plan.iter().any(|line| line.contains(**name));
    known.iter().find(in_plan).copied().unwrap_or("Sort")
}

fn nearest(statement: &mut Statement<'_>, vector: &[f32]) -> Outcome<Vec<f64>> {
    let mut distances = Vec::with_capacity(K);
    let mut rows = statement.query(named_params! { ":q": vector })?;
    while let Some(row) = rows.next()? {
        distances.push(row.get(1)?);
    }
    Ok(distances)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
