//! RETURNING: what a change gives of the rows that it changed, as they are stored.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{ColumnId, Images, RelationNo};
use crate::error::{Error, Result, SqlState};
use crate::expression::CompiledExpr;
use crate::plan::Returning;
use crate::schema::{ColumnNo, RowId, TableDef};
use crate::types::{Element, SqlType, StoredVector, Value, ValueRef, put_vector};

/// Rows on their way to the reader: computed while the statement runs, given when it is done.
#[derive(Default)]
pub(super) struct Returned {
    plan: Option<Arc<Returning>>,
    output: Vec<CompiledExpr>,
    /// The columns that the output reads, of rows that it was not computed for yet.
    rows: Batch,
    given: VecDeque<Batch>,
    /// A vector as its column stores it.
    stored: Vec<u8>,
}

/// Where a column comes from that RETURNING of UPDATE reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The row id.
    Id,
    /// The new value of an assigned column.
    Value(usize, SqlType),
    /// A column of the source.
    Source(usize),
}

impl Returned {
    pub(super) fn new(plan: Option<&Arc<Returning>>) -> Self {
        Self {
            plan: plan.cloned(),
            ..Self::default()
        }
    }

    /// Begins a run.
    pub(super) fn begin(&mut self, params: &[Value]) -> Result<()> {
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        self.rows = Batch::default();
        self.given.clear();
        let compile = |expr| CompiledExpr::compile(expr, &plan.layout, params);
        self.output = plan.output.iter().map(compile).collect::<Result<_>>()?;
        Ok(())
    }

    /// Is anything to be given?
    pub(super) fn is_wanted(&self) -> bool {
        self.plan.is_some()
    }

    /// The columns that are read.
    pub(super) fn layout(&self) -> &[ColumnId] {
        self.plan.as_ref().map_or(&[], |plan| &plan.layout)
    }

    /// Which relations `old` and `new` are.
    pub(super) fn images(&self) -> Option<Images> {
        self.plan.as_ref().map(|plan| plan.images)
    }

    /// The next rows.
    pub(super) fn next(&mut self) -> Option<Batch> {
        self.given.pop_front()
    }

