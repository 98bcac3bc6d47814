//! Expressions of one row's columns, as the catalog keeps them.
//!
//! An expression is kept as its text with gaps where columns stand. Names are data and numbers are places, so a column
//! that gets another name or another place changes nothing but what is put into a gap; and text outlives changes of the
//! bound form, which is made anew from it wherever it is needed.

use super::{ColumnNo, TableDef};

/// The text of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowText {
    /// Pieces of its SQL, each with the column that stands behind it.
    pub(crate) pieces: Vec<(String, ColumnNo)>,
    /// What is behind the last column.
    pub(crate) tail: String,
}

impl RowText {
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

    /// Does it read a column that is so?
    pub(crate) fn any_column(&self, is_so: impl Fn(ColumnNo) -> bool) -> bool {
        self.pieces.iter().any(|(_, no)| is_so(*no))
    }

    /// The columns that it reads, each once.
    pub(crate) fn columns(&self) -> Vec<ColumnNo> {
        let mut columns = Vec::new();
        for (_, no) in &self.pieces {
            if !columns.contains(no) {
                columns.push(*no);
            }
        }
        columns
    }

    /// The same with other column numbers; `None` if a column has none.
    pub(crate) fn moved(&self, to: impl Fn(ColumnNo) -> Option<ColumnNo>) -> Option<Self> {
        let pieces = self.pieces.iter();
        Some(Self {
            pieces: pieces
                .map(|(piece, no)| Some((piece.clone(), to(*no)?)))
                .collect::<Option<_>>()?,
            tail: self.tail.clone(),
        })
    }
}
