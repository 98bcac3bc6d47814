//! One vector column, and nothing else of its table.
//!
//! A wide column lies in a tree of its own, and only that tree is read; a narrow one is picked out of its rows.

use std::ops::ControlFlow;

use citadel_txn::{Cursor, TreeId, View};

use super::projection::{malformed_row, vector_type};
use super::row::{Layout, Row, skip};
use super::row_key;
use crate::codec::{Decoded, Malformed};
use crate::error::{Error, Result};
use crate::schema::{ColumnNo, ColumnStorage, RowId, TableDef};
use crate::types::{StoredVector, Value, VectorType, put_vector};

/// Reads the vectors of one column.
#[derive(Clone, Debug)]
pub(crate) struct VectorReader {
    table: String,
    /// The tree that holds the vectors: the column's, or the rows'.
    tree: TreeId,
    ty: VectorType,
    place: Place,
}

/// How a vector lies in an entry of the tree.
#[derive(Clone, Debug)]
enum Place {
    /// The entry is the vector.
    Whole,
    /// The entry is a row; these are its columns up to the vector's.
    InRow {
        before: Vec<(ColumnNo, Layout)>,
        no: ColumnNo,
        /// The default of the column, as rows store it, for rows that are older.
        default: Option<Vec<u8>>,
    },
}

impl VectorReader {
    /// A reader of a column.
    ///
    /// # Errors
    /// The column is not a vector.
    pub(crate) fn new(table: &TableDef, no: ColumnNo) -> Result<Self> {
        let column = table.column(no);
        let Some(ty) = vector_type(column.ty) else {
            return Err(Error::Misuse(format!(
                "column \"{}\" of table \"{}\" is not a vector",
                column.name, table.name
            )));
        };
        let (tree, place) = match column.storage {
            ColumnStorage::Tree(tree) => (tree, Place::Whole),
            ColumnStorage::Row => (table.rows, in_row(table, no, ty)),
        };
        Ok(Self {
            table: table.name.clone(),
            tree,
            ty,
            place,
        })
    }

    /// Calls `read` with the row's vector, straight from its page.
    /// `None`: the vector is NULL, or there is no such row.
    ///
    /// # Errors
    /// Storage errors; a row or vector that does not decode.
    #[inline]
    pub(crate) fn fetch_stored<R>(
        &self,
        view: &dyn View,
        id: RowId,
        read: impl FnOnce(StoredVector<'_>) -> R,
    ) -> Result<Option<R>> {
        let Some(entry) = view.get(self.tree, &row_key::encode(id))? else {
            return Ok(None);
        };
        Ok(self.vector_in(id, &entry)?.map(read))
    }

    /// The row's vector. `None`: it is NULL, or there is no such row.
    ///
    /// # Errors
    /// As [`fetch_stored`](Self::fetch_stored).
    pub(crate) fn fetch(&self, view: &dyn View, id: RowId) -> Result<Option<Value>> {
        self.fetch_stored(view, id, |vector| vector.to_value())
    }

    /// A scan of all vectors that are not NULL, by ascending row id.
    pub(crate) fn scan(&self) -> VectorScan {
        VectorScan {
            entries: Cursor::new(self.tree),
            reader: self.clone(),
            begun: false,
            ended: false,
        }
    }

    /// The vector in an entry of the tree.
    #[inline]
    fn vector_in<'a>(&'a self, id: RowId, entry: &'a [u8]) -> Result<Option<StoredVector<'a>>> {
        let vector = match &self.place {
            Place::Whole => Ok(Some(entry)),
            Place::InRow {
                before,
                no,
                default,
            } => pick(entry, before, *no, self.ty, default.as_deref()),
        };
        match vector {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => StoredVector::new(self.ty, bytes)
                .map(Some)
                .ok_or_else(|| malformed_row(&self.table, id)),
            Err(Malformed) => Err(malformed_row(&self.table, id)),
        }
    }
}

fn in_row(table: &TableDef, no: ColumnNo, ty: VectorType) -> Place {
    let before = (0..no.0)
        .map(ColumnNo)
        .map(|no| (no, Layout::of(table, no)))
        .filter(|(_, layout)| *layout != Layout::Elsewhere)
        .collect();
    let default = &table.column(no).default;
    let default = (!default.is_null()).then(|| {
        let mut bytes = Vec::with_capacity(ty.stored_bytes());
        put_vector(&mut bytes, default.as_ref(), ty.element);
        bytes
    });
    Place::InRow {
        before,
        no,
        default,
    }
}

fn pick<'a>(
    row: &'a [u8],
    before: &[(ColumnNo, Layout)],
    no: ColumnNo,
    ty: VectorType,
    default: Option<&'a [u8]>,
) -> Decoded<Option<&'a [u8]>> {
    let row = Row::parse(row)?;
    if row.lacks(no) {
        return Ok(default);
    }
    if row.is_null(no) {
        return Ok(None);
    }
    let mut values = row.values();
    for (no, layout) in before {
        if !row.is_null(*no) {
            skip(&mut values, *layout)?;
        }
    }
    values.take(ty.stored_bytes()).map(Some)
}

