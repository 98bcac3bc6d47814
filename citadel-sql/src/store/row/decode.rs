//! Reading rows.

use crate::codec::{Decoded, Malformed, Reader};
use crate::schema::{ColumnNo, ColumnStorage, TableDef};
use crate::types::{
    ArrayRef, ScalarType, SqlType, StoredVector, Value, ValueRef, VectorType, read_scalar,
    skip_scalar,
};

/// A row's head, parsed; its values not yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    columns: usize,
    nulls: &'a [u8],
    values: Reader<'a>,
}

/// One column of a row. Text, arrays and vectors stay where they are in the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    /// The row is older than the column, whose default this is.
    Default(&'a Value),
    Null,
    /// Not NULL, and kept elsewhere: the row id, or a column with a tree of its own.
    Elsewhere,
    /// A single value or an array.
    Value(ValueRef<'a>),
    /// As many components as the column's dimension.
    Vector(StoredVector<'a>),
}

impl Field<'_> {
    /// The value, owned; `None` if it is kept elsewhere.
    pub(crate) fn to_value(self) -> Option<Value> {
        Some(match self {
            Self::Default(v) => v.clone(),
            Self::Null => Value::Null,
            Self::Elsewhere => return None,
            Self::Value(v) => v.to_owned(),
            Self::Vector(stored) => stored.to_value(),
        })
    }
}

/// How a column lies in a row, worked out once per statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Elsewhere,
    Scalar(ScalarType),
    Vector(VectorType),
    Array(ScalarType),
}

impl Layout {
    /// How a column of a table lies in its rows.
    pub(crate) fn of(table: &TableDef, no: ColumnNo) -> Self {
        let column = table.column(no);
        if table.rowid_column == Some(no) || column.storage != ColumnStorage::Row {
            return Self::Elsewhere;
        }
        match column.ty {
            SqlType::Vector(vector) => Self::Vector(vector),
            SqlType::Array(element) => Self::Array(element),
            ty => Self::Scalar(ty.scalar().unwrap_or(ScalarType::Blob)),
        }
    }
}

impl<'a> Row<'a> {
    /// Parses the head of a row.
    #[inline]
    pub(crate) fn parse(bytes: &'a [u8]) -> Decoded<Self> {
        let mut values = Reader::new(bytes);
        let columns = usize::from(u16::try_from(values.varint()?).map_err(|_| Malformed)?);
        let nulls = values.take(columns.div_ceil(8))?;
        Ok(Self {
            columns,
            nulls,
            values,
        })
    }

    /// Was the row written before its table had this column?
    #[inline]
    pub(crate) fn lacks(&self, no: ColumnNo) -> bool {
        usize::from(no.0) >= self.columns
    }

    /// Is the column NULL? Only for a column that the row does not lack.
    #[inline]
    pub(crate) fn is_null(&self, no: ColumnNo) -> bool {
        let at = usize::from(no.0);
        self.nulls
            .get(at / 8)
            .is_some_and(|bits| bits & (1 << (at % 8)) != 0)
    }

    /// The values, to be read in column order.
    #[inline]
    pub(crate) fn values(&self) -> Reader<'a> {
        self.values
    }
}

/// Passes over a value that is there.
#[inline]
pub(crate) fn skip(values: &mut Reader<'_>, layout: Layout) -> Decoded<()> {
    match layout {
        Layout::Elsewhere => {}
        Layout::Scalar(ty) => skip_scalar(values, ty)?,
        Layout::Vector(vector) => drop(values.take(vector.stored_bytes())?),
        Layout::Array(_) => drop(values.bytes()?),
    }
    Ok(())
}

/// Reads a value that is there.
#[inline]
pub(crate) fn read<'a>(values: &mut Reader<'a>, layout: Layout) -> Decoded<Field<'a>> {
    Ok(match layout {
        Layout::Elsewhere => Field::Elsewhere,
        Layout::Scalar(ty) => Field::Value(read_scalar(values, ty)?),
        Layout::Vector(vector) => {
            let bytes = values.take(vector.stored_bytes())?;
            Field::Vector(StoredVector::new(vector, bytes).ok_or(Malformed)?)
        }
        Layout::Array(element) => {
            let array = ArrayRef::from_bytes(element, values.bytes()?).ok_or(Malformed)?;
            Field::Value(ValueRef::Array(array))
        }
    })
}

/// All columns of a row, one after the other.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    table: &'a TableDef,
    row: Row<'a>,
    values: Reader<'a>,
    column: u16,
}

impl<'a> Fields<'a> {
    /// The columns of a row of the table.
    pub(crate) fn new(table: &'a TableDef, bytes: &'a [u8]) -> Decoded<Self> {
        let row = Row::parse(bytes)?;
        if row.columns > table.columns.len() {
            return Err(Malformed);
        }
        Ok(Self {
            table,
            row,
            values: row.values(),
            column: 0,
        })
    }

    /// The next column.
    pub(crate) fn next(&mut self) -> Decoded<Option<Field<'a>>> {
        let no = ColumnNo(self.column);
        let Some(column) = self.table.columns.get(usize::from(no.0)) else {
            self.values.finish()?;
            return Ok(None);
        };
        self.column += 1;
        Ok(Some(if self.row.lacks(no) {
            Field::Default(&column.missing)
        } else if self.row.is_null(no) {
            Field::Null
        } else {
            read(&mut self.values, Layout::of(self.table, no))?
        }))
    }
}
