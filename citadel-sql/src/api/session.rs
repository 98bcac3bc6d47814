//! The transactions of one connection.
//!
//! A statement runs in the transaction that the user began, or in one of its own. Where a connection stands is one of
//! five states:
//!
//! ```text
//!              BEGIN                 first read            first write
//! Autocommit ────────► Begun ──────────────────► Reading ─────────────────► Writing
//!     ▲  │               └────────── first write ─────────────────────────────▲ │
//!     │  └── BEGIN IMMEDIATE ─────────────────────────────────────────────────┘ │
//!     │                                                  undoing a failed write fails
//!     └── COMMIT, ROLLBACK ◄──── any of them; only ROLLBACK ◄──── Broken ◄──────┘
//! ```
//!
//! What always holds:
//!
//! 1. A statement sees one snapshot. In a transaction all statements see the one of the first, and their own writes.
//! 2. A statement that fails leaves no trace: on its own its transaction is dropped; inside of one, the write
//!    transaction goes back to a savepoint set before it. The transaction goes on, with what it did before.
//! 3. Should going back fail, the transaction is `Broken`: nothing runs in it any more, and nothing of it is committed.
//! 4. Reading takes no lock. The writer's place is taken by the first write (or at once by `BEGIN IMMEDIATE`); if another
//!    connection committed since this transaction's first read (statistics that are renewed in the background aside), it cannot
//!    write any more and says so (SQLSTATE 40001, [`Error::is_busy`]): its reads would not be those of the world that it writes to.
//! 5. `BEGIN READ ONLY` never writes.
//! 6. `ROLLBACK TO` takes back rows and definitions alike. The rows of a query that was being read are void then.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use citadel_txn::{Durability, Generation, ReadTxn, TreeId, View, WriteTxn};

use crate::api::Database;
use crate::api::deferred::Deferred;
use crate::api::hooks::TransactionHooks;
use crate::api::savepoints::Savepoints;
use crate::bind::bound::{BeginMode, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::lake::{self, Intent, LakeWatch, Pins};
use crate::schema::Catalog;
use crate::store::{KeyCheck, check_keys};
use crate::types::{StatementClock, TimestampTz, now};

/// Where a connection stands.
#[derive(Debug)]
enum State {
    /// Each statement is a transaction.
    Autocommit,
    /// Begun, and nothing read yet.
    Begun { read_only: bool },
    /// Reads one snapshot.
    Reading { snapshot: Snapshot, read_only: bool },
    /// Holds the writer's place.
    Writing {
        txn: Box<WriteTxn>,
        catalog: Arc<Catalog>,
        pins: Arc<Pins>,
    },
    /// Lost: only ROLLBACK is left.
    Broken,
}

/// A snapshot and the definitions in it.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) txn: ReadTxn,
    pub(crate) catalog: Arc<Catalog>,
    /// Snapshots of lake tables: those of the transaction, or of the statement.
    pub(crate) pins: Arc<Pins>,
}

/// What the rows of a query are read from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A snapshot of their own, whatever becomes of the connection's transaction.
    Snapshot(Snapshot),
    /// The connection's write transaction, as long as its epoch lasts.
    Writing(Epoch),
}

/// Changes when a transaction ends or its definitions change: rows that are still being read from it are void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

/// A connection's transaction state.
#[derive(Debug)]
pub(crate) struct Session {
    database: Database,
    state: State,
    /// Those of the transaction.
    savepoints: Savepoints,
    /// Foreign keys that the transaction is to keep when it ends.
    deferred: Deferred,
    epoch: Epoch,
    /// How long a write waits for its turn.
    busy_timeout: Duration,
    /// When its commits are durable.
    durability: Durability,
    /// When the transaction began.
    began: Option<TimestampTz>,
    /// Names what the next transaction appends to lake tables.
    lake_batch_id: Option<String>,
    /// Called when transactions end.
    pub(crate) hooks: TransactionHooks,
    /// Who may end what a commit does in lakes.
    lake_watch: Arc<LakeWatch>,
    /// The definitions that were seen last, and where: most statements follow another one in the same snapshot.
    seen: RefCell<Option<(Generation, Arc<Catalog>)>>,
}

