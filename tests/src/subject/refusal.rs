//! An error, as a test sees it.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a database refused, told apart by what a test must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The bytes are not what they must be.
    Damaged(String),
    /// The disk failed.
    Disk(String),
    /// The program broke down, which is always wrong.
    Panic(String),
    /// Anything else, which in these tests is always wrong.
    Other(String),
}

impl Refusal {
    /// Runs something; `panicked` makes of a panic what else it could have returned.
    pub fn guard<T>(run: impl FnOnce() -> T, panicked: impl FnOnce(Self) -> T) -> T {
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
            let text = payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
            panicked(Self::Panic(text.unwrap_or_default()))
        })
    }
}

impl From<citadel_txn::Error> for Refusal {
    fn from(error: citadel_txn::Error) -> Self {
        let text = error.to_string();
        let strange = match &error {
            citadel_txn::Error::File(file) => {
                file.is_unsupported() || matches!(file, citadel_core::Error::NotADatabase)
            }
            _ => false,
        };
        if error.is_io() {
            Refusal::Disk(text)
        } else if error.is_corrupt() || strange {
            Refusal::Damaged(text)
        } else {
            Refusal::Other(text)
        }
    }
}

impl From<citadel_sql::Error> for Refusal {
    fn from(error: citadel_sql::Error) -> Self {
        match error {
            citadel_sql::Error::Storage(error) => error.into(),
            error if error.is_corrupt() => Refusal::Damaged(error.to_string()),
            error => Refusal::Other(error.to_string()),
        }
    }
}
