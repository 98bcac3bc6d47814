//! What time it is.

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
