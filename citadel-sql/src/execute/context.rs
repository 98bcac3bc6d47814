//! What an execution runs in.

use std::ops::Deref;
use std::sync::Arc;

use citadel_txn::{ReadTxn, View, WriteTxn};

use crate::ann::{BuildProgress, SegmentCache};
use crate::copy::Feed;
use crate::error::{Error, Result, SqlState};
use crate::execute::interrupt::Interrupt;
use crate::execute::trigger::Triggering;
use crate::lake::LakeUse;
use crate::schema::AnnSettings;
use crate::store::RowListener;
use crate::types::Value;

/// The transaction of a statement.
pub(crate) enum Txn<'a> {
    Read(&'a ReadTxn),
    Write(&'a mut WriteTxn),
    /// Of either, what can be read: for a part of a statement that runs within another.
    View(&'a dyn View),
}

impl Txn<'_> {
    /// What can be read.
    pub(crate) fn view(&self) -> &dyn View {
        match self {
            Self::Read(txn) => *txn,
            Self::Write(txn) => *txn,
            Self::View(view) => *view,
        }
    }

    /// The transaction to write in.
    ///
    /// # Errors
    /// It only reads.
    pub(crate) fn write(&mut self) -> Result<&mut WriteTxn> {
        match self {
            Self::Write(txn) => Ok(txn),
            Self::Read(_) | Self::View(_) => Err(Error::sql(
                SqlState::READ_ONLY_TRANSACTION,
                "cannot write in a read-only transaction",
            )),
        }
    }
}

/// What a statement runs in, beside its transaction: the same for all that runs within it.
#[derive(Clone)]
pub(crate) struct Surroundings<'a> {
    /// Stops the statement.
    pub(crate) interrupt: &'a Interrupt,
    /// Loaded segments of ann indexes.
    pub(crate) segments: &'a SegmentCache,
    /// Told how far the build of an ann index is.
    pub(crate) progress: BuildProgress,
    /// What the session says of searches through them.
    pub(crate) ann: AnnSettings,
    /// Bytes of memory that an operator may hold rows in before it writes them away.
    pub(crate) memory: usize,
    /// Tables in lakes.
    pub(crate) lake: LakeUse<'a>,
    /// The most threads that the statement may run on, its own included.
    pub(crate) threads: usize,
    /// Told of each row that is changed, if the program asked for it.
    pub(crate) listener: Option<Arc<RowListener>>,
}

/// What operators reach for while they run. Made anew for each call, since it borrows the transaction.
pub(crate) struct ExecContext<'a> {
    pub(crate) txn: Txn<'a>,
    /// The parameters that the execution was started with.
    pub(crate) params: &'a [Value],
    pub(crate) around: Surroundings<'a>,
    /// The rows that COPY takes in.
    pub(crate) feed: Option<&'a mut dyn Feed>,
    /// What triggers are run with, in a statement that may fire some.
    pub(crate) triggers: Option<Triggering<'a>>,
}

impl<'a> ExecContext<'a> {
    /// One in which rows come from the plan alone, and no trigger fires.
    pub(crate) fn new(txn: Txn<'a>, params: &'a [Value], around: Surroundings<'a>) -> Self {
        Self {
            txn,
            params,
            around,
            feed: None,
            triggers: None,
        }
    }
}

/// What is around is at hand as what is its own.
impl<'a> Deref for ExecContext<'a> {
    type Target = Surroundings<'a>;

    fn deref(&self) -> &Surroundings<'a> {
        &self.around
    }
}

impl ExecContext<'_> {
    /// What can be read.
    pub(crate) fn view(&self) -> &dyn View {
        self.txn.view()
    }

    /// Says of a row of the batch at hand, where it is refused, in which line it came.
    pub(crate) fn placed(&self, error: Error, row: usize) -> Error {
        match self.feed.as_ref().and_then(|feed| feed.place(row)) {
            Some(place) => error.within(&place),
            None => error,
        }
    }

    /// Stops an interrupted statement; called once per batch.
    pub(crate) fn check_interrupt(&self) -> Result<()> {
        self.interrupt.check()
    }
}
