//! What varies from one history to the next.

use std::fmt;

use citadel_txn::WriteTxn;

use crate::history::disk::Cut;

/// Which face of the database is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Trees of byte strings.
    Txn,
    /// SQL connections.
    Sql,
}

/// The durability of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// An acknowledged commit outlives a loss of power.
    Full,
}

/// How a history ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// The database is closed.
    Close,
    /// The process dies at some operation on the disk.
    Kill,
    /// The power fails at some operation on the disk.
    PowerCut,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Full];

    /// Whether an acknowledged commit outlives an ending.
    pub(in crate::history) fn survives(self, _ending: Ending) -> bool {
        match self {
            Self::Full => true,
        }
    }

    /// Whether a database may be opened after an ending.
    pub(in crate::history) fn can_end(self, _ending: Ending) -> bool {
        match self {
            Self::Full => true,
        }
    }

    /// Sets it for one transaction.
    pub(in crate::history) fn apply(self, _write: &WriteTxn) {}

    /// Sets it for a SQL database.
    pub(in crate::history) fn apply_sql(
        self,
        options: citadel_sql::Options,
    ) -> citadel_sql::Options {
        options
    }
}

impl Ending {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Close, Self::Kill, Self::PowerCut];

    /// What it does to the disk.
    pub(in crate::history) fn cut(self) -> Option<Cut> {
        match self {
            Self::Close => None,
            Self::Kill => Some(Cut::Process),
            Self::PowerCut => Some(Cut::Power),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Txn => "txn",
            Self::Sql => "sql",
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full => "full",
        })
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Close => "close",
            Self::Kill => "kill",
            Self::PowerCut => "power cut",
        })
    }
}
