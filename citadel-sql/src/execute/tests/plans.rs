//! Which plan is chosen, and how EXPLAIN prints it.

use super::Db;

fn shop() -> Db {
    Db::after(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, price REAL, shop INTEGER);
         CREATE INDEX item_kind_price ON item (kind, price);
         CREATE UNIQUE INDEX item_shop ON item (shop);
         CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT)",
    )
}

#[track_caller]
fn people_and_towns() -> Db {
    Db::after(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, age INTEGER, town INTEGER);
         INSERT INTO p VALUES (1, 30, 10), (2, NULL, 20), (3, 25, 10), (4, 30, NULL), (5, 41, 20), (6, 41, 20);
         DELETE FROM p WHERE id = 4;
         CREATE TABLE t (id INTEGER PRIMARY KEY);
         INSERT INTO t VALUES (10), (20), (30)",
    )
}

fn assert_plan(db: &Db, sql: &str, plan: &str) {
    let dedented = |line| str::strip_prefix(line, "            ").unwrap_or(line);
    let wanted: Vec<&str> = plan.lines().map(dedented).collect();
    let wanted = wanted.join("\n");
    assert_eq!(db.plan(sql).trim(), wanted.trim(), "{sql}");
}

#[test]
fn scans_and_lookups() {
    let db = shop();
    assert_plan(
        &db,
        "SELECT kind, id FROM item",
        "SeqScan on item  (rows=1000)",
    );
    assert_plan(
        &db,
        "SELECT kind FROM item WHERE id = 7",
        "PkLookup on item  (rows=1)
              Key: id = 7",
    );
    assert_plan(
        &db,
        "SELECT kind FROM item WHERE id IN (3, 1) AND price > 2.5",
        "PkLookup on item  (rows=1)
              Key: id IN (3, 1)
              Filter: price > 2.5",
    );
    assert_plan(
        &db,
        "SELECT kind FROM item WHERE 10 > id AND id >= $1 AND id < 8.5 + 1",
        "PkRangeScan on item  (rows=37)
              Range: id >= $1 AND id < 10
              Filter: id < 9.5",
    );
}

#[test]
fn index_scans() {
    let db = shop();
    assert_plan(
        &db,
        "SELECT price FROM item WHERE kind = 'a' AND price BETWEEN 1 AND 2",
        "IndexScan on item using item_kind_price  (rows=1)
              Index Cond: kind = 'a' AND price >= 1 AND price <= 2",
    );
    assert_plan(
        &db,
        "SELECT id FROM item WHERE kind IN ('a', 'b') AND price > 5.0",
        "IndexScan on item using item_kind_price  (rows=7)
              Index Cond: kind IN ('a', 'b')
              Filter: price > 5",
    );
    assert_plan(
        &db,
        "SELECT id FROM item WHERE shop = 3 AND kind = 'a'",
        "IndexScan on item using item_shop  (rows=1)
              Index Cond: shop = 3
              Filter: kind = 'a'",
    );
}

#[test]
fn orders_without_sorting() {
    let db = shop();
    assert_plan(
        &db,
        "SELECT id FROM item ORDER BY id DESC",
        "SeqScan on item backward  (rows=1000)",
    );
    assert_plan(
        &db,
        "SELECT id FROM item WHERE kind = 'a' ORDER BY price LIMIT 5",
        "Limit  (rows=5)
              Limit: 5
              ->  IndexOnlyScan on item using item_kind_price  (rows=10)
                    Index Cond: kind = 'a'",
    );
    // NULLs are at the other end.
    assert_plan(
        &db,
        "SELECT price, kind FROM item ORDER BY price NULLS FIRST",
        "Sort  (rows=1000)
              Sort Key: price NULLS FIRST
              ->  SeqScan on item  (rows=1000)",
    );
    assert_plan(
        &db,
        "SELECT kind FROM item ORDER BY kind DESC LIMIT 3",
        "Limit  (rows=3)
              Limit: 3
              ->  IndexOnlyScan on item using item_kind_price backward  (rows=1000)",
    );
    assert_plan(
        &db,
        "SELECT id FROM item ORDER BY price * 2 DESC LIMIT 3 OFFSET 1",
        "Project  (rows=3)
              Output: id
              ->  TopN  (rows=3)
                    Sort Key: price * 2 DESC
                    Limit: 3
                    Offset: 1
                    ->  Project  (rows=1000)
                          Output: id, price, price * 2
                          ->  SeqScan on item  (rows=1000)",
    );
}

