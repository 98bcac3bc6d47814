//! The vectors of a table's rows, read or computed: what an ann index is made of, and what exact plans measure.

use citadel_txn::{TreeId, View};

use super::row_vector::RowVector;
use super::vectors::VectorReader;
use super::{Direction, RowIdRange, RowReader, TableScan};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::RelationNo;
use crate::error::{Error, Result, SqlState};
use crate::expression::{CompiledExpr, Rows};
use crate::schema::{ColumnNo, IndexedVector, RowId, TableDef};
use crate::types::{SqlType, StoredVector, ValueRef, VectorType, put_vector};

/// Gives the vector of a row, or of each.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one for a scan, and it stays where it is"
)]
pub(crate) enum VectorSource {
    /// From where it is stored.
    Stored(VectorReader),
    /// From columns of the row.
    Computed(Computed),
}

/// Computes vectors from rows.
#[derive(Debug)]
pub(crate) struct Computed {
    rows: RowReader,
    columns: Vec<ColumnNo>,
    types: Vec<SqlType>,
    expr: CompiledExpr,
    /// What is computed: f32 or bits.
    ty: VectorType,
    /// The index's expression, for errors.
    text: String,
}

impl VectorSource {
    /// A reader of what an index is on.
    ///
    /// # Errors
    /// A column that is not a vector; an expression that does not compile.
    pub(crate) fn new(table: &TableDef, vector: &RowVector) -> Result<Self> {
        if let Some(no) = vector.as_column() {
            return VectorReader::new(table, no).map(Self::Stored);
        }
        let columns = &vector.columns;
        Ok(Self::Computed(Computed {
            rows: RowReader::new(table, columns),
            columns: columns.clone(),
            types: columns.iter().map(|no| table.column(*no).ty).collect(),
            expr: vector.compile(columns)?,
            ty: vector.ty.evaluated(),
            text: vector.indexed.text(table),
        }))
    }

    /// The same, from the definition of the index.
    ///
    /// # Errors
    /// As [`new`](Self::new); an expression that has no meaning any more.
    pub(crate) fn of_index(table: &TableDef, indexed: &IndexedVector) -> Result<Self> {
        Self::new(table, &RowVector::bind(table, indexed, RelationNo(0))?)
    }

