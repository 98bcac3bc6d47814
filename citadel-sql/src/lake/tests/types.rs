//! Dates, times, decimals and UUIDs go to a lake and come back as they were.

use super::{Lab, error, rows, try_rows};

const COLUMNS: &str = "n INTEGER, d DATE, t TIME, ts TIMESTAMP, tz TIMESTAMPTZ, price NUMERIC(10, 2), u UUID, x REAL, i INT4";

const ROWS: &str = "
    (1, '2024-02-29', '00:00:00', '2024-02-29 12:34:56.789012', '2024-02-29 12:00:00+02', 19.90, '00000000-0000-0000-0000-000000000001', 0.1, 1),
    (2, '1969-12-31', '23:59:59.999999', '1969-12-31 23:59:59.999999', '1970-01-01 00:00:00+00', -0.01, 'ffffffff-ffff-ffff-ffff-ffffffffffff', -0.5, -2),
    (3, '0044-03-15 BC', '12:00', '0001-01-01', '0001-01-01 00:00:00+00', 99999999.99, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 1e300, 3),
    (4, '2999-01-01', NULL, '2262-04-11 23:47:16', '2300-01-01 00:00:00+00', 0, NULL, 0.0, 0),
    (5, NULL, '08:30', NULL, NULL, NULL, '00000000-0000-0000-0000-000000000000', NULL, NULL)";

const CONDITIONS: [&str; 36] = [
    "d = DATE '2024-02-29'",
    "d < '1970-01-01'",
    "d <> '2024-02-29'",
    "d > DATE '-infinity'",
    "d < DATE 'infinity'",
    "d >= DATE 'infinity'",
    "d BETWEEN '1900-01-01' AND '2024-12-31'",
    "d IN ('2024-02-29', '2999-01-01', NULL)",
    "t >= '12:00'",
    "t < TIME '24:00'",
    "t = '00:00'",
    "ts < '1970-01-01'",
    "ts = TIMESTAMP '2024-02-29 12:34:56.789012'",
    "ts <> TIMESTAMP 'infinity'",
    "tz <= TIMESTAMPTZ '1970-01-01 00:00:00+00'",
    "tz = '2024-02-29 10:00:00+00'",
    "tz > '2100-01-01 00:00:00+00'",
    "price = 19.9",
    "price = 19.905",
    "price <> 19.905",
    "price > 19.899",
    "price < 19.901",
    "price >= 20",
    "price < -0.005",
    "price = 0",
    "price < 1e40::NUMERIC",
    "price > 1e40::NUMERIC",
    "price IN (19.90, 0, 7.777)",
    "u = '00000000-0000-0000-0000-000000000001'",
    "u > UUID 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
    "u IS NULL",
    "x < 0.1::NUMERIC",
    "x > 0.1::NUMERIC",
    "x < '1e400'::NUMERIC",
    "i > 0.5::NUMERIC",
    "i = 3.0::NUMERIC",
];

fn lab() -> (Lab, crate::Connection) {
    Lab::after(&format!(
        "CREATE TABLE here ({COLUMNS});
         CREATE TABLE there ({COLUMNS}) USING iceberg WITH (location = '{{lake}}/t');
         INSERT INTO here VALUES {ROWS};
         INSERT INTO there VALUES {ROWS};"
    ))
}

#[test]
fn values_come_back_as_they_were() {
    let (_lab, db) = lab();
    let of = |table: &str| rows(&db, &format!("SELECT * FROM {table} ORDER BY n"));
    assert_eq!(of("there"), of("here"));
    assert_eq!(of("there").len(), 5);
}

#[test]
fn conditions_mean_the_same() {
    let (_lab, db) = lab();
    for condition in CONDITIONS {
        let of = |table: &str| {
            rows(
                &db,
                &format!("SELECT n FROM {table} WHERE {condition} ORDER BY n"),
            )
        };
        assert_eq!(of("there"), of("here"), "{condition}");
        let plan = rows(
            &db,
            &format!("EXPLAIN SELECT n FROM there WHERE {condition}"),
        )
        .join("\n");
        assert!(plan.contains("Lake Filter"), "{condition}\n{plan}");
        assert!(!plan.contains("\n  Filter"), "{condition}\n{plan}");
    }
}

#[test]
fn deletes_mean_the_same() {
    let (_lab, db) = lab();
    for condition in [
        "d = '2024-02-29'",
        "price = 0",
        "u = UUID '00000000-0000-0000-0000-000000000000'",
        "ts < '1900-01-01'",
    ] {
        for table in ["here", "there"] {
            let sql = format!("DELETE FROM {table} WHERE {condition}");
            assert_eq!(db.execute(&sql, ()).unwrap(), 1, "{sql}");
        }
    }
    let of = |table: &str| rows(&db, &format!("SELECT n FROM {table} ORDER BY n"));
    assert_eq!(
        (of("there"), of("here")),
        (vec!["2".to_owned()], vec!["2".to_owned()])
    );
}

#[test]
fn an_opened_table_has_the_types_that_it_was_made_with() {
    let (lab, db) = lab();
    let location = lab.lake().join("t").display().to_string();
    db.execute_batch(&format!(
        "CREATE TABLE again USING iceberg WITH (location = '{location}')"
    ))
    .unwrap();
    let of = |table: &str| rows(&db, &format!("SELECT * FROM {table} ORDER BY n"));
    assert_eq!(of("again"), of("here"));
    assert!(
        error(&db, "INSERT INTO again (price) VALUES (123456789)").contains("NUMERIC(10,2)"),
        "the bound is the lake's"
    );
}

