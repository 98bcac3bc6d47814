//! Definitions: tables, columns, indexes.
//!
//! Ids are identities, names are data: renaming changes one field, and no hash of a name is ever a key.

use std::sync::Arc;

use super::{
    AnnOptions, ColumnDefault, ColumnSequences, ForeignKeyDef, IndexKey, IndexedVector, LakeDef,
    Materialized, Metric, RowText, SequenceId, TableStatistics,
};
use citadel_txn::TreeId;

use crate::types::{Collation, Limit, SqlType, Value};

/// Identity of a table for the life of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TableId(pub(crate) u64);

/// Identity of an index for the life of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IndexId(pub(crate) u64);

/// Position of a column in its table, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ColumnNo(pub(crate) u16);

/// The hidden 64-bit key of every row. An `INTEGER PRIMARY KEY` column is another name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowId(pub(crate) i64);

/// A table.
#[derive(Clone, Debug)]
pub(crate) struct TableDef {
    pub(crate) id: TableId,
    pub(crate) name: String,
    pub(crate) columns: Vec<ColumnDef>,
    /// The column that is the row id itself (`INTEGER PRIMARY KEY`): not stored in the row.
    pub(crate) rowid_column: Option<ColumnNo>,
    /// Columns of the primary key in order; empty if the table has none.
    pub(crate) primary_key: Vec<ColumnNo>,
    /// The name of the PRIMARY KEY constraint that is the row id, where the user gave one.
    pub(crate) rowid_constraint: Option<String>,
    /// What each row must not be FALSE for.
    pub(crate) checks: Vec<CheckDef>,
    /// What its rows refer to.
    pub(crate) foreign_keys: Vec<ForeignKeyDef>,
    /// Row id → encoded row.
    pub(crate) rows: TreeId,
    /// All indexes of the table, constraint-made ones included, by ascending id.
    pub(crate) indexes: Vec<Arc<IndexDef>>,
    /// The statement that created the table, as the user wrote it.
    pub(crate) sql: String,
    /// Where its rows lie, if not here.
    pub(crate) lake: Option<Arc<LakeDef>>,
    /// What ANALYZE found in it.
    pub(crate) statistics: Option<Arc<TableStatistics>>,
    /// It is a materialized view.
    pub(crate) materialized: Option<Arc<Materialized>>,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct ColumnDef {
    pub(crate) name: String,
    pub(crate) ty: SqlType,
    /// What its declared type allows of them.
    pub(crate) limit: Option<Limit>,
    pub(crate) not_null: bool,
    /// DEFAULT.
    pub(crate) default: ColumnDefault,
    pub(crate) sequences: ColumnSequences,
    /// What rows have that were written before the column was added.
    pub(crate) missing: Value,
    /// What its value is computed from, where that is computed.
    pub(crate) generated: Option<RowText>,
    pub(crate) storage: ColumnStorage,
    /// How its texts are compared.
    pub(crate) collation: Collation,
}

/// A CHECK constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckDef {
    pub(crate) name: String,
    /// A condition over the columns.
    pub(crate) condition: RowText,
}

/// Where a column's values lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnStorage {
    /// Inside the encoded row.
    Row,
    /// In a tree of its own, row id → little-endian f32: vectors wider than 1 KiB.
    Tree(TreeId),
}

