//! Promise: an ann index never changes an answer. Where the reference engine matched one spelling only, forgot NULLs, or
//! rebuilt after a write, here any spelling of a nearest-neighbour query is served by the index and gives what the
//! exact plan gives.

use citadel_sql::{Connection, Result, SegmentState, Value, params};

/// A table with rows 1 to `rows`, its index folded; `key` is the primary key's declaration.
fn documents(key: &str, rows: i64) -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(&format!(
        "CREATE TABLE docs ({key}, section TEXT, size INTEGER, price REAL, ok BOOLEAN, emb VECTOR(6));
         CREATE INDEX docs_emb ON docs USING ann (emb)
             INCLUDE (section, size) WITH (metric = 'l2', filters = 'price,ok');"
    ))?;
    let text_key = key.contains("TEXT");
    db.execute("BEGIN", ())?;
    {
        let mut insert = db.prepare("INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?)")?;
        for id in 1..=rows {
            let id_value = match text_key {
                true => Value::Text(format!("k{id}")),
                false => Value::Integer(id),
            };
            let section = ["web", "games", "math"][id as usize % 3];
            let ok = (id % 5 != 0).then_some(id % 2 == 0);
            let emb = (id % 50 != 0).then(|| embedding(id));
            insert.execute(params![
                id_value,
                section,
                id % 100,
                id as f64 / 4.0,
                ok,
                emb
            ])?;
        }
    }
    db.execute("COMMIT", ())?;
    db.persist_ann_index("docs", "emb")?;
    Ok(db)
}

fn embedding(id: i64) -> Vec<f32> {
    (0..6)
        .map(|at| ((id * 7 + 3) as f32 * (at as f32 + 1.3)).sin())
        .collect()
}

