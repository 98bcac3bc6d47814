//! What triggers run in.

use citadel_txn::WriteTxn;
use parking_lot::Mutex;

use super::TriggerCache;
use crate::error::{Error, Result, SqlState};
use crate::execute::context::{ExecContext, Surroundings, Txn};
use crate::schema::Catalog;
use crate::store::KeyCheck;
use crate::types::temporal::Zone;
use crate::types::{StatementClock, Value};

/// What triggers of a statement are bound and planned with.
#[derive(Clone, Copy)]
pub(crate) struct Triggering<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) zone: &'a Zone,
    /// When the transaction and the statement began.
    pub(crate) began: &'a StatementClock,
    pub(crate) cache: &'a TriggerCache,
    /// What of foreign keys is left to be checked, of all that triggers write.
    pub(crate) late: &'a Mutex<Vec<KeyCheck>>,
    /// How many triggers the one at hand is inside of.
    pub(crate) depth: usize,
}

/// A context without its transaction.
pub(crate) struct Apart<'a> {
    params: &'a [Value],
    around: Surroundings<'a>,
    pub(super) triggers: Triggering<'a>,
}

impl ExecContext<'_> {
    /// The transaction, and all else, so that triggers may run where there is nothing but a transaction.
    ///
    /// # Errors
    /// The context only reads.
    pub(crate) fn apart(&mut self) -> Result<(&mut WriteTxn, Apart<'_>)> {
        let Some(triggers) = self.triggers else {
            return Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                "a trigger fires where none can run",
            ));
        };
        let apart = Apart {
            params: self.params,
            around: self.around.clone(),
            triggers,
        };
        Ok((self.txn.write()?, apart))
    }
}

impl<'a> Apart<'a> {
    /// A context of the transaction.
    pub(super) fn with<'b>(&'b self, txn: &'b mut WriteTxn) -> ExecContext<'b>
    where
        'a: 'b,
    {
        ExecContext {
            triggers: Some(self.triggers),
            ..ExecContext::new(Txn::Write(txn), self.params, self.around.clone())
        }
    }

    /// A context for a statement of a trigger, with its parameters.
    pub(super) fn inside<'b>(
        &'b self,
        txn: &'b mut WriteTxn,
        params: &'b [Value],
    ) -> ExecContext<'b>
    where
        'a: 'b,
    {
        ExecContext {
            params,
            triggers: Some(Triggering {
                depth: self.triggers.depth + 1,
                ..self.triggers
            }),
            ..self.with(txn)
        }
    }
}
