//! Ann indexes on expressions: whatever changes, they answer as if the expression were computed for every row.

use citadel_txn::{MemoryStorage, Quiet};

use crate::{Connection, Database, Key, Options, PageSize, SqlState, Value, params};

const DIM: usize = 8;

/// What the indexes are on, the distance asked for, the metric.
const INDEXED: [(&str, &str, &str); 6] = [
    ("subvector(emb, 1, 4)", "<->", "l2"),
    ("l2_normalize(emb)", "<#>", "inner_product"),
    ("emb::VECTOR(8, f16)", "<=>", "cosine"),
    ("binary_quantize(emb)", "<~>", "hamming"),
    ("emb * w - '[1,1,1,1,1,1,1,1]'::VECTOR(8)", "<->", "l2"),
    ("coalesce(emb, alt)", "<->", "l2"),
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 1).unwrap() % bound
    }

    fn vector(&mut self) -> Vec<f32> {
        (0..DIM)
            .map(|_| self.below(2_001) as f32 / 1e3 - 1.0)
            .collect()
    }

    /// Sometimes NULL.
    fn maybe(&mut self) -> Option<Vec<f32>> {
        (self.below(10) > 0).then(|| self.vector())
    }
}

fn create(db: &Connection) {
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, cat INTEGER, w VECTOR(8), emb VECTOR(8), alt VECTOR(8), note TEXT)",
    )
    .unwrap();
    for (at, (expr, _, metric)) in INDEXED.iter().enumerate() {
        db.execute_batch(&format!(
            "CREATE INDEX t_{at} ON t USING ann (({expr})) INCLUDE (cat) WITH (metric = '{metric}', auto_merge = off)"
        ))
        .unwrap();
    }
}

fn put(db: &Connection, dice: &mut Dice, id: i64) {
    let row = params![
        id,
        dice.below(5),
        dice.vector(),
        dice.maybe(),
        dice.vector()
    ];
    db.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, 'x')", row)
        .unwrap();
}

fn change(db: &Connection, dice: &mut Dice, rows: i64) {
    let id = dice.below(rows);
    let set = [
        "emb = :v",
        "alt = :v",
        "w = :v",
        "cat = 3, note = 'y'",
        "id = :far",
    ];
    match dice.below(8) {
        0 | 1 => drop(db.execute("DELETE FROM t WHERE id = ?", [id]).unwrap()),
        2 => {
            db.execute("DELETE FROM t WHERE id = ?", [id]).unwrap();
            put(db, dice, id);
        }
        what => {
            let set = set[usize::try_from(what - 3).unwrap()];
            let sql = format!("UPDATE t SET {set} WHERE id = :id");
            let far = 10_000 + dice.below(1 << 40);
            let mut params: Vec<(&str, Value)> = vec![(":id", Value::Integer(id))];
            if set.contains(":far") {
                params.push((":far", Value::Integer(far)));
            }
            if set.contains(":v") {
                params.push((":v", Value::Vector(dice.vector())));
            }
            db.execute(&sql, params.as_slice()).unwrap();
        }
    }
}

/// Answers through each index, beside the same computed in a way that no index serves.
fn compare(db: &Connection, dice: &mut Dice) -> (usize, usize) {
    let (mut same, mut asked) = (0, 0);
    for (expr, operator, _) in INDEXED {
        let query = match (expr.starts_with("sub"), operator) {
            (true, _) => Value::Vector(dice.vector()[..4].to_vec()),
            (false, "<~>") => db
                .query_value("SELECT binary_quantize(?)", [dice.vector()])
                .unwrap(),
            (false, _) => Value::Vector(dice.vector()),
        };
        let filter = ["", "WHERE cat IN (1, 3)"][usize::try_from(dice.below(2)).unwrap()];
        let mirrored = dice.below(2) == 0;
        let ask = |order: &str| -> Vec<Option<f64>> {
            let distance = if mirrored {
                format!(":q {operator} ({expr})")
            } else {
                format!("({expr}) {operator} :q")
            };
            let sql =
                format!("SELECT {distance} FROM t {filter} ORDER BY ({distance}) {order} LIMIT 10");
            let plan: String = db
                .query_map(&format!("EXPLAIN {sql}"), &[(":q", query.clone())], |row| {
                    row.get::<_, String>(0)
                })
                .unwrap()
                .join("\n");
            assert_eq!(plan.contains("AnnTopKPlan"), order.is_empty(), "{plan}");
            db.query_map(&sql, &[(":q", query.clone())], |row| row.get(0))
                .unwrap()
        };
        let (found, exact) = (ask(""), ask("+ 0"));
        assert_eq!(found.len(), exact.len(), "{expr} {filter}");
        same += found.iter().filter(|one| exact.contains(one)).count();
        asked += found.len();
    }
    (same, asked)
}

