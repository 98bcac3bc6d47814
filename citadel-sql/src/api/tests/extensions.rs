//! What a program adds to a connection: functions and collations.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    Aggregate, Arguments, Connection, Error, Result, Signature, SqlState, SqlType, Value, ValueRef,
};

fn doubled(arguments: Arguments<'_>) -> Result<i64> {
    Ok(arguments.get::<i64>(0)? * 2)
}

fn with_doubled() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT, v VECTOR(2));
         INSERT INTO t VALUES (1, 10, 'b', '[1,0]'), (2, NULL, 'B', '[0,1]'), (3, 30, 'a', NULL);",
    )
    .unwrap();
    let signature = Signature::new([SqlType::Integer], SqlType::Integer);
    db.create_scalar_function("doubled", signature, doubled)
        .unwrap();
    db
}

fn all<T: crate::FromSql>(db: &Connection, sql: &str) -> Vec<T> {
    db.query_map(sql, (), |row| row.get(0)).unwrap()
}

fn state(result: Result<impl Sized>) -> Option<SqlState> {
    result.err().and_then(|error| error.sqlstate())
}

#[test]
fn a_function_is_called_wherever_an_expression_stands() {
    let db = with_doubled();
    assert_eq!(
        all::<Option<i64>>(&db, "SELECT doubled(a) FROM t ORDER BY doubled(a) DESC"),
        [None, Some(60), Some(20)],
        "NULL gives NULL without a call"
    );
    assert_eq!(
        all::<i64>(&db, "SELECT id FROM t WHERE doubled(a) > 20"),
        [3]
    );
    assert_eq!(all::<i64>(&db, "SELECT sum(doubled(a)) FROM t"), [80]);
    db.execute("UPDATE t SET a = DOUBLED(a) WHERE id = ?", [1])
        .unwrap();
    assert_eq!(all::<i64>(&db, "SELECT a FROM t WHERE id = 1"), [20]);
    assert_eq!(all::<i64>(&db, "SELECT doubled('21')"), [42]);
    let given: i64 = db.query_value("SELECT doubled(?)", [4]).unwrap();
    assert_eq!(given, 8);
    db.execute_batch("CREATE TABLE made AS SELECT doubled(a) AS a FROM t")
        .unwrap();
    assert_eq!(all::<i64>(&db, "SELECT count(a) FROM made"), [2]);
}

#[test]
fn arguments_are_brought_to_the_types_that_are_asked_for() {
    let db = with_doubled();
    let signature = Signature::new([SqlType::Real, SqlType::VECTOR], SqlType::Text).takes_nulls();
    db.create_scalar_function("shown", signature, |arguments| {
        let values = arguments.values().iter();
        let shown: Vec<String> = values.map(|value| format!("{value:?}")).collect();
        Ok(shown.join(" "))
    })
    .unwrap();
    let shown: Vec<String> = all(&db, "SELECT shown(a, v) FROM t ORDER BY id");
    assert_eq!(shown[0], "Real(10.0) Vector([1.0, 0.0])");
    assert_eq!(shown[1], "Null Vector([0.0, 1.0])");
    assert_eq!(shown[2], "Real(30.0) Null");
    let undefined = Some(SqlState::UNDEFINED_FUNCTION);
    for wrong in [
        "shown('a', 1)",
        "shown(1)",
        "shown(v, v)",
        "doubled(1.5)",
        "doubeld(1)",
    ] {
        let error = db.prepare(&format!("SELECT {wrong} FROM t")).unwrap_err();
        assert!(error.position().is_some(), "{wrong}: {error}");
        if wrong != "shown('a', 1)" {
            assert_eq!(error.sqlstate(), undefined, "{wrong}: {error}");
        }
    }
    let error = db.prepare("SELECT doubeld(1)").unwrap_err();
    assert_eq!(error.hint_text(), Some("did you mean \"doubled\"?"));
    let signature = Signature::new([SqlType::Unknown], SqlType::Integer).variadic();
    db.create_scalar_function("how_many", signature, |arguments| {
        Ok(i64::try_from(arguments.len()).unwrap())
    })
    .unwrap();
    assert_eq!(
        all::<i64>(
            &db,
            "SELECT how_many() + how_many(1, 'a', v) FROM t LIMIT 1"
        ),
        [3]
    );
}

