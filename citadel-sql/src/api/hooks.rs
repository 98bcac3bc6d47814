//! What a program is told of while a connection works: commits, rollbacks, rows, and that a statement still runs.

use std::fmt;
use std::sync::Arc;

use crate::api::Connection;
use crate::error::{Error, Result, SqlState};
use crate::store::{RowAction, RowListener};

type CommitHook = Box<dyn FnMut() -> bool + Send>;
type RollbackHook = Box<dyn FnMut() + Send>;

/// What is called when transactions end.
#[derive(Default)]
pub(crate) struct TransactionHooks {
    commit: Option<CommitHook>,
    rollback: Option<RollbackHook>,
}

impl TransactionHooks {
    /// A transaction is about to be committed.
    ///
    /// # Errors
    /// It must not be.
    pub(crate) fn before_commit(&mut self) -> Result<()> {
        match self.commit.as_mut().is_some_and(|refuses| refuses()) {
            false => Ok(()),
            true => Err(Error::sql(
                SqlState::TRANSACTION_ROLLBACK,
                "the commit hook refused the commit",
            )),
        }
    }

    /// A transaction was rolled back.
    pub(crate) fn rolled_back(&mut self) {
        if let Some(rolled_back) = &mut self.rollback {
            rolled_back();
        }
    }
}

impl fmt::Debug for TransactionHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionHooks")
            .field("commit", &self.commit.is_some())
            .field("rollback", &self.rollback.is_some())
            .finish()
    }
}

/// Hooks run inside of the work of the connection, and cannot use it: what they do must not wait for it.
impl Connection {
    /// Calls a hook from now on before each commit of a transaction that wrote; `None`: no more. Where it returns true, the transaction is
    /// rolled back instead, and COMMIT, or the statement that is a transaction of its own, fails with SQLSTATE 40000.
    ///
    /// ```
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = citadel_sql::Connection::open_in_memory()?;
    /// db.execute_batch("CREATE TABLE t (a INTEGER)")?;
    /// db.commit_hook(Some(|| true));
    /// let error = db.execute("INSERT INTO t VALUES (1)", ()).unwrap_err();
    /// assert_eq!(error.sqlstate().map(|state| state.as_str()), Some("40000"));
    /// db.commit_hook(None::<fn() -> bool>);
    /// assert_eq!(db.query_value::<i64, _>("SELECT count(*) FROM t", ())?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn commit_hook<F>(&self, hook: Option<F>)
    where
        F: FnMut() -> bool + Send + 'static,
    {
        self.session().hooks.commit = hook.map(|hook| Box::new(hook) as CommitHook);
    }

    /// Calls a hook from now on whenever a transaction was rolled back: by ROLLBACK, by a COMMIT that failed, or because the statement
    /// that was a transaction of its own failed to write; `None`: no more.
    pub fn rollback_hook<F>(&self, hook: Option<F>)
    where
        F: FnMut() + Send + 'static,
    {
        self.session().hooks.rollback = hook.map(|hook| Box::new(hook) as RollbackHook);
    }

    /// Calls a hook from now on for each row that a statement of this connection writes, with the name of its table and its row id (after an
    /// UPDATE, the new one); `None`: no more. Rows that triggers and foreign keys write count as well, those of TRUNCATE, of
    /// CREATE TABLE AS and of tables in lakes do not.
    ///
    /// It is called while the statement runs. Should that fail, or its transaction be rolled back, it is not called again.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use citadel_sql::RowAction;
    ///
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = citadel_sql::Connection::open_in_memory()?;
    /// db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)")?;
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let told = Arc::clone(&seen);
    /// db.update_hook(Some(move |action, table: &str, id| {
    ///     told.lock().unwrap().push((action, table.to_owned(), id));
    /// }));
    /// db.execute_batch("INSERT INTO t VALUES (7, 1); UPDATE t SET a = 2")?;
    /// let (insert, update) = (RowAction::Insert, RowAction::Update);
    /// assert_eq!(*seen.lock().unwrap(), [(insert, "t".into(), 7), (update, "t".into(), 7)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_hook<F>(&self, hook: Option<F>)
    where
        F: FnMut(RowAction, &str, i64) + Send + 'static,
    {
        let listener = hook.map(|hook| Arc::new(RowListener::new(hook)));
        self.set_listener(listener);
    }

    /// Asks a handler now and then while a statement of this connection runs, about every so many batches of at most 1,024 rows, whether
    /// to stop it; `None`: no more. Where it returns true, the statement ends as by an [interrupt handle](Connection::interrupt_handle). It
    /// may be called from any of the threads that work for the statement, one at a time.
    ///
    /// ```
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = citadel_sql::Connection::open_in_memory()?;
    /// let mut left = 100;
    /// db.progress_handler(1, Some(move || { left -= 1; left == 0 }));
    /// let endless = "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    /// assert!(db.query_value::<i64, _>(endless, ()).unwrap_err().is_interrupted());
    /// # Ok(())
    /// # }
    /// ```
    pub fn progress_handler<F>(&self, batches: u32, handler: Option<F>)
    where
        F: FnMut() -> bool + Send + 'static,
    {
        let handler = handler.map(|handler| Box::new(handler) as Box<dyn FnMut() -> bool + Send>);
        self.interrupt().handle(batches, handler);
    }
}
