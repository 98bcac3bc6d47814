//! One process: a database that is open, its writer, its readers, and the states that it was told to make durable.

use std::sync::Arc;

use citadel_sql::{
    Connection, Database, Durability, Kdf, Key, Options, PageSize, Result, params_from_iter,
};

use super::ask::ask;
use super::change::{Changes, Statement};
use super::model::Model;
use super::shape::Shape;
use super::tally::Tally;
use crate::sim::{Random, SimDisk};

/// Readers of older snapshots at once.
const READERS: usize = 3;
/// Rows of one statement while a table is filled.
const FILL: usize = 60;

/// A wrong answer, or an error where there should be none.
pub(super) type Checked<T = ()> = std::result::Result<T, String>;

/// A database that is open.
pub(super) struct Life<'r> {
    shape: &'r Shape,
    disk: SimDisk,
    database: Database,
    writer: Connection,
    readers: Vec<Reader>,
    /// By their numbers on the disk; the last one is the present.
    states: Vec<Arc<Model>>,
}

/// A reader that stays where it began.
struct Reader {
    connection: Connection,
    model: Arc<Model>,
}

fn options(shape: &Shape) -> Options {
    Options::default()
        .page_size(PageSize::new(shape.page_size).expect("a page size"))
        .cache_bytes(8 << 20)
        .ann_auto_merge(shape.background)
        .durability(match shape.normal {
            true => Durability::Normal,
            false => Durability::Full,
        })
        .kdf(Kdf::lightest())
}

fn key() -> Key {
    Key::raw([41; 32])
}

/// Opens what is on a disk.
pub(super) fn open(shape: &Shape, disk: &SimDisk) -> Result<Database> {
    Database::open_on(Arc::new(disk.clone()), &key(), options(shape))
}

/// What the integrity check finds.
pub(super) fn check(connection: &Connection) -> Checked {
    match connection.check() {
        Ok(report) if report.is_ok() => Ok(()),
        Ok(report) => Err(format!("the check: {}", report.faults().join("; "))),
        Err(error) => Err(format!("the check failed: {error}")),
    }
}

impl<'r> Life<'r> {
    /// A new database on an empty disk.
    pub(super) fn create(shape: &'r Shape) -> Checked<Self> {
        let disk = SimDisk::new();
        let database = Database::create_on(Arc::new(disk.clone()), &key(), options(shape));
        let database = database.map_err(|error| format!("creating: {error}"))?;
        let schema = Model::schema(shape);
        let maker = database.connect();
        // The table is to be there whatever happens to what follows.
        let made = maker.set_durability(Durability::Full);
        let made = made.and_then(|()| maker.execute_batch(&schema));
        made.map_err(|error| format!("{schema}: {error}"))?;
        Ok(Self::on(shape, disk, database, Arc::default()))
    }

    /// A database that was opened, and holds what the model says.
    pub(super) fn on(
        shape: &'r Shape,
        disk: SimDisk,
        database: Database,
        model: Arc<Model>,
    ) -> Self {
        let writer = database.connect();
        // What is there when a life begins counts as acknowledged: the model was compared with it.
        disk.attempt(0);
        disk.acknowledge(0);
        Self {
            shape,
            disk,
            database,
            writer,
            readers: Vec::new(),
            states: vec![model],
        }
    }

    /// The disk, and the states by their numbers on it.
    pub(super) fn remains(&self) -> (SimDisk, Vec<Arc<Model>>) {
        (self.disk.clone(), self.states.clone())
    }

    fn now(&self) -> &Arc<Model> {
        self.states.last().expect("there is a first")
    }

    fn next(&self) -> Model {
        Model::clone(self.now())
    }

    /// Fills the table up to what its shape says.
    pub(super) fn fill(&mut self, random: &mut Random, tally: &mut Tally) -> Checked {
        let changes = Changes { shape: self.shape };
        while self.now().rows.len() < self.shape.rows {
            let missing = self.shape.rows - self.now().rows.len();
            let mut model = self.next();
            let statement = changes.insert(random, &mut model, missing.min(FILL));
            self.auto(&statement, model, tally)?;
            if random.one_in(8) {
                self.define(random, tally)?;
            }
        }
        Ok(())
    }

    /// One transaction with what happens around it.
    pub(super) fn transaction(&mut self, random: &mut Random, tally: &mut Tally) -> Checked {
        let changes = Changes { shape: self.shape };
        match random.below(64) {
            0 | 1 => {
                let model = self.next();
                let statement = Changes::upkeep(random, &model);
                tally.upkeep += 1;
                self.auto(&statement, model, tally)?;
            }
            2 | 3 => self.define(random, tally)?,
            4..=20 => {
                if random.one_in(8) {
                    self.fail(random, tally, self.now())?;
                }
                let mut model = self.next();
                let statement = changes.of_rows(random, &mut model);
                self.auto(&statement, model, tally)?;
            }
            _ => self.explicit(random, tally)?,
        }
        tally.transactions += 1;
        self.attend(random, tally)
    }

