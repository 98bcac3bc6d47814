//! An error, as a test sees it.

/// Why a database refused, told apart by what a test must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The bytes are not what they must be.
    Damaged(String),
    /// The disk failed.
    Disk(String),
    /// Anything else, which in these tests is always wrong.
    Other(String),
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