#[test]
fn what_a_function_gives_is_looked_at() {
    let db = with_doubled();
    let signature = Signature::new([SqlType::Integer], SqlType::Text);
    db.create_scalar_function("lying", signature.clone(), |_| Ok(5_i64))
        .unwrap();
    assert_eq!(
        state(db.query_value::<String, _>("SELECT lying(1)", ())),
        Some(SqlState::DATATYPE_MISMATCH)
    );
    db.create_scalar_function("failing", signature, |arguments| -> Result<String> {
        Err(Error::Misuse(format!("no {}", arguments.get::<i64>(0)?)))
    })
    .unwrap();
    let failed = db.execute("UPDATE t SET s = failing(id)", ());
    assert_eq!(failed.unwrap_err().to_string(), "no 1");
    assert_eq!(
        all::<i64>(&db, "SELECT count(*) FROM t WHERE s LIKE 'no%'"),
        [0]
    );
}

#[test]
fn a_volatile_function_is_called_for_each_row() {
    let db = with_doubled();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let signature = Signature::new([], SqlType::Integer).volatile();
    db.create_scalar_function("next", signature, move |_| {
        Ok(i64::try_from(counted.fetch_add(1, Ordering::Relaxed)).unwrap())
    })
    .unwrap();
    assert_eq!(all::<i64>(&db, "SELECT next() FROM t"), [0, 1, 2]);
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

#[test]
fn a_prepared_statement_follows_what_is_added_and_removed() {
    let db = with_doubled();
    let mut prepared = db.prepare("SELECT doubled(7)").unwrap();
    assert_eq!(
        prepared.query_row((), |row| row.get::<_, i64>(0)).unwrap(),
        14
    );
    let signature = Signature::new([SqlType::Integer], SqlType::Text);
    db.create_scalar_function("doubled", signature, |_| Ok("now a text"))
        .unwrap();
    let text: String = prepared.query_row((), |row| row.get(0)).unwrap();
    assert_eq!(text, "now a text");
    db.remove_function("Doubled").unwrap();
    let undefined = Some(SqlState::UNDEFINED_FUNCTION);
    assert_eq!(
        state(prepared.query_row((), |row| row.get::<_, i64>(0))),
        undefined
    );
    assert_eq!(state(db.remove_function("doubled")), undefined);
    let other = db.database().connect();
    assert_eq!(state(other.prepare("SELECT doubled(1)")), undefined);
}

#[test]
fn names_that_are_known_everywhere_stay_what_they_are() {
    let db = with_doubled();
    let signature = || Signature::new([SqlType::Text], SqlType::Text);
    let taken = Some(SqlState::DUPLICATE_OBJECT);
    for name in [
        "lower",
        "COUNT",
        "coalesce",
        "row_number",
        "l2_distance",
        "unnest",
        "raise",
    ] {
        let added = db.create_scalar_function(name, signature(), |_| Ok("mine"));
        assert_eq!(state(added), taken, "{name}");
    }
    assert_eq!(state(db.create_collation("NoCase", str::to_owned)), taken);
    for name in ["", "1st", "a b", "a\"b"] {
        let added = db.create_scalar_function(name, signature(), |_| Ok("mine"));
        assert_eq!(state(added), Some(SqlState::INVALID_NAME), "{name}");
    }
}

#[test]
fn no_definition_keeps_what_a_program_added() {
    let db = with_doubled();
    db.create_collation("by_length", |text| format!("{:04}", text.len()))
        .unwrap();
    db.create_table_function("two", [], &[("n", SqlType::Integer)], |_| {
        Ok([Ok(vec![1.into()]), Ok(vec![2.into()])])
    })
    .unwrap();
    for definition in [
        "CREATE VIEW x AS SELECT doubled(a) FROM t",
        "CREATE VIEW x AS SELECT n FROM two()",
        "CREATE VIEW x AS SELECT s FROM t ORDER BY s COLLATE by_length",
        "CREATE INDEX x ON t (doubled(a))",
        "CREATE INDEX x ON t (a) WHERE doubled(a) > 1",
        "CREATE INDEX x ON t (s COLLATE by_length)",
        "CREATE TABLE x (a INTEGER CHECK (doubled(a) > 1))",
        "CREATE TABLE x (a INTEGER DEFAULT doubled(1))",
        "CREATE TABLE x (a INTEGER, b INTEGER GENERATED ALWAYS AS (doubled(a)))",
        "CREATE TABLE x (s TEXT COLLATE by_length)",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (doubled(a) > 1)",
        "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT doubled(1); END",
    ] {
        let error = db.execute_batch(definition).unwrap_err();
        assert!(error.sqlstate().is_some(), "{definition}: {error}");
        assert!(!error.is_corrupt(), "{definition}: {error}");
    }
    db.execute_batch("INSERT INTO t (id, a) VALUES (9, 9)")
        .unwrap();
}

#[test]
fn a_function_in_from_gives_rows_as_they_are_asked_for() {
    let db = with_doubled();
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let columns = [("n", SqlType::Integer), ("square", SqlType::Integer)];
    db.create_table_function("squares", [SqlType::Integer], &columns, move |arguments| {
        let counted = Arc::clone(&counted);
        let first: Option<i64> = arguments.get(0)?;
        Ok((first.unwrap_or(0)..).map(move |n| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(vec![Value::from(n), Value::from(n * n)])
        }))
    })
    .unwrap();
    assert_eq!(
        all::<i64>(&db, "SELECT square FROM squares(3) LIMIT 2"),
        [9, 16]
    );
    assert!(made.load(Ordering::Relaxed) <= 2 * 1024);
    assert_eq!(
        all::<i64>(
            &db,
            "SELECT s.square FROM t, LATERAL (SELECT square FROM squares(t.id) LIMIT 1) AS s ORDER BY 1"
        ),
        [1, 4, 9]
    );
    assert_eq!(
        all::<i64>(
            &db,
            "SELECT o FROM squares(NULL) WITH ORDINALITY AS q (a, b, o) LIMIT 3"
        ),
        [1, 2, 3]
    );
    assert_eq!(
        state(db.prepare("SELECT * FROM squares()")),
        Some(SqlState::UNDEFINED_FUNCTION)
    );
    db.create_table_function("short", [], &columns, |_| Ok([Ok(vec![Value::from(1)])]))
        .unwrap();
    let mismatch = Some(SqlState::DATATYPE_MISMATCH);
    assert_eq!(
        state(db.query_value::<i64, _>("SELECT n FROM short()", ())),
        mismatch
    );
    let twice = [("n", SqlType::Integer), ("N", SqlType::Text)];
    let added = db.create_table_function("twice", [], &twice, |_| Ok([]));
    assert_eq!(state(added), Some(SqlState::DUPLICATE_COLUMN));
}

