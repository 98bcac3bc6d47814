//! The cases: those that engines of this kind publish against SQLite.

use super::client::{Call, Value};
use super::data::{FEW, Table, USERS, int, text, user};

/// What a case does to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
}

/// Statements, and how they are called.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) note: &'static str,
    pub(super) kind: Kind,
    pub(super) tables: &'static [Table],
    /// Run once, after the tables were filled.
    pub(super) setup: &'static str,
    pub(super) statements: &'static [&'static str],
    /// The same as SQLite wants them, where it has another spelling or a faster one.
    pub(super) sqlite: Option<&'static [&'static str]>,
    /// Whether the order of rows is part of the answer.
    pub(super) is_ordered: bool,
    /// How often it is done in a round.
    pub(super) repeats: usize,
    /// What is called for the n-th time.
    pub(super) calls: fn(usize) -> Vec<Call>,
    /// The same for what has to be there before, which is not timed.
    pub(super) before: Option<fn(usize) -> Vec<Call>>,
}

impl Case {
    /// A query without parameters.
    const fn query(
        name: &'static str,
        tables: &'static [Table],
        statements: &'static [&'static str],
        repeats: usize,
    ) -> Self {
        Self {
            name,
            note: statements[0],
            kind: Kind::Read,
            tables,
            setup: "",
            statements,
            sqlite: None,
            is_ordered: false,
            repeats,
            calls: first,
            before: None,
        }
    }

    /// Statements that change something.
    const fn change(
        name: &'static str,
        note: &'static str,
        tables: &'static [Table],
        statements: &'static [&'static str],
        repeats: usize,
        calls: fn(usize) -> Vec<Call>,
    ) -> Self {
        Self {
            name,
            note,
            kind: Kind::Write,
            tables,
            setup: "",
            statements,
            sqlite: None,
            is_ordered: false,
            repeats,
            calls,
            before: None,
        }
    }

    const fn with(mut self, calls: fn(usize) -> Vec<Call>) -> Self {
        self.calls = calls;
        self
    }

    const fn after(mut self, before: fn(usize) -> Vec<Call>) -> Self {
        self.before = Some(before);
        self
    }

    const fn setup(mut self, setup: &'static str) -> Self {
        self.setup = setup;
        self
    }

    const fn sqlite(mut self, statements: &'static [&'static str]) -> Self {
        self.sqlite = Some(statements);
        self
    }

    const fn ordered(mut self) -> Self {
        self.is_ordered = true;
        self
    }
}

/// Rows of one transaction of a case that writes.
const BATCH: i64 = 100;
/// Rows of the cases that load or roll back many.
const MANY: i64 = 10_000;
/// Where ids begin that are not there yet.
const FRESH: i64 = 1_000_000;

/// All cases in the order in which they run.
pub(super) fn all() -> Vec<Case> {
    let mut cases = reads();
    cases.extend(relations());
    cases.extend(changes());
    cases.extend(transactions());
    cases
}

/// The only statement, without parameters.
fn first(_: usize) -> Vec<Call> {
    vec![Call::new(0, [])]
}

/// A key that jumps about in the users.
fn key(n: usize) -> i64 {
    (n as i64 * 7_919 + 17) % USERS
}

