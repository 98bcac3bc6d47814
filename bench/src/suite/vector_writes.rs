//! One write between two queries: the second one must know of it, and must not pay for it.
//!
//! The queries before the write are other ones, so that none of them walks a path that the processor still holds; and
//! a write to another table shows what any commit costs the query after it, whatever was written.

use citadel_sql::{Statement, params};

use crate::Result;
use crate::data::{DataSet, Filter, Query};
use crate::engine::Citadel;
use crate::report::Report;
use crate::timing::{Samples, timed};

/// Rows asked for.
const K: usize = 10;
/// Queries before each write, whose median the one after it is held against.
const BEFORE: usize = 5;

/// Runs insert, update and delete of one row so many times, each between queries.
pub(crate) fn run(
    citadel: &Citadel,
    data: &DataSet,
    times: usize,
    report: &mut Report,
) -> Result<()> {
    let connection = citadel.connection();
    let mut select = connection.prepare(&Citadel::sql(Filter::Unfiltered, K))?;
    let mut insert =
        connection.prepare("INSERT INTO pkgs VALUES (?1, 'new', 'optional', 1, ?2)")?;
    let mut update = connection.prepare("UPDATE pkgs SET emb = ?2 WHERE id = ?1")?;
    let mut delete = connection.prepare("DELETE FROM pkgs WHERE id = ?1")?;
    let mut cases = [
        ("after_insert", Samples::default()),
        ("after_update", Samples::default()),
        ("after_delete", Samples::default()),
        ("after_other_write", Samples::default()),
    ];
    connection.execute_batch("CREATE TABLE other (a INTEGER); INSERT INTO other VALUES (0)")?;
    let mut elsewhere = connection.prepare("UPDATE other SET a = a + 1")?;
    for (time, query) in data.queries.iter().take(times).enumerate() {
        let id = (data.rows() + time) as i64;
        let far: Vec<f32> = query.vector.iter().map(|value| -value).collect();
        let near = query.vector.as_slice();
        let others = &data.queries[data.queries.len() - (time + 1) * BEFORE..][..BEFORE];
        let ratio = around(
            &mut select,
            (others, query),
            || Ok(insert.execute(params![id, near])?),
            |answer| answer.contains(&id),
        )?;
        cases[0].1.push(ratio);
        update.execute(params![id, far])?;
        let ratio = around(
            &mut select,
            (others, query),
            || Ok(update.execute(params![id, near])?),
            |answer| answer.contains(&id),
        )?;
        cases[1].1.push(ratio);
        let ratio = around(
            &mut select,
            (others, query),
            || Ok(delete.execute(params![id])?),
            |answer| !answer.contains(&id),
        )?;
        cases[2].1.push(ratio);
        let seen = std::cell::Cell::new(false);
        let ratio = around(
            &mut select,
            (others, query),
            || {
                seen.set(true);
                Ok(elsewhere.execute(())?)
            },
            |_| seen.get(),
        )?;
        cases[3].1.push(ratio);
    }
    for (case, ratios) in &cases {
        let params = "first query after / median before";
        report.add(case, "citadel", params, "ratio", ratios.median());
        report.add(case, "citadel", params, "largest_ratio", ratios.largest());
    }
    Ok(())
}

/// The time of a query after a write, over the median of other queries before it.
fn around(
    select: &mut Statement<'_>,
    (others, query): (&[Query], &Query),
    write: impl FnOnce() -> Result<usize>,
    is_fresh: impl Fn(&[i64]) -> bool,
) -> Result<f64> {
    let mut before = Samples::default();
    if is_fresh(&ask(select, query)?) {
        return Err("the query cannot tell whether the write was seen".into());
    }
    for other in others {
        let (seconds, answer) = timed(|| ask(select, other));
        answer?;
        before.push(seconds);
    }
    if write()? != 1 {
        return Err("the write did not change one row".into());
    }
    let (after, answer) = timed(|| ask(select, query));
    if !is_fresh(&answer?) {
        return Err("the first answer after a write did not know of it".into());
    }
    Ok(after / before.median())
}

fn ask(select: &mut Statement<'_>, query: &Query) -> Result<Vec<i64>> {
    let rows = select.query_map(params![query.vector.as_slice()], |row| row.get(0))?;
    Ok(rows.collect::<citadel_sql::Result<_>>()?)
}
