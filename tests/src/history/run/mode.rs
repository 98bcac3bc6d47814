//! What varies from one history to the next.

use std::fmt;

use citadel_txn::Durability;

use crate::history::disk::Cut;
use crate::sim::Random;

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
    /// All of them full: an acknowledged commit outlives a loss of power.
    Full,
    /// All of them normal: a loss of power takes the last ones.
    Normal,
    /// Each full or normal, by chance.
    Mixed,
    /// All of them off: a loss of power may damage the file, and is not tried.
    Off,
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
    pub const ALL: [Self; 4] = [Self::Full, Self::Normal, Self::Mixed, Self::Off];

    /// The durability of a transaction.
    pub(in crate::history) fn draw(self, random: &mut Random) -> Durability {
        match self {
            Self::Full => Durability::Full,
            Self::Normal => Durability::Normal,
            Self::Mixed if random.one_in(3) => Durability::Full,
            Self::Mixed => Durability::Normal,
            Self::Off => Durability::Off,
        }
    }

    /// Whether what a transaction saw and did outlives an ending, once it is acknowledged. A transaction that changed nothing
    /// makes nothing durable that others left.
    pub(in crate::history) fn survives(
        self,
        ending: Ending,
        durability: Durability,
        changed: bool,
    ) -> bool {
        match (ending, self) {
            (Ending::Close | Ending::Kill, _) | (Ending::PowerCut, Self::Full) => true,
            (Ending::PowerCut, Self::Mixed) => changed && durability == Durability::Full,
            (Ending::PowerCut, Self::Normal | Self::Off) => false,
        }
    }

    /// Whether a database may be opened after an ending.
    pub(in crate::history) fn can_end(self, ending: Ending) -> bool {
        (self, ending) != (Self::Off, Ending::PowerCut)
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
            Self::Normal => "normal",
            Self::Mixed => "mixed",
            Self::Off => "off",
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
