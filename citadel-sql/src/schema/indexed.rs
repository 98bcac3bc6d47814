//! What an index is on: a column of its table, or what is computed from columns.

use super::statement::{quoted, readable};
use super::{ColumnNo, RowText, TableDef};
use crate::types::{Collation, Element, SqlType, Value, VectorType, literal_text};

/// A value of each row that an index is on; `T` is the type of what is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Indexed<T> {
    Column(ColumnNo),
    Expression(IndexedExpression<T>),
}

/// The vector of a row that an ann index is on.
pub(crate) type IndexedVector = Indexed<VectorType>;

/// One part of the key of a btree index.
pub(crate) type IndexKey = Indexed<SqlType>;

/// A deterministic expression of one row's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexedExpression<T> {
    pub(crate) text: RowText,
    /// What it gives. Vectors are of a known dimension.
    pub(crate) ty: T,
}

impl<T: Copy> Indexed<T> {
    /// The column, if it is nothing else.
    pub(crate) fn as_column(&self) -> Option<ColumnNo> {
        match self {
            Self::Column(no) => Some(*no),
            Self::Expression(_) => None,
        }
    }

    /// The columns that it depends on, each once.
    pub(crate) fn columns(&self) -> Vec<ColumnNo> {
        match self {
            Self::Column(no) => vec![*no],
            Self::Expression(expression) => expression.text.columns(),
        }
    }

    /// Does it depend on a column that is so?
    pub(crate) fn any_column(&self, is_so: impl Fn(ColumnNo) -> bool) -> bool {
        match self {
            Self::Column(no) => is_so(*no),
            Self::Expression(expression) => expression.text.any_column(is_so),
        }
    }

    /// The same with other column numbers; `None` if a column has none.
    pub(crate) fn moved(&self, to: impl Fn(ColumnNo) -> Option<ColumnNo>) -> Option<Self> {
        Some(match self {
            Self::Column(no) => Self::Column(to(*no)?),
            Self::Expression(expression) => Self::Expression(IndexedExpression {
                text: expression.text.moved(to)?,
                ty: expression.ty,
            }),
        })
    }

    /// The column or the expression as a statement needs it.
    pub(crate) fn sql(&self, table: &TableDef) -> String {
        match self {
            Self::Column(no) => quoted(&table.column(*no).name),
            Self::Expression(expression) => expression.text.sql(table, quoted),
        }
    }

    /// The same as a part of the key of CREATE INDEX.
    pub(crate) fn key_sql(&self, table: &TableDef) -> String {
        match self {
            Self::Column(_) => self.sql(table),
            Self::Expression(_) => format!("({})", self.sql(table)),
        }
    }

    /// The name of the column, or the expression: for people.
    pub(crate) fn text(&self, table: &TableDef) -> String {
        match self {
            Self::Column(no) => table.column(*no).name.clone(),
            Self::Expression(expression) => expression.text.sql(table, readable),
        }
    }
}

impl IndexedVector {
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
}

impl IndexKey {
    /// What a key on a column is on: its values, or what stands for them in its collation.
    pub(crate) fn of_column(table: &TableDef, no: ColumnNo) -> Self {
        match table.column(no).collation {
            Collation::Binary => Self::Column(no),
            collation => Self::Expression(IndexedExpression {
                text: RowText {
                    pieces: vec![("collation_key(".to_owned(), no)],
                    tail: format!(
                        ", {})",
                        literal_text(&Value::Text(collation.name().to_owned()))
                    ),
                },
                ty: SqlType::Text,
            }),
        }
    }

    /// The values' type.
    pub(crate) fn sql_type(&self, table: &TableDef) -> SqlType {
        match self {
            Self::Column(no) => table.column(*no).ty,
            Self::Expression(expression) => expression.ty,
        }
    }
}
