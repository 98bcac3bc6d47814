//! What a check found.

use std::fmt;

use citadel_core::Generation;

/// Problems that are spelt out; further ones are only counted.
const PROBLEMS_MAX: usize = 100;

/// What a check found. Displays as text for people.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The commit that was read.
    pub generation: Generation,
    /// Trees, without the catalog.
    pub trees: u64,
    /// Entries in all trees.
    pub entries: u64,
    /// How many values lie in extents.
    pub large_values: u64,
    /// Where the pages went.
    pub pages: PageCounts,
    /// What is wrong, one sentence each; none if all is well. Only the first hundred are spelt out.
    pub problems: Vec<String>,
    /// How many problems there are.
    pub problem_count: u64,
}

/// Pages of a file, by what they are for. The first five are reachable; together with retired and free they are all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// All pages.
    pub total: u64,
    /// Nodes above the leaves.
    pub branches: u64,
    /// Leaves.
    pub leaves: u64,
    /// Large values.
    pub extents: u64,
    /// The free map.
    pub free_map: u64,
    /// Commit records: those that recovery may need, and the places of the next two.
    pub records: u64,
    /// Replaced by recent commits; free when nothing can reach them any more.
    pub retired: u64,
    /// Free.
    pub free: u64,
}

impl CheckReport {
    pub(super) fn new(generation: Generation) -> Self {
        Self {
            generation,
            trees: 0,
            entries: 0,
            large_values: 0,
            pages: PageCounts::default(),
            problems: Vec::new(),
            problem_count: 0,
        }
    }

    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.problem_count == 0
    }

    pub(super) fn blame(&mut self, problem: String) {
        self.problem_count += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pages = &self.pages;
        writeln!(
            f,
            "generation {}: {} trees, {} entries, {} large values",
            self.generation, self.trees, self.entries, self.large_values
        )?;
        writeln!(
            f,
            "pages {} = branches {} + leaves {} + extents {} + free map {} + records {} + retired {} + free {}",
            pages.total,
            pages.branches,
            pages.leaves,
            pages.extents,
            pages.free_map,
            pages.records,
            pages.retired,
            pages.free
        )?;
        self.problems
            .iter()
            .try_for_each(|problem| writeln!(f, "problem: {problem}"))?;
        match self.problem_count {
            0 => write!(f, "ok"),
            count => write!(f, "{count} problems"),
        }
    }
}
