//! The same query over a table with keys and indexes, and over one without: the same rows.

use proptest::prelude::*;

use super::Db;

const COLUMNS: [&str; 4] = ["a", "b", "r", "t"];

fn cell(column: &str) -> BoxedStrategy<String> {
    let some = match column {
        "r" => prop_oneof![
            (-4i32..8).prop_map(|v| format!("{:?}", f64::from(v) / 2.0)),
            Just("9007199254740992.0".to_owned())
        ]
        .boxed(),
        "t" => "[ab]{0,2}".prop_map(|t| format!("'{t}'")).boxed(),
        _ => prop_oneof![
            (-3i64..6).prop_map(|v| v.to_string()),
            Just("9007199254740993".to_owned())
        ]
        .boxed(),
    };
    prop_oneof![1 => Just("NULL".to_owned()), 5 => some].boxed()
}

fn row() -> impl Strategy<Value = String> {
    COLUMNS.map(cell).prop_map(|cells| cells.join(", "))
}

/// A constant to compare a column with, perhaps of the other numeric type.
fn constant(column: &'static str) -> BoxedStrategy<String> {
    match column {
        "t" => cell("t"),
        _ => prop_oneof![cell("a"), cell("r")].boxed(),
    }
}

fn conjunct() -> impl Strategy<Value = String> {
    let column = prop_oneof![Just("id"), Just("a"), Just("b"), Just("r"), Just("t")];
    column.prop_flat_map(|column| {
        let op = prop_oneof![
            Just("="),
            Just("<"),
            Just("<="),
            Just(">"),
            Just(">="),
            Just("<>")
        ];
        let compare = (op, constant(column)).prop_map(move |(op, c)| format!("{column} {op} {c}"));
        let between = (constant(column), constant(column))
            .prop_map(move |(low, high)| format!("{column} BETWEEN {low} AND {high}"));
        let list = proptest::collection::vec(constant(column), 1..4)
            .prop_map(move |list| format!("{column} IN ({})", list.join(", ")));
        let null = Just(format!("{column} IS NULL"));
        prop_oneof![5 => compare, 2 => between, 2 => list, 1 => null]
    })
}

fn order() -> impl Strategy<Value = String> {
    let key = (
        prop_oneof![Just("id"), Just("a"), Just("b"), Just("r"), Just("t")],
        prop_oneof![
            Just(""),
            Just(" DESC"),
            Just(" NULLS FIRST"),
            Just(" DESC NULLS LAST")
        ],
    );
    proptest::collection::vec(key.prop_map(|(column, how)| format!("{column}{how}")), 0..3)
        .prop_map(|keys| [keys, vec!["id".to_owned()]].concat().join(", "))
}