/// What a write gave.
#[derive(Debug)]
pub(crate) struct Done<T> {
    pub(crate) value: T,
    /// It may have changed definitions: those at hand no longer hold.
    pub(crate) redefined: bool,
    /// What of foreign keys is left to be checked: now, or at COMMIT.
    pub(crate) late: Vec<KeyCheck>,
}

impl Session {
    /// In autocommit.
    pub(crate) fn new(database: Database, lake_watch: Arc<LakeWatch>) -> Self {
        Self {
            busy_timeout: database.defaults().busy_timeout,
            durability: database.defaults().durability,
            database,
            began: None,
            state: State::Autocommit,
            savepoints: Savepoints::default(),
            deferred: Deferred::default(),
            epoch: Epoch(0),
            lake_batch_id: None,
            hooks: TransactionHooks::default(),
            lake_watch,
            seen: RefCell::default(),
        }
    }

    /// Is no transaction begun?
    pub(crate) fn is_autocommit(&self) -> bool {
        matches!(self.state, State::Autocommit)
    }

    /// The clock of a statement that begins now.
    pub(crate) fn clock(&self) -> StatementClock {
        StatementClock::new(self.began)
    }

    /// Changes how long a write waits for its turn.
    pub(crate) fn set_busy_timeout(&mut self, timeout: Duration) {
        self.busy_timeout = timeout;
    }

    /// How long a write waits for its turn.
    pub(crate) fn busy_timeout(&self) -> Duration {
        self.busy_timeout
    }

    /// When its commits are durable.
    pub(crate) fn durability(&self) -> Durability {
        self.durability
    }

    /// Changes when its commits are durable, for transactions that begin from now on.
    pub(crate) fn set_durability(&mut self, durability: Durability) -> Result<()> {
        if !self.is_autocommit() {
            return Err(Error::sql(
                SqlState::ACTIVE_TRANSACTION,
                "synchronous cannot be changed inside a transaction",
            ));
        }
        self.durability = durability;
        Ok(())
    }

    /// `BEGIN`.
    pub(crate) fn begin(&mut self, mode: BeginMode) -> Result<()> {
        if !self.is_autocommit() {
            return Err(Error::sql(
                SqlState::ACTIVE_TRANSACTION,
                "there is already a transaction in progress",
            ));
        }
        self.state = match mode {
            BeginMode::Deferred => State::Begun { read_only: false },
            BeginMode::ReadOnly => State::Begun { read_only: true },
            BeginMode::Immediate => self.begin_writing()?,
        };
        self.began = Some(now());
        Ok(())
    }

    /// `COMMIT`. The transaction is over, also where this fails.
    pub(crate) fn commit(&mut self) -> Result<()> {
        let deferred = std::mem::take(&mut self.deferred);
        match self.end()? {
            State::Writing { txn, catalog, pins } => {
                let kept = check_keys(&*txn, &catalog, deferred.checks());
                self.or_undone(kept)?;
                self.finish(*txn, &catalog, &pins, false)
            }
            State::Broken => {
                self.hooks.rolled_back();
                Err(broken().hint("it was rolled back instead"))
            }
            _ => Ok(()),
        }
    }

    /// `ROLLBACK`.
    pub(crate) fn rollback(&mut self) -> Result<()> {
        drop(self.end()?);
        self.hooks.rolled_back();
        Ok(())
    }

