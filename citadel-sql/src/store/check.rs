//! The proof that rows, indexes and vectors agree.
//!
//! Every row is read in full; each index entry that it should have is looked up and compared; then the counts are
//! compared. Since each right entry belongs to one row, equal counts mean that there is no other entry.
//! Vector indexes have a check of their own, above this room.

use citadel_txn::{Cursor, View};

use super::index_key::IndexEntry;
use super::row::{Field, components};
use super::writer::{btrees, fields, indexed, tree_columns};
use super::{projection, row_key};
use crate::error::Result;
use crate::schema::{Catalog, ColumnNo, RowId, TableDef};

/// Checks every table; gives what is wrong, one sentence each. Empty: every row can be read and every index is right.
///
/// # Errors
/// Storage errors, other than damage: that is a finding.
pub(crate) fn check(view: &dyn View, catalog: &Catalog) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for table in catalog.tables() {
        match TableCheck::new(view, table, &mut findings).run() {
            Ok(()) => {}
            Err(error) if error.is_corrupt() || error.is_tampered() => {
                findings.push(format!("table \"{}\": {error}", table.name));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(findings)
}

struct TableCheck<'c> {
    view: &'c dyn View,
    table: &'c TableDef,
    findings: &'c mut Vec<String>,
    entry: IndexEntry,
    /// Rows whose vector is not NULL, for each column with a tree of its own.
    vectors: Vec<u64>,
}

impl<'c> TableCheck<'c> {
    fn new(view: &'c dyn View, table: &'c TableDef, findings: &'c mut Vec<String>) -> Self {
        Self {
            view,
            table,
            findings,
            entry: IndexEntry::default(),
            vectors: tree_columns(table).map(|_| 0).collect(),
        }
    }

    fn run(mut self) -> Result<()> {
        let mut rows = Cursor::new(self.table.rows);
        let mut count = 0;
        let mut found = rows.first(self.view)?;
        while found {
            let id = row_key::decode(rows.key())?;
            let row = rows.value(self.view)?;
            match fields(self.table, id, &row) {
                Ok(fields) => self.row(id, &fields)?,
                Err(error) => self.findings.push(error.to_string()),
            }
            count += 1;
            found = rows.next(self.view)?;
        }
        self.counts(count)
    }

    fn row(&mut self, id: RowId, fields: &[Field<'_>]) -> Result<()> {
        for (no, field) in (0..).map(ColumnNo).zip(fields) {
            let column = self.table.column(no);
            let wrong = match field {
                Field::Null if column.not_null => "is NULL",
                Field::Vector(bytes) if !all_finite(bytes) => "is not finite",
                _ => continue,
            };
            self.finding(format_args!(
                "row {}: column \"{}\" {wrong}",
                id.0, column.name
            ));
        }
        self.row_vectors(id, fields)?;
        self.row_entries(id, fields)
    }

    fn row_vectors(&mut self, id: RowId, fields: &[Field<'_>]) -> Result<()> {
        for (at, (no, column, tree)) in tree_columns(self.table).enumerate() {
            if fields[usize::from(no.0)] != Field::Elsewhere {
                continue;
            }
            self.vectors[at] += 1;
            let whole = self
                .view
                .get(tree, &row_key::encode(id))?
                .is_some_and(|vector| {
                    vector.len() == projection::vector_bytes(column.ty) && all_finite(&vector)
                });
            if !whole {
                self.finding(format_args!(
                    "row {}: the vector of column \"{}\" is missing or malformed",
                    id.0, column.name
                ));
            }
        }
        Ok(())
    }

    fn row_entries(&mut self, id: RowId, fields: &[Field<'_>]) -> Result<()> {
        for (index, btree) in btrees(self.table) {
            self.entry.make(index, btree, id, usize::MAX, |no| {
                indexed(fields[usize::from(no.0)], id)
            })?;
            let found = self.view.get(btree.tree, self.entry.key())?;
            let right = found.is_some_and(|value| *value == *self.entry.value());
            if !right {
                self.finding(format_args!(
                    "index \"{}\" has no entry for row {}",
                    index.name, id.0
                ));
            }
        }
        Ok(())
    }

    fn counts(mut self, rows: u64) -> Result<()> {
        let said = self.view.tree_len(self.table.rows)?;
        if said != rows {
            self.finding(format_args!(
                "{rows} rows were found, but {said} are counted"
            ));
        }
        for (index, btree) in btrees(self.table) {
            let entries = self.view.tree_len(btree.tree)?;
            if entries != rows {
                self.finding(format_args!(
                    "index \"{}\" has {entries} entries for {rows} rows",
                    index.name
                ));
            }
        }
        for (at, (_, column, tree)) in tree_columns(self.table).enumerate() {
            let (entries, rows) = (self.view.tree_len(tree)?, self.vectors[at]);
            if entries != rows {
                self.finding(format_args!(
                    "column \"{}\" has {entries} vectors for {rows} rows",
                    column.name
                ));
            }
        }
        Ok(())
    }

    fn finding(&mut self, what: std::fmt::Arguments<'_>) {
        self.findings
            .push(format!("table \"{}\": {what}", self.table.name));
    }
}

fn all_finite(bytes: &[u8]) -> bool {
    components(bytes).all(f32::is_finite)
}
