//! The nearest rows, by the lake's search and by the exact plan.

use super::{Lab, rows};

fn lab(metric: &str) -> (Lab, crate::Connection) {
    let (lab, db) = Lab::after(&format!(
        "CREATE TABLE t (id INTEGER, kind TEXT, v VECTOR(2)) USING iceberg WITH (location = '{{lake}}/t', metric = '{metric}');
         INSERT INTO t SELECT g, CASE WHEN g % 3 = 0 THEN 'x' ELSE 'y' END,
           CAST('[' || (g % 17 + 1) || ',' || (g % 23 - 11) || ']' AS VECTOR(2)) FROM generate_series(1, 400) AS g;"
    ));
    (lab, db)
}

const OPERATORS: [(&str, &str); 3] = [("cosine", "<=>"), ("l2", "<->"), ("inner_product", "<#>")];

#[test]
fn a_search_gives_what_the_exact_plan_gives() {
    for (metric, operator) in OPERATORS {
        let (_lab, db) = lab(metric);
        db.execute_batch("CREATE TABLE here AS SELECT * FROM t")
            .unwrap();
        for filter in [
            "TRUE",
            "kind = 'x'",
            "id BETWEEN 100 AND 150",
            "id < 4",
            "id < 0",
        ] {
            let of = |table: &str| {
                rows(
                    &db,
                    &format!(
                        "SELECT v {operator} '[3, -2]' AS d FROM {table} WHERE {filter} ORDER BY d LIMIT 12"
                    ),
                )
            };
            assert_eq!(of("t"), of("here"), "{metric}, {filter}");
        }
        let plan = format!(
            "EXPLAIN SELECT id, v {operator} '[3,-2]' FROM t WHERE kind = 'x' ORDER BY v {operator} '[3,-2]' LIMIT 5"
        );
        let plan = rows(&db, &plan).join("\n");
        assert!(plan.contains("LakeTopKPlan on t"), "{plan}");
        assert!(plan.contains("Lake Filter: kind = 'x'"), "{plan}");
        assert!(plan.contains(&format!("Metric: {metric}")), "{plan}");
    }
}

#[test]
fn another_metric_and_what_the_lake_cannot_check_take_the_exact_plan() {
    let (_lab, db) = lab("cosine");
    for sql in [
        "SELECT id FROM t ORDER BY v <-> '[1, 2]' LIMIT 3",
        "SELECT id FROM t WHERE length(kind) = 1 ORDER BY v <=> '[1, 2]' LIMIT 3",
        "SELECT id FROM t ORDER BY v <=> '[1, 2]' DESC LIMIT 3",
        "SELECT id FROM t ORDER BY v <=> '[1, 2]', id LIMIT 3",
    ] {
        let plan = rows(&db, &format!("EXPLAIN {sql}")).join("\n");
        assert!(
            plan.contains("LakeScan on t") && plan.contains("TopN"),
            "{plan}"
        );
        assert_eq!(rows(&db, sql).len(), 3);
    }
}

#[test]
fn rows_without_a_distance_come_last_and_fill_the_answer() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER, v VECTOR(2)) USING iceberg WITH (location = '{lake}/t', metric = 'cosine');
         INSERT INTO t VALUES (1, '[1, 0]'), (2, NULL), (3, '[0, 1]'), (4, '[0, 0]');",
    );
    let nearest = "SELECT id FROM t ORDER BY v <=> '[1, 0]' LIMIT 3";
    let found = rows(&db, nearest);
    assert_eq!(
        (found.len(), &found[..2]),
        (3, &["1".to_owned(), "3".to_owned()][..])
    );
    assert_eq!(
        rows(
            &db,
            "SELECT id FROM t ORDER BY v <=> '[1, 0]' LIMIT 1 OFFSET 1"
        ),
        ["3"]
    );
    assert!(rows(&db, "SELECT id FROM t ORDER BY v <=> '[1, 0]' LIMIT 0").is_empty());
    // What waits in the transaction is found as well.
    db.execute_batch("BEGIN; INSERT INTO t VALUES (5, '[1, 0.01]')")
        .unwrap();
    assert_eq!(
        rows(&db, "SELECT id FROM t ORDER BY v <=> '[1, 0]' LIMIT 2"),
        ["1", "5"]
    );
    db.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn a_query_may_be_a_parameter() {
    let (_lab, db) = lab("l2");
    let found: Vec<i64> = db
        .query_map(
            "SELECT id FROM t WHERE kind = :kind ORDER BY v <-> :q LIMIT 2",
            crate::named_params! { ":kind": "x", ":q": [1.0_f32, 2.0] },
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(found.len(), 2);
}

#[test]
fn an_index_knows_vectors_as_precisely_as_it_is_told() {
    const QUERY: &str = "SELECT id FROM t ORDER BY v <-> '[0.1, 0.2, 0.3, 0.4]' LIMIT 5";
    let read = |options: &str| {
        let (_lab, db) = Lab::after(&format!(
            "CREATE TABLE t (id INTEGER, v VECTOR(4)) USING iceberg WITH (location = '{{lake}}/t'{options});
             INSERT INTO t SELECT g, CAST('[' || sin(g) || ',' || cos(g * 3) || ',' ||
               sin(g * 7) || ',' || cos(g * 11) || ']' AS VECTOR(4)) FROM generate_series(1, 1500) AS g;
             CALL lake_build_indexes('t');"
        ));
        let plan = rows(&db, &format!("EXPLAIN ANALYZE {QUERY}")).join("\n");
        let (_, told) = plan
            .split_once("Vectors Read: ")
            .unwrap_or_else(|| panic!("{plan}"));
        let count = told
            .lines()
            .next()
            .unwrap()
            .trim()
            .parse::<usize>()
            .unwrap();
        (rows(&db, QUERY), count)
    };
    let (expected, most) = read(", index = 'ivf_pq'");
    let mut last = most;
    for precision in ["i8", "f16", "f32"] {
        let (found, count) = read(&format!(", index = 'ivf_pq', precision = '{precision}'"));
        assert_eq!(found, expected, "{precision}");
        assert!(count <= last, "{precision}: {count} of {last}");
        last = count;
    }
    assert!((5..most).contains(&last), "{last} of {most}");
}

#[test]
fn indexes_are_built_and_used() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER, v VECTOR(4)) USING iceberg WITH (location = '{lake}/t', index = 'prism');
         INSERT INTO t SELECT g, CAST('[' || sin(g) || ',' || cos(g * 3) || ',' ||
           sin(g * 7) || ',' || cos(g * 11) || ']' AS VECTOR(4)) FROM generate_series(1, 1500) AS g;",
    );
    assert_eq!(
        rows(&db, "SELECT state FROM lake_indexes('t')"),
        ["to be built"]
    );
    assert_eq!(rows(&db, "CALL lake_build_indexes('t')"), ["1"]);
    assert_eq!(rows(&db, "SELECT state FROM lake_indexes('t')"), ["ready"]);
    let sql = "SELECT id FROM t ORDER BY v <-> '[0.1, 0.2, 0.3, 0.4]' LIMIT 5";
    let plan = rows(&db, &format!("EXPLAIN ANALYZE {sql}")).join("\n");
    assert!(plan.contains("1 by index"), "{plan}");
    // One file holds all of them: there is nothing to bring together.
    let done = rows(&db, "CALL lake_compact('t', 'V')").remove(0);
    assert!(done.ends_with("|0|0"), "{done}");
    let by_index = rows(&db, sql);
    db.execute_batch("SET ann_exact = on").unwrap();
    assert_eq!(by_index, rows(&db, sql));
}
