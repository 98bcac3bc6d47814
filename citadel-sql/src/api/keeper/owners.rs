//! Which tree belongs to what.

use std::collections::BTreeMap;

use citadel_txn::TreeId;

use crate::lake::INTENT_TREE;
use crate::schema::{Catalog, SCHEMA_TREE, SEQUENCE_TREE, TreeUse};

/// What a tree is for, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// The table; `None`: the schema itself.
    pub(super) table: Option<String>,
    pub(super) part: Part,
}

/// The part of a table that lies in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Schema,
    Intents,
    Sequences,
    Rows,
    Vectors(String),
    Index(String),
    Delta(String),
    Segments(String),
}

/// The owners of all trees that definitions name.
#[derive(Debug)]
pub(super) struct Owners {
    by_tree: BTreeMap<TreeId, Owner>,
    /// Trees that two definitions name.
    pub(super) shared: Vec<TreeId>,
}

impl Owners {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let schema = Owner {
            table: None,
            part: Part::Schema,
        };
        let intents = Owner {
            table: None,
            part: Part::Intents,
        };
        let sequences = Owner {
            table: None,
            part: Part::Sequences,
        };
        let mut owners = Self {
            by_tree: BTreeMap::from([
                (SCHEMA_TREE, schema),
                (INTENT_TREE, intents),
                (SEQUENCE_TREE, sequences),
            ]),
            shared: Vec::new(),
        };
        for table in catalog.tables() {
            for (tree, what) in table.trees() {
                let part = match what {
                    TreeUse::Rows => Part::Rows,
                    TreeUse::Vectors(no) => Part::Vectors(table.column(no).name.clone()),
                    TreeUse::Index(index) => Part::Index(index.name.clone()),
                    TreeUse::Delta(index) => Part::Delta(index.name.clone()),
                    TreeUse::Segments(index) => Part::Segments(index.name.clone()),
                };
                let owner = Owner {
                    table: Some(table.name.clone()),
                    part,
                };
                if owners.by_tree.insert(tree, owner).is_some() {
                    owners.shared.push(tree);
                }
            }
        }
        owners
    }

    /// Whose tree it is.
    pub(super) fn of_tree(&self, tree: TreeId) -> Option<&Owner> {
        self.by_tree.get(&tree)
    }

    /// All trees that there should be, by id.
    pub(super) fn trees(&self) -> impl Iterator<Item = (TreeId, &Owner)> {
        self.by_tree.iter().map(|(tree, owner)| (*tree, owner))
    }

    /// A sentence that begins with a tree's number, with its name beside that.
    pub(super) fn explain(&self, problem: &str) -> String {
        let named = || {
            let rest = problem.strip_prefix("tree ")?;
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = rest.split_at(digits);
            let owner = self.of_tree(TreeId::new(number.parse().ok()?))?;
            Some(format!("tree {number} ({owner}){rest}"))
        };
        named().unwrap_or_else(|| problem.to_owned())
    }
}

impl Owner {
    /// Are the keys of its tree row ids?
    pub(super) fn is_by_row(&self) -> bool {
        matches!(self.part, Part::Rows | Part::Vectors(_) | Part::Delta(_))
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.part {
            Part::Schema => f.write_str("the definitions"),
            Part::Sequences => f.write_str("where sequences stand"),
            Part::Intents => f.write_str("what is to be done in lakes"),
            Part::Rows => f.write_str("rows"),
            Part::Vectors(column) => write!(f, "vectors of column \"{column}\""),
            Part::Index(index) => write!(f, "index \"{index}\""),
            Part::Delta(index) => write!(f, "delta of index \"{index}\""),
            Part::Segments(index) => write!(f, "segments of index \"{index}\""),
        }?;
        match &self.table {
            Some(table) => write!(f, " of table \"{table}\""),
            None => Ok(()),
        }
    }
}
