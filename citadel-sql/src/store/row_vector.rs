//! The vector of a row that an ann index is on, as it is computed: the bound form of [`IndexedVector`].

use super::row_text::{self, column, column_id};
use crate::bind::bound::{Expr, RelationNo};
use crate::error::{Error, Result};
use crate::expression::CompiledExpr;
use crate::schema::{ColumnNo, IndexedVector, TableDef, quoted};
use crate::types::{SqlType, VectorType};

/// A vector of each row of a table: a column, or an expression of columns.
#[derive(Clone, Debug)]
pub(crate) struct RowVector {
    /// How the catalog has it.
    pub(crate) indexed: IndexedVector,
    /// Over the columns of `relation`, constants folded.
    pub(crate) expr: Expr,
    pub(crate) relation: RelationNo,
    /// The columns that it reads, each once.
    pub(crate) columns: Vec<ColumnNo>,
    /// Of a known dimension.
    pub(crate) ty: VectorType,
}

impl RowVector {
    /// The vector in a column.
    pub(crate) fn of_column(table: &TableDef, no: ColumnNo, relation: RelationNo) -> Self {
        let indexed = IndexedVector::Column(no);
        Self {
            ty: indexed.vector_type(table),
            indexed,
            expr: column(table, no, relation),
            relation,
            columns: vec![no],
        }
    }

    /// What an index is on, over the rows of a relation.
    ///
    /// # Errors
    /// The text of an expression means nothing to this version, or something else than to the one that wrote it.
    pub(crate) fn bind(
        table: &TableDef,
        indexed: &IndexedVector,
        relation: RelationNo,
    ) -> Result<Self> {
        let expression = match indexed {
            IndexedVector::Column(no) => return Ok(Self::of_column(table, *no, relation)),
            IndexedVector::Expression(expression) => expression,
        };
        let sql = expression.text.sql(table, quoted);
        let expr = row_text::read(table, &expression.text, relation).map_err(|error| {
            Error::Corrupt(format!(
                "an index on {sql} of table \"{}\" has no meaning any more: {}",
                table.name,
                error.message()
            ))
        })?;
        if expr.ty != SqlType::Vector(expression.ty) {
            return Err(Error::Corrupt(format!(
                "an index on {sql} of table \"{}\" is of {}, and that is now {}",
                table.name, expression.ty, expr.ty
            )));
        }
        Ok(Self {
            columns: indexed.columns(),
            indexed: indexed.clone(),
            expr,
            relation,
            ty: expression.ty,
        })
    }

    /// The column, if it is nothing else.
    pub(crate) fn as_column(&self) -> Option<ColumnNo> {
        self.indexed.as_column()
    }

    /// Ready for rows that consist of these columns of the table.
    pub(crate) fn compile(&self, columns: &[ColumnNo]) -> Result<CompiledExpr> {
        let layout: Vec<_> = columns
            .iter()
            .map(|no| column_id(self.relation, *no))
            .collect();
        CompiledExpr::compile(&self.expr, &layout, &[])
    }
}

impl IndexedVector {
    /// What a new index of a table is on, from the expression over the rows of a relation.
    ///
    /// # Errors
    /// The expression has no text that means the same.
    pub(crate) fn define(table: &TableDef, expr: &Expr, relation: RelationNo) -> Result<Self> {
        match expr.ty {
            SqlType::Vector(ty) => row_text::define(table, expr, relation, ty),
            _ => Err(Error::unsupported("an index on this expression").at(expr.position)),
        }
    }
}
