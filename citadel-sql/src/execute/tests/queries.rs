//! What queries answer.

use super::Db;
use crate::types::Value;

fn people() -> Db {
    Db::after(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, score REAL, town INTEGER);
         INSERT INTO p VALUES (1, 'ann', 30, 1.5, 10), (2, 'bob', NULL, 2.5, 20), (3, 'cid', 25, NULL, 10),
            (4, NULL, 30, 0.5, NULL), (5, 'eve', 41, 2.5, 20);
         CREATE TABLE t (id INTEGER PRIMARY KEY, town TEXT);
         INSERT INTO t VALUES (10, 'Rome'), (20, 'Oslo'), (30, 'Bern')",
    )
}

#[test]
fn selects_without_from() {
    let db = Db::new();
    assert_eq!(db.rows("SELECT 1 + 2 * 3, 'a' || 'b', NULL"), ["7|ab|NULL"]);
    assert_eq!(db.rows("SELECT 1 WHERE FALSE"), [""; 0]);
    assert_eq!(db.rows("SELECT count(*) WHERE FALSE"), ["0"]);
}

#[test]
fn filters_with_three_valued_logic() {
    let db = people();
    assert_eq!(db.rows("SELECT id FROM p WHERE age > 29"), ["1", "4", "5"]);
    assert_eq!(db.rows("SELECT id FROM p WHERE NOT (age > 29)"), ["3"]);
    assert_eq!(
        db.rows("SELECT id FROM p WHERE age IS NULL OR name IS NULL"),
        ["2", "4"]
    );
    assert_eq!(
        db.rows("SELECT id FROM p WHERE age IN (30, NULL)"),
        ["1", "4"]
    );
    assert_eq!(
        db.rows("SELECT id FROM p WHERE age NOT IN (30, NULL)"),
        [""; 0]
    );
    assert_eq!(db.rows("SELECT id FROM p WHERE name LIKE '%b%'"), ["2"]);
}

#[test]
fn orders_nulls_last_ascending_and_first_descending() {
    let db = people();
    assert_eq!(
        db.rows("SELECT id FROM p ORDER BY age, id"),
        ["3", "1", "4", "5", "2"]
    );
    assert_eq!(
        db.rows("SELECT id FROM p ORDER BY age DESC, id"),
        ["2", "5", "1", "4", "3"]
    );
    assert_eq!(
        db.rows("SELECT id FROM p ORDER BY age NULLS FIRST, id DESC"),
        ["2", "3", "4", "1", "5"]
    );
    assert_eq!(
        db.rows("SELECT id FROM p ORDER BY age DESC NULLS LAST, id LIMIT 2"),
        ["5", "1"]
    );
}

#[test]
fn orders_by_expressions_aliases_and_ordinals() {
    let db = people();
    assert_eq!(
        db.rows("SELECT id, -age AS a FROM p ORDER BY a, id LIMIT 2"),
        ["5|-41", "1|-30"]
    );
    assert_eq!(
        db.rows("SELECT id, age FROM p ORDER BY 2 DESC, 1 LIMIT 2"),
        ["2|NULL", "5|41"]
    );
    assert_eq!(
        db.rows("SELECT id FROM p ORDER BY id % 2, id"),
        ["2", "4", "1", "3", "5"]
    );
    assert_eq!(
        db.rows("SELECT id, id % 2 + 1 FROM p ORDER BY id % 2, id LIMIT 1"),
        ["2|1"]
    );
}

#[test]
fn limits_and_offsets() {
    let db = people();
    assert_eq!(
        db.rows("SELECT id FROM p ORDER BY id LIMIT 2 OFFSET 1"),
        ["2", "3"]
    );
    assert_eq!(db.rows("SELECT id FROM p ORDER BY id OFFSET 3"), ["4", "5"]);
    assert_eq!(db.rows("SELECT id FROM p ORDER BY name OFFSET 4"), ["4"]);
    assert_eq!(db.rows("SELECT id FROM p LIMIT 0"), [""; 0]);
    assert_eq!(db.rows("SELECT id FROM p ORDER BY id LIMIT NULL").len(), 5);
    assert!(db.error("SELECT id FROM p LIMIT -1").contains("negative"));
    let limited = db.with(
        "SELECT id FROM p ORDER BY age, id LIMIT $1",
        &[Value::Integer(1)],
    );
    assert_eq!(limited.unwrap().rows, [[Value::Integer(3)]]);
}