/// What a tree of a table holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TreeUse<'a> {
    Rows,
    /// Vectors of a column.
    Vectors(ColumnNo),
    /// Entries of an ordered index.
    Index(&'a IndexDef),
    /// Rows that were touched since an ann index was folded.
    Delta(&'a IndexDef),
    /// Segments of an ann index.
    Segments(&'a IndexDef),
}

/// An index.
#[derive(Clone, Debug)]
pub(crate) struct IndexDef {
    pub(crate) id: IndexId,
    pub(crate) name: String,
    pub(crate) table: TableId,
    pub(crate) origin: IndexOrigin,
    pub(crate) kind: IndexKind,
    /// The statement that created the index; empty for constraint-made ones.
    pub(crate) sql: String,
}

/// Who made an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexOrigin {
    /// CREATE INDEX.
    Statement,
    /// A UNIQUE constraint.
    Unique,
    /// A PRIMARY KEY constraint that is not the row id.
    PrimaryKey,
}

/// What an index is.
#[derive(Clone, Debug)]
pub(crate) enum IndexKind {
    /// Ordered keys.
    BTree(BTreeIndex),
    /// Approximate nearest neighbours.
    Ann(AnnIndex),
}

/// An ordered index: memcomparable key of some values of a row → row id.
#[derive(Clone, Debug)]
pub(crate) struct BTreeIndex {
    /// In order.
    pub(crate) keys: Vec<IndexKey>,
    /// What a row is TRUE for that has an entry; `None`: every row has one.
    pub(crate) condition: Option<RowText>,
    pub(crate) unique: bool,
    /// For UNIQUE: is a NULL like no other?
    pub(crate) nulls_distinct: bool,
    pub(crate) tree: TreeId,
}

/// A vector index: immutable PRISM segments plus a delta, in trees of the same file.
#[derive(Clone, Debug)]
pub(crate) struct AnnIndex {
    pub(crate) vector: IndexedVector,
    pub(crate) metric: Metric,
    /// Columns kept in the segments, in order: `INCLUDE (…)` and `WITH (filters = '…')` together.
    pub(crate) filters: Vec<ColumnNo>,
    /// Row id → the generation that last touched the row: rows whose segment entry is void and that are searched exactly.
    pub(crate) delta: TreeId,
    /// Segment id, section, chunk → bytes; and the list of live segments.
    pub(crate) segments: TreeId,
    /// What can be changed.
    pub(crate) options: AnnOptions,
}

impl BTreeIndex {
    /// The columns of its key, where it has an entry of every row and nothing is computed for it.
    pub(crate) fn plain_columns(&self) -> Option<Vec<ColumnNo>> {
        if self.condition.is_some() {
            return None;
        }
        self.keys.iter().map(IndexKey::as_column).collect()
    }

    /// The columns that its entries depend on, each once.
    pub(crate) fn columns_read(&self) -> Vec<ColumnNo> {
        let keys = self.keys.iter().flat_map(IndexKey::columns);
        let condition = self.condition.iter().flat_map(RowText::columns);
        let mut columns: Vec<ColumnNo> = keys.chain(condition).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Do its entries depend on a column that is so?
    pub(crate) fn any_column(&self, is_so: impl Fn(ColumnNo) -> bool) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|key| key.any_column(&is_so))
            || self.condition.as_ref().is_some_and(|c| c.any_column(is_so))
    }

    /// The same with other column numbers; `None` if a column has none.
    pub(crate) fn moved(&self, to: impl Fn(ColumnNo) -> Option<ColumnNo>) -> Option<Self> {
        let keys = self.keys.iter().map(|key| key.moved(&to));
        let keys = keys.collect::<Option<_>>()?;
        let condition = match &self.condition {
            Some(condition) => Some(condition.moved(&to)?),
            None => None,
        };
        Some(Self {
            keys,
            condition,
            ..self.clone()
        })
    }
}

impl IndexDef {
    /// Has no key of it two rows?
    pub(crate) fn is_unique(&self) -> bool {
        matches!(&self.kind, IndexKind::BTree(btree) if btree.unique)
    }

    /// Does it compute something of a row?
    pub(crate) fn computes(&self) -> bool {
        match &self.kind {
            IndexKind::BTree(btree) => btree.plain_columns().is_none(),
            IndexKind::Ann(ann) => ann.vector.as_column().is_none(),
        }
    }

    /// Is it a vector index?
    pub(crate) fn is_ann(&self) -> bool {
        matches!(self.kind, IndexKind::Ann(_))
    }
}

impl TableDef {
    /// All trees of the table.
    pub(crate) fn trees(&self) -> Vec<(TreeId, TreeUse<'_>)> {
        let mut trees = vec![(self.rows, TreeUse::Rows)];
        for (no, column) in (0..).map(ColumnNo).zip(&self.columns) {
            if let ColumnStorage::Tree(tree) = column.storage {
                trees.push((tree, TreeUse::Vectors(no)));
            }
        }
        for index in &self.indexes {
            match &index.kind {
                IndexKind::BTree(btree) => trees.push((btree.tree, TreeUse::Index(index))),
                IndexKind::Ann(ann) => {
                    trees.push((ann.delta, TreeUse::Delta(index)));
                    trees.push((ann.segments, TreeUse::Segments(index)));
                }
            }
        }
        trees
    }

    /// What keeps the greatest row id that was ever given (AUTOINCREMENT).
    pub(crate) fn counter(&self) -> Option<SequenceId> {
        self.column(self.rowid_column?).sequences.counter
    }

    /// The name of the constraint that keeps row ids apart.
    pub(crate) fn rowid_constraint(&self) -> String {
        match &self.rowid_constraint {
            Some(name) => name.clone(),
            None => format!("{}_pkey", self.name),
        }
    }

    /// The column at a position.
    pub(crate) fn column(&self, no: ColumnNo) -> &ColumnDef {
        &self.columns[usize::from(no.0)]
    }

    /// The position of a column by name, ASCII case folded.
    pub(crate) fn column_no(&self, name: &str) -> Option<ColumnNo> {
        let at = self
            .columns
            .iter()
            .position(|c| c.name.eq_ignore_ascii_case(name))?;
        u16::try_from(at).ok().map(ColumnNo)
    }
}
