//! One vector column, and nothing else of its table.
//!
//! A wide column lies in a tree of its own, and only that tree is read; a narrow one is picked out of its rows.

use citadel_txn::{Cursor, Leaves, TreeId, View, get_several};
use citadel_vector::prefetch;

use super::RowIdRange;
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

    /// Calls `visit` with each of some rows and its vector, in their order, straight from its page: `None` where that is NULL or
    /// where there is no such row. Cheapest where the ids ascend. The last argument is memory that is to be read soon.
    ///
    /// # Errors
    /// Storage errors; rows or vectors that do not decode; what `visit` returns.
    pub(crate) fn fetch_several(
        &self,
        view: &dyn View,
        ids: &[RowId],
        mut visit: impl FnMut(RowId, Option<StoredVector<'_>>, &[u8]) -> Result<()>,
    ) -> Result<()> {
        for ids in ids.chunks(AT_ONCE) {
            let keys: Vec<_> = ids.iter().map(|id| row_key::encode(*id)).collect();
            let entries = get_several(view, self.tree, &keys)?;
            let entry = |at: usize| entries.get(at)?.as_deref();
            (0..AHEAD).filter_map(entry).for_each(prefetch);
            for (at, id) in ids.iter().enumerate() {
                let vector = match entry(at) {
                    Some(entry) => self.vector_in(*id, entry)?,
                    None => None,
                };
                visit(*id, vector, entry(at + AHEAD).unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// The row's vector. `None`: it is NULL, or there is no such row.
    ///
    /// # Errors
    /// As [`fetch_stored`](Self::fetch_stored).
    pub(crate) fn fetch(&self, view: &dyn View, id: RowId) -> Result<Option<Value>> {
        self.fetch_stored(view, id, |vector| vector.to_value())
    }

    /// Lookups that go on from one to the next.
    pub(crate) fn scan(&self) -> VectorScan {
        VectorScan {
            entries: Cursor::new(self.tree),
            reader: self.clone(),
        }
    }

    /// The tree that the vectors lie in.
    pub(super) fn tree(&self) -> TreeId {
        self.tree
    }

    /// Calls `visit` with each row id of a range and its vector, by ascending row id, straight from its page, and with memory
    /// that is to be read soon: whoever measures the vector asks the processor for it. Rows whose vector is NULL are passed over.
    ///
    /// # Errors
    /// Storage errors; rows or vectors that do not decode; what `visit` returns.
    pub(crate) fn for_each(
        &self,
        view: &dyn View,
        range: RowIdRange,
        mut visit: impl FnMut(RowId, StoredVector<'_>, &[u8]) -> Result<()>,
    ) -> Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        let vector_bytes = self.ty.stored_bytes();
        let mut leaves = leaves(view, self.tree, range)?;
        while let Some(leaf) = leaves.next()? {
            let mut ahead = leaves.ahead();
            leaf.for_each(|key, entry| {
                let id = row_key::decode(key)?;
                if range.has(id)
                    && let Some(vector) = self.vector_in(id, entry)?
                {
                    visit(id, vector, ahead)?;
                    ahead = ahead.get(vector_bytes..).unwrap_or_default();
                }
                Ok::<_, Error>(())
            })?;
            prefetch(ahead);
        }
        Ok(())
    }

    /// The vector in an entry of the tree.
    #[inline(always)]
    fn vector_in<'a>(&'a self, id: RowId, entry: &'a [u8]) -> Result<Option<StoredVector<'a>>> {
        let vector = match &self.place {
            Place::Whole => {
                return match StoredVector::new(self.ty, entry) {
                    Some(vector) => Ok(Some(vector)),
                    None => Err(malformed_row(&self.table, id)),
                };
            }
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

/// The leaves that have the keys of some rows.
fn leaves(view: &dyn View, tree: TreeId, range: RowIdRange) -> Result<Leaves<'_>> {
    if range == RowIdRange::ALL {
        return Ok(Leaves::new(view, tree)?);
    }
    let from = row_key::encode(RowId(range.first));
    let until = range
        .last
        .checked_add(1)
        .map(|id| row_key::encode(RowId(id)));
    let until = until.as_ref().map(<[u8; 8]>::as_slice);
    Ok(Leaves::within(view, tree, &from, until)?)
}

fn in_row(table: &TableDef, no: ColumnNo, ty: VectorType) -> Place {
    let before = (0..no.0)
        .map(ColumnNo)
        .map(|no| (no, Layout::of(table, no)))
        .filter(|(_, layout)| *layout != Layout::Elsewhere)
        .collect();
    let default = &table.column(no).missing;
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

/// Rows that are looked up together.
const AT_ONCE: usize = 64;
/// How many vectors ahead of the one that is measured the memory is asked for.
const AHEAD: usize = 2;

/// Entries that [`VectorScan::find`] passes over before it searches: about what a search costs.
const STEPS_MAX: usize = 8;

/// Lookups of the vectors of one column, mostly forwards. It owns its cursor, so it may rest between batches.
#[derive(Debug)]
pub(crate) struct VectorScan {
    reader: VectorReader,
    entries: Cursor,
}

impl VectorScan {
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
}