/// The rows of a query as text, so that any types compare.
fn rows(db: &Connection, sql: &str, q: &[f32]) -> Vec<String> {
    let mut statement = db
        .prepare(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let columns = statement.column_count();
    let read = |row: &citadel_sql::Row<'_>| {
        let value = |at| row.get::<_, Value>(at).map(|value| format!("{value:?}"));
        (0..columns)
            .map(value)
            .collect::<Result<Vec<_>>>()
            .map(|values| values.join("|"))
    };
    let result = match statement.parameter_count() {
        0 => statement.query_map((), read),
        _ => statement.query_map(params![q], read),
    };
    let result: Result<Vec<_>> = result.and_then(Iterator::collect);
    result.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn plan(db: &Connection, sql: &str, q: &[f32]) -> String {
    rows(db, &format!("EXPLAIN {sql}"), q).join("\n")
}

/// The index serves the query, and the answer is that of a plan which cannot use it.
#[track_caller]
fn assert_served(db: &Connection, sql: &str) {
    assert!(sql.contains("<->"), "the operator that the index serves");
    let q = embedding(1234);
    let text = plan(db, sql, &q);
    assert!(text.contains("AnnTopKPlan"), "{sql}\n{text}");
    // Adding zero hides the distance from the planner.
    let hidden = match sql.split_once("ORDER BY ") {
        Some((head, tail)) => {
            let end = tail.find(" LIMIT").expect("a limit");
            let key = tail[..end].trim_end_matches(" ASC");
            let key = match key {
                "d" | "2" => "emb <-> $1",
                key => key,
            };
            format!("{head}ORDER BY ({key}) + 0.0{}", &tail[end..])
        }
        None => panic!("no ORDER BY"),
    };
    let exact = plan(db, &hidden, &q);
    assert!(!exact.contains("TopKPlan"), "{hidden}\n{exact}");
    assert_eq!(rows(db, sql, &q), rows(db, &hidden, &q), "{sql}");
}

#[test]
fn any_spelling_is_served() -> Result<()> {
    let db = documents("id INTEGER PRIMARY KEY", 600)?;
    for sql in [
        "SELECT id FROM docs ORDER BY emb <-> $1 LIMIT 10",
        "SELECT id FROM docs ORDER BY $1 <-> emb LIMIT 10",
        "SELECT id FROM docs ORDER BY docs.emb <-> $1 LIMIT 10",
        "SELECT d.id FROM docs AS d ORDER BY d.emb <-> $1 ASC LIMIT 10",
        "SELECT id, emb <-> $1 AS d FROM docs ORDER BY d LIMIT 10",
        "SELECT id, emb <-> $1 AS d FROM docs ORDER BY 2 LIMIT 10",
        "SELECT section, size, price, ok, emb FROM docs ORDER BY emb <-> $1 LIMIT 7 OFFSET 5",
        "SELECT rowid, id FROM docs ORDER BY emb <-> $1 LIMIT 3",
        "SELECT upper(section), 1 - (emb <-> $1) FROM docs ORDER BY emb <-> $1 LIMIT 4",
        "SELECT id FROM docs ORDER BY l2_distance(emb, $1) + 0 * (emb <-> $1) LIMIT 4",
    ] {
        if sql.contains("l2_distance") {
            // An expression of distances is not a distance: right, by the exact way.
            rows(&db, sql, &embedding(3));
        } else {
            assert_served(&db, sql);
        }
    }
    Ok(())
}

#[test]
fn any_filter_is_served() -> Result<()> {
    let db = documents("id INTEGER PRIMARY KEY", 600)?;
    for filter in [
        "section = 'web'",
        "'web' = section",
        "section IN ('web', 'math')",
        "section IN ('nowhere')",
        "section <> 'web' AND size < 50",
        "size BETWEEN 10 AND 20",
        "size NOT BETWEEN 10 AND 90",
        "size < 10.5",
        "size = 10.5",
        "size = 10.0",
        "size <= 9007199254740993.0",
        "price > 100",
        "price >= 100.25 OR size = 3",
        "NOT (section = 'web' OR size > 30)",
        "ok",
        "NOT ok",
        "ok IS NULL",
        "ok IS NOT TRUE",
        "section = NULL",
        "size NOT IN (1, NULL)",
        "id > 300",
        "id % 2 = 0 AND section = 'games'",
        "section LIKE 'w%'",
        "emb <-> '[0,0,0,0,0,0]' < 1.9 AND size > 20",
        "emb IS NULL",
        "size > 1000",
    ] {
        assert_served(
            &db,
            &format!("SELECT id, size FROM docs WHERE {filter} ORDER BY emb <-> $1 LIMIT 10"),
        );
    }
    Ok(())
}

#[test]
fn any_primary_key_is_served() -> Result<()> {
    for key in [
        "id TEXT PRIMARY KEY",
        "id INTEGER",
        "id INTEGER UNIQUE",
        "id TEXT NOT NULL",
    ] {
        let db = documents(key, 400)?;
        assert_served(&db, "SELECT id FROM docs ORDER BY emb <-> $1 LIMIT 10");
        db.execute("DELETE FROM docs WHERE size = 3", ())?;
        db.execute("UPDATE docs SET size = 77 WHERE section = 'web'", ())?;
        assert_served(
            &db,
            "SELECT id FROM docs WHERE size = 77 ORDER BY emb <-> $1 LIMIT 10",
        );
    }
    Ok(())
}

#[test]
fn writes_are_seen_at_once_and_undone_with_their_transaction() -> Result<()> {
    let db = documents("id INTEGER PRIMARY KEY", 600)?;
    let q = embedding(42);
    let sql = "SELECT id FROM docs ORDER BY emb <-> ?1 LIMIT 1";
    let first = || {
        db.query_row(sql, params![&q], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(first(), 42);
    db.execute("BEGIN", ())?;
    db.execute("UPDATE docs SET emb = NULL WHERE id = 42", ())?;
    assert_ne!(first(), 42);
    db.execute("INSERT INTO docs (id, emb) VALUES (-9, ?)", params![&q])?;
    assert_eq!(first(), -9);
    db.execute("UPDATE docs SET id = 9000 WHERE id = -9", ())?;
    assert_eq!(first(), 9000);
    db.execute("ROLLBACK", ())?;
    assert_eq!(first(), 42);
    assert_eq!(db.ann_index_status("docs", "emb")?.delta_rows, 0);
    db.execute("DELETE FROM docs WHERE id = 42", ())?;
    assert_ne!(first(), 42);
    let status = db.ann_index_status("docs", "emb")?;
    assert_eq!((status.rows, status.delta_rows), (599, 1));
    Ok(())
}

#[test]
fn another_column_does_not_touch_the_index() -> Result<()> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT, v VECTOR(2));
         CREATE INDEX t_v ON t USING ann (v) WITH (metric = 'cosine');
         INSERT INTO t VALUES (1, 'a', '[1,2]'), (2, 'b', '[3,4]');",
    )?;
    db.persist_ann_index("t", "v")?;
    db.execute("UPDATE t SET note = note || '!'", ())?;
    assert_eq!(db.ann_index_status("t", "v")?.delta_rows, 0);
    Ok(())
}