#[test]
fn arrays_and_labels_come_back_as_they_were() {
    let columns =
        "n INTEGER, tags TEXT[], sizes INTEGER[], x REAL[], days DATE[], m mood, ms mood[]";
    let (lab, db) = Lab::after(&format!(
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
         CREATE TABLE here ({columns});
         CREATE TABLE there ({columns}) USING iceberg WITH (location = '{{lake}}/t');"
    ));
    for table in ["here", "there"] {
        db.execute_batch(&format!(
            "INSERT INTO {table} VALUES
               (1, '{{a,\"b c\",NULL}}', '{{1,-2}}', '{{0.5,NULL}}', '{{2024-02-29}}', 'happy', '{{sad,NULL,ok}}'),
               (2, '{{}}', '{{NULL}}', NULL, '{{}}', 'sad', '{{}}'),
               (3, NULL, NULL, '{{1e300}}', NULL, NULL, NULL)"
        ))
        .unwrap();
    }
    let same = |query: &str| {
        let of = |table: &str| rows(&db, &query.replace("TABLE", table));
        assert_eq!(of("there"), of("here"), "{query}");
        assert!(!of("here").is_empty(), "{query}");
    };
    same("SELECT * FROM TABLE ORDER BY n");
    same("SELECT n FROM TABLE WHERE m > 'sad' ORDER BY n");
    same("SELECT n FROM TABLE WHERE m = 'sad'");
    same("SELECT n, m FROM TABLE WHERE m IS NOT NULL ORDER BY m");
    same("SELECT n FROM TABLE WHERE 'b c' = ANY (tags)");
    same("SELECT n FROM TABLE WHERE tags = '{}'");
    same("SELECT n, size FROM TABLE, unnest(sizes) AS u (size) ORDER BY n, size");
    let told = error(
        &db,
        "INSERT INTO there (n, sizes) VALUES (4, '{{1,2},{3,4}}')",
    );
    assert!(told.contains("a value of column \"sizes\""), "{told}");

    let location = lab.lake().join("t").display().to_string();
    db.execute_batch(&format!(
        "CREATE TABLE plain USING iceberg WITH (location = '{location}');
         CREATE TABLE again ({columns}) USING iceberg WITH (location = '{location}');"
    ))
    .unwrap();
    assert_eq!(
        rows(&db, "SELECT m, ms FROM plain WHERE n = 1"),
        ["happy|'{sad,NULL,ok}'"]
    );
    assert_eq!(rows(&db, "SELECT n FROM again WHERE m > 'sad'"), ["1"]);
    db.execute("INSERT INTO plain (n, m) VALUES (5, 'glum')", ())
        .unwrap();
    let told = try_rows(&db, "SELECT m FROM again")
        .unwrap_err()
        .to_string();
    assert!(told.contains("glum"), "{told}");
}

#[test]
fn conditions_mean_the_same_with_bloom_filters() {
    let (_lab, db) = Lab::after(&format!(
        "CREATE TABLE here ({COLUMNS}, s TEXT, b BLOB);
         CREATE TABLE there ({COLUMNS}, s TEXT, b BLOB) USING iceberg
           WITH (location = '{{lake}}/t', bloom_filters = 'n, d, ts, tz, u, i, s, b');
         INSERT INTO here (n, d, t, ts, tz, price, u, x, i) VALUES {ROWS};
         INSERT INTO here (n, s, b) VALUES (6, 'word', x'00ff'), (7, '', x'');
         INSERT INTO there SELECT * FROM here;"
    ));
    let more = [
        "s = 'word'",
        "s = ''",
        "s = 'none'",
        "b = x'00ff'",
        "b = x'01'",
        "n IN (2, 9)",
    ];
    for condition in CONDITIONS.iter().chain(&more) {
        let of = |table: &str| {
            rows(
                &db,
                &format!("SELECT n FROM {table} WHERE {condition} ORDER BY n"),
            )
        };
        assert_eq!(of("there"), of("here"), "{condition}");
    }
}

#[test]
fn what_a_lake_cannot_hold_is_an_error() {
    let (lab, db) = lab();
    for (column, value) in [
        ("d", "DATE 'infinity'"),
        ("t", "TIME '24:00'"),
        ("ts", "TIMESTAMP '-infinity'"),
        ("tz", "TIMESTAMPTZ 'infinity'"),
    ] {
        let sql = format!("INSERT INTO there ({column}) VALUES ({value})");
        let error = error(&db, &sql);
        assert!(error.contains(&format!("column \"{column}\"")), "{error}");
    }
    assert_eq!(rows(&db, "SELECT count(*) FROM there"), ["5"]);
    for ty in [
        "NUMERIC",
        "NUMERIC(39, 2)",
        "NUMERIC(3, 5)",
        "NUMERIC(5, -2)",
        "INTERVAL",
    ] {
        let location = lab.lake().join("no").display().to_string();
        let sql = format!("CREATE TABLE no (c {ty}) USING iceberg WITH (location = '{location}')");
        let error = error(&db, &sql);
        assert!(error.contains("column \"c\" of type"), "{error}");
    }
}