    /// Adds an inserted row; `row` has a value for each column of the table.
    pub(super) fn push_row(
        &mut self,
        table: &TableDef,
        id: RowId,
        row: &[ValueRef<'_>],
    ) -> Result<()> {
        let Some(plan) = self.plan.clone() else {
            return Ok(());
        };
        self.rows
            .columns
            .resize_with(plan.layout.len(), Column::default);
        for (column, read) in self.rows.columns.iter_mut().zip(&plan.layout) {
            if read.relation == plan.images.old {
                column.push_null();
                continue;
            }
            match column_no(*read).filter(|no| table.rowid_column != Some(*no)) {
                None => column.push_integer(id.0)?,
                Some(no) => {
                    let value = row[usize::from(no.0)];
                    push_stored(column, table.column(no).ty, value, &mut self.stored)?;
                }
            }
        }
        self.rows.rows += 1;
        if self.rows.rows >= BATCH_ROWS {
            self.compute()?;
        }
        Ok(())
    }

    /// Adds updated rows: their ids, the new values of assigned columns, and what the source gave.
    pub(super) fn push_updated(
        &mut self,
        origins: &[Origin],
        ids: &[RowId],
        values: &[Column],
        source: &[Column],
    ) -> Result<()> {
        self.compute()?;
        let mut first = 0;
        while first < ids.len() && self.is_wanted() {
            let end = ids.len().min(first + BATCH_ROWS);
            self.rows = Batch::default();
            for origin in origins {
                let mut column = Column::default();
                for (at, id) in ids.iter().enumerate().take(end).skip(first) {
                    match *origin {
                        Origin::Id => column.push_integer(id.0)?,
                        Origin::Value(slot, ty) => {
                            push_stored(&mut column, ty, values[slot].get(at), &mut self.stored)?;
                        }
                        Origin::Source(slot) => column.push(source[slot].get(at))?,
                    }
                }
                self.rows.columns.push(column);
            }
            self.rows.rows = end - first;
            self.compute()?;
            first = end;
        }
        Ok(())
    }

    /// Adds rows as a source gives them.
    pub(super) fn push_batch(&mut self, layout: &[ColumnId], batch: &Batch) -> Result<()> {
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        let column = |id: &ColumnId| match id.relation == plan.images.new {
            true => Ok(nulls(batch.rows)),
            false => Ok(batch.columns[place(layout, *id)?].clone()),
        };
        let columns = plan.layout.iter().map(column);
        self.rows = Batch {
            columns: columns.collect::<Result<_>>()?,
            rows: batch.rows,
        };
        self.compute()
    }

    /// Adds rows with the columns of the layout.
    pub(super) fn push_columns(&mut self, columns: Vec<Column>, rows: usize) -> Result<()> {
        self.rows = Batch { columns, rows };
        self.compute()
    }

    /// Computes the output of the rows that wait for it.
    pub(super) fn compute(&mut self) -> Result<()> {
        if self.rows.rows == 0 {
            return Ok(());
        }
        let columns = self.output.iter().map(|expr| expr.to_column(&self.rows));
        let out = Batch {
            columns: columns.collect::<Result<_>>()?,
            rows: self.rows.rows,
        };
        self.rows = Batch::default();
        self.given.push_back(out);
        Ok(())
    }

    /// Lets go of what was computed.
    pub(super) fn rest(&mut self) {
        self.output.clear();
        self.given.clear();
        self.rows.rest();
    }
}

/// Where the columns of a layout come from in an update.
pub(super) fn origins(
    layout: &[ColumnId],
    images: Option<Images>,
    (table, relation): (&TableDef, RelationNo),
    assigned: &[ColumnNo],
    source: &[ColumnId],
) -> Result<Vec<Origin>> {
    let origin = |id: &ColumnId| {
        if images.is_some_and(|images| id.relation == images.old) {
            let id = ColumnId { relation, ..*id };
            return place(source, id).map(Origin::Source);
        }
        if id.relation != relation {
            return place(source, *id).map(Origin::Source);
        }
        let no = column_no(*id).or(table.rowid_column);
        let slot = no.and_then(|no| assigned.iter().position(|assigned| *assigned == no));
        match (slot, column_no(*id)) {
            (Some(slot), no) => Ok(Origin::Value(
                slot,
                no.map_or(SqlType::Integer, |no| table.column(no).ty),
            )),
            (None, None) => Ok(Origin::Id),
            (None, Some(_)) => place(source, *id).map(Origin::Source),
        }
    };
    layout.iter().map(origin).collect()
}

/// A column of NULLs.
fn nulls(rows: usize) -> Column {
    let mut column = Column::default();
    (0..rows).for_each(|_| column.push_null());
    column
}

/// Appends a value as its column stores it: vectors of small components are rounded.
pub(super) fn push_stored(
    column: &mut Column,
    ty: SqlType,
    value: ValueRef<'_>,
    stored: &mut Vec<u8>,
) -> Result<()> {
    match (ty, value) {
        (SqlType::Vector(vector), ValueRef::Vector(_)) if vector.element != Element::F32 => {
            stored.clear();
            put_vector(stored, value, vector.element);
            match StoredVector::new(vector, stored) {
                Some(vector) => column.push(vector.to_value().as_ref()),
                None => column.push(value),
            }
        }
        _ => column.push(value),
    }
}

/// The number of a stored column; `None` for the hidden row id.
pub(super) fn column_no(id: ColumnId) -> Option<ColumnNo> {
    u16::try_from(id.column).ok().map(ColumnNo)
}

pub(super) fn place(layout: &[ColumnId], id: ColumnId) -> Result<usize> {
    let at = layout.iter().position(|read| *read == id);
    at.ok_or_else(|| {
        Error::sql(
            SqlState::INTERNAL_ERROR,
            "RETURNING reads what is not there",
        )
    })
}
