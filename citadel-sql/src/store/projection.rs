//! Which columns of a table are wanted, and how they get from encoded rows into batch columns.

use citadel_txn::TreeId;

use super::row::{Field, Layout, Row, read, skip};
use crate::batch::Column;
use crate::codec::{Malformed, Reader};
use crate::error::{Error, Result};
use crate::schema::{ColumnNo, ColumnStorage, RowId, TableDef};
use crate::types::{SqlType, Value, ValueRef, VectorType};

/// A list of wanted columns, compiled once; `out[i]` is then the i-th of them.
#[derive(Clone, Debug)]
pub(super) struct Projection {
    table: String,
    /// The columns of the row in order, up to the last wanted one.
    steps: Vec<Step>,
    /// Where the row id itself is wanted.
    row_id_slots: Vec<usize>,
    trees: Vec<TreeColumn>,
}

/// One column of a row: read into a slot, or passed over.
#[derive(Clone, Debug)]
struct Step {
    no: ColumnNo,
    layout: Layout,
    slot: Option<usize>,
    default: Value,
}

/// A wanted column that has a tree of its own.
#[derive(Clone, Debug)]
pub(super) struct TreeColumn {
    pub(super) tree: TreeId,
    pub(super) ty: VectorType,
    slot: usize,
    no: ColumnNo,
}

impl Projection {
    /// Compiles the list. A column is in it at most once.
    pub(super) fn new(table: &TableDef, wanted: &[ColumnNo]) -> Self {
        let slot_of = |no| wanted.iter().position(|w| *w == no);
        let mut projection = Self {
            table: table.name.clone(),
            steps: Vec::new(),
            row_id_slots: Vec::new(),
            trees: Vec::new(),
        };
        for (no, column) in (0..).map(ColumnNo).zip(&table.columns) {
            let slot = slot_of(no);
            match (column.storage, slot) {
                _ if table.rowid_column == Some(no) => projection.row_id_slots.extend(slot),
                (ColumnStorage::Tree(tree), slot) => {
                    let column = slot.zip(vector_type(column.ty));
                    projection.trees.extend(column.map(|(slot, ty)| TreeColumn {
                        tree,
                        ty,
                        slot,
                        no,
                    }));
                }
                (ColumnStorage::Row, slot) => projection.steps.push(Step {
                    no,
                    layout: Layout::of(table, no),
                    slot,
                    default: column.missing.clone(),
                }),
            }
        }
        let last = projection.steps.iter().rposition(|s| s.slot.is_some());
        projection.steps.truncate(last.map_or(0, |last| last + 1));
        projection
    }

    /// Must the row be read, or is its id enough?
    pub(super) fn needs_row(&self) -> bool {
        !(self.steps.is_empty() && self.trees.is_empty())
    }

    /// The wanted columns with trees of their own.
    pub(super) fn trees(&self) -> &[TreeColumn] {
        &self.trees
    }

    /// Appends the row id where it is wanted as a column.
    #[inline]
    pub(super) fn push_row_id(&self, id: RowId, out: &mut [Column]) -> Result<()> {
        for slot in &self.row_id_slots {
            out[*slot].push_integer(id.0)?;
        }
        Ok(())
    }

    /// Appends the columns that lie in the row.
    #[inline]
    pub(super) fn push_row(&self, id: RowId, bytes: &[u8], out: &mut [Column]) -> Result<()> {
        let row = self.parse(id, bytes)?;
        let mut values = row.values();
        for step in &self.steps {
            match step.slot {
                Some(slot) => self.push_step(id, step, &row, &mut values, &mut out[slot])?,
                None if row.lacks(step.no) || row.is_null(step.no) => {}
                None => skip(&mut values, step.layout).map_err(|m| self.malformed(id, m))?,
            }
        }
        Ok(())
    }

    #[inline]
    fn push_step(
        &self,
        id: RowId,
        step: &Step,
        row: &Row<'_>,
        values: &mut Reader<'_>,
        out: &mut Column,
    ) -> Result<()> {
        if row.is_null(step.no) {
            out.push_null();
            return Ok(());
        }
        if row.lacks(step.no) {
            return out.push(step.default.as_ref());
        }
        match read(values, step.layout).map_err(|m| self.malformed(id, m))? {
            // What most columns are of, without a second look at the type.
            Field::Value(ValueRef::Integer(v)) => out.push_integer(v),
            Field::Value(ValueRef::Text(v)) => out.push_text(v),
            Field::Value(ValueRef::Real(v)) => out.push_real(v),
            Field::Value(v) => out.push(v),
            Field::Vector(v) => out.push_stored_vector(v),
            Field::Default(v) => out.push(v.as_ref()),
            Field::Null | Field::Elsewhere => Err(self.malformed(id, Malformed)),
        }
    }

    /// Appends a column that has a tree of its own; `vector` reads the row's entry.
    pub(super) fn push_vector(
        &self,
        at: usize,
        id: RowId,
        row: &[u8],
        out: &mut [Column],
        vector: impl FnOnce(&mut Column) -> Result<bool>,
    ) -> Result<()> {
        let column = &self.trees[at];
        let row = self.parse(id, row)?;
        let out = &mut out[column.slot];
        if row.lacks(column.no) || row.is_null(column.no) {
            out.push_null();
        } else if !vector(out)? {
            return Err(self.malformed(id, Malformed));
        }
        Ok(())
    }

    #[inline]
    fn parse<'a>(&self, id: RowId, bytes: &'a [u8]) -> Result<Row<'a>> {
        Row::parse(bytes).map_err(|m| self.malformed(id, m))
    }

    /// The row does not decode.
    #[cold]
    pub(super) fn malformed(&self, id: RowId, _: Malformed) -> Error {
        malformed_row(&self.table, id)
    }
}

/// The type of a vector column.
pub(super) fn vector_type(ty: SqlType) -> Option<VectorType> {
    match ty {
        SqlType::Vector(vector) if vector.dim.is_some() => Some(vector),
        _ => None,
    }
}

/// A row does not decode, or its vector is not where the row says it is.
#[cold]
pub(super) fn malformed_row(table: &str, id: RowId) -> Error {
    Error::Corrupt(format!("row {} of table \"{table}\" does not decode", id.0))
}