#[test]
fn joins() {
    let db = shop();
    assert_plan(
        &db,
        "SELECT i.kind, s.name FROM item i JOIN shop s ON i.shop = s.id WHERE i.price > 3 AND s.name LIKE 'a%'",
        "Project  (rows=333)
              Output: i.kind, s.name
              ->  HashJoin  (rows=333)
                    Hash Cond: s.id = i.shop
                    ->  SeqScan on shop s  (rows=500)
                          Filter: s.name LIKE 'a%'
                    ->  SeqScan on item i  (rows=333)
                          Filter: i.price > 3",
    );
    assert_plan(
        &db,
        "SELECT s.name FROM shop s JOIN item i ON i.shop = s.id WHERE i.id = 3",
        "Project  (rows=1)
              Output: s.name
              ->  LookupJoin with shop s  (rows=1)
                    Lookup: s.id = i.shop
                    ->  PkLookup on item i  (rows=1)
                          Key: i.id = 3",
    );
    assert_plan(
        &db,
        "SELECT count(*) FROM shop s, item i WHERE s.id < i.price",
        "HashAggregate  (rows=1)
              Aggregates: count(*)
              ->  NestedLoopJoin  (rows=333333)
                    Filter: s.id < i.price
                    ->  SeqScan on shop s  (rows=1000)
                    ->  SeqScan on item i  (rows=1000)",
    );
}

#[test]
fn counting_rows_reads_none() {
    let db = shop();
    assert_plan(
        &db,
        "SELECT count(*) FROM item",
        "RowCount of item  (rows=1)",
    );
    db.all("INSERT INTO shop VALUES (1, 'a'), (2, 'b'), (5, NULL); DELETE FROM shop WHERE id = 2")
        .unwrap();
    assert_eq!(
        db.rows("SELECT count(*), count(*) + 1 FROM shop s"),
        ["2|3"]
    );
    assert_eq!(
        db.rows("SELECT count(*) FROM item HAVING count(*) > 0"),
        [""; 0]
    );
    assert_eq!(db.rows("SELECT count(*), count(name) FROM shop"), ["2|1"]);
}

#[test]
fn constants_are_folded() {
    let db = shop();
    assert_plan(
        &db,
        "SELECT id FROM item WHERE 1 = 1 AND 2 < 3",
        "SeqScan on item  (rows=1000)",
    );
    assert_plan(
        &db,
        "SELECT id FROM item WHERE id = 3 AND NULL",
        "Empty  (rows=0)",
    );
    assert_plan(
        &db,
        "SELECT id FROM item WHERE id = 2 + 3",
        "PkLookup on item  (rows=1)
              Key: id = 5",
    );
}

#[test]
fn changes() {
    let db = shop();
    assert_plan(
        &db,
        "UPDATE item SET price = price + 1 WHERE id = 3 AND kind = 'a'",
        "Update on item
              Set: price = price + 1
              ->  PkLookup on item  (rows=1)
                    Key: id = 3
                    Filter: kind = 'a'",
    );
    assert_plan(
        &db,
        "DELETE FROM item WHERE kind = 'a'",
        "Delete on item
              ->  IndexOnlyScan on item using item_kind_price  (rows=10)
                    Index Cond: kind = 'a'",
    );
    assert_plan(
        &db,
        "INSERT INTO item SELECT id + 1, kind, price, NULL FROM item",
        "Insert on item
              ->  Project  (rows=1000)
                    Output: id + 1, kind, price, NULL
                    ->  SeqScan on item  (rows=1000)",
    );
}

#[test]
fn analyze_measures_the_queries_inside_expressions() {
    let db = people_and_towns();
    let plan = db.plan(
        "ANALYZE SELECT id, (SELECT count(*) FROM p q WHERE q.town = t.id AND q.age > t.id)
         FROM t WHERE id > (SELECT min(town) FROM p)",
    );
    let rows: Vec<(&str, &str)> = plan
        .lines()
        .filter_map(|line| {
            let (node, measured) = line.split_once(" (actual rows=")?;
            let node = node.trim_start_matches([' ', '-', '>']);
            Some((node.split("  ").next()?, measured.split(' ').next()?))
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("Init", "2"),
            ("Apply", "2"),
            ("PkRangeScan on t", "2"),
            // Run for each of the two towns.
            ("HashAggregate", "2"),
            ("SeqScan on p q", "2"),
            ("HashAggregate", "1"),
            ("SeqScan on p", "5"),
        ]
    );
}

#[test]
fn analyze_runs_the_plan() {
    let db = shop();
    db.all("INSERT INTO item VALUES (1, 'a', 1, 1), (2, 'b', 2, 2)")
        .unwrap();
    let lines = db.rows("EXPLAIN ANALYZE SELECT kind FROM item WHERE price > 1.5 ORDER BY kind");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("SeqScan on item") && line.contains("actual rows=1")),
        "{lines:?}"
    );
    db.all("EXPLAIN DELETE FROM item").unwrap();
    assert_eq!(db.rows("SELECT count(*) FROM item"), ["2"]);
    db.all("EXPLAIN ANALYZE DELETE FROM item").unwrap();
    assert_eq!(db.rows("SELECT count(*) FROM item"), ["0"]);
}

#[test]
fn vector_searches() {
    let db = Db::after("CREATE TABLE v (id INTEGER PRIMARY KEY, e VECTOR(2), k INTEGER)");
    let plan = db.plan("SELECT id, e <-> '[1,2]' AS d FROM v WHERE k = 1 ORDER BY d LIMIT 3");
    assert!(plan.contains("VectorTopKPlan on v"), "{plan}");
    let plan = db.plan("SELECT id FROM v ORDER BY '[1,2]' <-> e, k LIMIT 3");
    assert!(plan.contains("TopN"), "{plan}");
}