/// What is kept of each group is the texts, in the order in which they came.
struct Joined;

impl Aggregate for Joined {
    type State = Vec<Option<String>>;

    fn begin(&self) -> Self::State {
        Vec::new()
    }

    fn step(&self, state: &mut Self::State, value: ValueRef<'_>) -> Result<()> {
        state.push(match value {
            ValueRef::Text(text) => Some(text.to_owned()),
            _ => None,
        });
        Ok(())
    }

    fn merge(&self, state: &mut Self::State, other: &Self::State) -> Result<()> {
        state.extend_from_slice(other);
        Ok(())
    }

    fn finish(&self, state: &Self::State) -> Result<Value> {
        let shown: Vec<&str> = state
            .iter()
            .map(|text| text.as_deref().unwrap_or("-"))
            .collect();
        Ok(Value::Text(shown.join("")))
    }
}

fn with_joined(signature: Signature) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE w (id INTEGER PRIMARY KEY, g INTEGER, s TEXT);
         INSERT INTO w VALUES (1, 1, 'a'), (2, 1, NULL), (3, 2, 'b'), (4, 1, 'c'), (5, 1, 'a');",
    )
    .unwrap();
    db.create_aggregate_function("joined", signature, Joined)
        .unwrap();
    db
}

#[test]
fn an_aggregate_takes_the_rows_of_groups_and_of_frames() {
    let text = || Signature::new([SqlType::Text], SqlType::Text);
    let db = with_joined(text());
    assert_eq!(
        all::<String>(&db, "SELECT joined(s) FROM w GROUP BY g ORDER BY g"),
        ["aca", "b"]
    );
    assert_eq!(
        all::<String>(&db, "SELECT joined(s) FROM w WHERE g = 9"),
        [""]
    );
    assert_eq!(
        all::<String>(&db, "SELECT joined(DISTINCT s) FROM w"),
        ["abc"]
    );
    assert_eq!(
        all::<String>(&db, "SELECT joined(s ORDER BY id DESC) FROM w"),
        ["acba"]
    );
    assert_eq!(
        all::<String>(&db, "SELECT joined(s) FILTER (WHERE id > 2) FROM w"),
        ["bca"]
    );
    assert_eq!(
        all::<String>(
            &db,
            "SELECT joined(s) OVER (ORDER BY id) FROM w ORDER BY id"
        ),
        ["a", "a", "ab", "abc", "abca"]
    );
    let moving = "SELECT joined(s) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM w ORDER BY id";
    assert_eq!(all::<String>(&db, moving), ["a", "ab", "bc", "bca", "ca"]);
    assert_eq!(
        all::<String>(
            &db,
            "SELECT joined(s) FROM w GROUP BY GROUPING SETS ((g), ()) ORDER BY 1"
        ),
        ["abca", "aca", "b"]
    );
    let db = with_joined(text().takes_nulls());
    assert_eq!(all::<String>(&db, "SELECT joined(s) FROM w"), ["a-bca"]);
    assert_eq!(
        all::<String>(&db, "SELECT joined(s) FILTER (WHERE id < 3) FROM w"),
        ["a-"]
    );
    let undefined = Some(SqlState::UNDEFINED_FUNCTION);
    assert_eq!(state(db.prepare("SELECT joined(id) FROM w")), undefined);
    assert_eq!(state(db.prepare("SELECT joined(s, s) FROM w")), undefined);
    let two = Signature::new([SqlType::Text, SqlType::Text], SqlType::Text);
    assert!(db.create_aggregate_function("two", two, Joined).is_err());
    let other = Signature::new([SqlType::Text], SqlType::Integer);
    db.create_aggregate_function("joined", other, Joined)
        .unwrap();
    let lying = db.query_value::<i64, _>("SELECT joined(s) FROM w", ());
    assert_eq!(state(lying), Some(SqlState::DATATYPE_MISMATCH));
}

