//! From rows to what hangs on them.

use citadel_txn::{Cursor, View};

use super::strays::Suspect;
use crate::error::Result;
use crate::findings::Findings;
use crate::schema::{BTreeIndex, ColumnNo, IndexDef, RowId, TableDef};
use crate::store::entries::{EntryMakers, StoredRow};
use crate::store::index_key::{IndexEntry, row_id_of_entry};
use crate::store::row::Field;
use crate::store::writer::{btrees, tree_columns};
use crate::store::{projection, row_key};
use crate::types::StoredVector;

/// Reads the rows of a table.
pub(super) struct RowsCheck<'c> {
    view: &'c dyn View,
    table: &'c TableDef,
    findings: &'c mut Findings,
    makers: EntryMakers,
    entry: IndexEntry,
    /// Rows that have an entry, for each btree index.
    entries: Vec<u64>,
    /// Rows whose vector is not NULL, for each column with a tree of its own.
    vectors: Vec<u64>,
}

impl<'c> RowsCheck<'c> {
    /// # Errors
    /// What an index computes has no meaning any more.
    pub(super) fn new(
        view: &'c dyn View,
        table: &'c TableDef,
        findings: &'c mut Findings,
    ) -> Result<Self> {
        Ok(Self {
            view,
            table,
            findings,
            makers: EntryMakers::of(table)?,
            entry: IndexEntry::default(),
            entries: btrees(table).map(|_| 0).collect(),
            vectors: tree_columns(table).map(|_| 0).collect(),
        })
    }

    /// Reads all rows; gives the trees that hold more or fewer entries than they should.
    pub(super) fn run(mut self, tick: &mut dyn FnMut() -> Result<()>) -> Result<Vec<Suspect>> {
        let mut rows = Cursor::new(self.table.rows);
        let mut count = 0;
        let mut found = rows.first(self.view)?;
        while found {
            tick()?;
            match row_key::decode(rows.key()) {
                Ok(id) => self.read(id, &rows.value(self.view)?)?,
                Err(error) => self.finding(format_args!("{error}")),
            }
            count += 1;
            found = rows.next(self.view)?;
        }
        self.counts(count)
    }

    fn read(&mut self, id: RowId, row: &[u8]) -> Result<()> {
        let read = self.makers.read(self.view, self.table, id, row);
        match read {
            Ok(row) => self.row(id, &row),
            Err(error) => {
                self.findings.add(error);
                Ok(())
            }
        }
    }

    fn row(&mut self, id: RowId, row: &StoredRow<'_>) -> Result<()> {
        for (no, field) in (0..).map(ColumnNo).zip(&row.fields) {
            let column = self.table.column(no);
            let wrong = match field {
                Field::Null if column.not_null => "is NULL",
                Field::Default(value) if column.not_null && value.is_null() => "is NULL",
                Field::Vector(vector) if !vector.is_sound() => "is not a sound vector",
                _ => continue,
            };
            self.finding(format_args!(
                "row {}: column \"{}\" {wrong}",
                id.0, column.name
            ));
        }
        self.row_vectors(id, &row.fields)?;
        self.row_entries(id, row)
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
                    projection::vector_type(column.ty)
                        .and_then(|ty| StoredVector::new(ty, &vector))
                        .is_some_and(StoredVector::is_sound)
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

    fn row_entries(&mut self, id: RowId, row: &StoredRow<'_>) -> Result<()> {
        for (at, (index, btree)) in btrees(self.table).enumerate() {
            let made = self.makers.iter().nth(at).map(|maker| {
                maker.make(&mut self.entry, (index, btree), id, usize::MAX, |no| {
                    row.value(no)
                })
            });
            if let Some(Err(error)) = made {
                self.finding(format_args!(
                    "row {}: what index \"{}\" computes fails: {}",
                    id.0,
                    index.name,
                    error.message()
                ));
                continue;
            }
            if !self.entry.is_there() {
                continue;
            }
            self.entries[at] += 1;
            let found = self.view.get(btree.tree, self.entry.key())?;
            match found {
                Some(value) if *value == *self.entry.value() => {}
                Some(value) if self.entry.must_be_alone() => {
                    let other = row_id_of_entry(self.entry.key(), &value).ok();
                    self.two_rows((at, index, btree), id, other)?;
                }
                _ => self.finding(format_args!(
                    "index \"{}\" has no entry for row {}",
                    index.name, id.0
                )),
            }
        }
        Ok(())
    }

    /// The key of a row leads to another row. If that one has the same key, the index is not unique; else its entry is
    /// wrong.
    fn two_rows(
        &mut self,
        (at, index, btree): (usize, &IndexDef, &BTreeIndex),
        id: RowId,
        other: Option<RowId>,
    ) -> Result<()> {
        let row = match other {
            Some(other) => self.view.get(self.table.rows, &row_key::encode(other))?,
            None => None,
        };
        let mut theirs = IndexEntry::default();
        let is_theirs = match (other, &row) {
            (Some(other), Some(row)) => {
                let read = self.makers.read(self.view, self.table, other, row);
                match (read, self.makers.iter().nth(at)) {
                    (Ok(row), Some(maker)) => {
                        let made =
                            maker.make(&mut theirs, (index, btree), other, usize::MAX, |no| {
                                row.value(no)
                            });
                        made.is_ok() && theirs.is_there() && theirs.key() == self.entry.key()
                    }
                    _ => false,
                }
            }
            _ => false,
        };
        match other {
            Some(other) if is_theirs => self.finding(format_args!(
                "index \"{}\" is unique, and rows {} and {} have the same key",
                index.name, other.0, id.0
            )),
            _ => self.finding(format_args!(
                "index \"{}\" has no entry for row {}: its key leads elsewhere",
                index.name, id.0
            )),
        }
        Ok(())
    }

    fn counts(mut self, rows: u64) -> Result<Vec<Suspect>> {
        let mut suspects = Vec::new();
        let said = self.view.tree_len(self.table.rows)?;
        if said != rows {
            self.finding(format_args!(
                "{rows} rows were found, but {said} are counted"
            ));
        }
        for (at, (index, btree)) in btrees(self.table).enumerate() {
            let entries = self.view.tree_len(btree.tree)?;
            let rows = self.entries[at];
            if entries != rows {
                self.finding(format_args!(
                    "index \"{}\" has {entries} entries for {rows} rows",
                    index.name
                ));
                suspects.push(Suspect::Index(at));
            }
        }
        for (at, (_, column, tree)) in tree_columns(self.table).enumerate() {
            let (entries, rows) = (self.view.tree_len(tree)?, self.vectors[at]);
            if entries != rows {
                self.finding(format_args!(
                    "column \"{}\" has {entries} vectors for {rows} rows",
                    column.name
                ));
                suspects.push(Suspect::Vectors(at));
            }
        }
        Ok(suspects)
    }

    fn finding(&mut self, what: std::fmt::Arguments<'_>) {
        self.findings
            .add(format_args!("table \"{}\": {what}", self.table.name));
    }
}
