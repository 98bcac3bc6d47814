//! Promise: triggers do what SQLite's do, where both have them. Random triggers on two tables, one of which refers to the other,
//! and on a view; random changes. After each statement both say the same, and have the same rows.
//!
//! SQLite fires AFTER triggers of a row before it writes the next one, this engine when all rows are written: what triggers do
//! here does not depend on that. So what they write down is compared as a set, and none reads the table that it is of.

use citadel_tests::sim::Random;
use citadel_tests::twins::{Twins, worlds};

const WORLDS: u64 = 60;
const STATEMENTS: usize = 120;

struct World {
    twins: Twins,
    random: Random,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            twins: Twins::new(
                seed,
                "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON",
            ),
            random: Random::new(seed),
        };
        let actions = ["CASCADE", "SET NULL", "NO ACTION"];
        let (delete, update) = (world.pick(&actions), world.pick(&actions));
        for statement in [
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)".to_owned(),
            format!(
                "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES t ON DELETE {delete} ON UPDATE {update}, n INTEGER)"
            ),
            "CREATE TABLE log (what TEXT)".to_owned(),
            "CREATE TABLE sums (n INTEGER)".to_owned(),
            "INSERT INTO sums VALUES (0)".to_owned(),
            "CREATE VIEW v AS SELECT id, a + 1 AS next, b FROM t".to_owned(),
        ] {
            assert!(world.twins.both(&statement));
        }
        world.make_triggers();
        world
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.random.below(of.len())]
    }

    fn make_triggers(&mut self) {
        let mut made = Vec::new();
        for (table, columns) in [("t", ["id", "a", "b"]), ("c", ["id", "p", "n"])] {
            for event in ["INSERT", "UPDATE", "DELETE"] {
                for timing in ["BEFORE", "AFTER"] {
                    if self.random.one_in(2) {
                        made.push(self.trigger(table, columns, event, timing));
                    }
                }
            }
        }
        // They change t, whose triggers fire then.
        let number = self.random.below(4);
        made.push(
            "CREATE TRIGGER v_i INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (NEW.id, NEW.next - 1, NEW.b); INSERT INTO log VALUES ('v' || NEW.id); END".to_owned()
        );
        made.push(format!(
            "CREATE TRIGGER v_u INSTEAD OF UPDATE ON v WHEN (OLD.id > {number}) BEGIN UPDATE t SET a = NEW.next - 1, b = NEW.b WHERE id = OLD.id; END"
        ));
        made.push(
            "CREATE TRIGGER v_d INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE id = OLD.id; END"
                .to_owned(),
        );
        for trigger in made {
            assert!(self.twins.both(&trigger), "{trigger}");
        }
    }

    /// One trigger.
    fn trigger(&mut self, table: &str, columns: [&str; 3], event: &str, timing: &str) -> String {
        let image = match event {
            "INSERT" => "NEW",
            "DELETE" => "OLD",
            _ => self.pick(&["OLD", "NEW"]),
        };
        let of = match (event, self.random.below(3)) {
            ("UPDATE", 0) => format!(" OF {}", columns[self.random.below(3)]),
            ("UPDATE", 1) => format!(" OF {}, {}", columns[1], columns[2]),
            _ => String::new(),
        };
        let when = match self.random.below(3) {
            0 => format!(" WHEN ({})", self.condition(image, columns)),
            _ => String::new(),
        };
        let name = format!("{table}_{}_{}", &event[..1], &timing[..1]);
        let mut body = String::new();
        for _ in 0..=self.random.below(2) {
            body.push_str(&self.step(&name, table, columns, event, timing));
        }
        format!("CREATE TRIGGER {name} {timing} {event}{of} ON {table}{when} BEGIN {body}END")
    }

    fn condition(&mut self, image: &str, columns: [&str; 3]) -> String {
        let column = columns[self.random.below(3)];
        let number = self.random.below(6);
        match self.random.below(3) {
            0 => format!("{image}.{column} > {number}"),
            1 => format!("{image}.{column} IS NULL"),
            _ => format!("{image}.{column} <> {number}"),
        }
    }

    fn step(
        &mut self,
        name: &str,
        table: &str,
        columns: [&str; 3],
        event: &str,
        timing: &str,
    ) -> String {
        let image = if event == "DELETE" { "OLD" } else { "NEW" };
        let shown = |image: &str| {
            let shown = columns.map(|c| format!("coalesce({image}.{c}, -1)"));
            shown.join(" || ' ' || ")
        };
        let what = match event {
            "UPDATE" => format!("{} || ' to ' || {}", shown("OLD"), shown("NEW")),
            _ => shown(image),
        };
        match self.random.below(8) {
            0 => {
                let condition = self.condition(image, columns);
                format!("SELECT RAISE(ABORT, 'no') WHERE {condition} AND {image}.id = 5; ")
            }
            // A row that is kept must not be one that REPLACE or a foreign key is to take away.
            1 if timing == "BEFORE" && event == "INSERT" => {
                let condition = self.condition(image, columns);
                format!("SELECT RAISE(IGNORE) WHERE {condition} AND {image}.id > 2; ")
            }
            2 => format!("UPDATE sums SET n = n + coalesce({image}.{}, 7); ", columns[2]),
            // The other table, and its triggers; each row of t has one of c at most.
            3 if table == "t" && timing == "AFTER" && event == "INSERT" => {
                "INSERT INTO c SELECT NEW.id + 100, NEW.id, NEW.a WHERE NOT EXISTS (SELECT 1 FROM c WHERE id = NEW.id + 100); ".to_owned()
            }
            4 if table == "t" && timing == "AFTER" => {
                format!("UPDATE c SET n = coalesce({image}.a, 0) WHERE p = {image}.id; ")
            }
            // Down to nothing.
            5 if table == "c" && timing == "AFTER" && event == "INSERT" => {
                "INSERT INTO c SELECT NEW.id + 200, NULL, NEW.n - 1 WHERE NEW.n > 0 AND NOT EXISTS (SELECT 1 FROM c WHERE id = NEW.id + 200); ".to_owned()
            }
            6 => format!("DELETE FROM log WHERE what = '{name}' || {image}.id; "),
            _ => format!("INSERT INTO log VALUES ('{name} ' || {what}); "),
        }
    }

    fn number(&mut self) -> String {
        match self.random.below(8) {
            0 => "NULL".to_owned(),
            _ => self.random.below(6).to_string(),
        }
    }

    fn id(&mut self) -> usize {
        self.random.below(8)
    }

    fn change(&mut self) -> String {
        let (id, other, n, m) = (self.id(), self.id(), self.number(), self.number());
        match self.random.below(14) {
            0 | 1 => format!("INSERT INTO t VALUES ({id}, {n}, {m})"),
            2 => format!("INSERT INTO t SELECT id + 10, a, b FROM t WHERE id = {id}"),
            3 => format!("INSERT OR REPLACE INTO t VALUES ({id}, {n}, {m})"),
            4 => format!(
                "INSERT INTO t VALUES ({id}, {n}, {m}) ON CONFLICT (id) DO UPDATE SET b = excluded.b"
            ),
            5 => format!("INSERT INTO c VALUES ({id}, {other}, {n})"),
            6 => format!("UPDATE t SET a = {n}, b = b + 1 WHERE id < {id}"),
            7 => format!("UPDATE t SET id = {other} WHERE id = {id}"),
            8 => format!("UPDATE c SET n = {n} WHERE id < {}", 40 * id),
            9 => format!("DELETE FROM t WHERE id = {id} OR a = {other}"),
            10 => format!("DELETE FROM c WHERE p = {id}"),
            11 => format!("INSERT INTO v VALUES ({id}, {n}, {m})"),
            12 => format!("UPDATE v SET b = {n} WHERE id < {id}"),
            _ => format!("DELETE FROM v WHERE id = {id}"),
        }
    }

    fn step_once(&mut self) {
        let within = !self.twins.ours.is_autocommit();
        let sql = match (within, self.random.below(12)) {
            (false, 0) => "BEGIN".to_owned(),
            (true, 0) => "ROLLBACK".to_owned(),
            (true, 1 | 2) => "COMMIT".to_owned(),
            _ => self.change(),
        };
        self.twins.both(&sql);
        for sql in [
            "SELECT * FROM t ORDER BY id",
            "SELECT * FROM c ORDER BY id",
            "SELECT what FROM log ORDER BY what",
            "SELECT n FROM sums",
        ] {
            self.twins.same(sql);
        }
    }
}

#[test]
fn triggers_are_sqlites() {
    let (mut refused, mut logged) = (0, 0);
    for seed in worlds(WORLDS) {
        let mut world = World::new(seed);
        for _ in 0..STATEMENTS {
            world.step_once();
        }
        let twins = &mut world.twins;
        if !twins.ours.is_autocommit() {
            twins.both("ROLLBACK");
        }
        twins.check();
        refused += twins.refused();
        let count: i64 = twins
            .ours
            .query_value("SELECT count(*) FROM log", ())
            .unwrap();
        logged += count;
    }
    assert!(refused > 0 && logged > 0);
}
