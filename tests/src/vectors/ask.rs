//! Random queries.

use citadel_sql::{Connection, Recall, Result, Value};

use super::condition::Condition;
use super::judge::{Answer, Given, judge};
use super::measure::Operator;
use super::model::Model;
use super::shape::{Shape, VECTORS};
use crate::sim::Random;

/// The recall that a search is to have where nobody says another.
const RECALL: f64 = 0.98;
/// Recalls that a connection asks for.
const ASKED: [f64; 3] = [0.9, 0.95, 0.99];

/// A query for what is near.
pub(super) struct Query {
    pub(super) column: usize,
    pub(super) operator: Operator,
    pub(super) target: Value,
    pub(super) condition: Option<Condition>,
    pub(super) form: Form,
}

/// Which rows it is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// The nearest, past the first ones.
    Nearest { limit: usize, offset: usize },
    /// All within a distance, in their order or not.
    Within { radius: f64, ordered: bool },
    /// The nearest of those within a distance.
    NearestWithin { radius: f64, limit: usize },
}

/// How a connection searches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Search {
    /// As each index says.
    Usual,
    /// To this recall.
    Recall(f64),
    /// Past the indexes.
    Exact,
}

impl Query {
    pub(super) fn draw(random: &mut Random, shape: &Shape, model: &Model) -> Self {
        // Where an index serves, more often than not.
        let index = match model.indexes.is_empty() || random.one_in(6) {
            true => None,
            false => Some(&model.indexes[random.below(model.indexes.len())]),
        };
        let (column, operator) = match index {
            Some(index) => (index.column, index.operator),
            None => {
                let column = random.below(2);
                let operators = shape.columns[column].operators();
                (column, operators[random.below(operators.len())])
            }
        };
        let target = target(random, shape, model, column);
        let ids = model.next_id();
        let depth = random.below(3) as u32;
        let condition = (!random.one_in(3)).then(|| Condition::draw(random, ids, depth));
        let limit = match random.below(8) {
            0 => 1,
            1 => 100,
            2 | 3 => 1 + random.below(100),
            _ => 10,
        };
        let radius = match random.one_in(4) {
            true => radius(random, model, column, operator, &target),
            false => None,
        };
        let form = match radius {
            Some(radius) if random.one_in(2) => Form::Within {
                radius,
                ordered: random.one_in(2),
            },
            Some(radius) => Form::NearestWithin { radius, limit },
            None => Form::Nearest {
                limit,
                offset: match random.one_in(5) {
                    true => random.below(30),
                    false => 0,
                },
            },
        };
        Self {
            column,
            operator,
            target,
            condition,
            form,
        }
    }

    /// The statement, whose one parameter is the target.
    pub(super) fn sql(&self) -> String {
        let distance = format!("{} {} $1", VECTORS[self.column], self.operator.sign());
        let mut conditions = Vec::new();
        if let Form::Within { radius, .. } | Form::NearestWithin { radius, .. } = self.form {
            conditions.push(format!("{distance} < {radius:?}"));
        }
        let own = self.condition.iter();
        conditions.extend(own.map(|condition| format!("({})", condition.sql)));
        let mut sql = format!("SELECT id, {distance} AS distance FROM t");
        if !conditions.is_empty() {
            sql.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        match self.form {
            Form::Within { ordered: false, .. } => {}
            Form::Within { .. } => sql.push_str(" ORDER BY distance"),
            Form::Nearest { limit, offset: 0 } | Form::NearestWithin { limit, .. } => {
                sql.push_str(&format!(" ORDER BY distance LIMIT {limit}"));
            }
            Form::Nearest { limit, offset } => {
                sql.push_str(&format!(" ORDER BY distance LIMIT {limit} OFFSET {offset}"));
            }
        }
        sql
    }
}

/// Asks one, and judges the answer by the model.
///
/// # Errors
/// What is wrong with the answer.
pub(super) fn ask(
    connection: &Connection,
    shape: &Shape,
    model: &Model,
    random: &mut Random,
) -> std::result::Result<Answer, String> {
    let query = Query::draw(random, shape, model);
    let search = match random.below(8) {
        0 => Search::Exact,
        1 | 2 => Search::Recall(ASKED[random.below(ASKED.len())]),
        _ => Search::Usual,
    };
    set(connection, search);
    let sql = query.sql();
    let fail = |what: String| {
        let target = crate::text::value(&query.target);
        format!(
            "{what}\n  {sql}\n  $1 = {target}, {search:?}, {} rows",
            model.rows.len()
        )
    };
    let given = rows(connection, &sql, &query.target).map_err(|error| fail(error.to_string()))?;
    let index = model.serving(query.column, query.operator);
    let served = index.is_some() && search != Search::Exact;
    let mut answer = judge(model, &query, &given, served).map_err(&fail)?;
    if let Some(index) = index.filter(|_| served && shape.is_large()) {
        let plan =
            plan(connection, &sql, &query.target).map_err(|error| fail(error.to_string()))?;
        answer.walked = plan.contains("Walk");
        answer.stated = match search {
            Search::Recall(recall) => recall,
            _ => index.recall.unwrap_or(RECALL),
        };
        // What was not walked was measured, and what is measured is exact.
        if plan.contains("Exact Plan") && answer.hits < answer.wanted {
            return Err(fail(format!(
                "the exact plan missed rows: {answer:?}\n{plan}"
            )));
        }
    }
    Ok(answer)
}

fn set(connection: &Connection, search: Search) {
    connection.set_ann_exact(search == Search::Exact);
    connection.set_ann_recall(match search {
        Search::Recall(recall) => Recall::new(recall),
        _ => None,
    });
}

fn rows(connection: &Connection, sql: &str, target: &Value) -> Result<Vec<Given>> {
    let read = |row: &citadel_sql::Row<'_>| {
        Ok(Given {
            id: row.get(0)?,
            distance: row.get(1)?,
        })
    };
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([target], read)?.collect()
}

fn plan(connection: &Connection, sql: &str, target: &Value) -> Result<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN ANALYZE {sql}"))?;
    let lines: Result<Vec<String>> = statement.query_map([target], |row| row.get(0))?.collect();
    Ok(lines?.join("\n"))
}

/// A vector like those that are stored, or one of them.
fn target(random: &mut Random, shape: &Shape, model: &Model, column: usize) -> Value {
    if random.one_in(6) {
        let at = random.below(model.next_id() as usize) as i64;
        if let Some((_, row)) = model.rows.range(at..).next() {
            return row.vectors[column].clone();
        }
    }
    shape.columns[column].vector(random)
}

/// A radius that lies between the distances of two rows, clear of both.
fn radius(
    random: &mut Random,
    model: &Model,
    column: usize,
    operator: Operator,
    target: &Value,
) -> Option<f64> {
    let measured = model.rows.values();
    let measured = measured.filter_map(|row| operator.measure(&row.vectors[column], target));
    let mut measured: Vec<_> = measured.collect();
    measured.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    let at = random.below(measured.len().clamp(1, 150));
    let (inner, outer) = (measured.get(at)?, measured.get(at + 1)?);
    let gap = outer.distance - inner.distance;
    (gap > 4.0 * (inner.slack + outer.slack)).then_some(inner.distance + gap / 2.0)
}