fn reads() -> Vec<Case> {
    const T: &[Table] = &[Table::Users];
    const WIDE: &[Table] = &[Table::Wide];
    let many = |n| {
        (0..1_000)
            .map(|k| Call::new(0, [int(key(n * 1_000 + k))]))
            .collect()
    };
    let same = |_| (0..1_000).map(|_| Call::new(0, [int(50_000)])).collect();
    let pages = |n| {
        let page = |k| Call::new(0, [int(key(n * 100 + k))]);
        (0..100).map(page).collect()
    };
    vec![
        Case::query("count", T, &["SELECT COUNT(*) FROM t"], 20),
        Case::query("sum", T, &["SELECT SUM(age) FROM t"], 10),
        Case::query("point_fixed", T, &["SELECT * FROM t WHERE id = ?"], 10).with(same),
        Case::query("point", T, &["SELECT * FROM t WHERE id = ?"], 10).with(many),
        Case::query("filter", T, &["SELECT * FROM t WHERE age = 42"], 10),
        Case::query("scan", T, &["SELECT * FROM t"], 3),
        Case::query(
            "group_by",
            T,
            &["SELECT age, COUNT(*) FROM t GROUP BY age"],
            5,
        ),
        Case::query("distinct", T, &["SELECT DISTINCT age FROM t"], 5),
        Case::query(
            "sort",
            T,
            &["SELECT id, age FROM t ORDER BY age, id LIMIT 10"],
            10,
        )
        .ordered(),
        Case::query(
            "sort_nocase",
            T,
            &["SELECT name FROM t ORDER BY name COLLATE NOCASE, id LIMIT 10"],
            10,
        )
        .ordered(),
        Case::query(
            "sort_paginate_pk",
            T,
            &["SELECT * FROM t WHERE id > ? ORDER BY id LIMIT 20"],
            10,
        )
        .with(pages)
        .ordered(),
        Case::query("wide_proj_pk", WIDE, &["SELECT id FROM wide"], 10),
        Case::query("wide_proj_2", WIDE, &["SELECT n3, s7 FROM wide"], 10),
        Case::query("wide_proj_3", WIDE, &["SELECT id, n0, s11 FROM wide"], 10),
        Case::query("wide_proj_all", WIDE, &["SELECT * FROM wide"], 3),
        Case::query(
            "covered_count",
            T,
            &["SELECT COUNT(*) FROM t WHERE age BETWEEN 20 AND 60"],
            10,
        )
        .setup("CREATE INDEX t_age ON t (age)"),
        Case::query(
            "covered_range",
            T,
            &["SELECT age FROM t WHERE age BETWEEN 20 AND 30"],
            10,
        )
        .setup("CREATE INDEX t_age ON t (age)"),
        Case::query(
            "partial_index_point",
            T,
            &["SELECT * FROM t WHERE age = 42 AND name = ?"],
            10,
        )
        .setup("CREATE INDEX t_name ON t (name) WHERE age = 42")
        .with(|n| {
            let id = |k: usize| (n as i64 * 100 + k as i64) % 1_000 * 100 + 42;
            (0..100)
                .map(|k| Call::new(0, [text(format!("user_{}", id(k)))]))
                .collect()
        }),
        Case::query("view_point", T, &["SELECT * FROM v WHERE id = ?"], 10)
            .setup("CREATE VIEW v AS SELECT id, name, age FROM t WHERE age < 90")
            .with(many),
        Case::query("view_filter", T, &["SELECT * FROM v WHERE age = 42"], 10)
            .setup("CREATE VIEW v AS SELECT id, name, age FROM t WHERE age < 90"),
    ]
}

