//! The one way in: inserting, updating and deleting rows with all that hangs on them.

mod check_value;
mod checks;
mod delete;
mod generated;
mod insert;
mod listener;
mod owner;
mod row_watch;
#[cfg(test)]
mod tests;
mod update;
mod watch;

use std::sync::Arc;

use citadel_txn::{TreeId, WriteTxn};

use super::delta;
use super::entries::EntryMakers;
use super::index_key::{IndexEntry, describe_key};
use super::projection::malformed_row;
use super::row::{Field, Fields, RowEncoder};
use super::vector_source::VectorSource;
use crate::codec::{Decoded, Malformed};
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    AnnIndex, BTreeIndex, ColumnDef, ColumnNo, ColumnStorage, IndexDef, IndexKind, IndexedVector,
    RowId, TableDef,
};
use crate::types::{SqlType, ValueRef, put_vector};
pub(super) use checks::Checks;
use generated::Generated;
pub use listener::RowAction;
pub(crate) use listener::RowListener;
use row_watch::RowWatch;
pub(crate) use row_watch::{RowEvent, RowImage};
pub(crate) use watch::KeyEvent;
use watch::KeyWatch;

/// Writes rows of one table within one write transaction.
///
/// Within a statement it remembers the greatest row id between calls, so nothing else may write the table meanwhile;
/// [`rest`](TableWriter::rest) ends the statement. Its buffers are used again for each row.
///
/// A call that fails may have written a part: roll the statement back.
#[derive(Debug)]
pub(crate) struct TableWriter {
    table: Arc<TableDef>,
    row: RowEncoder,
    vector: Vec<u8>,
    /// One for each btree index, in the order of [`btrees`].
    old_keys: Vec<IndexEntry>,
    new_keys: Vec<IndexEntry>,
    /// Makes them, once they are needed.
    makers: Option<EntryMakers>,
    greatest: Greatest,
    /// The greatest row id that was ever given, where the table keeps it; `None`: to be looked up.
    counted: Option<i64>,
    /// Gives the vectors of the ann indexes that are on expressions, once they are needed.
    computed: Option<Vec<(Arc<IndexDef>, VectorSource)>>,
    /// Conditions of the table, once they are needed.
    checks: Option<Checks>,
    /// Computed columns, once they are needed.
    generated: Option<Generated>,
    /// Notes for foreign keys, where some are about the table.
    watch: Option<Box<KeyWatch>>,
    /// Notes for triggers, where the table has some that fire afterwards.
    row_watch: Option<Box<RowWatch>>,
    /// Told of each row, if the program asked for it.
    listener: Option<Arc<RowListener>>,
}

/// The most memory that a writer keeps between statements, but for keys.
const IDLE_BYTES_MAX: usize = 16 << 10;

/// The greatest row id of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Greatest {
    /// To be looked up.
    Unknown,
    /// `None`: the table is empty.
    Known(Option<RowId>),
}

impl TableWriter {
    /// A writer of a table.
    pub(crate) fn new(table: Arc<TableDef>) -> Self {
        let keys = || btrees(&table).map(|_| IndexEntry::default()).collect();
        Self {
            old_keys: keys(),
            new_keys: keys(),
            table,
            row: RowEncoder::default(),
            vector: Vec::new(),
            makers: None,
            greatest: Greatest::Unknown,
            counted: None,
            computed: None,
            checks: None,
            generated: None,
            watch: None,
            row_watch: None,
            listener: None,
        }
    }

    /// Tells a listener of each row from now on; `None`: nobody.
    pub(crate) fn listen(&mut self, listener: Option<&Arc<RowListener>>) {
        self.listener = listener.cloned();
    }

    /// Forgets what is known of the rows: another statement comes, maybe in another transaction. False: the buffers have
    /// grown so much that they had better be freed.
    pub(crate) fn rest(&mut self) -> bool {
        self.forget();
        self.take_key_events();
        self.take_row_events();
        self.row.capacity() + self.vector.capacity() <= IDLE_BYTES_MAX
    }

    /// Something else may have written the table: what is known of its rows holds no longer.
    pub(crate) fn forget(&mut self) {
        self.greatest = Greatest::Unknown;
        self.counted = None;
    }

    /// Gets ready what makes entries of indexes.
    fn prepare_makers(&mut self) -> Result<()> {
        if self.makers.is_none() {
            self.makers = Some(EntryMakers::of(&self.table)?);
        }
        Ok(())
    }

    /// Gets the table's conditions ready, if it has any.
    fn prepare_checks(&mut self) -> Result<()> {
        if self.checks.is_none() && !self.table.checks.is_empty() {
            self.checks = Some(Checks::of(&self.table)?);
        }
        Ok(())
    }

    /// Notes a row, as it is now, in the ann indexes that hold something of it that `changes`.
    ///
    /// # Errors
    /// An expression that an index is on fails for the row.
    fn touch(
        &mut self,
        txn: &mut WriteTxn,
        id: RowId,
        changes: impl Fn(ColumnNo) -> bool,
    ) -> Result<()> {
        for ann in anns(&self.table) {
            if ann.vector.any_column(&changes) || ann.filters.iter().any(|no| changes(*no)) {
                delta::touch(txn, ann, id)?;
            }
        }
        let computed = match &mut self.computed {
            Some(computed) => computed,
            none => none.insert(computed(&self.table)?),
        };
        for (index, source) in computed {
            if let IndexKind::Ann(ann) = &index.kind
                && ann.vector.any_column(&changes)
            {
                source.fetch_stored(txn, id, |_| ())?;
            }
        }
        Ok(())
    }
}

