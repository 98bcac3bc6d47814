//! Statistics that have grown old are gathered again in the background, and nobody asked for it.
//!
//! # What always holds
//!
//! - Only tables that were analyzed once are looked at. Who never says ANALYZE gets no thread and no write.
//! - A file that is open for writing has one thread for this at most, begun by the first commit that may have made
//!   statistics old. It reads a snapshot, without the writer's turn, and takes the turn for the instant in which a record
//!   of some kilobytes is put in its place. That commit is not synced: statistics that a crash loses are gathered again.
//! - A transaction that has read and then writes does not fail because of such a commit: no row differs
//!   ([`QuietCommits`]).
//! - Definitions that have changed meanwhile win: what was gathered is thrown away, and gathered anew.
//! - The thread ends with the last handle. It is told to stop, gives up what it does, and is waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use citadel_txn::{Database, Durability, Generation, TreeId, View, WriteTxn};
use parking_lot::{Condvar, Mutex};
use rustc_hash::FxHashMap;

use super::{gather, is_due, keep};
use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, ColumnNo, TableDef, TableStatistics};

/// The thread looks at what was committed no more often than this.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long to leave everything alone after statistics could not be kept.
const REST: Duration = Duration::from_secs(1);

/// How long gathered statistics wait for the writer's turn.
const TURN_WAIT: Duration = Duration::from_millis(200);

/// Quiet commits that are remembered. A transaction that has read for longer is told to begin anew.
const QUIET_MAX: usize = 1024;

/// Commits of this process that changed nothing that a query could see.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuietCommits(Arc<Mutex<Vec<Generation>>>);

impl QuietCommits {
    /// Commits a transaction that leaves all rows as they are.
    fn commit(&self, txn: WriteTxn) -> Result<()> {
        let generation = txn.generation();
        {
            // Before anyone can stand on it.
            let mut known = self.0.lock();
            if known.len() == QUIET_MAX {
                known.remove(0);
            }
            known.push(generation);
        }
        let committed = txn.commit();
        if committed.is_err() {
            self.0.lock().retain(|known| *known != generation);
        }
        committed?;
        Ok(())
    }

    /// Has nothing that a query could see been committed after one generation and before another?
    pub(crate) fn are_all_between(&self, read: Generation, writes: Generation) -> bool {
        let known = self.0.lock();
        let mut next = read.next();
        while let Some(generation) = next.filter(|next| *next < writes) {
            if known.binary_search(&generation).is_err() {
                return false;
            }
            next = generation.next();
        }
        next == Some(writes)
    }
}

/// Background statistics of one database. See the module.
#[derive(Debug)]
pub(crate) struct Refresher {
    signals: Arc<Signals>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread and the others tell each other.
#[derive(Debug)]
struct Signals {
    state: Mutex<State>,
    changed: Condvar,
    /// Are statistics to be renewed in the background at all?
    enabled: AtomicBool,
    /// Gives up what is being gathered.
    cancel: AtomicBool,
    quiet: QuietCommits,
}

#[derive(Debug, Default)]
struct State {
    closing: bool,
    /// Something was committed since the thread looked.
    news: bool,
    /// Rows that were written or removed since the statistics of their table were gathered, by the tree of its rows.
    rows: FxHashMap<TreeId, u64>,
    /// Tables whose statistics were renewed.
    renewed: u64,
}

impl Refresher {
    /// Nothing runs before [`commit`](Self::commit) is told of one.
    pub(crate) fn new(enabled: bool) -> Self {
        let signals = Signals {
            state: Mutex::default(),
            changed: Condvar::new(),
            enabled: AtomicBool::new(enabled),
            cancel: AtomicBool::new(false),
            quiet: QuietCommits::default(),
        };
        Self {
            signals: Arc::new(signals),
            thread: Mutex::default(),
        }
    }

    /// The commits that it makes.
    pub(crate) fn quiet(&self) -> &QuietCommits {
        &self.signals.quiet
    }

    /// Are statistics renewed in the background?
    pub(crate) fn is_enabled(&self) -> bool {
        self.signals.enabled.load(Ordering::Relaxed)
    }

    /// Whether to renew statistics in the background from now on.
    pub(crate) fn enable(&self, enabled: bool, database: &Database) {
        self.signals.enabled.store(enabled, Ordering::Relaxed);
        self.signals.cancel.store(!enabled, Ordering::Relaxed);
        if enabled {
            self.tell(database, &[]);
        }
    }

    /// A transaction is committed that changed so many rows of tables, which are named by the tree of their rows, and that
    /// have statistics.
    pub(crate) fn commit(&self, database: &Database, rows: &[(TreeId, u64)]) {
        if !rows.is_empty() {
            self.tell(database, rows);
        }
    }

    fn tell(&self, database: &Database, rows: &[(TreeId, u64)]) {
        {
            let mut state = self.signals.state.lock();
            for (tree, changed) in rows {
                *state.rows.entry(*tree).or_default() += changed;
            }
            state.news = true;
        }
        if self.is_enabled() && !database.is_read_only() {
            self.begin(database);
            self.signals.changed.notify_all();
        }
    }

