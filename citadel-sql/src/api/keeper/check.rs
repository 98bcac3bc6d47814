//! Whether a database holds together.

use std::fmt;

use citadel_txn::{Progress, Quiet, ReadTxn, View};

use super::{Owners, Watch};
use crate::api::connection::Connection;
use crate::error::Result;
use crate::findings::Findings;
use crate::schema::{Catalog, TableDef, sequence_state};
use crate::{ann, lake, store};

/// Times that a process that only reads begins anew, where the writer has used the pages of its snapshot meanwhile.
const ATTEMPTS: usize = 5;

/// What a check found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckReport {
    /// The commit that was read.
    pub generation: u64,
    /// Tables in it.
    pub tables: usize,
    /// Rows in all tables.
    pub rows: u64,
    findings: Findings,
}

impl CheckReport {
    /// Does everything hold together? Then every row can be read.
    pub fn is_ok(&self) -> bool {
        self.findings.count() == 0
    }

    /// What is wrong, one sentence each. Only the first hundred are spelt out.
    pub fn faults(&self) -> &[String] {
        self.findings.told()
    }

    /// How many faults there are.
    pub fn fault_count(&self) -> u64 {
        self.findings.count()
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.faults() {
            writeln!(f, "{fault}")?;
        }
        let (generation, tables, rows) = (self.generation, self.tables, self.rows);
        match self.fault_count() {
            0 => writeln!(
                f,
                "ok: generation {generation}; tables: {tables}, rows: {rows}; every page, row and index entry was read"
            ),
            faults => writeln!(f, "faults: {faults}, in generation {generation}"),
        }
    }
}

impl Connection {
    /// Reads everything committed, and proves that it holds together: every page against its seal, trees and free space;
    /// every row, which must satisfy its columns' types and NOT NULL; every index and every tree of vectors against the
    /// rows, in both directions; every vector index, whose segments must decode and match the rows. Trees that no table
    /// owns are found as well.
    ///
    /// Memory does not grow with the tables. Others read and write meanwhile.
    ///
    /// # Errors
    /// The operating system refuses a read. Damage is no error but a fault in the report.
    pub fn check(&self) -> Result<CheckReport> {
        self.check_with(&mut Quiet)
    }

    /// The same, telling how far it is.
    ///
    /// # Errors
    /// As [`check`](Connection::check); it was stopped.
    pub fn check_with(&self, progress: &mut dyn Progress) -> Result<CheckReport> {
        self.check_thoroughly(true, progress)
    }