fn relations() -> Vec<Case> {
    const T: &[Table] = &[Table::Users];
    const AB: &[Table] = &[Table::Pairs];
    const REF: &[Table] = &[Table::Users, Table::Refs];
    let each = |n| {
        let id = |k: usize| (n as i64 * 100 + k as i64) % FEW;
        (0..100).map(|k| Call::new(0, [int(id(k))])).collect()
    };
    vec![
        Case::query(
            "join",
            AB,
            &["SELECT a.id, b.data FROM a INNER JOIN b ON a.id = b.a_id"],
            30,
        ),
        Case::query(
            "join_param",
            AB,
            &["SELECT a.id, b.data FROM a INNER JOIN b ON a.id = b.a_id WHERE a.id = ?"],
            10,
        )
        .setup("CREATE INDEX b_a ON b (a_id)")
        .with(each),
        Case::query(
            "full_outer_join",
            AB,
            &["SELECT a.id, b.data FROM a FULL OUTER JOIN b ON a.id = b.a_id + 500"],
            20,
        ),
        Case::query(
            "union",
            AB,
            &["SELECT id, val FROM a UNION ALL SELECT id, a_id FROM b"],
            30,
        ),
        Case::query(
            "cte",
            T,
            &[
                "WITH young AS (SELECT age, id FROM t WHERE age < 30) SELECT age, COUNT(*), SUM(id) FROM young GROUP BY age",
            ],
            5,
        ),
        Case::query(
            "recursive_cte",
            AB,
            &[
                "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) SELECT SUM(n) FROM c",
            ],
            30,
        ),
        Case::query(
            "correlated_in",
            REF,
            &["SELECT COUNT(*) FROM t WHERE id IN (SELECT id FROM ref WHERE ref.id = t.id)"],
            3,
        ),
        Case::query(
            "correlated_exists",
            REF,
            &["SELECT COUNT(*) FROM t WHERE EXISTS (SELECT 1 FROM ref WHERE ref.id = t.id)"],
            3,
        ),
        Case::query(
            "correlated_scalar",
            AB,
            &["SELECT a.id, (SELECT COUNT(*) FROM b WHERE b.a_id = a.id) FROM a"],
            10,
        )
        .setup("CREATE INDEX b_a ON b (a_id)"),
        Case::query(
            "window_agg",
            T,
            &["SELECT id, SUM(age) OVER (ORDER BY id ROWS 50 PRECEDING) FROM t"],
            2,
        ),
        Case::query(
            "window_rank",
            T,
            &["SELECT id, ROW_NUMBER() OVER (PARTITION BY age ORDER BY id) FROM t"],
            2,
        ),
    ]
}

/// A transaction around a call of statement 2 for each of so many rows.
fn transaction(calls: impl Iterator<Item = Call>) -> Vec<Call> {
    let mut all = vec![Call::new(0, [])];
    all.extend(calls);
    all.push(Call::new(1, []));
    all
}

/// The ids of the n-th batch.
fn batch(n: usize) -> impl Iterator<Item = i64> {
    let start = n as i64 * BATCH;
    start..start + BATCH
}

fn fresh_user(id: i64) -> Vec<Value> {
    user(FRESH + id)
}

fn inserts(n: usize) -> Vec<Call> {
    transaction(batch(n).map(|id| Call::new(2, fresh_user(id))))
}

fn many_inserts(n: usize) -> Vec<Call> {
    let start = n as i64 * MANY;
    transaction((start..start + MANY).map(|id| Call::new(2, fresh_user(id))))
}

fn pairs_of(n: usize, call: impl Fn(i64) -> Call) -> Vec<Call> {
    transaction(batch(n).map(call))
}