    /// Begins the thread, if it was not.
    fn begin(&self, database: &Database) {
        let mut thread = self.thread.lock();
        if thread.is_some() {
            return;
        }
        let worker = Worker {
            signals: Arc::clone(&self.signals),
            database: database.clone(),
        };
        let begun = std::thread::Builder::new()
            .name("citadel-analyze".to_owned())
            .spawn(move || worker.run());
        match begun {
            Ok(handle) => *thread = Some(handle),
            Err(error) => tracing::warn!(%error, "no thread to renew statistics with"),
        }
    }

    /// Waits until the statistics of so many tables were renewed since the database was opened. False: the time is over
    /// before.
    #[cfg(test)]
    pub(crate) fn wait_for(&self, renewed: u64, timeout: Duration) -> bool {
        let end = Instant::now() + timeout;
        let mut state = self.signals.state.lock();
        while state.renewed < renewed {
            if self.signals.changed.wait_until(&mut state, end).timed_out() {
                return state.renewed >= renewed;
            }
        }
        true
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.signals.state.lock().closing = true;
        self.signals.cancel.store(true, Ordering::Relaxed);
        self.signals.changed.notify_all();
        if let Some(thread) = self.thread.get_mut().take()
            && thread.join().is_err()
        {
            tracing::warn!("the thread that renews statistics panicked");
        }
    }
}

/// What the thread has.
struct Worker {
    signals: Arc<Signals>,
    database: Database,
}

impl Worker {
    /// Looks and gathers until the last handle is gone.
    fn run(self) {
        let mut seen = FxHashMap::default();
        while self.wait_for_news() {
            match self.renew_all(&mut seen) {
                Ok(()) => self.rest(LOOK_EVERY),
                Err(error) => {
                    tracing::debug!(%error, "statistics were not renewed");
                    self.signals.state.lock().news = true;
                    self.rest(REST);
                }
            }
        }
    }

    /// False: the thread is to end.
    fn wait_for_news(&self) -> bool {
        let mut state = self.signals.state.lock();
        loop {
            if state.closing {
                return false;
            }
            if self.signals.enabled.load(Ordering::Relaxed) && std::mem::take(&mut state.news) {
                return true;
            }
            self.signals.changed.wait(&mut state);
        }
    }

    /// Sleeps, unless the thread is to end.
    fn rest(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut state = self.signals.state.lock();
        while !state.closing && !self.signals.changed.wait_until(&mut state, end).timed_out() {}
    }

    /// `seen` are the statistics of each table as they were the last time.
    fn renew_all(&self, seen: &mut Seen) -> Result<()> {
        let snapshot = self.database.begin_read()?;
        let catalog = Catalog::load(&snapshot)?;
        for table in catalog.tables() {
            let Some(known) = &table.statistics else {
                continue;
            };
            let before = seen.insert(table.rows, Arc::clone(known));
            let is_other = before.is_some_and(|before| before != *known);
            let changed = {
                let mut state = self.signals.state.lock();
                if is_other {
                    // Others have gathered them meanwhile.
                    state.rows.remove(&table.rows);
                }
                state.rows.get(&table.rows).copied().unwrap_or(0)
            };
            if is_due(&snapshot, table, changed)? {
                let renewed = self.renew(&snapshot, table, known)?;
                seen.insert(table.rows, Arc::new(renewed));
                let mut state = self.signals.state.lock();
                // What was changed while they were gathered counts for the next time.
                if let Some(rows) = state.rows.get_mut(&table.rows) {
                    *rows -= changed.min(*rows);
                }
                state.renewed += 1;
                self.signals.changed.notify_all();
            }
        }
        Ok(())
    }

    fn renew(
        &self,
        snapshot: &dyn View,
        table: &TableDef,
        known: &TableStatistics,
    ) -> Result<TableStatistics> {
        let watch = || match self.signals.cancel.load(Ordering::Relaxed) {
            true => Err(given_up()),
            false => Ok(()),
        };
        // What was never asked for is not gathered now.
        let columns: Vec<ColumnNo> = known.columns.iter().map(|(no, _)| *no).collect();
        let found = gather(snapshot, table, Some(&columns), &watch)?;
        let mut txn = self.database.begin_write_within(TURN_WAIT)?;
        txn.set_durability(Durability::Off);
        let now = Catalog::load(&txn)?;
        let is_same = |now: &TableDef| {
            now.rows == table.rows
                && now.columns.len() == table.columns.len()
                && now.statistics == table.statistics
        };
        match now.table_by_id(table.id) {
            Some(now) if is_same(now) => keep(&mut txn, now, &found)?,
            _ => return Err(given_up()),
        }
        self.signals.quiet.commit(txn)?;
        Ok(found)
    }
}

/// Statistics by the tree of the rows.
type Seen = FxHashMap<TreeId, Arc<TableStatistics>>;

/// Nobody wants what is being gathered any more.
fn given_up() -> Error {
    Error::sql(
        SqlState::QUERY_CANCELED,
        "the statistics were no longer wanted",
    )
}