    /// Where not `thorough`, rows are only counted, and indexes left aside.
    pub(crate) fn check_thoroughly(
        &self,
        thorough: bool,
        progress: &mut dyn Progress,
    ) -> Result<CheckReport> {
        self.arm_interrupt();
        let storage = &self.database().shared().storage;
        let mut watch = Watch::new(progress, self.interrupt().flag());
        let mut attempt = 1;
        loop {
            match check(&storage.begin_read()?, thorough, &mut watch) {
                Err(error) if error.is_busy() && attempt < ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }
}

/// Checks one snapshot: pages first, then definitions, then what they define.
fn check(snapshot: &ReadTxn, thorough: bool, watch: &mut Watch<'_>) -> Result<CheckReport> {
    let below = snapshot.check(watch)?;
    let mut report = CheckReport {
        generation: below.generation.get(),
        tables: 0,
        rows: 0,
        findings: Findings::default(),
    };
    let findings = &mut report.findings;
    let catalog = match Catalog::load(snapshot) {
        Ok(catalog) => catalog,
        Err(error) => {
            below
                .problems
                .iter()
                .for_each(|problem| findings.add(problem));
            findings.blame("the definitions", error)?;
            return Ok(report);
        }
    };
    let owners = Owners::of(&catalog);
    let problems = below.problems.iter();
    problems.for_each(|problem| findings.add(owners.explain(problem)));
    findings.add_untold(below.problem_count - below.problems.len() as u64);
    for trigger in catalog.triggers() {
        if catalog.relation_of(trigger).is_none() {
            findings.add(format_args!(
                "trigger \"{}\" is of nothing that there is",
                trigger.name
            ));
        }
    }
    if let Err(error) = sequences(snapshot, &catalog, findings) {
        findings.blame("where sequences stand", error)?;
    }
    report.tables = catalog.tables().len();
    if let Err(error) = trees(snapshot, &owners, findings) {
        findings.blame("the catalog", error)?;
    }
    if let Err(error) = lake::check_pointers(snapshot, &catalog, findings) {
        findings.blame("the pointers to lakes", error)?;
    }
    let there: Vec<&TableDef> = catalog
        .tables()
        .iter()
        .map(|table| &**table)
        .filter(|table| is_there(snapshot, table))
        .collect();
    let mut total = 0;
    for table in &there {
        report.rows += snapshot.tree_len(table.rows)?;
        total += work(snapshot, table)?;
    }
    if !thorough {
        return Ok(report);
    }
    let mut meter = watch.rows(total);
    meter.report()?;
    for table in there {
        store::check(snapshot, table, findings, &mut || meter.tick())?;
        ann::check(snapshot, table, findings, &mut || meter.tick())?;
        if let Err(error) = foreign_keys(snapshot, &catalog, table, findings) {
            findings.blame("a foreign key", error)?;
        }
    }
    Ok(report)
}

/// Every sequence stands somewhere, and so does what keeps the greatest row id of a table.
fn sequences(snapshot: &ReadTxn, catalog: &Catalog, findings: &mut Findings) -> Result<()> {
    let sequences = catalog.sequences().iter();
    let sequences = sequences.map(|sequence| (sequence.id, "sequence", &sequence.name));
    let tables = catalog.tables().iter();
    let tables = tables.filter_map(|table| Some((table.counter()?, "table", &table.name)));
    for (id, what, name) in sequences.chain(tables) {
        if let Err(error) = sequence_state(snapshot, id) {
            findings.blame(format_args!("{what} \"{name}\""), error)?;
        }
    }
    Ok(())
}

/// The rows of a table refer to rows that there are.
fn foreign_keys(
    snapshot: &ReadTxn,
    catalog: &Catalog,
    table: &TableDef,
    findings: &mut Findings,
) -> Result<()> {
    let keys = table.foreign_keys.iter().filter_map(|key| {
        let parent = catalog.table_by_id(key.parent)?;
        is_there(snapshot, parent).then_some((key, &**parent))
    });
    let keys: Vec<_> = keys.collect();
    store::check_rows(snapshot, table, &keys, &mut || Ok(()), &mut |id, error| {
        findings.add(format_args!("row {}: {}", id.0, error.message()));
        Ok(())
    })
}

/// Every tree has an owner, and every owner its tree.
fn trees(snapshot: &ReadTxn, owners: &Owners, findings: &mut Findings) -> Result<()> {
    for tree in &owners.shared {
        findings.add(format_args!("tree {tree} belongs to two definitions"));
    }
    for tree in snapshot.trees()? {
        if owners.of_tree(tree).is_none() {
            let entries = snapshot.tree_len(tree)?;
            findings.add(format_args!(
                "tree {tree} with {entries} entries belongs to no table"
            ));
        }
    }
    for (tree, owner) in owners.trees() {
        if owner.table.is_some() && !snapshot.tree_exists(tree)? {
            findings.add(format_args!("tree {tree} ({owner}) is not there"));
        }
    }
    Ok(())
}

/// Are all trees of a table there? If not, that was found already.
fn is_there(snapshot: &ReadTxn, table: &TableDef) -> bool {
    let mut trees = table.trees().into_iter();
    trees.all(|(tree, _)| matches!(snapshot.tree_exists(tree), Ok(true)))
}

/// Rows that checking a table looks at: once with all that hangs on them, and once more for each vector index.
fn work(snapshot: &ReadTxn, table: &TableDef) -> Result<u64> {
    let walks = 1 + table.indexes.iter().filter(|index| index.is_ann()).count() as u64;
    Ok(snapshot.tree_len(table.rows)?.saturating_mul(walks))
}
