//! Timing searches of several recalls.

use std::time::Instant;

use citadel_sql::{AnnIndexStatus, CalibratedRecall, Connection, Metric, Recall, Result, Value};

use crate::exit::Outcome;

/// Recalls that are asked for; the last is the exact plan.
const ASKED: [f64; 10] = [0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0];

/// Rows whose vectors are searched for.
const QUERIES: i64 = 60;

/// Searches of the exact plan, which takes long.
const EXACT_QUERIES: usize = 5;

/// One recall.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) asked: Recall,
    /// `None`: every row is scored.
    pub(super) effort: Option<usize>,
    pub(super) recall: Option<CalibratedRecall>,
    /// The median of the searches.
    pub(super) ms: f64,
}

/// Asks for each recall in turn.
pub(super) fn measure(db: &Connection, status: &AnnIndexStatus) -> Outcome<Vec<Measured>> {
    let queries = vectors(db, status)?;
    let operator = match status.metric {
        Metric::InnerProduct => "<#>",
        Metric::Cosine => "<=>",
        Metric::Hamming => "<~>",
        _ => "<->",
    };
    let (table, vector) = (quoted(&status.table), &status.vector_sql);
    let sql = format!("SELECT ({vector}) {operator} ?1 FROM {table} ORDER BY 1 LIMIT 10");
    let mut measured = Vec::new();
    for asked in ASKED.into_iter().filter_map(Recall::new) {
        db.set_ann_recall(Some(asked));
        let state = db.ann_index_status(&status.table, &status.index)?;
        let exact = asked == Recall::EXACT;
        let count = if exact { EXACT_QUERIES } else { queries.len() };
        let ms = median_ms(db, &sql, &queries[..count.min(queries.len())])?;
        measured.push(Measured {
            asked,
            effort: state.effort(),
            recall: state.recall(),
            ms,
        });
    }
    db.set_ann_recall(None);
    Ok(measured)
}

/// The vectors of some rows, spread over the row ids.
fn vectors(db: &Connection, status: &AnnIndexStatus) -> Result<Vec<Value>> {
    let (table, vector) = (quoted(&status.table), &status.vector_sql);
    let ends = format!("SELECT min(rowid), max(rowid) FROM {table}");
    let ends: (Option<i64>, Option<i64>) =
        db.query_row(&ends, (), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = ends else {
        return Ok(Vec::new());
    };
    let near = format!(
        "SELECT {vector} FROM {table} WHERE rowid >= ? AND ({vector}) IS NOT NULL ORDER BY rowid LIMIT 1"
    );
    let step = last.saturating_sub(first) / QUERIES + 1;
    let mut found = Vec::new();
    for from in (0..QUERIES).map_while(|query| first.checked_add(query * step)) {
        found.extend(db.query_map(&near, [from], |row| row.get::<_, Value>(0))?);
    }
    Ok(found)
}

fn median_ms(db: &Connection, sql: &str, queries: &[Value]) -> Result<f64> {
    let mut search = db.prepare(sql)?;
    let mut times = Vec::with_capacity(queries.len());
    // The first one loads and warms.
    for query in queries.first().into_iter().chain(queries) {
        let start = Instant::now();
        let rows = search.query_map([query], |_| Ok(()))?;
        rows.collect::<Result<Vec<()>>>()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    if times.len() > 1 {
        times.remove(0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or(0.0))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
