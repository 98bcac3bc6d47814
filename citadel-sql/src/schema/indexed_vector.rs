//! What an ann index is on: the vector in a column, or one that is computed from columns.
//!
//! An expression is kept as its text with gaps where columns stand. Names are data and numbers are places, so a column
//! that gets another name or another place changes nothing but what is put into a gap; and text outlives changes of the
//! bound form, which is made anew from it wherever it is needed.

use super::statement::{quoted, readable};
use super::{ColumnNo, TableDef};
use crate::types::{Element, SqlType, VectorType};

/// The vector of a row that an ann index is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IndexedVector {
    Column(ColumnNo),
    Expression(IndexedExpression),
}

/// A deterministic expression of one row's columns that gives a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexedExpression {
    /// Pieces of its SQL, each with the column that stands behind it. Not empty: an expression without columns is none.
    pub(crate) pieces: Vec<(String, ColumnNo)>,
    /// What is behind the last column.
    pub(crate) tail: String,
    /// What it gives: of a known dimension.
    pub(crate) ty: VectorType,
}

impl IndexedVector {
    /// The columns that it depends on, each once.
    pub(crate) fn columns(&self) -> Vec<ColumnNo> {
        match self {
            Self::Column(no) => vec![*no],
            Self::Expression(expression) => {
                let mut columns = Vec::new();
                for (_, no) in &expression.pieces {
                    if !columns.contains(no) {
                        columns.push(*no);
                    }
                }
                columns
            }
        }
    }

    /// Does it depend on a column that is so?
    pub(crate) fn any_column(&self, is_so: impl Fn(ColumnNo) -> bool) -> bool {
        match self {
            Self::Column(no) => is_so(*no),
            Self::Expression(expression) => expression.pieces.iter().any(|(_, no)| is_so(*no)),
        }
    }

    /// The vectors' type.
    pub(crate) fn vector_type(&self, table: &TableDef) -> VectorType {
        match self {
            Self::Expression(expression) => expression.ty,
            Self::Column(no) => match table.column(*no).ty {
                SqlType::Vector(vector) => vector,
                _ => VectorType::new(0, Element::F32),
            },
        }
    }

    /// The vectors' dimension.
    pub(crate) fn dim(&self, table: &TableDef) -> usize {
        usize::from(self.vector_type(table).dim.unwrap_or(0))
    }

    /// The column or the expression as a statement needs it.
    pub(crate) fn sql(&self, table: &TableDef) -> String {
        match self {
            Self::Column(no) => quoted(&table.column(*no).name),
            Self::Expression(expression) => expression.sql(table, quoted),
        }
    }

    /// The name of the column, or the expression: for people.
    pub(crate) fn text(&self, table: &TableDef) -> String {
        match self {
            Self::Column(no) => table.column(*no).name.clone(),
            Self::Expression(expression) => expression.sql(table, readable),
        }
    }
}

impl IndexedExpression {
    /// The expression as SQL, with names as `quoted` writes them.
    pub(crate) fn sql(&self, table: &TableDef, quoted: impl Fn(&str) -> String) -> String {
        let mut sql = String::new();
        for (piece, no) in &self.pieces {
            sql.push_str(piece);
            sql.push_str(&quoted(&table.column(*no).name));
        }
        sql.push_str(&self.tail);
        sql
    }
}
