//! One write between two queries: the second one must know of it, and must not pay for it.
//!
//! The queries before the write are other ones, so that none of them walks a path that the processor still holds; and
//! a write to another table shows what any commit costs the query after it, whatever was written.

use std::cell::Cell;

use citadel_sql::{Connection, Statement, params};

use super::{AFTER_UPDATE, AfterWrite, Citadel};
use crate::Result;
use crate::data::{DataSet, Filter, Query};
use crate::timing::{Samples, timed};

/// How often each write is done.
const TIMES: usize = 20;
/// Queries before each write, whose median the one after it is held against.
const BEFORE: usize = 5;

/// One kind of write.
struct Case {
    name: &'static str,
    before_ms: Samples,
    after_ms: Samples,
    ratios: Samples,
}

impl Case {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            before_ms: Samples::default(),
            after_ms: Samples::default(),
            ratios: Samples::default(),
        }
    }

    /// Times a query after a write, and other queries before it.
    fn around(
        &mut self,
        select: &mut Statement<'_>,
        (others, query): (&[Query], &Query),
        write: impl FnOnce() -> Result<usize>,
        is_fresh: impl Fn(&[i64]) -> bool,
    ) -> Result<()> {
        let mut before = Samples::default();
        if is_fresh(&ask(select, query)?) {
            return Err("the query cannot tell whether the write was seen".into());
        }
        for other in others {
            let (seconds, answer) = timed(|| ask(select, other));
            answer?;
            before.push(seconds * 1_000.0);
        }
        if write()? != 1 {
            return Err("the write did not change one row".into());
        }
        let (seconds, answer) = timed(|| ask(select, query));
        if !is_fresh(&answer?) {
            return Err("the first answer after a write did not know of it".into());
        }
        self.before_ms.push(before.median());
        self.after_ms.push(seconds * 1_000.0);
        self.ratios.push(seconds * 1_000.0 / before.median());
        Ok(())
    }

    fn done(&self) -> AfterWrite {
        AfterWrite {
            case: self.name,
            before_ms: self.before_ms.median(),
            after_ms: self.after_ms.median(),
            largest_ratio: self.ratios.largest(),
        }
    }
}

/// Runs insert, update and delete of one row, each between queries.
pub(crate) fn between_queries(connection: &Connection, data: &DataSet) -> Result<Vec<AfterWrite>> {
    let mut select = connection.prepare(&Citadel::sql(Filter::Unfiltered))?;
    let mut insert =
        connection.prepare("INSERT INTO pkgs VALUES (?1, 'new', 'optional', 1, ?2)")?;
    let mut update = connection.prepare("UPDATE pkgs SET emb = ?2 WHERE id = ?1")?;
    let mut delete = connection.prepare("DELETE FROM pkgs WHERE id = ?1")?;
    connection.execute_batch("CREATE TABLE other (a INTEGER); INSERT INTO other VALUES (0)")?;
    let mut elsewhere = connection.prepare("UPDATE other SET a = a + 1")?;
    let mut cases = [
        "after_insert",
        AFTER_UPDATE,
        "after_delete",
        "after_other_write",
    ]
    .map(Case::new);
    let [inserted, updated, deleted, other] = &mut cases;
    for (time, query) in data.queries.iter().take(TIMES).enumerate() {
        let id = (data.rows() + time) as i64;
        let far: Vec<f32> = query.vector.iter().map(|value| -value).collect();
        let near = query.vector.as_slice();
        let others = &data.queries[data.queries.len() - (time + 1) * BEFORE..][..BEFORE];
        let asked = (others, query);
        inserted.around(
            &mut select,
            asked,
            || Ok(insert.execute(params![id, near])?),
            |answer| answer.contains(&id),
        )?;
        update.execute(params![id, far])?;
        updated.around(
            &mut select,
            asked,
            || Ok(update.execute(params![id, near])?),
            |answer| answer.contains(&id),
        )?;
        deleted.around(
            &mut select,
            asked,
            || Ok(delete.execute(params![id])?),
            |answer| !answer.contains(&id),
        )?;
        let written = Cell::new(false);
        other.around(
            &mut select,
            asked,
            || {
                written.set(true);
                Ok(elsewhere.execute(())?)
            },
            |_| written.get(),
        )?;
    }
    Ok(cases.iter().map(Case::done).collect())
}

fn ask(select: &mut Statement<'_>, query: &Query) -> Result<Vec<i64>> {
    let rows = select.query_map(params![query.vector.as_slice()], |row| row.get(0))?;
    Ok(rows.collect::<citadel_sql::Result<_>>()?)
}
