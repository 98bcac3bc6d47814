//! The vectors of a table's rows, read or computed: what an ann index is made of, and what exact plans measure.

use std::ops::ControlFlow;

use citadel_txn::View;

use super::row_vector::RowVector;
use super::vectors::{VectorReader, VectorScan};
use super::{Direction, RowIdRange, RowReader, TableScan};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::RelationNo;
use crate::error::{Error, Result, SqlState};
use crate::expression::{CompiledExpr, Rows};
use crate::schema::{ColumnNo, IndexedVector, RowId, TableDef};
use crate::types::{SqlType, StoredVector, ValueRef, VectorType, put_vector};

/// Gives the vector of a row, or of each.
#[derive(Debug)]
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

/// A scan of the vectors of a table that are not NULL. It owns its cursor, so it may rest between batches.
#[derive(Debug)]
pub(crate) enum SourceScan<'a> {
    Stored(Box<VectorScan>),
    Computed(Box<ComputedScan<'a>>),
}

/// See [`SourceScan`].
#[derive(Debug)]
pub(crate) struct ComputedScan<'a> {
    computed: &'a Computed,
    scan: TableScan,
    ids: Column,
    batch: Batch,
    /// Vectors of the rows at hand; those before `at` are done.
    vectors: Column,
    at: usize,
    bytes: Vec<u8>,
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

    /// A scan of all vectors of its table that are not NULL, by ascending row id.
    pub(crate) fn scan(&self, table: &TableDef) -> SourceScan<'_> {
        match self {
            Self::Stored(reader) => SourceScan::Stored(Box::new(reader.scan())),
            Self::Computed(computed) => SourceScan::Computed(Box::new(ComputedScan {
                computed,
                scan: TableScan::new(
                    table,
                    &computed.columns,
                    RowIdRange::ALL,
                    Direction::Forward,
                ),
                ids: Column::new(SqlType::Integer, BATCH_ROWS),
                batch: Batch::default(),
                vectors: Column::new(SqlType::Vector(computed.ty), 0),
                at: 0,
                bytes: Vec::new(),
            })),
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

impl SourceScan<'_> {
    /// Calls `visit` with each row id and its vector until there are no more or `visit` breaks. A later call goes on after the
    /// last one visited. Rows whose vector is NULL are passed over.
    ///
    /// # Errors
    /// As [`VectorSource::fetch_stored`]; what `visit` returns.
    pub(crate) fn for_each(
        &mut self,
        view: &dyn View,
        visit: impl FnMut(RowId, StoredVector<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        match self {
            Self::Stored(scan) => scan.for_each(view, visit),
            Self::Computed(scan) => scan.for_each(view, visit),
        }
    }

    /// Calls `read` with one row's vector. For rows that come mostly in ascending order. `None`: the vector is NULL, or
    /// there is no such row.
    ///
    /// # Errors
    /// As [`VectorSource::fetch_stored`].
    pub(crate) fn find<R>(
        &mut self,
        view: &dyn View,
        id: RowId,
        read: impl FnOnce(StoredVector<'_>) -> R,
    ) -> Result<Option<R>> {
        match self {
            Self::Stored(scan) => scan.find(view, id, read),
            Self::Computed(scan) => scan.computed.fetch(view, id, read),
        }
    }
}

impl ComputedScan<'_> {
    fn for_each(
        &mut self,
        view: &dyn View,
        mut visit: impl FnMut(RowId, StoredVector<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        loop {
            while self.at < self.ids.len() {
                let at = self.at;
                self.at += 1;
                let ValueRef::Integer(id) = self.ids.get(at) else {
                    continue;
                };
                let vector = self.vectors.get(at);
                if let Some(vector) = self.computed.vector(vector, &mut self.bytes)?
                    && visit(RowId(id), vector)?.is_break()
                {
                    return Ok(());
                }
            }
            if !self.fill(view)? {
                return Ok(());
            }
        }
    }

    /// Computes the next rows; false at the end.
    fn fill(&mut self, view: &dyn View) -> Result<bool> {
        self.ids.clear();
        self.at = 0;
        self.batch.reset(&self.computed.types);
        let columns = &mut self.batch.columns;
        self.batch.rows = self
            .scan
            .next(view, Some(&mut self.ids), columns, BATCH_ROWS)?;
        if self.batch.rows == 0 {
            return Ok(false);
        }
        let expr = &self.computed.expr;
        self.vectors = expr
            .to_column(&self.batch)
            .map_err(|error| self.computed.explain(error))?;
        Ok(true)
    }
}