#[test]
fn groups_and_aggregates() {
    let db = people();
    assert_eq!(
        db.rows("SELECT town, count(*), count(age), sum(age), avg(score), min(name), max(age) FROM p GROUP BY town ORDER BY town"),
        ["10|2|2|55|1.5|ann|30", "20|2|1|41|2.5|bob|41", "NULL|1|1|30|0.5|NULL|30"]
    );
    assert_eq!(
        db.rows("SELECT count(*), sum(age), avg(age), min(age) FROM p WHERE id > 100"),
        ["0|NULL|NULL|NULL"]
    );
    assert_eq!(
        db.rows("SELECT town FROM p WHERE id > 100 GROUP BY town"),
        [""; 0]
    );
    assert_eq!(
        db.rows(
            "SELECT town, count(*) AS n FROM p GROUP BY town HAVING count(*) > 1 ORDER BY n, town"
        ),
        ["10|2", "20|2"]
    );
    assert_eq!(
        db.rows("SELECT count(DISTINCT age), sum(DISTINCT age) FROM p"),
        ["3|96"]
    );
}

#[test]
fn keys_that_are_equal_group_together() {
    let db = Db::after(
        "CREATE TABLE g (a REAL, b INTEGER);
         INSERT INTO g VALUES (1.0, 1), (0.0, 2), (-0.0, 3), (NULL, 4), (NULL, 5)",
    );
    assert_eq!(
        db.rows("SELECT a, count(*) FROM g GROUP BY a ORDER BY a"),
        ["0|2", "1|1", "NULL|2"]
    );
    assert_eq!(db.rows("SELECT count(DISTINCT a) FROM g"), ["2"]);
}

#[test]
fn sums_overflow_only_in_the_result() {
    let db = Db::after(
        "CREATE TABLE s (a INTEGER);
         INSERT INTO s VALUES (9223372036854775807), (1), (-1)",
    );
    assert_eq!(db.rows("SELECT sum(a) FROM s"), ["9223372036854775807"]);
    assert!(
        db.error("SELECT sum(a) FROM s WHERE a > 0")
            .contains("out of range")
    );
    assert!(db.error("SELECT a + 1 FROM s").contains("out of range"));
}

#[test]
fn distinct_rows_in_order() {
    let db = people();
    assert_eq!(
        db.rows("SELECT DISTINCT town FROM p ORDER BY town DESC"),
        ["NULL", "20", "10"]
    );
    assert_eq!(
        db.rows("SELECT DISTINCT age FROM p ORDER BY age LIMIT 1 OFFSET 1"),
        ["30"]
    );
}

#[test]
fn joins_on_keys_and_conditions() {
    let db = people();
    let hash = "SELECT p.id, t.town FROM p JOIN t ON p.town = t.id ORDER BY p.id";
    assert_eq!(db.rows(hash), ["1|Rome", "2|Oslo", "3|Rome", "5|Oslo"]);
    assert_eq!(
        db.rows("SELECT p.id, t.id FROM p, t WHERE p.age < t.id ORDER BY 1, 2"),
        ["3|30"]
    );
    assert_eq!(db.rows("SELECT count(*) FROM p CROSS JOIN t"), ["15"]);
    assert_eq!(
        db.rows("SELECT a.id, b.id FROM p a JOIN p b ON a.age = b.age AND a.id < b.id"),
        ["1|4"]
    );
    assert_eq!(
        db.rows("SELECT a.id FROM p a JOIN p b ON a.town = b.town JOIN t ON t.id = b.town WHERE b.name = 'bob' ORDER BY 1"),
        ["2", "5"]
    );
}