/// Entries that [`VectorScan::find`] passes over before it searches: about what a search costs.
const STEPS_MAX: usize = 8;

/// A scan of the vectors of one column. It owns its cursor, so it may rest between batches.
#[derive(Debug)]
pub(crate) struct VectorScan {
    reader: VectorReader,
    entries: Cursor,
    begun: bool,
    ended: bool,
}

impl VectorScan {
    /// Calls `visit` with each row id and its vector, straight from its page, until there are no more or `visit` breaks. A later call goes on after the last one visited. Rows whose vector is NULL are
    /// passed over.
    ///
    /// # Errors
    /// Storage errors; rows or vectors that do not decode; what `visit` returns.
    pub(crate) fn for_each(
        &mut self,
        view: &dyn View,
        mut visit: impl FnMut(RowId, StoredVector<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        while self.step(view)? {
            let id = row_key::decode(self.entries.key())?;
            let entry = self.entries.value(view)?;
            if let Some(vector) = self.reader.vector_in(id, &entry)?
                && visit(id, vector)?.is_break()
            {
                break;
            }
        }
        Ok(())
    }

    /// Calls `read` with one row's vector. For rows that come mostly in ascending order: a few steps forward are tried
    /// before a search from the root. `None`: the vector is NULL, or there is no such row.
    ///
    /// # Errors
    /// Storage errors; a row or vector that does not decode.
    pub(crate) fn find<R>(
        &mut self,
        view: &dyn View,
        id: RowId,
        read: impl FnOnce(StoredVector<'_>) -> R,
    ) -> Result<Option<R>> {
        (self.begun, self.ended) = (true, false);
        let key = row_key::encode(id);
        let mut steps = 0;
        while self.entries.is_on_entry() && self.entries.key() < &key[..] && steps < STEPS_MAX {
            self.entries.next(view)?;
            steps += 1;
        }
        // Stepped over or onto the key, it is known whether the tree has it; else it has to be searched for.
        let arrived = self.entries.is_on_entry() && self.entries.key() >= &key[..];
        if !(arrived && (steps > 0 || self.entries.key() == key))
            && !self.entries.seek(view, &key)?
        {
            return Ok(None);
        }
        if self.entries.key() != key {
            return Ok(None);
        }
        let entry = self.entries.value(view)?;
        Ok(self.reader.vector_in(id, &entry)?.map(read))
    }

    fn step(&mut self, view: &dyn View) -> Result<bool> {
        let found = match (self.ended, self.begun) {
            (true, _) => false,
            (false, false) => self.entries.first(view)?,
            (false, true) => self.entries.next(view)?,
        };
        self.begun = true;
        self.ended = !found;
        Ok(found)
    }
}
