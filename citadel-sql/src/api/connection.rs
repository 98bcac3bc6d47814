//! A connection: where statements run.

use std::cell::{Cell, RefCell, RefMut};
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use citadel_txn::{Durability, Key};

use crate::ann::BuildProgress;
use crate::api::cache::StatementCache;
use crate::api::copy::Rejected;
use crate::api::from_sql::FromSql;
use crate::api::prepared::Prepared;
use crate::api::session::Session;
use crate::api::{Database, InterruptHandle, Options, Params, Row, Statement};
use crate::bind::BindContext;
use crate::bind::bound::WORK_MEM_MIN;
use crate::error::{Error, Result};
use crate::execute::{Interrupt, TriggerCache};
use crate::functions::{Added, Sequences};
use crate::lake::{LakeProgress, LakeWatch};
use crate::parse;
use crate::schema::AnnSettings;
use crate::store::RowListener;
use crate::types::temporal::Zone;

/// Statements that a connection keeps prepared, unless told otherwise.
const STATEMENTS_KEPT: usize = 64;

/// A connection to a database. It has a transaction state of its own, and runs one statement at a time; it may be sent to
/// another thread, and not be shared between threads: give each one its own by [`Database::connect`].
///
/// ```
/// use citadel_sql::{Connection, params};
///
/// # fn main() -> citadel_sql::Result<()> {
/// let db = Connection::open_in_memory()?;
/// db.execute_batch(
///     "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, emb VECTOR(3));
///      CREATE INDEX notes_emb ON notes USING ann (emb);",
/// )?;
/// let mut insert = db.prepare("INSERT INTO notes (body, emb) VALUES (?, ?)")?;
/// insert.execute(params!["hay", [1.0_f32, 0.0, 0.0]])?;
/// insert.execute(params!["needle", [0.0_f32, 0.0, 1.0]])?;
///
/// let body: String = db.query_row(
///     "SELECT body FROM notes ORDER BY emb <-> :q LIMIT 1",
///     &[(":q", [0.1_f32, 0.0, 0.9])],
///     |row| row.get(0),
/// )?;
/// assert_eq!(body, "needle");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Connection {
    session: RefCell<Session>,
    statements: RefCell<StatementCache<Prepared>>,
    database: Database,
    interrupt: Arc<Interrupt>,
    /// What statements ask that work in lakes.
    lake_watch: Arc<LakeWatch>,
    /// Rows that are being read: while there are any, an interrupt is meant for them.
    open_rows: Cell<usize>,
    changes: Cell<u64>,
    total_changes: Cell<u64>,
    last_insert_rowid: Cell<i64>,
    build_progress: RefCell<BuildProgress>,
    ann: Cell<AnnSettings>,
    /// `None`: what the database was opened with.
    threads: Cell<Option<NonZero<usize>>>,
    /// The same of the memory of an operator.
    work_mem: Cell<Option<usize>>,
    /// How statements are to be understood.
    binding: RefCell<Arc<BindContext>>,
    sequences: RefCell<Sequences>,
    /// What triggers do, of those that were fired.
    triggers: TriggerCache,
    /// Told of rows that are written.
    listener: RefCell<Option<Arc<RowListener>>>,
    /// What the last COPY left out.
    pub(crate) rejected: RefCell<Rejected>,
}

impl Connection {
    pub(crate) fn new(database: Database) -> Self {
        let interrupt = Arc::new(Interrupt::default());
        let lake_watch = LakeWatch::new(interrupt.flag());
        let session = Session::new(database.clone(), Arc::clone(&lake_watch));
        Self {
            session: RefCell::new(session),
            statements: RefCell::new(StatementCache::new(STATEMENTS_KEPT)),
            database,
            interrupt,
            lake_watch,
            open_rows: Cell::new(0),
            changes: Cell::new(0),
            total_changes: Cell::new(0),
            last_insert_rowid: Cell::new(0),
            build_progress: RefCell::default(),
            ann: Cell::default(),
            threads: Cell::default(),
            work_mem: Cell::default(),
            binding: RefCell::default(),
            sequences: RefCell::default(),
            triggers: TriggerCache::default(),
            listener: RefCell::default(),
            rejected: RefCell::default(),
        }
    }

