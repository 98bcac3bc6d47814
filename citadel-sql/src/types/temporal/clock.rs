//! What time it is.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::calendar::UNIX_DAYS_OF_2000;
use super::{DAY, TimestampTz};

/// This moment, by the system's clock.
pub(crate) fn now() -> TimestampTz {
    let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()),
        Err(before) => i64::try_from(before.duration().as_micros()).map(|micros| -micros),
    };
    let moment = micros.unwrap_or(0) - UNIX_DAYS_OF_2000 * DAY;
    TimestampTz::from_micros(moment).unwrap_or(TimestampTz::INFINITY)
}

/// When a statement and its transaction began. Few statements want to know: the clock is read when the first does.
#[derive(Debug)]
pub(crate) struct StatementClock {
    transaction: Option<TimestampTz>,
    statement: OnceLock<TimestampTz>,
}

impl StatementClock {
    /// Of a statement that begins now; its transaction began then, or with it.
    pub(crate) fn new(transaction: Option<TimestampTz>) -> Self {
        Self {
            transaction,
            statement: OnceLock::new(),
        }
    }

    /// When the transaction began.
    pub(crate) fn transaction(&self) -> TimestampTz {
        self.transaction.unwrap_or_else(|| self.statement())
    }

    /// When the statement began, as far as anybody has seen.
    pub(crate) fn statement(&self) -> TimestampTz {
        *self.statement.get_or_init(now)
    }
}