fn assert_sound(db: &Connection) {
    let report = db.check().unwrap();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn answers_are_those_of_the_expression_while_rows_change() {
    let storage = MemoryStorage::new();
    let options = || Options::default().page_size(PageSize::new(1024).unwrap());
    let key = Key::raw([5; 32]);
    let database =
        Database::create_on(std::sync::Arc::new(storage.clone()), &key, options()).unwrap();
    let db = database.connect();
    let mut dice = Dice(42);
    create(&db);
    for id in 0..300 {
        put(&db, &mut dice, id);
    }
    for at in 0..3 {
        db.persist_ann_index("t", &format!("t_{at}")).unwrap();
    }
    db.execute_batch("REINDEX t_3; REINDEX t_4; REINDEX t_5")
        .unwrap();
    let (mut same, mut asked) = (0, 0);
    for round in 0..40 {
        let tx = (round % 3 == 0).then(|| db.unchecked_transaction().unwrap());
        for _ in 0..dice.below(6) {
            change(&db, &mut dice, 350);
        }
        let (found, all) = compare(&db, &mut dice);
        same += found;
        asked += all;
        match tx {
            Some(tx) if round % 2 == 0 => tx.rollback().unwrap(),
            Some(tx) => tx.commit().unwrap(),
            None => {}
        }
        if round == 20 {
            db.execute_batch("REINDEX t_0; REINDEX t_1; REINDEX t_3")
                .unwrap();
            assert_sound(&db);
        }
    }
    assert!(asked > 2_000);
    assert!(same * 1_000 >= asked * 990, "{same} of {asked}");
    assert_sound(&db);
    for at in 0..INDEXED.len() {
        db.persist_ann_index("t", &format!("t_{at}")).unwrap();
    }
    // With nothing in the delta, the check compares every vector of a segment.
    assert_sound(&db);
    db.vacuum(&mut Quiet).unwrap();
    drop((db, database));
    let database =
        Database::open_on(std::sync::Arc::new(storage), &key, Options::default()).unwrap();
    let db = database.connect();
    let status = db.ann_index_status("t", "t_0").unwrap();
    assert_eq!(status.column, "subvector(emb, 1, 4)");
    assert_eq!((status.segments.len(), status.delta_rows), (1, 0));
    let (same, asked) = compare(&db, &mut dice);
    assert!(same * 100 >= asked * 95, "{same} of {asked}");
    assert_sound(&db);
}

#[test]
fn an_expression_that_fails_fails_the_statement() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, emb VECTOR(3));
         CREATE INDEX t_part ON t USING ann ((CASE WHEN 12 / n > 3 THEN emb END));
         INSERT INTO t VALUES (1, 1, '[1,0,0]'), (2, 12, '[0,1,0]'), (3, 2, NULL);",
    )
    .unwrap();
    for sql in [
        "INSERT INTO t VALUES (4, 1, '[1,1,1]'), (5, 0, '[1,1,1]')",
        "UPDATE t SET n = n - 1",
    ] {
        let error = db.execute(sql, ()).unwrap_err();
        assert_eq!(error.sqlstate(), Some(SqlState::DIVISION_BY_ZERO), "{sql}");
        assert!(error.hint_text().unwrap().contains("12 / n"), "{error:?}");
    }
    db.execute("UPDATE t SET emb = emb", ()).unwrap();
    let found: Vec<(i64, Option<f64>)> = db
        .query_map(
            "SELECT id, CASE WHEN 12 / n > 3 THEN emb END <-> '[0,0,0]' FROM t \
             ORDER BY CASE WHEN 12 / n > 3 THEN emb END <-> '[0,0,0]' LIMIT 5",
            (),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(found, [(1, Some(1.0)), (2, None), (3, None)]);
    db.execute_batch("DROP INDEX t_part; INSERT INTO t VALUES (4, 0, '[1,1,1]')")
        .unwrap();
    for with in ["", " WITH (deferred = on)"] {
        let sql = format!(
            "CREATE INDEX t_part ON t USING ann ((CASE WHEN 12 / n > 3 THEN emb END)){with}"
        );
        let error = db.execute_batch(&sql).unwrap_err();
        assert_eq!(error.sqlstate(), Some(SqlState::DIVISION_BY_ZERO), "{sql}");
    }
    assert_sound(&db);
    assert!(db.tables().unwrap()[0].indexes.is_empty());
}

#[test]
fn an_index_is_made_again_from_its_definition() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE \"order\" (id INTEGER PRIMARY KEY, \"my \"\"emb\" VECTOR(4), b VECTOR(4, bit), s TEXT);
         CREATE INDEX a ON \"order\" USING ann ((subvector(\"my \"\"emb\", 1 + 1, 2) * '[0.1,-2e-7]'::VECTOR(2)));
         CREATE INDEX b ON \"order\" USING ann ((CASE WHEN s LIKE 'x''%' THEN b ELSE '1010'::VECTOR(4, bit) END));
         CREATE INDEX c ON \"order\" USING ann ((\"my \"\"emb\"::VECTOR(4)));
         INSERT INTO \"order\" VALUES (1, '[1,2,3,4]', '0000', 'x''y'), (2, '[4,3,2,1]', '1111', NULL);",
    )
    .unwrap();
    let info = db.tables().unwrap().remove(0);
    let on: Vec<&str> = info.indexes.iter().map(|i| i.columns[0].as_str()).collect();
    assert_eq!(
        on,
        [
            "subvector(\"my \"\"emb\", 2, 2) * CAST('[0.1,-2e-7]' AS VECTOR(2))",
            "CASE WHEN s LIKE 'x''%' THEN b ELSE CAST('1010' AS VECTOR(4, bit)) END",
            "my \"emb",
        ]
    );
    let plan: Vec<String> = db
        .query_map(
            "EXPLAIN SELECT id FROM \"order\" \
             ORDER BY '[1,1]' <-> (subvector(\"my \"\"emb\", 2, 4 - 2) * '[0.1,-2e-7]'::VECTOR(2)) LIMIT 1",
            (),
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(plan[0], "AnnTopKPlan on order using a  (rows=1)");
    assert_sound(&db);
}
