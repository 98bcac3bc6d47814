//! Promise: changes mean what they mean to SQLite where both know them: INSERT with all ways out of a conflict, UPDATE … FROM,
//! DELETE, RETURNING, savepoints, ALTER TABLE, CHECK. Random sequences, of which each statement succeeds on both sides or on
//! neither, and leaves the same rows; now and then the file is checked.

use citadel_sql::Connection;
use citadel_tests::sim::Random;
use citadel_tests::text::value;
use citadel_tests::twins::{our_rows, sqlite_rows, worlds};

/// Runs of the test, each with tables of its own; `WORLDS=1000` runs more, `WORLD=7` that one alone.
const WORLDS: u64 = 20;
/// Statements in each.
const STATEMENTS: usize = 150;

/// The same database twice.
struct Twins {
    ours: Connection,
    theirs: rusqlite::Connection,
    random: Random,
    seed: u64,
    /// Savepoints that are set; `None`: no transaction.
    savepoints: Option<usize>,
    /// Columns that were added.
    added: Vec<String>,
    next: usize,
    history: Vec<String>,
    failed: usize,
}

impl Twins {
    fn new(seed: u64) -> Self {
        let mut twins = Self {
            ours: Connection::open_in_memory().unwrap(),
            theirs: rusqlite::Connection::open_in_memory().unwrap(),
            random: Random::new(seed),
            seed,
            savepoints: None,
            added: Vec::new(),
            next: 0,
            history: Vec::new(),
            failed: 0,
        };
        let unique = twins.pick(&["u TEXT UNIQUE", "u TEXT, UNIQUE (u, id)", "u TEXT"]);
        let (column, rest) = unique.split_once(',').unwrap_or((unique, ""));
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(",{rest}")
        };
        twins.run(&format!(
            "CREATE TABLE k (id INTEGER PRIMARY KEY, {column}, n INTEGER NOT NULL DEFAULT 1, m INTEGER CHECK (m < 40){rest})"
        ));
        twins.run("CREATE TABLE o (id INTEGER PRIMARY KEY, v INTEGER)");
        for number in 0..twins.random.below(3) {
            let columns = twins.pick(&["n", "m, n", "u"]);
            twins.run(&format!("CREATE INDEX k_{number} ON k ({columns})"));
        }
        for id in 0..8 {
            twins.run(&format!("INSERT INTO o VALUES ({id}, {})", id * 3));
        }
        twins
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.random.below(of.len())]
    }

    fn integer(&mut self, below: usize) -> String {
        match self.random.one_in(8) {
            true => "NULL".into(),
            false => self.random.below(below).to_string(),
        }
    }

    fn row(&mut self, id: &str) -> String {
        let u = self.pick(&["NULL", "'a'", "'b'", "'c'", "'d'", "'e'", "'f'"]);
        let (n, m) = (self.integer(9), self.integer(44));
        format!("({id}, {u}, {n}, {m})")
    }

    fn condition(&mut self, of: &str) -> String {
        let number = self.random.below(12);
        let shape = self.pick(&[
            "{k}.id = #",
            "{k}.id < #",
            "{k}.n = #",
            "{k}.m > #",
            "{k}.u >= 'c'",
            "{k}.u IS NULL",
            "{k}.id % 3 = 1",
        ]);
        shape.replace("{k}", of).replace('#', &number.to_string())
    }

    fn insert(&mut self) -> String {
        let verb = self.pick(&[
            "INSERT",
            "INSERT",
            "INSERT OR IGNORE",
            "INSERT OR REPLACE",
            "REPLACE",
        ]);
        let mut rows = Vec::new();
        for _ in 0..=self.random.below(3) {
            let id = self.integer(14);
            rows.push(self.row(&id));
        }
        let returning = self.pick(&["", " RETURNING id, u, n + 1"]);
        let nothing = match verb {
            "INSERT" => self.pick(&[
                "",
                " ON CONFLICT DO NOTHING",
                " ON CONFLICT (id) DO NOTHING",
            ]),
            _ => "",
        };
        format!(
            "{verb} INTO k (id, u, n, m) VALUES {}{nothing}{returning}",
            rows.join(", ")
        )
    }

    /// Each row has a row id of its own, so that none is changed twice.
    fn upsert(&mut self) -> String {
        let first = self.random.below(10);
        let rows: Vec<String> = (first..=first + self.random.below(4))
            .map(|id| self.row(&id.to_string()))
            .collect();
        let sets = self.pick(&[
            "n = k.n + excluded.n",
            "u = excluded.u, m = excluded.m",
            "m = NULL, n = excluded.id",
            "n = excluded.n + 30, m = k.m + 1",
        ]);
        let filter = match self.random.one_in(3) {
            true => format!(" WHERE {}", self.condition("k")),
            false => String::new(),
        };
        let returning = self.pick(&["", " RETURNING id, u, n, m"]);
        format!(
            "INSERT INTO k (id, u, n, m) VALUES {} ON CONFLICT (id) DO UPDATE SET {sets}{filter}{returning}",
            rows.join(", ")
        )
    }

    /// No expression is assigned to a key: SQLite looks for duplicates after each row, we at the end of the statement.
    fn update(&mut self) -> String {
        let condition = self.condition("k");
        let returning = self.pick(&["", " RETURNING k.id, k.n, k.m"]);
        match self.random.below(4) {
            0 => format!("UPDATE k SET n = n + 1, m = m + 2 WHERE {condition}{returning}"),
            1 => format!(
                "UPDATE k SET m = o.v + k.m FROM o WHERE o.id = k.n AND {condition}{returning}"
            ),
            2 => {
                let id = self.random.below(14);
                format!(
                    "UPDATE k SET id = {id} WHERE id = {}{returning}",
                    self.random.below(14)
                )
            }
            _ => format!("UPDATE k SET (n, m) = (m, n) WHERE {condition}{returning}"),
        }
    }

    fn delete(&mut self) -> String {
        let condition = self.condition("k");
        format!("DELETE FROM k WHERE {condition} AND id % 2 = 0 RETURNING id, u, n * 2")
    }

    fn define(&mut self) -> Option<String> {
        let column = match self.added.is_empty() {
            true => None,
            false => Some(self.random.below(self.added.len())),
        };
        Some(match (self.random.below(4), column) {
            (0, Some(at)) => format!("ALTER TABLE k DROP COLUMN {}", self.added.remove(at)),
            (1, Some(at)) => {
                self.next += 1;
                let (old, new) = (self.added[at].clone(), format!("c{}", self.next));
                self.added[at].clone_from(&new);
                format!("ALTER TABLE k RENAME COLUMN {old} TO {new}")
            }
            (2, Some(at)) => format!("UPDATE k SET {0} = coalesce({0}, 0) + id", self.added[at]),
            _ if self.added.len() < 4 => {
                self.next += 1;
                self.added.push(format!("c{}", self.next));
                let default = self.pick(&["", " DEFAULT 5", " NOT NULL DEFAULT 7"]);
                format!("ALTER TABLE k ADD COLUMN c{} INTEGER{default}", self.next)
            }
            _ => return None,
        })
    }

    /// Definitions are changed outside of transactions alone, so that the columns are known.
    fn statement(&mut self) -> Option<String> {
        Some(match (self.random.below(12), self.savepoints) {
            (0, None) => {
                self.savepoints = Some(0);
                "BEGIN".into()
            }
            (0, Some(_)) => {
                self.savepoints = None;
                self.pick(&["COMMIT", "ROLLBACK"]).into()
            }
            (1, Some(set)) => {
                self.savepoints = Some(set + 1);
                format!("SAVEPOINT s{set}")
            }
            (2, Some(set)) if set > 0 => {
                let at = self.random.below(set);
                self.savepoints = Some(at + 1);
                format!("ROLLBACK TO s{at}")
            }
            (3, Some(set)) if set > 0 => {
                let at = self.random.below(set);
                self.savepoints = Some(at);
                format!("RELEASE s{at}")
            }
            (1..=3, None) => return self.define(),
            (4 | 5, _) => self.update(),
            (6, _) => self.delete(),
            (7 | 8, _) => self.upsert(),
            _ => self.insert(),
        })
    }

    fn run(&mut self, sql: &str) {
        self.history.push(sql.to_owned());
        let (ours, theirs) = self.rows(sql);
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{}", self.tale()),
            (Err(_), Err(_)) => self.failed += 1,
            (Err(error), Ok(_)) => panic!("only ours fails: {error}\n{}", self.tale()),
            (Ok(_), Err(error)) => panic!("only SQLite fails: {error}\n{}", self.tale()),
        }
    }

    fn compare(&self) {
        let (ours, theirs) = self.rows("SELECT * FROM k");
        assert_eq!(ours.unwrap(), theirs.unwrap(), "{}", self.tale());
    }

    fn rows(
        &self,
        sql: &str,
    ) -> (
        citadel_sql::Result<Vec<String>>,
        rusqlite::Result<Vec<String>>,
    ) {
        (
            sorted(our_rows(&self.ours, sql, value)),
            sorted(sqlite_rows(&self.theirs, sql, value)),
        )
    }

    fn tale(&self) -> String {
        format!("seed {}:\n{};", self.seed, self.history.join(";\n"))
    }
}

/// The rows in an order that says nothing of how they were found.
fn sorted<E>(rows: Result<Vec<String>, E>) -> Result<Vec<String>, E> {
    rows.map(|mut rows| {
        rows.sort_unstable();
        rows
    })
}

#[test]
fn changes_are_those_of_sqlite() {
    let (mut done, mut failed) = (0, 0);
    for seed in worlds(WORLDS) {
        let mut twins = Twins::new(seed);
        for number in 0..STATEMENTS {
            if let Some(sql) = twins.statement() {
                twins.run(&sql);
                twins.compare();
            }
            if number % 50 == 49 && twins.savepoints.is_none() {
                let found = our_rows(&twins.ours, "PRAGMA integrity_check", value).unwrap();
                assert_eq!(found, ["ok"], "{}", twins.tale());
            }
        }
        done += twins.history.len();
        failed += twins.failed;
    }
    // Both ways of a statement are looked at.
    assert!(
        failed * 20 > done && failed * 2 < done,
        "{failed} of {done} failed"
    );
}