    /// Calls `read` with the row's vector. `None`: the vector is NULL, or there is no such row.
    ///
    /// # Errors
    /// Storage errors; a row or vector that does not decode; what computing it says.
    #[inline]
    pub(crate) fn fetch_stored<R>(
        &self,
        view: &dyn View,
        id: RowId,
        read: impl FnOnce(StoredVector<'_>) -> R,
    ) -> Result<Option<R>> {
        match self {
            Self::Stored(reader) => reader.fetch_stored(view, id, read),
            Self::Computed(computed) => computed.fetch(view, id, read),
        }
    }

    /// Calls `visit` with each of some rows and its vector, in their order: `None` where that is NULL or where there is no such
    /// row. Cheapest where the ids ascend. The last argument is memory that is to be read soon.
    ///
    /// # Errors
    /// As [`fetch_stored`](Self::fetch_stored); what `visit` returns.
    pub(crate) fn fetch_several(
        &self,
        view: &dyn View,
        ids: &[RowId],
        mut visit: impl FnMut(RowId, Option<StoredVector<'_>>, &[u8]) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Stored(reader) => reader.fetch_several(view, ids, visit),
            Self::Computed(computed) => ids.iter().try_for_each(|id| {
                let visited = computed.fetch(view, *id, |vector| visit(*id, Some(vector), &[]))?;
                visited.unwrap_or_else(|| visit(*id, None, &[]))
            }),
        }
    }

    /// The tree that is read to visit all rows.
    pub(crate) fn tree(&self, table: &TableDef) -> TreeId {
        match self {
            Self::Stored(reader) => reader.tree(),
            Self::Computed(_) => table.rows,
        }
    }

    /// Calls `visit` with each row id of a range of its table and the vector, by ascending row id, and with memory that is to be read soon:
    /// whoever measures the vector asks the processor for it. Rows whose vector is NULL are passed over.
    ///
    /// # Errors
    /// As [`fetch_stored`](Self::fetch_stored); what `visit` returns.
    pub(crate) fn for_each(
        &self,
        view: &dyn View,
        table: &TableDef,
        range: RowIdRange,
        visit: impl FnMut(RowId, StoredVector<'_>, &[u8]) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Stored(reader) => reader.for_each(view, range, visit),
            Self::Computed(computed) => computed.for_each(view, table, range, visit),
        }
    }
}

impl Computed {
    fn fetch<R>(
        &self,
        view: &dyn View,
        id: RowId,
        read: impl FnOnce(StoredVector<'_>) -> R,
    ) -> Result<Option<R>> {
        let types = self.types.iter();
        let mut batch = Batch {
            columns: types.map(|ty| Column::new(*ty, 1)).collect(),
            rows: 1,
        };
        if !self.rows.fetch(view, id, &mut batch.columns)? {
            return Ok(None);
        }
        let values = self
            .expr
            .evaluate(&batch, Rows::All(1))
            .map_err(|error| self.explain(error))?;
        let mut bytes = Vec::with_capacity(self.ty.stored_bytes());
        Ok(self.vector(values.get(0), &mut bytes)?.map(read))
    }

    fn for_each(
        &self,
        view: &dyn View,
        table: &TableDef,
        range: RowIdRange,
        mut visit: impl FnMut(RowId, StoredVector<'_>, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut scan = TableScan::new(table, &self.columns, range, Direction::Forward);
        let mut ids = Column::new(SqlType::Integer, BATCH_ROWS);
        let mut batch = Batch::default();
        let mut bytes = Vec::new();
        loop {
            ids.clear();
            batch.reset(&self.types);
            batch.rows = scan.next(view, Some(&mut ids), &mut batch.columns, BATCH_ROWS)?;
            if batch.rows == 0 {
                return Ok(());
            }
            let vectors = self.expr.to_column(&batch);
            let vectors = vectors.map_err(|error| self.explain(error))?;
            for at in 0..batch.rows {
                if let ValueRef::Integer(id) = ids.get(at)
                    && let Some(vector) = self.vector(vectors.get(at), &mut bytes)?
                {
                    visit(RowId(id), vector, &[])?;
                }
            }
        }
    }

    /// A computed value as a stored vector; `None` if it is NULL.
    fn vector<'b>(
        &self,
        value: ValueRef<'_>,
        bytes: &'b mut Vec<u8>,
    ) -> Result<Option<StoredVector<'b>>> {
        check_computed(value, self.ty).map_err(|error| self.explain(error))?;
        bytes.clear();
        put_vector(bytes, value, self.ty.element);
        Ok(StoredVector::new(self.ty, bytes).filter(|_| !value.is_null()))
    }

    #[cold]
    fn explain(&self, error: Error) -> Error {
        error.hint(format!(
            "an ann index is on {}: each row has to have it, or NULL",
            self.text
        ))
    }
}

/// Refuses a computed value that no index on such vectors can hold.
pub(crate) fn check_computed(value: ValueRef<'_>, ty: VectorType) -> Result<()> {
    let dim = match value {
        ValueRef::Null => return Ok(()),
        ValueRef::Vector(vector) if !ty.is_bits() => {
            if !vector.iter().all(|c| c.is_finite()) {
                let message = "a vector of an index has a component that is not finite";
                return Err(Error::sql(SqlState::NUMERIC_OUT_OF_RANGE, message));
            }
            vector.len()
        }
        ValueRef::Bits(bits) if ty.is_bits() => bits.dim(),
        _ => 0,
    };
    if ty.dim.map(usize::from) == Some(dim) {
        return Ok(());
    }
    let message = format!("an index is on {ty}, and got {dim} dimensions");
    Err(Error::sql(SqlState::DATA_EXCEPTION, message))
}