#[test]
fn joins_integers_with_reals() {
    let db = Db::after(
        "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1), (2), (9007199254740993), (NULL);
         CREATE TABLE b (y REAL); INSERT INTO b VALUES (1.0), (2.5), (9007199254740992.0), (NULL);
         CREATE TABLE c (z INTEGER PRIMARY KEY); INSERT INTO c VALUES (1), (2), (9007199254740992)",
    );
    assert_eq!(db.rows("SELECT x, y FROM a JOIN b ON x = y"), ["1|1"]);
    assert_eq!(
        db.sorted_rows("SELECT z FROM b JOIN c ON z = y"),
        ["1", "9007199254740992"]
    );
}

#[test]
fn errors_of_rows_that_are_excluded_are_not_raised() {
    let db = people();
    assert_eq!(
        db.rows("SELECT id FROM p WHERE id <> 3 AND 10 / (id - 3) > 4"),
        ["4", "5"]
    );
    assert_eq!(
        db.rows("SELECT CASE WHEN id = 3 THEN 0 ELSE 6 / (id - 3) END FROM p WHERE id < 4"),
        ["-3", "-6", "0"]
    );
    assert!(
        db.error("SELECT 1 / (id - 3) FROM p")
            .contains("division by zero")
    );
    assert_eq!(db.rows("SELECT 1 / 0 FROM p WHERE FALSE"), [""; 0]);
}

#[test]
fn reads_many_rows_over_several_batches() {
    let db = Db::after("CREATE TABLE n (id INTEGER PRIMARY KEY, v INTEGER)");
    let rows: Vec<String> = (0..3000)
        .map(|i| format!("({i}, {})", i * 7919 % 3001))
        .collect();
    db.all(&format!("INSERT INTO n VALUES {}", rows.join(",")))
        .unwrap();
    assert_eq!(
        db.rows("SELECT count(*), sum(id), min(v), max(v) FROM n"),
        ["3000|4498500|0|3000"]
    );
    assert_eq!(db.rows("SELECT id FROM n").len(), 3000);
    let all = db.rows("SELECT v FROM n ORDER BY v");
    assert!(all.is_sorted_by_key(|v| v.parse::<i64>().unwrap()));
    assert_eq!(
        db.rows("SELECT v FROM n ORDER BY v LIMIT 1200 OFFSET 900"),
        all[900..2100]
    );
    assert_eq!(
        db.rows("SELECT v FROM n ORDER BY v DESC LIMIT 3 OFFSET 2999"),
        ["0"]
    );
    assert_eq!(
        db.rows("SELECT count(*) FROM n a JOIN n b ON a.v = b.id"),
        ["2999"]
    );
    assert_eq!(
        db.rows("SELECT count(*) FROM n a, n b WHERE a.id < 3 AND b.id < 2000"),
        ["6000"]
    );
    assert_eq!(db.rows("SELECT id FROM n WHERE v = 7919 % 3001"), ["1"]);
}

#[test]
fn vectors_in_expressions() {
    let db = Db::after(
        "CREATE TABLE v (id INTEGER PRIMARY KEY, e VECTOR(2));
         INSERT INTO v VALUES (1, '[0,0]'), (2, '[3,4]'), (3, NULL), (4, '[0,1]')",
    );
    assert_eq!(
        db.rows("SELECT id, e <-> '[0,0]' FROM v ORDER BY id"),
        ["1|0", "2|5", "3|NULL", "4|1"]
    );
    assert_eq!(
        db.rows("SELECT e <=> '[0,2]' FROM v WHERE id IN (1, 4) ORDER BY id"),
        ["NULL", "0"]
    );
    assert_eq!(
        db.rows("SELECT sum(e), avg(e) FROM v"),
        ["'[3,5]'|'[1,1.6666666]'"]
    );
    assert_eq!(
        db.rows("SELECT a.id, b.id FROM v a JOIN v b ON a.e <-> b.e < 2 AND a.id < b.id"),
        ["1|4"]
    );
    assert_eq!(
        db.rows("SELECT id, e <-> '[3,3]' AS d FROM v ORDER BY d LIMIT 2"),
        ["2|1", "4|3.605551242828369"]
    );
}

