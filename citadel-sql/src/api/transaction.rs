//! A transaction as a value: rolled back when dropped, unless it was committed.

use std::ops::Deref;

use crate::api::connection::Connection;
use crate::bind::bound::BeginMode;
use crate::error::Result;

/// How a transaction begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransactionBehavior {
    /// Reads from its first statement on, and takes the writer's place at its first write. That fails
    /// ([`Error::is_busy`](crate::Error::is_busy)) if another connection committed in between.
    #[default]
    Deferred,
    /// Takes the writer's place at once, waiting for it as long as the busy timeout says.
    Immediate,
    /// Never writes.
    ReadOnly,
}

/// What becomes of a transaction that is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DropBehavior {
    /// It is rolled back.
    #[default]
    Rollback,
    /// It is committed; an error in that is lost, so [`Transaction::commit`] is better.
    Commit,
}

/// A transaction of a connection. Statements run on it as on the connection itself.
///
/// ```
/// use citadel_sql::Connection;
///
/// # fn main() -> citadel_sql::Result<()> {
/// let mut db = Connection::open_in_memory()?;
/// db.execute("CREATE TABLE t (x INTEGER)", ())?;
/// {
///     let tx = db.transaction()?;
///     tx.execute("INSERT INTO t VALUES (1)", ())?;
///     // Dropped here: rolled back.
/// }
/// let tx = db.transaction()?;
/// tx.execute("INSERT INTO t VALUES (2)", ())?;
/// tx.commit()?;
/// assert_eq!(db.query_map("SELECT x FROM t", (), |row| row.get::<_, i64>(0))?, [2]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Transaction<'conn> {
    connection: &'conn Connection,
    on_drop: DropBehavior,
    over: bool,
}

impl Connection {
    /// Begins a transaction.
    ///
    /// # Errors
    /// One was begun by SQL already.
    pub fn transaction(&mut self) -> Result<Transaction<'_>> {
        self.transaction_with_behavior(TransactionBehavior::default())
    }

    /// Begins a transaction in a certain way.
    ///
    /// # Errors
    /// One was begun by SQL already; the writer's place cannot be had.
    pub fn transaction_with_behavior(
        &mut self,
        behavior: TransactionBehavior,
    ) -> Result<Transaction<'_>> {
        Transaction::begin(self, behavior)
    }

    /// Begins a transaction without the compiler's promise that there is no other.
    ///
    /// # Errors
    /// There is one already.
    pub fn unchecked_transaction(&self) -> Result<Transaction<'_>> {
        Transaction::begin(self, TransactionBehavior::default())
    }
}

impl<'conn> Transaction<'conn> {
    fn begin(connection: &'conn Connection, behavior: TransactionBehavior) -> Result<Self> {
        connection.session().begin(match behavior {
            TransactionBehavior::Deferred => BeginMode::Deferred,
            TransactionBehavior::Immediate => BeginMode::Immediate,
            TransactionBehavior::ReadOnly => BeginMode::ReadOnly,
        })?;
        Ok(Self {
            connection,
            on_drop: DropBehavior::default(),
            over: false,
        })
    }

    /// Makes what was done last. It is durable when this returns.
    ///
    /// # Errors
    /// Nothing was done: the transaction was lost, or ended by SQL, or the storage refused.
    pub fn commit(mut self) -> Result<()> {
        self.over = true;
        self.connection.arm_interrupt();
        self.connection.session().commit()
    }

    /// Undoes what was done.
    ///
    /// # Errors
    /// The transaction was ended by SQL.
    pub fn rollback(mut self) -> Result<()> {
        self.over = true;
        self.connection.session().rollback()
    }

    /// Does now what dropping it would do, and tells how that went.
    ///
    /// # Errors
    /// As [`commit`](Transaction::commit) or [`rollback`](Transaction::rollback).
    pub fn finish(self) -> Result<()> {
        match self.on_drop {
            DropBehavior::Rollback => self.rollback(),
            DropBehavior::Commit => self.commit(),
        }
    }

    /// What becomes of the transaction when it is dropped.
    pub fn drop_behavior(&self) -> DropBehavior {
        self.on_drop
    }

    /// Changes what becomes of the transaction when it is dropped.
    pub fn set_drop_behavior(&mut self, behavior: DropBehavior) {
        self.on_drop = behavior;
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.over || self.connection.is_autocommit() {
            return;
        }
        let mut session = self.connection.session();
        let ended = match self.on_drop {
            DropBehavior::Rollback => session.rollback(),
            DropBehavior::Commit => session.commit(),
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "a dropped transaction could not be ended");
        }
    }
}