#[test]
fn create_index_on_a_full_table_builds_at_once() -> Result<()> {
    let db = documents("id INTEGER PRIMARY KEY", 1100)?;
    db.execute("DROP INDEX docs_emb", ())?;
    db.execute(
        "CREATE INDEX again ON docs USING ann (emb) WITH (metric = 'l2')",
        (),
    )?;
    let status = db.ann_index_status("docs", "emb")?;
    assert_eq!((status.segments.len(), status.delta_rows), (1, 0));
    assert!(matches!(
        status.segments[0].state,
        SegmentState::Built { .. }
    ));
    assert_served(&db, "SELECT id FROM docs ORDER BY emb <-> $1 LIMIT 10");
    // Rolled back, it never was.
    db.execute_batch(
        "DROP INDEX again; BEGIN; CREATE INDEX third ON docs USING ann (emb); ROLLBACK",
    )?;
    assert!(db.ann_index_status("docs", "emb").is_err());
    Ok(())
}

#[test]
fn several_indexes_on_a_column_each_serve_their_metric() -> Result<()> {
    let db = documents("id INTEGER PRIMARY KEY", 300)?;
    db.execute(
        "CREATE INDEX docs_cos ON docs USING ann (emb) WITH (metric = 'cosine')",
        (),
    )?;
    let error = db.ann_index_status("docs", "emb").unwrap_err().to_string();
    assert!(
        error.contains("docs_emb") && error.contains("docs_cos"),
        "{error}"
    );
    let report = db.persist_ann_index("docs", "emb")?;
    assert_eq!(report.segments, 2);
    let one = db.persist_ann_index("docs", "docs_cos")?;
    assert_eq!(one.segments, 1);
    let status = db.ann_index_status("docs", "DOCS_COS")?;
    assert_eq!(Some(status.segments[0].blake3), one.blake3);
    let cosine = plan(
        &db,
        "SELECT id FROM docs ORDER BY emb <=> $1 LIMIT 5",
        &embedding(1),
    );
    assert!(cosine.contains("using docs_cos"), "{cosine}");
    let l2 = plan(
        &db,
        "SELECT id FROM docs ORDER BY emb <-> $1 LIMIT 5",
        &embedding(1),
    );
    assert!(l2.contains("using docs_emb"), "{l2}");
    Ok(())
}

#[test]
fn call_does_what_the_api_does() -> Result<()> {
    let db = documents("id INTEGER PRIMARY KEY", 100)?;
    db.execute("UPDATE docs SET size = 1 WHERE id < 10", ())?;
    assert_eq!(db.ann_index_status("docs", "emb")?.delta_rows, 9);
    let made: i64 = db.query_row("CALL persist_ann_index('docs', 'emb')", (), |row| {
        row.get(0)
    })?;
    assert_eq!(made, 100);
    assert_eq!(db.ann_index_status("docs", "emb")?.delta_rows, 0);
    Ok(())
}

#[test]
fn what_is_not_there_is_named() -> Result<()> {
    let db = documents("id INTEGER PRIMARY KEY", 10)?;
    let error = |table, column| db.persist_ann_index(table, column).unwrap_err().to_string();
    assert!(error("nothing", "emb").contains("table \"nothing\" does not exist"));
    assert!(error("docs", "size").contains("has no ann index"));
    assert!(error("docs", "sice").contains("neither a column nor an ann index"));
    Ok(())
}