#[test]
fn wide_vectors_are_read_for_the_rows_that_pass() {
    let db = Db::after("CREATE TABLE w (id INTEGER PRIMARY KEY, k INTEGER, e VECTOR(300))");
    let vector = |first: i64| format!("'[{first}{}]'", ",0".repeat(299));
    let rows: Vec<String> = (0..200)
        .map(|i| match i % 7 {
            3 => format!("({i}, {}, NULL)", i % 2),
            _ => format!("({i}, {}, {})", i % 2, vector(i)),
        })
        .collect();
    db.all(&format!("INSERT INTO w VALUES {}", rows.join(",")))
        .unwrap();
    let zeros = vector(0);
    let wanted: Vec<String> = (0..200)
        .filter(|i| i % 2 == 1)
        .map(|i| {
            if i % 7 == 3 {
                "NULL".to_owned()
            } else {
                i.to_string()
            }
        })
        .collect();
    let distances =
        |order: &str| db.rows(&format!("SELECT e <-> {zeros} FROM w WHERE k = 1 {order}"));
    assert_eq!(distances(""), wanted);
    let reversed: Vec<String> = wanted.iter().rev().cloned().collect();
    assert_eq!(distances("ORDER BY id DESC"), reversed);
    db.all("CREATE INDEX w_k ON w (k)").unwrap();
    assert_eq!(distances("ORDER BY id"), wanted);
    assert_eq!(
        db.rows(&format!(
            "SELECT id FROM w WHERE e <-> {zeros} > 197 AND k = 0"
        )),
        ["198"]
    );
}

#[test]
fn the_hidden_row_id_is_a_key() {
    let db = Db::after("CREATE TABLE h (a TEXT); INSERT INTO h VALUES ('x'), ('y'), ('z')");
    assert_eq!(
        db.rows("SELECT rowid, a FROM h WHERE rowid >= 2"),
        ["2|y", "3|z"]
    );
    assert_eq!(
        db.rows("SELECT a FROM h ORDER BY rowid DESC LIMIT 1"),
        ["z"]
    );
    assert!(
        db.plan("SELECT a FROM h WHERE rowid = 2")
            .contains("PkLookup")
    );
    db.all("DELETE FROM h WHERE rowid = 2; INSERT INTO h VALUES ('w')")
        .unwrap();
    assert_eq!(db.rows("SELECT rowid, a FROM h"), ["1|x", "3|z", "4|w"]);
    assert_eq!(
        db.rows(
            "SELECT l.a, r.a FROM h l JOIN h r ON l.rowid = r.rowid WHERE l.a <> 'x' ORDER BY 1"
        ),
        ["w|w", "z|z"]
    );
}

#[test]
fn joins_with_using_and_lookups_through_indexes() {
    let db = Db::after(
        "CREATE TABLE a (k INTEGER, x TEXT); CREATE TABLE b (k INTEGER, y REAL, z TEXT);
         CREATE INDEX b_k ON b (k); CREATE UNIQUE INDEX b_y ON b (y);
         INSERT INTO a VALUES (1, 'p'), (2, 'q'), (NULL, 'r');
         INSERT INTO b VALUES (1, 1.0, 'm'), (1, 2.5, 'n'), (NULL, 3.0, 'o'), (7, NULL, 'p')",
    );
    assert_eq!(
        db.rows("SELECT k, x, z FROM a JOIN b USING (k) ORDER BY z"),
        ["1|p|m", "1|p|n"]
    );
    let lookup = "SELECT a.x, b.z FROM a JOIN b ON a.k = b.k WHERE a.x = 'p' AND a.k = 1";
    assert_eq!(db.sorted_rows(lookup), ["p|m", "p|n"]);
    assert_eq!(
        db.rows("SELECT a.x, b.z FROM a JOIN b ON a.k = b.y AND a.x <> b.z"),
        ["p|m"]
    );
    assert_eq!(db.rows("SELECT count(*) FROM a JOIN b ON a.x = b.z"), ["1"]);
}