    /// One statement in a transaction of its own.
    fn auto(&mut self, statement: &Statement, model: Model, tally: &mut Tally) -> Checked {
        self.attempt(model);
        self.run(statement, tally)?;
        self.acknowledge();
        Ok(())
    }

    /// An index that is made, changed or dropped.
    fn define(&mut self, random: &mut Random, tally: &mut Tally) -> Checked {
        let mut model = self.next();
        match (Changes { shape: self.shape }).of_indexes(random, &mut model) {
            Some(statement) => {
                tally.defined += 1;
                self.auto(&statement, model, tally)
            }
            None => Ok(()),
        }
    }

    /// A transaction of several statements, which sees its own changes, and those that fail leave no trace in it.
    fn explicit(&mut self, random: &mut Random, tally: &mut Tally) -> Checked {
        let changes = Changes { shape: self.shape };
        let mut model = self.next();
        self.batch("BEGIN IMMEDIATE")?;
        for _ in 0..1 + random.below(6) {
            if random.one_in(9) {
                self.fail(random, tally, &model)?;
                if self.writer.is_autocommit() {
                    return Err("a failed statement ended its transaction".into());
                }
            }
            let statement = match random.one_in(24) {
                true => changes.of_indexes(random, &mut model),
                false => Some(changes.of_rows(random, &mut model)),
            };
            if let Some(statement) = statement {
                self.run(&statement, tally)?;
            }
            if random.one_in(5) {
                let answer = ask(&self.writer, self.shape, &model, random);
                tally.of_changed += 1;
                tally.count(&answer.map_err(|what| format!("inside a transaction: {what}"))?);
            }
        }
        if random.one_in(6) {
            tally.rolled_back += 1;
            return self.batch("ROLLBACK");
        }
        self.attempt(model);
        self.batch("COMMIT")?;
        self.acknowledge();
        Ok(())
    }

    /// Queries of the present and of the past.
    fn attend(&mut self, random: &mut Random, tally: &mut Tally) -> Checked {
        if !random.one_in(4) {
            let answer = ask(&self.writer, self.shape, self.now(), random)?;
            tally.count(&answer);
        }
        if self.readers.len() < READERS && random.one_in(12) {
            let connection = self.database.connect();
            let begun = connection.execute_batch("BEGIN READ ONLY; SELECT count(*) FROM t");
            begun.map_err(|error| format!("a reader: {error}"))?;
            let model = Arc::clone(self.now());
            self.readers.push(Reader { connection, model });
        }
        if !self.readers.is_empty() && random.one_in(3) {
            let at = random.below(self.readers.len());
            let reader = &self.readers[at];
            let answer = ask(&reader.connection, self.shape, &reader.model, random);
            tally.of_old += 1;
            tally.count(&answer.map_err(|what| format!("an older snapshot: {what}"))?);
            if random.one_in(6) {
                self.readers.swap_remove(at);
            }
        }
        Ok(())
    }

    /// A statement that must fail.
    fn fail(&self, random: &mut Random, tally: &mut Tally, model: &Model) -> Checked {
        let changes = Changes { shape: self.shape };
        let Some(statement) = changes.failing(random, model) else {
            return Ok(());
        };
        tally.failed += 1;
        let params = params_from_iter(statement.params.iter());
        match self.writer.execute(&statement.sql, params) {
            Ok(_) => Err(format!("no failure: {statement:?}")),
            Err(error) if error.is_corrupt() || error.is_io() || error.is_busy() => {
                Err(format!("{error}: {statement:?}"))
            }
            Err(_) => Ok(()),
        }
    }

    fn run(&self, statement: &Statement, tally: &mut Tally) -> Checked {
        let params = params_from_iter(statement.params.iter());
        let done = self.writer.execute(&statement.sql, params);
        let rows = done.map_err(|error| format!("{error}: {statement:?}"))?;
        tally.statements += 1;
        match statement.rows {
            Some(expected) if expected != rows => {
                Err(format!("{rows} rows, not {expected}: {statement:?}"))
            }
            _ => Ok(()),
        }
    }

    fn batch(&self, sql: &str) -> Checked {
        let done = self.writer.execute_batch(sql);
        done.map_err(|error| format!("{sql}: {error}"))
    }

    fn attempt(&mut self, model: Model) {
        self.disk.attempt(self.states.len());
        self.states.push(Arc::new(model));
    }

    fn acknowledge(&self) {
        if !self.shape.normal {
            self.disk.acknowledge(self.states.len() - 1);
        }
    }
}
