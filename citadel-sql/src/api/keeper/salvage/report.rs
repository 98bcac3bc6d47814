//! What a salvage saved, and what is lost.

use std::fmt;

use citadel_txn::{Loss, Losses, SalvagedTree};

use crate::api::keeper::Owners;
use crate::findings::Findings;
use crate::store::row_key;

/// What a salvage saved, and what is lost. Displays as text for people.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SalvageReport {
    /// The newest commit that could be read from.
    pub generation: u64,
    /// Later commits that are not whole. Opening the file would have taken them back as well.
    pub passed_over: u64,
    /// Tables that were rebuilt.
    pub tables: Vec<SalvagedTable>,
    /// Definitions that do not decode, or whose table is gone.
    pub definitions_lost: u64,
    losses: Findings,
}

/// What became of one table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SalvagedTable {
    /// Its name.
    pub name: String,
    /// Rows in the new database.
    pub rows: u64,
    /// Rows that the table had.
    pub rows_before: u64,
    /// Vectors that are NULL in the new database because theirs are lost.
    pub vectors_lost: u64,
    /// Vectors whose row is lost.
    pub vectors_without_row: u64,
    refused: Findings,
}

impl SalvagedTable {
    pub(super) fn new(name: &str, rows_before: u64) -> Self {
        Self {
            name: name.to_owned(),
            rows: 0,
            rows_before,
            vectors_lost: 0,
            vectors_without_row: 0,
            refused: Findings::default(),
        }
    }

    pub(super) fn refuse(&mut self, why: impl fmt::Display) {
        self.refused.add(why);
    }

    /// Rows and indexes that were read, and that the new database refused; one sentence each for the first hundred.
    pub fn refused(&self) -> &[String] {
        self.refused.told()
    }

    /// Is all of it there?
    pub fn is_complete(&self) -> bool {
        self.rows == self.rows_before
            && self.vectors_lost == 0
            && self.vectors_without_row == 0
            && self.refused.count() == 0
    }
}

impl SalvageReport {
    pub(super) fn new(generation: u64) -> Self {
        Self {
            generation,
            passed_over: 0,
            tables: Vec::new(),
            definitions_lost: 0,
            losses: Findings::default(),
        }
    }

    /// Is everything of the newest commit in the new database?
    pub fn is_complete(&self) -> bool {
        self.definitions_lost == 0
            && self.losses.count() == 0
            && self.tables.iter().all(SalvagedTable::is_complete)
    }

    /// Rows in the new database.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// What could not be read where it should be, one sentence each for the first hundred: which rows of which table, and
    /// whether an older commit stood in.
    pub fn losses(&self) -> &[String] {
        self.losses.told()
    }

    /// How many losses there are.
    pub fn loss_count(&self) -> u64 {
        self.losses.count()
    }

    pub(super) fn note_losses(&mut self, losses: &Losses, owners: &Owners) {
        for loss in &losses.spelt_out {
            self.losses.add(describe(loss, owners));
        }
        let untold = losses.count.saturating_sub(losses.spelt_out.len() as u64);
        self.losses.add_untold(untold);
    }

    /// Trees whose definition is gone.
    pub(super) fn note_orphans(&mut self, trees: &[SalvagedTree], owners: &Owners) {
        for tree in trees {
            if tree.entries > 0 && owners.of_tree(tree.id).is_none() {
                self.losses.add(format_args!(
                    "tree {} with {} entries: its definition is lost",
                    tree.id, tree.entries
                ));
            }
        }
    }
}

/// Which part of which tree.
fn describe(loss: &Loss, owners: &Owners) -> String {
    let (what, by_row) = match loss.tree {
        None => ("the list of trees".to_owned(), false),
        Some(tree) => match owners.of_tree(tree) {
            Some(owner) => (owner.to_string(), owner.is_by_row()),
            None => (format!("tree {tree}"), false),
        },
    };
    let id = |key: &[u8]| row_key::decode(key).map(|id| id.0.to_string()).ok();
    let range = if by_row {
        let from = id(&loss.from).unwrap_or_else(|| "the first".to_owned());
        match loss.to.as_deref().and_then(id) {
            Some(to) => format!(" from {from} to before {to}"),
            None => format!(" from {from} on"),
        }
    } else {
        String::new()
    };
    let outcome = match loss.read_from {
        Some(generation) => format!("read as of commit {generation}"),
        None => "lost".to_owned(),
    };
    format!(
        "{what}{range}: {outcome} (page {}: {})",
        loss.page, loss.reason
    )
}

impl fmt::Display for SalvageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            writeln!(
                f,
                "table \"{}\": {} of {} rows",
                table.name, table.rows, table.rows_before
            )?;
            if table.vectors_lost > 0 {
                writeln!(f, "  {} vectors are lost, and NULL", table.vectors_lost)?;
            }
            if table.vectors_without_row > 0 {
                writeln!(
                    f,
                    "  {} vectors have lost their row",
                    table.vectors_without_row
                )?;
            }
            for why in table.refused() {
                writeln!(f, "  refused: {why}")?;
            }
        }
        for loss in self.losses() {
            writeln!(f, "{loss}")?;
        }
        let generation = self.generation;
        match (
            self.is_complete(),
            self.losses.count() + self.definitions_lost,
        ) {
            (true, _) => writeln!(f, "complete: all rows of generation {generation}"),
            (false, losses) => writeln!(f, "losses: {losses}, in generation {generation}"),
        }
    }
}