#[test]
fn long_lists_of_constants() {
    let db = Db::after("CREATE TABLE l (id INTEGER PRIMARY KEY, v INTEGER)");
    let rows: Vec<String> = (0..2000).map(|i| format!("({i}, {i})")).collect();
    db.all(&format!("INSERT INTO l VALUES {}", rows.join(",")))
        .unwrap();
    let list: Vec<String> = (500..2500).rev().map(|i| i.to_string()).collect();
    let list = list.join(",");
    assert_eq!(
        db.rows(&format!(
            "SELECT count(*), min(id), max(id) FROM l WHERE id IN ({list})"
        )),
        ["1500|500|1999"]
    );
    assert_eq!(
        db.rows(&format!("SELECT count(*) FROM l WHERE v NOT IN ({list})")),
        ["500"]
    );
}

/// What was wrong: each level that is merged into the one above copies its expression, so thirty levels made 2^30 of it.
#[test]
fn queries_in_queries_that_read_a_column_twice_do_not_double() {
    let db = people();
    let mut with = "WITH q0 AS (SELECT id AS n, age FROM p WHERE id < 3)".to_owned();
    for at in 1..40 {
        let before = at - 1;
        with += &format!(
            ", q{at} AS (SELECT n + n - n + 1 AS n, age + 1 AS age FROM q{before} WHERE n < 1000000)"
        );
    }
    let rows = db.rows(&format!("{with} SELECT * FROM q39 ORDER BY 1"));
    assert_eq!(rows, ["40|69", "41|NULL"]);
    let rows = db.rows(&format!(
        "{with} SELECT age FROM q39 WHERE n = 41 AND age IS NULL"
    ));
    assert_eq!(rows, ["NULL"]);
}

#[test]
fn a_long_chain_of_names_of_with_is_an_error_not_an_overflow() {
    let db = people();
    let chain = |length: usize| {
        let first = "WITH q0 AS (SELECT 1 AS n)".to_owned();
        let with = (1..length).fold(first, |with, at| {
            format!("{with}, q{at} AS (SELECT n FROM q{})", at - 1)
        });
        format!("{with} SELECT n FROM q{}", length - 1)
    };
    assert_eq!(db.rows(&chain(60)), ["1"]);
    let error = db.error(&chain(1_000));
    assert!(error.contains("nested more than 64 deep"), "{error}");
}

/// What was wrong: 30 names whose queries each lay in ten operators overflowed a stack of 2 MiB.
#[test]
fn a_chain_of_names_inside_expressions_is_an_error_not_an_overflow() {
    let db = people();
    let chain = |length: usize, minus: usize| {
        let first = "WITH q0 AS (SELECT 1 AS n)".to_owned();
        let (open, close) = ("-(".repeat(minus), ")".repeat(minus));
        let with = (1..length).fold(first, |with, at| {
            format!(
                "{with}, q{at} AS (SELECT {open}(SELECT n FROM q{}){close} AS n)",
                at - 1
            )
        });
        format!("{with} SELECT n FROM q{}", length - 1)
    };
    assert_eq!(db.rows(&chain(13, 10)), ["1"]);
    let error = db.error(&chain(30, 10));
    assert!(error.contains("nested more than 220 deep"), "{error}");
}

#[test]
fn names_of_with_that_use_each_other_twice_do_not_double_without_end() {
    let db = people();
    let mut with = "WITH q0 AS (SELECT 1 AS n)".to_owned();
    for at in 1..40 {
        with += &format!(", q{at} AS (SELECT a.n FROM q{} a, q{} b)", at - 1, at - 1);
    }
    let error = db.error(&format!("{with} SELECT n FROM q39"));
    assert!(error.contains("at most 10000 relations"), "{error}");
}
