//! Kinds of work.

use std::fmt;
use std::str::FromStr;

/// What the transactions of a file do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mix {
    /// Inserts, updates and deletes of small rows, and statements that fail.
    Rows,
    /// Tables and indexes come and go.
    Definitions,
    /// Vectors change, and their index is folded.
    Vectors,
    /// Large values, and transactions larger than the cache.
    Large,
    /// Small rows, and backups and vacuums while others write.
    Upkeep,
    /// Small rows, and other root keys while others write.
    Rekey,
}

impl Mix {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Rows,
        Self::Definitions,
        Self::Vectors,
        Self::Large,
        Self::Upkeep,
        Self::Rekey,
    ];
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rows => "rows",
            Self::Definitions => "definitions",
            Self::Vectors => "vectors",
            Self::Large => "large",
            Self::Upkeep => "upkeep",
            Self::Rekey => "rekey",
        })
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|mix| mix.to_string() == word);
        found.ok_or_else(|| format!("no mix '{word}'"))
    }
}