/// The btree indexes of a table.
pub(super) fn btrees(table: &TableDef) -> impl Iterator<Item = (&IndexDef, &BTreeIndex)> {
    table.indexes.iter().filter_map(|index| match &index.kind {
        IndexKind::BTree(btree) => Some((&**index, btree)),
        IndexKind::Ann(_) => None,
    })
}

/// The ann indexes of a table.
fn anns(table: &TableDef) -> impl Iterator<Item = &AnnIndex> {
    table.indexes.iter().filter_map(|index| match &index.kind {
        IndexKind::Ann(ann) => Some(ann),
        IndexKind::BTree(_) => None,
    })
}

/// The ann indexes of a table that are on expressions, and what gives their vectors.
fn computed(table: &TableDef) -> Result<Vec<(Arc<IndexDef>, VectorSource)>> {
    let mut computed = Vec::new();
    for index in &table.indexes {
        if let IndexKind::Ann(ann) = &index.kind
            && matches!(ann.vector, IndexedVector::Expression(_))
        {
            let source = VectorSource::of_index(table, &ann.vector)?;
            computed.push((Arc::clone(index), source));
        }
    }
    Ok(computed)
}

/// The columns of a table that have trees of their own.
pub(super) fn tree_columns(
    table: &TableDef,
) -> impl Iterator<Item = (ColumnNo, &ColumnDef, TreeId)> {
    let columns = (0..).map(ColumnNo).zip(&table.columns);
    columns.filter_map(|(no, column)| match column.storage {
        ColumnStorage::Tree(tree) => Some((no, column, tree)),
        ColumnStorage::Row => None,
    })
}

/// Has the column a tree of its own?
fn has_tree(column: &ColumnDef) -> bool {
    column.storage != ColumnStorage::Row
}

/// Another row has the row id.
fn duplicate_row_id(table: &TableDef, id: RowId) -> Error {
    let column = table
        .rowid_column
        .map_or("rowid", |no| &table.column(no).name);
    Error::sql(
        SqlState::UNIQUE_VIOLATION,
        format!(
            "duplicate key value violates unique constraint \"{}\": key ({column})=({}) already exists",
            table.rowid_constraint(),
            id.0
        ),
    )
}

/// A row that the caller found is not there.
fn no_row(table: &TableDef, id: RowId) -> Error {
    Error::sql(
        SqlState::INTERNAL_ERROR,
        format!("table \"{}\" has no row {}", table.name, id.0),
    )
}

/// A row and the trees beside it do not agree.
fn stale_row(table: &TableDef, id: RowId) -> Error {
    Error::Corrupt(format!(
        "row {} of table \"{}\" and what hangs on it do not agree",
        id.0, table.name
    ))
}

/// An index does not agree with the rows of its table.
fn stale_index(index: &IndexDef, id: RowId) -> Error {
    Error::Corrupt(format!(
        "index \"{}\" does not agree with row {} of its table",
        index.name, id.0
    ))
}

/// Puts a row's entry into an index, if it has one.
///
/// # Errors
/// Another row has the key and the index is unique. Its entry is then overwritten: the caller rolls back.
fn put_entry(
    txn: &mut WriteTxn,
    table: &TableDef,
    index: &IndexDef,
    btree: &BTreeIndex,
    entry: &IndexEntry,
    id: RowId,
) -> Result<()> {
    if !entry.is_there() || !txn.insert(btree.tree, entry.key(), entry.value())? {
        return Ok(());
    }
    if !entry.must_be_alone() {
        return Err(stale_index(index, id));
    }
    Err(Error::sql(
        SqlState::UNIQUE_VIOLATION,
        format!(
            "duplicate key value violates unique constraint \"{}\": key {} already exists",
            index.name,
            describe_key(table, index, btree, entry.key())?,
        ),
    ))
}

/// Takes a row's entry out of an index, if it has one.
fn take_entry(
    txn: &mut WriteTxn,
    index: &IndexDef,
    btree: &BTreeIndex,
    entry: &IndexEntry,
    id: RowId,
) -> Result<()> {
    if !entry.is_there() || txn.remove(btree.tree, entry.key())? {
        Ok(())
    } else {
        Err(stale_index(index, id))
    }
}

/// All columns of a stored row.
pub(super) fn fields<'a>(table: &'a TableDef, id: RowId, row: &'a [u8]) -> Result<Vec<Field<'a>>> {
    let read = || -> Decoded<Vec<Field<'a>>> {
        let mut all = Vec::with_capacity(table.columns.len());
        let mut fields = Fields::new(table, row)?;
        while let Some(field) = fields.next()? {
            all.push(field);
        }
        Ok(all)
    };
    read().map_err(|Malformed| malformed_row(&table.name, id))
}

/// A stored column as an index sees it. Only for columns that an index can have.
pub(super) fn indexed(field: Field<'_>, id: RowId) -> ValueRef<'_> {
    match field {
        Field::Elsewhere => ValueRef::Integer(id.0),
        Field::Default(v) => v.as_ref(),
        Field::Value(v) => v,
        Field::Null | Field::Vector(_) => ValueRef::Null,
    }
}

/// The entry of a vector column with a tree of its own; `None` for NULL.
fn encode_vector<'a>(
    out: &'a mut Vec<u8>,
    column: &ColumnDef,
    value: ValueRef<'_>,
) -> Option<&'a [u8]> {
    let SqlType::Vector(vector) = column.ty else {
        return None;
    };
    out.clear();
    put_vector(out, value, vector.element);
    (!value.is_null()).then_some(out)
}