    /// Opens a file, or creates it where there is none. `:memory:` is [`open_in_memory`](Connection::open_in_memory).
    ///
    /// Opening a file again in the same process gives another connection to the same database. Those who hold one already
    /// need not stretch a passphrase again: [`database`](Connection::database) and [`Database::connect`].
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open(path: impl AsRef<Path>, key: Key) -> Result<Self> {
        Database::open(path, key).map(|database| database.connect())
    }

    /// Opens a file as the options say.
    ///
    /// # Errors
    /// As [`Database::open_with`].
    pub fn open_with(path: impl AsRef<Path>, key: Key, options: Options) -> Result<Self> {
        Database::open_with(path, key, options).map(|database| database.connect())
    }

    /// Creates a database that lives as long as its connections, and nowhere else.
    ///
    /// # Errors
    /// Memory cannot be had.
    pub fn open_in_memory() -> Result<Self> {
        Database::open_in_memory().map(|database| database.connect())
    }

    /// What it knows of sequences.
    pub(crate) fn drawn(&self) -> RefMut<'_, Sequences> {
        self.sequences.borrow_mut()
    }

    /// What triggers do, of those that were fired.
    pub(crate) fn trigger_cache(&self) -> &TriggerCache {
        &self.triggers
    }

    /// The database that this is a connection to.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Runs one statement that gives no rows, and returns how many rows it inserted, updated or deleted.
    ///
    /// # Errors
    /// The statement fails, and then leaves no trace; it gives rows; the text is more than one statement; the parameters
    /// are not those of the statement.
    pub fn execute<P: Params>(&self, sql: &str, params: P) -> Result<usize> {
        self.prepare(sql)?.execute(params)
    }

    /// Runs statements one after the other, separated by `;`. Rows that they give are left aside.
    ///
    /// # Errors
    /// A text that does not parse is an error before anything runs. Otherwise the first statement that fails ends it; those
    /// before it stay done. Put `BEGIN` and `COMMIT` around them, or a [`Transaction`](crate::Transaction), to have all
    /// or nothing.
    pub fn execute_batch(&self, sql: &str) -> Result<()> {
        for parsed in parse::parse(sql)? {
            let text: Arc<str> = sql.get(parsed.text).unwrap_or(sql).into();
            let syntax = Arc::new(parsed.statement);
            let binding = self.bind_context();
            let prepared = self.session().look(|view, catalog| {
                let (text, syntax) = (Arc::clone(&text), Arc::clone(&syntax));
                Prepared::plan(text, syntax, catalog, view, &binding)
            })?;
            Statement::new(self, Arc::new(prepared)).run_through()?;
        }
        Ok(())
    }

    /// Prepares a statement: parsed and planned once, run often. Equal texts share the work.
    ///
    /// # Errors
    /// The statement is wrong; the text is not one statement.
    pub fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        let known = self.statements.borrow_mut().get(sql);
        let binding = self.bind_context();
        if let Some(known) = known {
            // Its columns are those of the schema as it is now.
            let prepared = self
                .session()
                .look(|view, catalog| known.current(catalog, view, &binding))?;
            if !Arc::ptr_eq(&known, &prepared) {
                self.remember(sql, &prepared);
            }
            return Ok(Statement::new(self, prepared));
        }
        let prepared = self
            .session()
            .look(|view, catalog| Prepared::new(sql, catalog, view, &binding))?;
        let prepared = Arc::new(prepared);
        self.remember(sql, &prepared);
        Ok(Statement::new(self, prepared))
    }

    /// The same as [`prepare`](Connection::prepare), which keeps statements as well: here so that programs that say so compile.
    ///
    /// # Errors
    /// As [`prepare`](Connection::prepare).
    pub fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        self.prepare(sql)
    }

    /// Runs a query and reads its first row.
    ///
    /// # Errors
    /// The statement fails; there is no row ([`Error::QueryReturnedNoRows`], see
    /// [`OptionalExtension`](crate::OptionalExtension)); `read` fails.
    pub fn query_row<T, P, F>(&self, sql: &str, params: P, read: F) -> Result<T>
    where
        P: Params,
        F: FnOnce(&Row<'_>) -> Result<T>,
    {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Runs a query and reads all its rows.
    ///
    /// # Errors
    /// The statement fails; `read` fails.
    pub fn query_map<T, P, F>(&self, sql: &str, params: P, read: F) -> Result<Vec<T>>
    where
        P: Params,
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        self.prepare(sql)?.query_map(params, read)?.collect()
    }

    /// Runs a query and reads the only column of its only row.
    ///
    /// # Errors
    /// As [`query_row`](Connection::query_row).
    pub fn query_value<T: FromSql, P: Params>(&self, sql: &str, params: P) -> Result<T> {
        self.query_row(sql, params, |row| row.get(0))
    }

    /// The row id of the last row that this connection inserted; 0 before the first.
    pub fn last_insert_rowid(&self) -> i64 {
        self.last_insert_rowid.get()
    }

    /// Rows that the last INSERT, UPDATE, DELETE or MERGE of this connection changed.
    pub fn changes(&self) -> u64 {
        self.changes.get()
    }

    /// Rows that this connection has inserted, updated or deleted, those of rolled back transactions included.
    pub fn total_changes(&self) -> u64 {
        self.total_changes.get()
    }

    /// Is no transaction begun?
    pub fn is_autocommit(&self) -> bool {
        self.session.borrow().is_autocommit()
    }

    /// A handle that stops what this connection is doing, from another thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::new(&self.interrupt)
    }

    /// Changes how long a write of this connection waits for another connection's transaction to end, before it fails
    /// ([`Error::is_busy`]). At first it is what [`Options::busy_timeout`] says.
    pub fn busy_timeout(&self, timeout: Duration) {
        self.session().set_busy_timeout(timeout);
    }

    /// Changes when commits of this connection are safe on the medium. At first it is what [`Options::durability`] says.
    /// `PRAGMA synchronous` does the same.
    ///
    /// # Errors
    /// A transaction is open.
    pub fn set_durability(&self, durability: Durability) -> Result<()> {
        self.session().set_durability(durability)
    }

    /// When commits of this connection are safe on the medium.
    pub fn durability(&self) -> Durability {
        self.session().durability()
    }

    /// Tells a listener from now on how far CREATE INDEX … USING ann, REINDEX, `persist_ann_index` and `CALL lake_build_indexes` are on this connection; `None`:
    /// nobody. It is called from the threads that build.
    /// [`interrupt_handle`](Connection::interrupt_handle) ends such a statement.
    pub fn on_index_build<F>(&self, listener: Option<F>)
    where
        F: Fn(citadel_vector::Progress) + Send + Sync + 'static,
    {
        let listener = listener.map(BuildProgress::to).unwrap_or_default();
        self.lake_watch.on_builds(listener.clone());
        *self.build_progress.borrow_mut() = listener;
    }

    /// Tells a listener from now on how many rows of a table in a lake a statement of this connection has read, written (at COMMIT) or
    /// compacted; `None`: nobody. It is called from the thread that runs the statement, after each batch.
    /// [`interrupt_handle`](Connection::interrupt_handle) ends such a statement.
    pub fn on_lake_progress<F>(&self, listener: Option<F>)
    where
        F: Fn(LakeProgress) + Send + Sync + 'static,
    {
        self.lake_watch.on_rows(match listener {
            Some(listener) => Some(Arc::new(listener)),
            None => None,
        });
    }

    pub(crate) fn lake_watch(&self) -> &Arc<LakeWatch> {
        &self.lake_watch
    }

    pub(crate) fn build_progress(&self) -> BuildProgress {
        self.build_progress.borrow().clone()
    }

    /// Changes how many statements are kept prepared; 0: none.
    pub fn set_prepared_statement_cache_capacity(&self, statements: usize) {
        self.statements.borrow_mut().set_capacity(statements);
    }

    /// Forgets all prepared statements that are not in use.
    pub fn flush_prepared_statement_cache(&self) {
        self.statements.borrow_mut().clear();
    }

    /// Lets go of the connection, rolling back an open transaction. Dropping it does the same.
    pub fn close(self) {}

    /// The transaction state; borrowed for one step at a time, since no step runs code of the user.
    pub(crate) fn session(&self) -> RefMut<'_, Session> {
        self.session.borrow_mut()
    }

    /// Keeps a statement, in place of an older plan of the same text.
    pub(crate) fn remember(&self, sql: &str, prepared: &Arc<Prepared>) {
        self.statements.borrow_mut().put(sql, Arc::clone(prepared));
    }

    /// The most threads that a query of this connection may run on, its own included.
    pub fn threads(&self) -> usize {
        let threads = self.threads.get().map(NonZero::get);
        threads.unwrap_or(self.database.defaults().threads)
    }

    /// Changes on how many threads a query of this connection may run, its own included; `None`: as
    /// [`Options::threads`] says. `PRAGMA threads` does the same.
    pub fn set_threads(&self, threads: Option<NonZero<usize>>) {
        self.threads.set(threads);
    }

    /// Bytes of memory in which an operator of this connection's queries may hold rows.
    pub fn work_mem(&self) -> usize {
        let bytes = self.work_mem.get();
        bytes.unwrap_or(self.database.defaults().work_mem)
    }

    /// Changes in how many bytes of memory an operator of this connection's queries may hold rows, at least 64 KiB; `None`: as
    /// [`Options::work_mem`] says. `SET work_mem` does the same.
    pub fn set_work_mem(&self, bytes: Option<usize>) {
        self.work_mem
            .set(bytes.map(|bytes| bytes.max(WORK_MEM_MIN)));
    }

    /// The name of the time zone in which a TIMESTAMPTZ is read and shown on this connection: UTC at first.
    pub fn time_zone(&self) -> String {
        self.binding.borrow().zone.name().to_owned()
    }

    /// Changes the time zone: a name of the IANA database (`Europe/Berlin`), an abbreviation or an offset (`+02:00`).
    /// `SET timezone` does the same.
    ///
    /// ```
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = citadel_sql::Connection::open_in_memory()?;
    /// db.set_time_zone("Asia/Tokyo")?;
    /// let text: String = db.query_value("SELECT TIMESTAMPTZ '2024-01-01 00:00Z'::TEXT", ())?;
    /// assert_eq!(text, "2024-01-01 09:00:00+09");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such zone.
    pub fn set_time_zone(&self, name: &str) -> Result<()> {
        self.set_zone(Zone::of_name(name)?);
        Ok(())
    }

    pub(crate) fn set_zone(&self, zone: Zone) {
        Arc::make_mut(&mut self.binding.borrow_mut()).zone = zone;
    }

    /// How its statements are to be understood.
    pub(crate) fn bind_context(&self) -> Arc<BindContext> {
        Arc::clone(&self.binding.borrow())
    }

    /// Changes what is added to the functions.
    ///
    /// # Errors
    /// Those of `change`.
    pub(crate) fn add(&self, change: impl FnOnce(&Added) -> Result<Added>) -> Result<()> {
        let binding = &mut *self.binding.borrow_mut();
        let binding = Arc::make_mut(binding);
        binding.added = Arc::new(change(&binding.added)?);
        Ok(())
    }

    /// What searches through ann indexes are to find.
    pub(crate) fn ann_settings(&self) -> AnnSettings {
        self.ann.get()
    }

    pub(crate) fn change_ann_settings(&self, change: impl FnOnce(&mut AnnSettings)) {
        let mut settings = self.ann.get();
        change(&mut settings);
        self.ann.set(settings);
    }

    /// Who is told of rows that are written.
    pub(crate) fn listener(&self) -> Option<Arc<RowListener>> {
        self.listener.borrow().clone()
    }

    pub(crate) fn set_listener(&self, listener: Option<Arc<RowListener>>) {
        *self.listener.borrow_mut() = listener;
    }

    /// What stops its statements.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// An interrupt from before this statement was not meant for it.
    pub(crate) fn arm_interrupt(&self) {
        if self.open_rows.get() == 0 {
            self.interrupt.clear();
        }
    }

    /// Counts rows that are being read, and those that no longer are.
    pub(crate) fn count_open_rows(&self, change: isize) {
        self.open_rows
            .set(self.open_rows.get().saturating_add_signed(change));
    }

    pub(crate) fn note_changes(&self, changed: u64, last_rowid: Option<i64>) {
        self.changes.set(changed);
        self.total_changes.set(self.total_changes.get() + changed);
        if let Some(rowid) = last_rowid {
            self.last_insert_rowid.set(rowid);
        }
    }
}

/// What an `execute` of rows says.
pub(crate) fn gives_rows() -> Error {
    Error::Misuse("the statement gives rows: use a query for it".to_owned())
}