fn changes() -> Vec<Case> {
    const T: &[Table] = &[Table::Users];
    const AB: &[Table] = &[Table::Pairs];
    const INSERT: &[&str] = &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?)"];
    const SQLITE_TRUNCATE: &[&str] = &[
        "BEGIN",
        "COMMIT",
        "INSERT INTO t VALUES (?, ?, ?)",
        "DELETE FROM t",
    ];
    const COUNTER: &str =
        "INSERT INTO t VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET age = t.age + 1";
    let generated = |n| pairs_of(n, |id| Call::new(2, [int(id), int(id % 50), int(3)]));
    vec![
        Case::change("insert", "100 in a transaction", T, INSERT, 10, inserts),
        Case::change(
            "insert_returning",
            "100 in a transaction",
            T,
            &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?) RETURNING id, age"],
            10,
            inserts,
        ),
        Case::change(
            "insert_select",
            "1,000 rows of another table",
            AB,
            &["INSERT INTO c (x, y) SELECT id, val FROM a"],
            10,
            first,
        )
        .setup("CREATE TABLE c (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER)"),
        Case::change("bulk", "10,000 in a transaction", T, INSERT, 2, many_inserts),
        Case::change(
            "insert_gen_stored",
            "100 in a transaction",
            AB,
            &["BEGIN", "COMMIT", "INSERT INTO g (id, x, y) VALUES (?, ?, ?)"],
            10,
            generated,
        )
        .setup("CREATE TABLE g (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER, z INTEGER GENERATED ALWAYS AS (x * y) STORED)"),
        Case::change(
            "insert_gen_virtual",
            "100 in a transaction",
            AB,
            &["BEGIN", "COMMIT", "INSERT INTO g (id, x, y) VALUES (?, ?, ?)"],
            10,
            generated,
        )
        .setup("CREATE TABLE g (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER, z INTEGER GENERATED ALWAYS AS (x * y) VIRTUAL)"),
        Case::change(
            "update_gen_propagate",
            "100 in a transaction",
            AB,
            &["BEGIN", "COMMIT", "UPDATE g SET x = x + 1 WHERE id = ?"],
            10,
            |n| pairs_of(n % 10, |id| Call::new(2, [int(id)])),
        )
        .setup("CREATE TABLE g (id INTEGER PRIMARY KEY, x INTEGER, z INTEGER GENERATED ALWAYS AS (x * 3) STORED);
                INSERT INTO g (id, x) SELECT id, val FROM a"),
        Case::query("select_gen_virtual", AB, &["SELECT id, z FROM g WHERE z > 500"], 30)
            .setup("CREATE TABLE g (id INTEGER PRIMARY KEY, x INTEGER, z INTEGER GENERATED ALWAYS AS (x * 3) VIRTUAL);
                    INSERT INTO g (id, x) SELECT id, val FROM a"),
        Case::change(
            "update",
            "100 ids in a transaction",
            T,
            &["BEGIN", "COMMIT", "UPDATE t SET age = age + 1 WHERE id = ?"],
            10,
            |n| pairs_of(n, |id| Call::new(2, [int(key(id as usize))])),
        ),
        Case::change(
            "update_returning",
            "one row",
            T,
            &["UPDATE t SET age = age + 1 WHERE id = ? RETURNING id, age"],
            100,
            |n| vec![Call::new(0, [int(key(n))])],
        ),
        Case::change(
            "update_grow",
            "100 ids in a transaction",
            T,
            &["BEGIN", "COMMIT", "UPDATE t SET name = name || '_grown_by_a_few_bytes' WHERE id = ?"],
            10,
            |n| pairs_of(n, |id| Call::new(2, [int(key(id as usize))])),
        ),
        Case::change(
            "delete",
            "100 ids in a transaction",
            T,
            &["BEGIN", "COMMIT", "DELETE FROM t WHERE id = ?"],
            10,
            |n| pairs_of(n, |id| Call::new(2, [int(id)])),
        ),
        Case::change(
            "delete_returning",
            "100 ids in a transaction",
            T,
            &["BEGIN", "COMMIT", "DELETE FROM t WHERE id = ? RETURNING id, name"],
            10,
            |n| pairs_of(n, |id| Call::new(2, [int(id)])),
        ),
        Case::change(
            "truncate",
            "10,000 rows",
            AB,
            &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?)", "TRUNCATE t"],
            1,
            |_| vec![Call::new(3, [])],
        )
        .setup("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, age INTEGER)")
        .sqlite(SQLITE_TRUNCATE)
        .after(many_inserts),
        Case::change(
            "upsert_all_new",
            "100 in a transaction",
            T,
            &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"],
            10,
            inserts,
        ),
        Case::change(
            "upsert_dedup",
            "100 in a transaction, all there",
            T,
            &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"],
            10,
            |n| pairs_of(n, |id| Call::new(2, user(key(id as usize)))),
        ),
        Case::change("upsert_counter", "100 in a transaction, all there", T, &["BEGIN", "COMMIT", COUNTER], 10, |n| {
            pairs_of(n, |id| Call::new(2, user(key(id as usize))))
        }),
        Case::change("upsert_mixed", "100 in a transaction, half there", T, &["BEGIN", "COMMIT", COUNTER], 10, |n| {
            pairs_of(n, |id| Call::new(2, user(if id % 2 == 0 { id } else { FRESH + id })))
        }),
        Case::change(
            "upsert_returning",
            "100 in a transaction, half there",
            T,
            &[
                "BEGIN",
                "COMMIT",
                "INSERT INTO t VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET age = t.age + 1 RETURNING id, age",
            ],
            10,
            |n| pairs_of(n, |id| Call::new(2, user(if id % 2 == 0 { id } else { FRESH + id }))),
        ),
    ]
}

