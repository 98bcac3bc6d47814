//! Which kind of index a vector column gets.

use std::fmt;
use std::str::FromStr;

use crate::error::{LakeError, Result};

/// The kind of the indexes of a vector column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndexKind {
    /// A graph: the fastest to search, with a byte and more in memory for each component.
    Prism,
    /// Lists of codes: less memory by far, and built faster where there are very many rows.
    IvfPq,
    /// A graph while the table's graphs fit in a quarter of the memory and are built within minutes; else lists.
    #[default]
    Auto,
}

/// What a graph needs beside a byte and a half for each component: links, ids and bounds.
const GRAPH_ROW_BYTES: u64 = 160;
/// Rows of a graph that a core builds in a second, about, at 384 dimensions.
const GRAPH_ROWS_SECOND: u64 = 2_500;
const GRAPH_SECONDS_MAX: u64 = 900;
/// Where the system does not tell.
const MEMORY_DEFAULT: u64 = 8 << 30;

impl IndexKind {
    /// The kind for a table of so many rows: never [`IndexKind::Auto`].
    pub(crate) fn choose(self, rows: u64, dimension: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        match self {
            Self::Auto => choose(rows, dimension as u64, cores, memory_bytes()),
            other => other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Prism => "prism",
            Self::IvfPq => "ivf_pq",
            Self::Auto => "auto",
        }
    }
}

fn choose(rows: u64, dimension: u64, cores: u64, memory: u64) -> IndexKind {
    let bytes = rows.saturating_mul(dimension * 3 / 2 + GRAPH_ROW_BYTES);
    let work = rows.saturating_mul(dimension.max(64)) / 384;
    let seconds = work / (GRAPH_ROWS_SECOND * cores.max(1));
    match bytes <= memory / 4 && seconds <= GRAPH_SECONDS_MAX {
        true => IndexKind::Prism,
        false => IndexKind::IvfPq,
    }
}

/// The memory of the machine.
pub(crate) fn memory_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map_or(MEMORY_DEFAULT, |kilobytes| kilobytes << 10)
}

impl fmt::Display for IndexKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for IndexKind {
    type Err = LakeError;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Prism, Self::IvfPq, Self::Auto]
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| LakeError::misuse(format!("no kind of index '{text}'")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_cores_and_memory_choose() {
        let large = 64 << 30;
        assert_eq!(choose(1_000_000, 384, 8, large), IndexKind::Prism);
        // Too large for the memory, or for the cores.
        assert_eq!(choose(1_000_000, 384, 8, 2 << 30), IndexKind::IvfPq);
        assert_eq!(choose(10_000_000, 384, 64, large), IndexKind::Prism);
        assert_eq!(choose(10_000_000, 384, 2, large), IndexKind::IvfPq);
        assert_eq!(choose(u64::MAX, 4_096, 1, large), IndexKind::IvfPq);
        assert_eq!(IndexKind::Prism.choose(u64::MAX, 4_096), IndexKind::Prism);
        assert!(memory_bytes() > 1 << 20);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in [IndexKind::Prism, IndexKind::IvfPq, IndexKind::Auto] {
            assert_eq!(kind.to_string().parse::<IndexKind>().unwrap(), kind);
        }
        assert!("hnsw".parse::<IndexKind>().unwrap_err().is_misuse());
    }
}
