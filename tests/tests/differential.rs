//! Promise: where SQLite and this engine agree on the meaning of a statement, they give the same rows. Random small
//! tables, with and without indexes; random queries and changes in the common subset.

use citadel_sql::{Connection, Value};
use citadel_tests::sim::Random;
use citadel_tests::text::value;
use citadel_tests::twins::{our_rows, sqlite_rows, worlds};

/// Runs of the test, each with tables of its own; `WORLDS=1000` runs more, `WORLD=7` that one alone.
const WORLDS: u64 = 24;
/// Statements in each.
const STATEMENTS: usize = 120;

/// The same database twice.
struct Twins {
    ours: Connection,
    theirs: rusqlite::Connection,
    random: Random,
    seed: u64,
    compared: usize,
}

impl Twins {
    fn new(seed: u64) -> Self {
        let theirs = rusqlite::Connection::open_in_memory().unwrap();
        theirs
            .execute_batch("PRAGMA case_sensitive_like = ON")
            .unwrap();
        let mut twins = Self {
            ours: Connection::open_in_memory().unwrap(),
            theirs,
            random: Random::new(seed),
            seed,
            compared: 0,
        };
        twins.populate();
        twins
    }

    fn both(&self, sql: &str) {
        self.ours
            .execute_batch(sql)
            .unwrap_or_else(|error| panic!("seed {}: {sql}: {error}", self.seed));
        self.theirs
            .execute_batch(sql)
            .unwrap_or_else(|error| panic!("seed {}: sqlite: {sql}: {error}", self.seed));
    }

    fn populate(&mut self) {
        for table in ["t", "u"] {
            self.both(&format!(
                "CREATE TABLE {table} (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, r REAL, s TEXT)"
            ));
            for index in 0..self.random.below(4) {
                let columns = ["a", "s", "b, a", "r", "a, s"][self.random.below(5)];
                self.both(&format!(
                    "CREATE INDEX {table}_{index} ON {table} ({columns})"
                ));
            }
            for _ in 0..self.random.below(40) {
                let row = self.row();
                self.both(&format!("INSERT INTO {table} (a, b, r, s) VALUES {row}"));
            }
        }
    }