fn transactions() -> Vec<Case> {
    const T: &[Table] = &[Table::Users];
    const AB: &[Table] = &[Table::Pairs];
    const FAMILY: &str = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE);";
    const CASCADE: &[&str] = &[
        "BEGIN",
        "COMMIT",
        "INSERT INTO parent VALUES (?)",
        "INSERT INTO child VALUES (?, ?)",
        "DELETE FROM parent WHERE id = ?",
    ];
    // A parent with ten children, for each of the n-th ten parents.
    let family = |n: usize| {
        let parents = (0..10).map(move |p| n as i64 * 10 + p);
        let calls = parents.flat_map(|parent| {
            let children = (0..10).map(move |c| Call::new(3, [int(parent * 10 + c), int(parent)]));
            std::iter::once(Call::new(2, [int(parent)])).chain(children)
        });
        transaction(calls)
    };
    let parting = |n: usize| {
        let parents = (0..10).map(move |p| n as i64 * 10 + p);
        transaction(parents.map(|parent| Call::new(4, [int(parent)])))
    };
    vec![
        Case::change(
            "savepoint_create",
            "100 inserts, a savepoint around each",
            T,
            &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?)", "SAVEPOINT s", "RELEASE s"],
            10,
            |n| {
                transaction(batch(n).flat_map(|id| {
                    [Call::new(3, []), Call::new(2, fresh_user(id)), Call::new(4, [])]
                }))
            },
        ),
        Case::change(
            "savepoint_nested",
            "ten deep, ten inserts each",
            T,
            &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?)", "SAVEPOINT s", "RELEASE s"],
            10,
            |n| {
                let deep = batch(n).flat_map(|id| {
                    let opens = (id % 10 == 0).then(|| Call::new(3, []));
                    opens.into_iter().chain([Call::new(2, fresh_user(id))])
                });
                transaction(deep.chain((0..10).map(|_| Call::new(4, []))))
            },
        ),
        Case::change(
            "savepoint_rollback",
            "10,000 inserts taken back",
            T,
            &["BEGIN", "COMMIT", "INSERT INTO t VALUES (?, ?, ?)", "SAVEPOINT s", "ROLLBACK TO s"],
            1,
            |n| {
                let start = n as i64 * MANY;
                let rows = (start..start + MANY).map(|id| Call::new(2, fresh_user(id)));
                transaction(std::iter::once(Call::new(3, [])).chain(rows).chain([Call::new(4, [])]))
            },
        ),
        Case::change("fk_cascade", "10 parents of 10 children, and gone", AB, CASCADE, 10, {
            |n| {
                let parents = (0..10).map(move |p| n as i64 * 10 + p);
                let born = parents.clone().flat_map(|parent| {
                    let children =
                        (0..10).map(move |c| Call::new(3, [int(parent * 10 + c), int(parent)]));
                    std::iter::once(Call::new(2, [int(parent)])).chain(children)
                });
                let gone = parents.map(|parent| Call::new(4, [int(parent)]));
                transaction(born.chain(gone))
            }
        })
        .setup("CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE);
            CREATE INDEX child_parent ON child (parent_id)"),
        Case::change("fk_cascade_delete_only", "10 parents of 10 children, no index", AB, CASCADE, 10, parting)
            .setup(FAMILY)
            .after(family),
        Case::change(
            "with_dml",
            "100 rows from one table into another",
            T,
            &["WITH d AS (DELETE FROM t WHERE id BETWEEN ? AND ? RETURNING *) INSERT INTO u SELECT * FROM d"],
            10,
            |n| {
                let start = n as i64 * BATCH;
                vec![Call::new(0, [int(start), int(start + BATCH - 1)])]
            },
        )
        .setup("CREATE TABLE u (id INTEGER PRIMARY KEY, name TEXT, age INTEGER)"),
    ]
}
