//! What could not be read.

use std::fmt;

use citadel_core::{Generation, PageNo};

use crate::tree_id::TreeId;

/// Losses that are spelt out; further ones are only counted.
const SPELT_OUT_MAX: usize = 1000;

/// Keys that could not be read where they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The tree; none for the catalog, the tree of trees.
    pub tree: Option<TreeId>,
    /// The first key that may be concerned.
    pub from: Vec<u8>,
    /// The key before which it ends; none where it goes on to the end of the tree.
    pub to: Option<Vec<u8>>,
    /// The page that could not be read.
    pub page: PageNo,
    /// Why.
    pub reason: String,
    /// The older commit that stood in for these keys; none where they are lost. What was written since that commit is lost
    /// in either case.
    pub read_from: Option<Generation>,
}

/// What a salvage could not read. Displays as text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// What was met, in that order. Only the first thousand are spelt out.
    pub spelt_out: Vec<Loss>,
    /// How many there are.
    pub count: u64,
    /// Entries that could be read from the commits where they should be.
    pub entries_read: u64,
    /// Entries that were read from an older commit.
    pub entries_read_from_older: u64,
}

impl Losses {
    /// Whether everything could be read.
    pub fn is_none(&self) -> bool {
        self.count == 0
    }

    pub(super) fn add(&mut self, loss: Loss) {
        self.count += 1;
        if self.spelt_out.len() < SPELT_OUT_MAX {
            self.spelt_out.push(loss);
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tree {
            Some(tree) => write!(f, "tree {tree}")?,
            None => write!(f, "the catalog")?,
        }
        write!(f, ", keys from {}", Hex(&self.from))?;
        match &self.to {
            Some(to) => write!(f, " to {}", Hex(to))?,
            None => write!(f, " on")?,
        }
        write!(f, ": page {}: {}", self.page, self.reason)?;
        match self.read_from {
            Some(generation) => write!(f, "; read as of commit {generation}"),
            None => write!(f, "; lost"),
        }
    }
}

impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} entries read, {} of them from older commits; {} losses",
            self.entries_read, self.entries_read_from_older, self.count
        )?;
        self.spelt_out
            .iter()
            .try_for_each(|loss| write!(f, "\n{loss}"))
    }
}

/// A key as hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the first");
        }
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