    fn row(&mut self) -> String {
        let (a, b, r, s) = (self.integer(), self.integer(), self.real(), self.string());
        format!("({a}, {b}, {r}, {s})")
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.random.below(of.len())]
    }

    fn integer(&mut self) -> String {
        if self.random.one_in(6) {
            return "NULL".into();
        }
        (self.random.below(21) as i64 - 8).to_string()
    }

    fn real(&mut self) -> String {
        if self.random.one_in(6) {
            return "NULL".into();
        }
        format!("{:.1}", (self.random.below(40) as f64 - 15.0) / 2.0)
    }

    fn string(&mut self) -> String {
        self.pick(&["NULL", "''", "'a'", "'b'", "'ab'", "'B'", "'b%'", "'zz'"])
            .into()
    }

    /// A number without NULL literals, which the two type differently.
    fn number(&mut self, of: &str, depth: usize) -> String {
        match self.random.below(if depth == 0 { 4 } else { 9 }) {
            0 => format!("{of}.a"),
            1 => format!("{of}.b"),
            2 => format!("{of}.id"),
            3 => (self.random.below(12) as i64 - 3).to_string(),
            4 => format!("{of}.r"),
            5 => {
                let operator = self.pick(&["+", "-", "*"]);
                let (left, right) = (self.number(of, depth - 1), self.number(of, depth - 1));
                format!("({left} {operator} {right})")
            }
            6 => {
                let (when, then, other) = (
                    self.condition(of, depth - 1),
                    self.number(of, depth - 1),
                    self.number(of, depth - 1),
                );
                format!("(CASE WHEN {when} THEN {then} ELSE {other} END)")
            }
            7 => {
                let inner = self.number(of, depth - 1);
                format!("COALESCE({inner}, {of}.id)")
            }
            // Of a subquery as a value SQLite takes the first row: there is one at most.
            _ => {
                let (inner, tie, table) = self.inner(of, depth - 1);
                let aggregate = self.pick(&[
                    "COUNT(*)",
                    "MIN(x.a)",
                    "MAX(x.r)",
                    "SUM(x.b) + 1",
                    "COUNT(x.a)",
                ]);
                let aggregate = aggregate.replace('x', &inner);
                format!("(SELECT {aggregate} FROM {table} AS {inner} WHERE {tie})")
            }
        }
    }

    fn condition(&mut self, of: &str, depth: usize) -> String {
        match self.random.below(if depth == 0 { 6 } else { 11 }) {
            0 | 1 => {
                let operator = self.pick(&["=", "<>", "<", "<=", ">", ">="]);
                let (left, right) = (self.number(of, depth / 2), self.number(of, depth / 2));
                format!("{left} {operator} {right}")
            }
            2 => {
                let operator = self.pick(&["=", "<>", "<", ">="]);
                let text = self.pick(&["''", "'a'", "'b'", "'ab'", "'zz'"]);
                format!("{of}.s {operator} {text}")
            }
            3 => {
                let (column, not) = (self.pick(&["a", "b", "r", "s"]), self.pick(&["", "NOT "]));
                format!("{of}.{column} IS {not}NULL")
            }
            4 => {
                let (number, low) = (self.number(of, 0), self.random.below(8) as i64 - 4);
                let not = self.pick(&["", "NOT "]);
                format!("{number} {not}BETWEEN {low} AND {}", low + 5)
            }
            5 => {
                let (column, not) = (self.pick(&["a", "b", "id"]), self.pick(&["", "NOT "]));
                format!("{of}.{column} {not}IN (1, 3, -2, 7)")
            }
            6 => {
                let pattern = self.pick(&["'a%'", "'%b'", "'_'", "'%'", "'b_'"]);
                format!("{of}.s LIKE {pattern}")
            }
            7 => format!("NOT ({})", self.condition(of, depth - 1)),
            8 => {
                let (inner, tie, table) = self.inner(of, depth - 1);
                let not = self.pick(&["", "NOT "]);
                format!("{not}EXISTS (SELECT {inner}.a FROM {table} AS {inner} WHERE {tie})")
            }
            9 => {
                let (inner, tie, table) = self.inner(of, depth - 1);
                let (column, not) = (self.pick(&["a", "b", "r", "id"]), self.pick(&["", "NOT "]));
                let number = self.number(of, 0);
                format!(
                    "{number} {not}IN (SELECT {inner}.{column} FROM {table} AS {inner} WHERE {tie})"
                )
            }
            _ => {
                let operator = self.pick(&["AND", "OR"]);
                let (left, right) = (self.condition(of, depth - 1), self.condition(of, depth - 1));
                format!("({left} {operator} {right})")
            }
        }
    }

    /// An alias for a table inside a query, and a condition that may tie it to the relation around.
    fn inner(&mut self, of: &str, depth: usize) -> (String, String, &'static str) {
        let inner = format!("w{depth}");
        let own = self.condition(&inner, depth);
        let (left, right) = (
            self.pick(&["a", "b", "id", "r"]),
            self.pick(&["a", "id", "r"]),
        );
        let tie = match self.random.below(5) {
            0 => own,
            1 => format!("{inner}.{left} < {of}.{right} AND {own}"),
            2 => format!("{own} AND {of}.s = {inner}.s"),
            _ => format!("{inner}.{left} = {of}.{right} AND {own}"),
        };
        (inner, tie, self.pick(&["t", "u"]))
    }

    fn select(&mut self) -> String {
        let condition = self.condition("t", 2);
        match self.random.below(13) {
            11 | 12 => self.windowed(&condition),
            10 => self.recursive(&condition),
            6 => self.outer_join(&condition),
            7 => self.set_operation(&condition),
            8 => self.derived(&condition),
            9 => self.with(&condition),
            0 => {
                let number = self.number("t", 2);
                format!("SELECT t.id, {number}, t.s FROM t WHERE {condition} ORDER BY t.id")
            }
            1 => {
                let (key, end) = (
                    self.pick(&["a", "b", "r", "s"]),
                    self.pick(&["FIRST", "LAST"]),
                );
                let direction = self.pick(&["ASC", "DESC"]);
                let (limit, offset) = (self.random.below(12), self.random.below(4));
                format!(
                    "SELECT t.{key}, t.id FROM t WHERE {condition} ORDER BY t.{key} {direction} NULLS {end}, t.id LIMIT {limit} OFFSET {offset}"
                )
            }
            2 => {
                let key = self.pick(&["a", "b", "s", "r"]);
                let number = self.number("t", 1);
                let filter = self.condition("t", 1);
                format!(
                    "SELECT t.{key}, COUNT(*), COUNT(t.a), MIN({number}), MAX(t.s), SUM(t.b), COUNT(*) FILTER (WHERE {filter}), SUM(t.a) FILTER (WHERE {filter}) FROM t WHERE {condition} GROUP BY t.{key} ORDER BY t.{key} NULLS LAST"
                )
            }
            3 => {
                let (left, right) = (
                    self.pick(&["a", "b", "id", "r"]),
                    self.pick(&["a", "id", "r"]),
                );
                let other = self.condition("u", 1);
                format!(
                    "SELECT t.id, u.id FROM t JOIN u ON t.{left} = u.{right} WHERE {condition} AND {other} ORDER BY t.id, u.id"
                )
            }
            4 => {
                let key = self.pick(&["a", "b", "s"]);
                format!(
                    "SELECT DISTINCT t.{key} FROM t WHERE {condition} ORDER BY t.{key} NULLS LAST"
                )
            }
            _ => format!(
                "SELECT COUNT(*), COUNT(DISTINCT t.a), SUM(t.a), AVG(t.r), MIN(t.s), MAX(t.r) FROM t WHERE {condition}"
            ),
        }
    }

    fn outer_join(&mut self, condition: &str) -> String {
        let kind = self.pick(&["LEFT", "RIGHT", "FULL"]);
        let (left, right) = (
            self.pick(&["a", "b", "id", "r"]),
            self.pick(&["a", "id", "r"]),
        );
        let operator = self.pick(&["=", "=", "=", "<"]);
        let other = self.condition("u", 1);
        let (on, filter) = match self.random.below(4) {
            0 => ("TRUE".to_owned(), format!("{condition} OR {other}")),
            1 => (condition.to_owned(), other),
            2 => (other, "t.id IS NULL OR u.id IS NULL".to_owned()),
            _ => (other, condition.to_owned()),
        };
        format!(
            "SELECT t.id, u.id, t.s, u.r FROM t {kind} JOIN u ON t.{left} {operator} u.{right} AND {on} WHERE {filter} ORDER BY t.id NULLS LAST, u.id NULLS LAST"
        )
    }

    fn set_operation(&mut self, condition: &str) -> String {
        let operators = ["UNION", "UNION ALL", "INTERSECT", "EXCEPT"];
        let (first, second) = (self.pick(&operators), self.pick(&["UNION", "EXCEPT"]));
        let (column, text) = (self.pick(&["a", "b", "id"]), self.pick(&["s", "s || s"]));
        let (other, limit) = (self.condition("u", 1), self.random.below(6) + 1);
        format!(
            "SELECT n, s FROM (SELECT t.{column} AS n, t.s AS s FROM t WHERE {condition} {first} SELECT u.a, {text} FROM u WHERE {other} {second} SELECT u.id, 'a' FROM u) AS q WHERE n < {limit} OR s IS NOT NULL ORDER BY n NULLS LAST, s NULLS LAST"
        )
    }

    fn derived(&mut self, condition: &str) -> String {
        let (number, outside) = (self.number("t", 1), self.condition("q", 1));
        match self.random.below(3) {
            0 => format!(
                "SELECT q.id, q.b FROM (SELECT t.id, {number} AS a, t.b, t.r, t.s FROM t WHERE {condition}) AS q WHERE {outside} ORDER BY q.id"
            ),
            1 => format!(
                "SELECT q.id, q.a, q.s FROM (SELECT t.a, t.b, t.r, t.s, COUNT(*) AS id FROM t WHERE {condition} GROUP BY t.a, t.b, t.r, t.s) AS q WHERE {outside} ORDER BY q.id, q.a NULLS LAST, q.b NULLS LAST, q.r NULLS LAST, q.s NULLS LAST"
            ),
            _ => format!(
                "SELECT u.id, q.id, q.a, q.one FROM u LEFT JOIN (SELECT t.*, 1 AS one FROM t WHERE {condition}) AS q ON u.a = q.a WHERE {outside} OR q.one IS NULL ORDER BY u.id, q.id NULLS LAST"
            ),
        }
    }

    fn with(&mut self, condition: &str) -> String {
        let (number, limit) = (self.number("t", 1), self.random.below(9) + 1);
        format!(
            "WITH q AS (SELECT t.id, {number} AS n, t.s FROM t WHERE {condition}), top AS (SELECT * FROM q ORDER BY id LIMIT {limit}) SELECT q.id, top.id, top.s FROM q LEFT JOIN top ON top.n = q.n AND top.id <> q.id ORDER BY q.id, top.id NULLS LAST"
        )
    }

    /// Window functions of one or two windows, over rows or groups. What depends on the order of rows has an order of all rows.
    fn windowed(&mut self, condition: &str) -> String {
        let (partition, other) = (
            self.pick(&["", "PARTITION BY t.a ", "PARTITION BY t.s, t.a > 2 "]),
            self.pick(&["", "PARTITION BY t.b "]),
        );
        let key = self.pick(&["a", "b", "r"]);
        let (direction, end) = (self.pick(&["", "DESC"]), self.pick(&["FIRST", "LAST"]));
        let order = format!("ORDER BY t.{key} {direction} NULLS {end}");
        let of_rows = self.pick(&[
            "row_number()",
            "ntile(3)",
            "lag(t.a)",
            "lag(t.b, 2, -1)",
            "lead(t.s, t.id % 3)",
            "first_value(t.a)",
            "last_value(t.s)",
            "nth_value(t.r, 2)",
            "avg(t.r)",
        ]);
        let of_peers = self.pick(&["rank()", "dense_rank()", "percent_rank()", "cume_dist()"]);
        let (frame, peers_frame) = (self.frame("ROWS"), self.frame("RANGE"));
        let aggregate = self.aggregate_over();
        let frame = if frame.is_empty() || of_rows.starts_with(['f', 'n', 'a']) {
            frame
        } else {
            String::new()
        };
        let filter = self.condition("t", 1);
        if self.random.one_in(5) {
            return format!(
                "SELECT t.a, count(*), sum(count(*)) OVER (ORDER BY t.a NULLS LAST {peers_frame}), rank() OVER (ORDER BY count(*)) FROM t WHERE {condition} GROUP BY t.a ORDER BY t.a NULLS LAST"
            );
        }
        format!(
            "SELECT t.id, {of_rows} OVER ({partition}{order}, t.id {frame}), {of_peers} OVER w, {aggregate} OVER (w {peers_frame}), sum(t.b) FILTER (WHERE {filter}) OVER (w {peers_frame}), max(t.s) OVER ({other}) FROM t WHERE {condition} WINDOW w AS ({partition}{order}) ORDER BY t.id"
        )
    }

    fn aggregate_over(&mut self) -> &'static str {
        const CALLS: [&str; 8] = [
            "count(*)",
            "count(t.s)",
            "sum(t.a)",
            "sum(t.r)",
            "avg(t.b)",
            "min(t.r)",
            "max(t.s)",
            "min(t.s)",
        ];
        CALLS[self.random.below(CALLS.len())]
    }

    /// `units` may become GROUPS, where rows that are alike are to be in one frame.
    fn frame(&mut self, units: &str) -> String {
        let units = match units {
            "RANGE" => self.pick(&["RANGE", "GROUPS"]),
            _ => "ROWS",
        };
        let (from, to) = (self.random.below(4), self.random.below(4));
        let bounds = match self.random.below(7) {
            0 => return String::new(),
            1 => "BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING".to_owned(),
            2 => format!("BETWEEN {from} PRECEDING AND {to} FOLLOWING"),
            3 => format!("BETWEEN {from} PRECEDING AND {to} PRECEDING"),
            4 => format!("BETWEEN {from} FOLLOWING AND {to} FOLLOWING"),
            5 => "BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING".to_owned(),
            _ => format!("{from} PRECEDING"),
        };
        let exclusion = self.pick(&[
            "",
            "",
            " EXCLUDE NO OTHERS",
            " EXCLUDE CURRENT ROW",
            " EXCLUDE GROUP",
            " EXCLUDE TIES",
        ]);
        format!("{units} {bounds}{exclusion}")
    }

    fn recursive(&mut self, condition: &str) -> String {
        let (all, key, depth) = (
            self.pick(&["", " ALL"]),
            self.pick(&["id", "a", "r"]),
            self.random.below(4) + 1,
        );
        let (next, other) = (self.pick(&["a", "b", "id"]), self.condition("u", 1));
        format!(
            "WITH RECURSIVE q (n, s, d) AS (SELECT t.id, t.s, 0 FROM t WHERE {condition} UNION{all} SELECT u.{next}, u.s, q.d + 1 FROM q JOIN u ON u.{key} = q.n WHERE q.d < {depth} AND {other}) SELECT n, s, d, COUNT(*) FROM q GROUP BY n, s, d ORDER BY d, n NULLS LAST, s NULLS LAST"
        )
    }

    fn change(&mut self) -> String {
        let condition = self.condition("t", 1);
        match self.random.below(4) {
            0 => {
                let row = self.row();
                format!("INSERT INTO t (a, b, r, s) VALUES {row}")
            }
            // SQLite lets SET see the rows that were changed before: here it reads the other table.
            1 => format!(
                "UPDATE t SET b = (SELECT MAX(u.a) FROM u WHERE u.id = t.a), s = 'new' WHERE {condition}"
            ),
            2 => format!("UPDATE t SET a = t.a + 1, r = t.r * 2 WHERE {condition}"),
            _ => format!("DELETE FROM t WHERE {condition} AND t.id % 3 = 0"),
        }
    }

    /// How a statement is run, and what the tables hold.
    fn case(&self, sql: &str) -> String {
        let mut case = our_rows(&self.ours, &format!("EXPLAIN {sql}"), shown).unwrap();
        for table in ["t", "u"] {
            case.push(format!("{table}:"));
            let all = format!("SELECT * FROM {table}");
            case.extend(sqlite_rows(&self.theirs, &all, shown).unwrap());
        }
        case.join("\n")
    }

    fn compare(&mut self, sql: &str) {
        let ours = our_rows(&self.ours, sql, shown)
            .unwrap_or_else(|error| panic!("seed {}: {sql}: {error}", self.seed));
        let theirs = sqlite_rows(&self.theirs, sql, shown).unwrap();
        self.compared += ours.len();
        assert_eq!(
            ours,
            theirs,
            "seed {}: {sql}\n{}",
            self.seed,
            self.case(sql)
        );
    }
}

/// SQLite has no type for a CASE or a COALESCE of both kinds of number: 9 and 9.0 are shown alike.
fn shown(of: &Value) -> String {
    match of {
        Value::Real(real) if real.fract() == 0.0 => format!("{:.0}", real + 0.0),
        of => value(of),
    }
}

#[test]
fn queries_and_changes_are_those_of_sqlite() {
    let mut compared = 0;
    for seed in worlds(WORLDS) {
        let mut twins = Twins::new(seed);
        for number in 0..STATEMENTS {
            if number % 8 == 7 {
                let change = twins.change();
                twins.both(&change);
                twins.compare("SELECT * FROM t ORDER BY id");
            } else {
                let select = twins.select();
                twins.compare(&select);
            }
        }
        compared += twins.compared;
    }
    assert!(compared > 500, "{compared} rows were compared");
}