/// A condition that an index may have, or a query: also of expressions, and one or the other of two.
fn condition() -> BoxedStrategy<String> {
    let computed = (
        prop_oneof![Just("a + b"), Just("b - a"), Just("lower(t)")],
        prop_oneof![Just("="), Just("<"), Just(">=")],
    );
    let computed = computed.prop_flat_map(|(expr, op)| {
        let value = constant(if expr == "lower(t)" { "t" } else { "a" });
        value.prop_map(move |value| format!("{expr} {op} {value}"))
    });
    let not_null = prop_oneof![Just("a"), Just("b"), Just("t"), Just("a + b")];
    let not_null = not_null.prop_map(|what| format!("{what} IS NOT NULL"));
    let one = || prop_oneof![4 => conjunct(), 2 => computed.clone(), 2 => not_null.clone()];
    let either = (one(), one()).prop_map(|(a, b)| format!("({a} OR {b})"));
    prop_oneof![4 => one(), 1 => either].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn indexes_that_compute_change_no_answer(
        rows in proptest::collection::vec(row(), 0..25),
        of in proptest::collection::vec(condition(), 5),
        conditions in proptest::collection::vec((proptest::collection::vec(condition(), 0..3), 0usize..8), 12),
        limit in 0usize..6,
        changed in (condition(), cell("a"), cell("b")),
    ) {
        let db = Db::after(&format!(
            "CREATE TABLE plain (id INTEGER, a INTEGER, b INTEGER, r REAL, t TEXT);
             CREATE TABLE keyed (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, r REAL, t TEXT);
             CREATE INDEX k_a ON keyed (a) WHERE {}; CREATE INDEX k_sum ON keyed ((a + b), t) WHERE {};
             CREATE INDEX k_t ON keyed (t, b) WHERE {} AND {}; CREATE INDEX k_lower ON keyed (lower(t), id)",
            of[0], of[1], of[2], of[3],
        ));
        let insert = |id: usize, row: &str| {
            let id = id as i64 - 5;
            db.all(&format!("INSERT INTO plain VALUES ({id}, {row}); INSERT INTO keyed VALUES ({id}, {row})")).unwrap();
        };
        rows.iter().take(20).enumerate().for_each(|(id, row)| insert(id, row));
        // One is made of rows that are there.
        db.all(&format!("CREATE INDEX k_late ON keyed ((b - a), r) WHERE {}", of[4])).unwrap();
        rows.iter().enumerate().skip(20).for_each(|(id, row)| insert(id, row));
        let check = |conjuncts: &[String]| {
            let filter = if conjuncts.is_empty() { "TRUE".to_owned() } else { conjuncts.join(" AND ") };
            let tails = ["", "ORDER BY a, id", "ORDER BY a + b DESC, id", "ORDER BY lower(t), id", "ORDER BY b - a, id"];
            for tail in tails {
                let tail = if tail.is_empty() { String::new() } else { format!("{tail} LIMIT {}", limit + 1) };
                let ask = |table: &str| db.rows(&format!("SELECT * FROM {table} WHERE {filter} {tail}"));
                let (mut plain, mut keyed) = (ask("plain"), ask("keyed"));
                if tail.is_empty() {
                    plain.sort_unstable();
                    keyed.sort_unstable();
                }
                prop_assert_eq!(plain, keyed, "WHERE {} {}", filter, tail);
            }
            for value in ["min(a)", "max(a)", "max(a + b)", "min(b - a)", "min(lower(t))", "max(id)"] {
                let ask = |table: &str| db.rows(&format!("SELECT {value} FROM {table} WHERE {filter}"));
                prop_assert_eq!(ask("plain"), ask("keyed"), "{} WHERE {}", value, filter);
            }
            Ok(())
        };
        for (conjuncts, own) in &conditions {
            let mut conjuncts = conjuncts.clone();
            // Most of them say what some index is of.
            conjuncts.extend(of.get(*own).cloned());
            check(&conjuncts)?;
        }
        let (filter, a, b) = changed;
        for table in ["plain", "keyed"] {
            db.all(&format!("UPDATE {table} SET a = {a}, b = {b}, t = upper(t) WHERE {filter}")).unwrap();
            db.all(&format!("DELETE FROM {table} WHERE {}", of[1])).unwrap();
        }
        check(&[of[0].clone()])?;
        check(&[of[2].clone(), of[3].clone()])?;
        check(&[of[4].clone()])?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn indexes_change_no_answer(
        rows in proptest::collection::vec(row(), 0..25),
        conditions in proptest::collection::vec(proptest::collection::vec(conjunct(), 0..4), 6),
        orders in proptest::collection::vec(order(), 6),
        limit in 0usize..12,
    ) {
        let db = Db::after(
            "CREATE TABLE plain (id INTEGER, a INTEGER, b INTEGER, r REAL, t TEXT);
             CREATE TABLE keyed (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, r REAL, t TEXT);
             CREATE INDEX k_ab ON keyed (a, b); CREATE INDEX k_r ON keyed (r); CREATE INDEX k_tr ON keyed (t, r, a)",
        );
        for (id, row) in rows.iter().enumerate() {
            let id = id as i64 - 5;
            db.all(&format!("INSERT INTO plain VALUES ({id}, {row}); INSERT INTO keyed VALUES ({id}, {row})")).unwrap();
        }
        for (conjuncts, order) in conditions.iter().zip(&orders) {
            let filter = if conjuncts.is_empty() { "TRUE".to_owned() } else { conjuncts.join(" AND ") };
            for tail in [String::new(), format!("ORDER BY {order}"), format!("ORDER BY {order} LIMIT {limit} OFFSET 1")] {
                let ask = |table: &str| db.rows(&format!("SELECT * FROM {table} WHERE {filter} {tail}"));
                let (mut plain, mut keyed) = (ask("plain"), ask("keyed"));
                if tail.is_empty() {
                    plain.sort_unstable();
                    keyed.sort_unstable();
                }
                prop_assert_eq!(plain, keyed, "WHERE {} {}", filter, tail);
            }
            let joined = |right: &str| db.sorted_rows(&format!(
                "SELECT x.id, y.id FROM plain x JOIN {right} y ON x.a = y.r AND x.id <> y.id WHERE x.id = 1"
            ));
            prop_assert_eq!(joined("plain"), joined("keyed"));
            let counted = |table: &str| db.sorted_rows(&format!(
                "SELECT a, count(*), sum(b), min(t), max(r) FROM {table} WHERE {filter} GROUP BY a"
            ));
            prop_assert_eq!(counted("plain"), counted("keyed"));
        }
        let filter = conditions[0].join(" AND ");
        if !filter.is_empty() {
            let changed = ["plain", "keyed"].map(|table| {
                let update = format!("UPDATE {table} SET b = 77, t = 'q' WHERE {filter}");
                let delete = format!("DELETE FROM {table} WHERE a > 2");
                (db.all(&update).unwrap().changed, db.all(&delete).unwrap().changed)
            });
            prop_assert_eq!(changed[0], changed[1]);
            prop_assert_eq!(db.sorted_rows("SELECT * FROM plain"), db.sorted_rows("SELECT * FROM keyed"));
        }
    }
}
