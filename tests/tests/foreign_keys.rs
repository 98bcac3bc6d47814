//! Promise: foreign keys hold, and their actions do what SQLite's do. Random keys between three tables, random changes of
//! them, in transactions and outside; after each statement both say the same, and have the same rows.

use citadel_tests::sim::Random;
use citadel_tests::twins::{Twins, worlds};

const WORLDS: u64 = 40;
const STATEMENTS: usize = 250;

struct World {
    twins: Twins,
    random: Random,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            twins: Twins::new(seed, "PRAGMA foreign_keys = ON"),
            random: Random::new(seed),
        };
        // All keys of a table are checked at the same time: of a statement that breaks one of each kind, SQLite counts the
        // deferred violation though it takes the row back.
        let mut timing = || {
            let all = ["", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"];
            all[world.random.below(3)]
        };
        let (of_c, of_d) = (timing(), timing());
        let statements = [
            "CREATE TABLE p (id INTEGER PRIMARY KEY, k INTEGER UNIQUE)".to_owned(),
            format!(
                "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER DEFAULT 1, FOREIGN KEY (p) REFERENCES p (id){}{of_c})",
                world.key(true)
            ),
            format!(
                "CREATE TABLE d (id INTEGER PRIMARY KEY, k INTEGER DEFAULT 2, c INTEGER, up INTEGER, FOREIGN KEY (k) REFERENCES p (k){}{of_d}, FOREIGN KEY (c) REFERENCES c (id){}{of_d}, FOREIGN KEY (up) REFERENCES d (id){}{of_d})",
                world.key(false),
                world.key(false),
                world.key(false)
            ),
        ];
        for statement in statements {
            world.twins.both(&statement);
        }
        if world.random.below(2) == 0 {
            world.twins.both("CREATE INDEX c_p ON c (p)");
            world.twins.both("CREATE INDEX d_k ON d (k, c)");
        }
        world
    }

    /// The actions of a key. RESTRICT depends on which of several keys SQLite looks at first, where a row has several.
    fn key(&mut self, restricts: bool) -> String {
        let mut action = || {
            let all = [
                "NO ACTION",
                "CASCADE",
                "SET NULL",
                "SET DEFAULT",
                "RESTRICT",
            ];
            all[self.random.below(if restricts { 5 } else { 4 })]
        };
        let (delete, update) = (action(), action());
        format!(" ON DELETE {delete} ON UPDATE {update}")
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
        let (id, n, m, other) = (self.id(), self.number(), self.number(), self.number());
        match self.random.below(12) {
            0 | 1 => format!("INSERT INTO p VALUES ({id}, {n})"),
            2 | 3 => format!("INSERT INTO c VALUES ({id}, {n})"),
            4 | 5 => format!("INSERT INTO d VALUES ({id}, {n}, {m}, {other})"),
            6 => format!("UPDATE p SET id = {} WHERE id = {id}", self.id()),
            7 => format!("UPDATE p SET k = {n} WHERE id = {id}"),
            8 => format!("UPDATE c SET id = {}, p = {n} WHERE id = {id}", self.id()),
            9 => format!("UPDATE d SET k = {n}, c = {m}, up = {other} WHERE id = {id}"),
            10 => format!("DELETE FROM p WHERE id = {id}"),
            _ => format!(
                "DELETE FROM {} WHERE id = {id}",
                ["c", "d"][self.random.below(2)]
            ),
        }
    }

    fn step(&mut self) {
        let within = !self.twins.ours.is_autocommit();
        match (within, self.random.below(10)) {
            (false, 0 | 1) => {
                self.twins.both("BEGIN");
            }
            (true, 0) => {
                self.twins.both("ROLLBACK");
            }
            (true, 1 | 2) => {
                // SQLite's transaction stays open, ours is over.
                if !self.twins.both("COMMIT") {
                    self.twins.theirs.execute_batch("ROLLBACK").unwrap();
                }
            }
            _ => {
                let sql = self.change();
                self.twins.both(&sql);
            }
        }
        for sql in [
            "SELECT * FROM p ORDER BY id",
            "SELECT * FROM c ORDER BY id",
            "SELECT * FROM d ORDER BY id",
        ] {
            self.twins.same(sql);
        }
    }
}

#[test]
fn keys_and_their_actions_are_sqlites() {
    let mut refused = 0;
    for seed in worlds(WORLDS) {
        let mut world = World::new(seed);
        for _ in 0..STATEMENTS {
            world.step();
        }
        let twins = &mut world.twins;
        if !twins.ours.is_autocommit() {
            twins.both("ROLLBACK");
        }
        twins.check();
        refused += twins.refused();
    }
    assert!(refused > 0);
}