    /// Tells that a transaction was rolled back, if it failed.
    fn or_undone<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.hooks.rolled_back();
        }
        result
    }

    fn end(&mut self) -> Result<State> {
        if self.is_autocommit() {
            return Err(Error::sql(
                SqlState::NO_ACTIVE_TRANSACTION,
                "there is no transaction in progress",
            ));
        }
        self.epoch.0 += 1;
        self.began = None;
        self.deferred = Deferred::default();
        self.savepoints.clear();
        Ok(std::mem::replace(&mut self.state, State::Autocommit))
    }

    /// `SAVEPOINT`. It writes nothing, and takes no lock.
    pub(crate) fn set_savepoint(&mut self, name: &Identifier) -> Result<()> {
        self.check_transaction("SAVEPOINT")?;
        let (name, mark) = (name.name.clone(), self.deferred.mark());
        match &mut self.state {
            State::Writing { txn, catalog, .. } => self.savepoints.set(name, mark, txn, catalog),
            _ => self.savepoints.set_unwritten(name, mark),
        }
        Ok(())
    }

    /// `RELEASE`: forgets a savepoint and those set after it; what was done stays.
    pub(crate) fn release(&mut self, name: &Identifier) -> Result<()> {
        self.check_transaction("RELEASE SAVEPOINT")?;
        let at = self.savepoints.find(name)?;
        let State::Writing { txn, .. } = &mut self.state else {
            self.savepoints.forget(at);
            return Ok(());
        };
        let released = self.savepoints.release(at, txn);
        released.inspect_err(|_| self.lose())
    }

    /// `ROLLBACK TO`: takes back what was done since a savepoint was set, and forgets those set after it.
    pub(crate) fn rollback_to(&mut self, name: &Identifier) -> Result<()> {
        self.check_transaction("ROLLBACK TO SAVEPOINT")?;
        let at = self.savepoints.find(name)?;
        if let Some(mark) = self.savepoints.mark(at) {
            self.deferred.return_to(mark);
        }
        let State::Writing { txn, catalog, .. } = &mut self.state else {
            self.savepoints.forget(at + 1);
            return Ok(());
        };
        match self.savepoints.rollback_to(at, txn) {
            Ok(before) => {
                *catalog = before;
                self.epoch.0 += 1;
                Ok(())
            }
            Err(error) => {
                self.lose();
                Err(error)
            }
        }
    }

    /// `SET CONSTRAINTS`. Outside of a transaction it means nothing, as in PostgreSQL.
    ///
    /// # Errors
    /// What is to be checked at once does not hold; then it waits on.
    pub(crate) fn set_constraints(&mut self, names: &[String], deferred: bool) -> Result<()> {
        match &self.state {
            State::Autocommit => return Ok(()),
            State::Broken => return Err(broken()),
            State::Writing { txn, catalog, .. } if !deferred => {
                check_keys(&**txn, catalog, self.deferred.of(names))?;
            }
            _ => {}
        }
        self.deferred.say(names, deferred);
        Ok(())
    }

    /// Refuses what needs a transaction that goes on.
    fn check_transaction(&self, statement: &str) -> Result<()> {
        match self.state {
            State::Autocommit => Err(Error::sql(
                SqlState::NO_ACTIVE_TRANSACTION,
                format!("{statement} can only be used in a transaction"),
            )),
            State::Broken => Err(broken()),
            _ => Ok(()),
        }
    }

    /// Nothing of the transaction can be kept.
    fn lose(&mut self) {
        self.state = State::Broken;
        self.savepoints.clear();
        self.epoch.0 += 1;
    }

    /// Looks at what the next statement will see, to prepare it. Takes no snapshot for the transaction.
    pub(crate) fn look<T>(
        &self,
        look: impl FnOnce(&dyn View, &Arc<Catalog>) -> Result<T>,
    ) -> Result<T> {
        match &self.state {
            State::Autocommit | State::Begun { .. } => {
                let snapshot = self.snapshot()?;
                look(&snapshot.txn, &snapshot.catalog)
            }
            State::Reading { snapshot, .. } => look(&snapshot.txn, &snapshot.catalog),
            State::Writing { txn, catalog, .. } => look(&**txn, catalog),
            State::Broken => Err(broken()),
        }
    }

    /// What a query reads from. The first one of a transaction takes its snapshot.
    pub(crate) fn read(&mut self) -> Result<Source> {
        match &self.state {
            State::Autocommit => Ok(Source::Snapshot(self.snapshot()?)),
            State::Begun { read_only } => {
                let read_only = *read_only;
                let snapshot = self.snapshot()?;
                self.state = State::Reading {
                    snapshot: snapshot.clone(),
                    read_only,
                };
                Ok(Source::Snapshot(snapshot))
            }
            State::Reading { snapshot, .. } => Ok(Source::Snapshot(snapshot.clone())),
            State::Writing { .. } => Ok(Source::Writing(self.epoch)),
            State::Broken => Err(broken()),
        }
    }

    /// The write transaction that a query reads from.
    pub(crate) fn writing(
        &mut self,
        epoch: Epoch,
    ) -> Result<(&mut WriteTxn, &Arc<Catalog>, &Arc<Pins>)> {
        match &mut self.state {
            State::Writing { txn, catalog, pins } if self.epoch == epoch => Ok((txn, catalog, pins)),
            _ => Err(Error::Misuse(
                "the transaction that these rows were read in has ended, or its tables were redefined".to_owned(),
            )),
        }
    }

    /// Runs a write: all of it, or nothing. On its own it is committed when it returns.
    pub(crate) fn write<T>(
        &mut self,
        run: impl FnOnce(&mut WriteTxn, &Arc<Catalog>, &Pins) -> Result<Done<T>>,
    ) -> Result<T> {
        match &self.state {
            State::Autocommit => {
                let (mut txn, catalog) = self.begin_write()?;
                let pins = Pins::default();
                let done = run(&mut txn, &catalog, &pins).and_then(|done| {
                    check_keys(&txn, &catalog, &done.late)?;
                    Ok(done)
                });
                let done = self.or_undone(done)?;
                self.finish(txn, &catalog, &pins, done.redefined)?;
                return Ok(done.value);
            }
            State::Begun { read_only: true }
            | State::Reading {
                read_only: true, ..
            } => {
                return Err(Error::sql(
                    SqlState::READ_ONLY_TRANSACTION,
                    "cannot write in a read-only transaction",
                ));
            }
            State::Begun { .. } => self.state = self.begin_writing()?,
            State::Reading { snapshot, .. } => self.state = self.upgrade(snapshot)?,
            State::Writing { .. } => {}
            State::Broken => return Err(broken()),
        }
        if let State::Writing { txn, catalog, .. } = &mut self.state {
            self.savepoints.begin_writing(txn, catalog);
        }
        self.write_within(run)
    }

    /// Runs a write inside of the transaction, with a way back.
    fn write_within<T>(
        &mut self,
        run: impl FnOnce(&mut WriteTxn, &Arc<Catalog>, &Pins) -> Result<Done<T>>,
    ) -> Result<T> {
        let State::Writing { txn, catalog, pins } = &mut self.state else {
            return Err(broken());
        };
        let before = txn.savepoint();
        let result = run(txn, catalog, pins).and_then(|done| {
            let redefined = if done.redefined {
                Some(Arc::new(Catalog::load(&**txn)?))
            } else {
                None
            };
            let later = match done.late.is_empty() {
                true => Vec::new(),
                false => {
                    let (now, later) = self.deferred.part(catalog, done.late);
                    check_keys(&**txn, catalog, &now)?;
                    later
                }
            };
            Ok((done.value, redefined, later))
        });
        let undone = match &result {
            Ok(_) => Ok(()),
            Err(_) => txn.rollback_to(&before),
        };
        if let Err(error) = undone.and_then(|()| txn.release(before)) {
            self.lose();
            return Err(result.err().unwrap_or_else(|| error.into()));
        }
        let (value, redefined, later) = result?;
        self.deferred.add(later);
        if let Some(redefined) = redefined {
            *catalog = redefined;
            self.epoch.0 += 1;
        }
        Ok(value)
    }

    /// Commits a write transaction, and does in lakes what it says.
    fn finish(
        &mut self,
        txn: WriteTxn,
        catalog: &Arc<Catalog>,
        pins: &Pins,
        redefined: bool,
    ) -> Result<()> {
        let committed = self.commit_here(txn, catalog, pins, redefined);
        let (intents, outdated) = self.or_undone(committed)?;
        self.committed(catalog, redefined, &outdated);
        let Some(intents) = intents else {
            return Ok(());
        };
        self.lake_batch_id = None;
        let shared = self.database.shared();
        lake::settle(&shared.lakes, &shared.storage, self.busy_timeout, &intents)
    }

    /// Commits a write transaction; gives what is to be done in lakes, if there are any, and the tables that it [outdates](outdated).
    fn commit_here(
        &mut self,
        mut txn: WriteTxn,
        catalog: &Catalog,
        pins: &Pins,
        redefined: bool,
    ) -> Result<(Option<Vec<Intent>>, Outdated)> {
        self.hooks.before_commit()?;
        let intents = match (redefined, catalog.has_lake()) {
            (true, _) => {
                let catalog = Catalog::load(&txn)?;
                self.prepare(&mut txn, &catalog)?
            }
            (false, true) => self.prepare(&mut txn, catalog)?,
            (false, false) => None,
        };
        pins.keep_made();
        let outdated = outdated(&txn, catalog);
        if intents.as_ref().is_some_and(|intents| !intents.is_empty()) {
            // A lake keeps what it gets: what decides must not be lost after it.
            txn.set_durability(Durability::Full);
        }
        // Whatever keeps this from being known, files that it may name stay.
        txn.commit()?;
        Ok((intents, outdated))
    }

    fn prepare(&self, txn: &mut WriteTxn, catalog: &Catalog) -> Result<Option<Vec<Intent>>> {
        let lakes = &self.database.shared().lakes;
        let batch_id = self.lake_batch_id.as_deref();
        lake::prepare(txn, catalog, lakes, batch_id, &self.lake_watch)
    }

    /// Names what the next transaction appends to lake tables.
    pub(crate) fn set_lake_batch_id(&mut self, id: Option<String>) {
        self.lake_batch_id = id;
    }

    /// What was named so.
    pub(crate) fn lake_batch_id(&self) -> Option<&str> {
        self.lake_batch_id.as_deref()
    }

    /// Lets the ann indexes that may have been touched be folded where they need it, and statistics that may have grown old be
    /// renewed.
    fn committed(&self, catalog: &Catalog, redefined: bool, outdated: &[(TreeId, u64)]) {
        let shared = self.database.shared();
        if catalog.has_ann() || redefined {
            shared.merger.commit(&shared.storage);
        }
        shared.refresher.commit(&shared.storage, outdated);
    }

    fn snapshot(&self) -> Result<Snapshot> {
        let shared = self.database.shared();
        let txn = shared.storage.begin_read()?;
        let mut seen = self.seen.borrow_mut();
        let catalog = match &*seen {
            Some((at, catalog)) if *at == txn.generation() => Arc::clone(catalog),
            _ => {
                let catalog = shared.catalogs.of_snapshot(&txn)?;
                *seen = Some((txn.generation(), Arc::clone(&catalog)));
                catalog
            }
        };
        Ok(Snapshot {
            txn,
            catalog,
            pins: Arc::default(),
        })
    }

    fn begin_write(&self) -> Result<(WriteTxn, Arc<Catalog>)> {
        let shared = self.database.shared();
        let mut txn = shared.storage.begin_write_within(self.busy_timeout)?;
        txn.set_durability(self.durability);
        let catalog = shared.catalogs.of_view(&txn)?;
        Ok((txn, catalog))
    }

    fn begin_writing(&self) -> Result<State> {
        let (txn, catalog) = self.begin_write()?;
        Ok(State::Writing {
            txn: Box::new(txn),
            catalog,
            pins: Arc::default(),
        })
    }

    /// Takes the writer's place for a transaction that has read: only if nothing was committed since.
    fn upgrade(&self, read: &Snapshot) -> Result<State> {
        let (txn, catalog) = self.begin_write()?;
        let quiet = self.database.shared().refresher.quiet();
        if !quiet.are_all_between(read.txn.generation(), txn.generation()) {
            return Err(Error::sql(
                SqlState::SERIALIZATION_FAILURE,
                "another connection committed since this transaction first read; it cannot write any more",
            )
            .hint("roll back and try again, with BEGIN IMMEDIATE if it must not happen anew"));
        }
        Ok(State::Writing {
            txn: Box::new(txn),
            catalog,
            pins: Arc::clone(&read.pins),
        })
    }
}

/// The tables with statistics whose rows a transaction changes: their trees, and how many rows.
type Outdated = Vec<(TreeId, u64)>;

/// Finds them.
fn outdated(txn: &WriteTxn, catalog: &Catalog) -> Outdated {
    if !catalog.has_statistics() {
        return Vec::new();
    }
    let tables = catalog.tables().iter();
    let analyzed = tables.filter(|table| table.statistics.is_some());
    let changes = analyzed.map(|table| (table.rows, txn.entries_changed(table.rows)));
    changes.filter(|(_, rows)| *rows > 0).collect()
}

fn broken() -> Error {
    Error::sql(
        SqlState::IN_FAILED_TRANSACTION,
        "the transaction is lost: a failed statement in it could not be undone",
    )
}