#[test]
fn parts_of_an_aggregate_come_together_in_order() {
    let db = with_joined(Signature::new([SqlType::Text], SqlType::Text));
    db.execute_batch(
        "INSERT INTO w SELECT n, n % 7, chr(97 + n % 26) FROM generate_series(10, 60000) AS s (n)",
    )
    .unwrap();
    let all_by = |threads| {
        db.set_threads(std::num::NonZero::new(threads));
        all::<String>(&db, "SELECT joined(s) FROM w GROUP BY g ORDER BY g")
    };
    assert_eq!(all_by(1), all_by(4));
    db.set_work_mem(Some(64 << 10));
    assert_eq!(all_by(1), all_by(4));
}

#[test]
fn a_collation_orders_groups_and_compares() {
    let db = with_doubled();
    db.create_collation("upside_down", |text| {
        // Code points from the last to the first.
        let turned = |c: char| char::from_u32(0xD7FF - u32::from(c)).unwrap_or('\u{0}');
        text.chars().map(turned).collect()
    })
    .unwrap();
    db.create_collation("folded", |text| text.to_lowercase())
        .unwrap();
    let down: Vec<String> = all(&db, "SELECT s FROM t ORDER BY s COLLATE upside_down");
    assert_eq!(down, ["b", "a", "B"]);
    assert_eq!(
        all::<i64>(
            &db,
            "SELECT count(*) FROM t GROUP BY s COLLATE folded ORDER BY 1"
        ),
        [1, 2]
    );
    assert_eq!(
        all::<i64>(
            &db,
            "SELECT id FROM t WHERE s = 'B' COLLATE Folded ORDER BY id"
        ),
        [1, 2]
    );
    assert_eq!(
        all::<i64>(&db, "SELECT count(DISTINCT s COLLATE folded) FROM t"),
        [2]
    );
    assert_eq!(
        state(db.prepare("SELECT 'a' COLLATE folded = 'A' COLLATE upside_down")),
        Some(SqlState::COLLATION_MISMATCH)
    );
    assert_eq!(
        state(db.prepare("SELECT max(s COLLATE folded) FROM t")),
        Some(SqlState::FEATURE_NOT_SUPPORTED)
    );
}
