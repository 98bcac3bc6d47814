//! What evaluation passes around: which rows, and their values.

use crate::batch::{Column, ColumnData};
use crate::error::Result;
use crate::types::{Numeric, SqlType, Value, ValueRef};

/// The rows of a batch to evaluate.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows<'a> {
    /// The first n: all of them.
    All(usize),
    /// These, ascending.
    Selected(&'a [u32]),
}

impl Rows<'_> {
    /// How many.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::All(rows) => rows,
            Self::Selected(rows) => rows.len(),
        }
    }

    /// The row of the batch that is the i-th of these.
    pub(crate) fn row(self, i: usize) -> u32 {
        match self {
            Self::All(_) => u32::try_from(i).expect("a batch has few rows"),
            Self::Selected(rows) => rows[i],
        }
    }
}

/// One value for each of the rows evaluated.
#[derive(Debug)]
pub(crate) enum Values<'a> {
    /// A column of the input, all rows.
    Column(&'a Column),
    /// Some rows of a column of the input; wide values are not copied.
    Selected(&'a Column, &'a [u32]),
    /// Computed.
    Owned(Column),
    /// The same for all rows.
    Constant(&'a Value),
}

impl<'a> Values<'a> {
    /// A column of the input at some rows. Narrow values are gathered, so that loops run over plain slices.
    pub(super) fn of_column(column: &'a Column, rows: Rows<'a>) -> Self {
        match rows {
            Rows::All(_) => Self::Column(column),
            Rows::Selected(rows) => match column.data() {
                ColumnData::Boolean(_) | ColumnData::Integer(_) | ColumnData::Real(_) => {
                    Self::Owned(column.gather(rows))
                }
                _ => Self::Selected(column, rows),
            },
        }
    }

    /// The i-th value.
    pub(crate) fn get(&self, i: usize) -> ValueRef<'_> {
        match self {
            Self::Column(column) => column.get(i),
            Self::Selected(column, rows) => column.get(rows[i] as usize),
            Self::Owned(column) => column.get(i),
            Self::Constant(value) => value.as_ref(),
        }
    }

    /// The values as one column whose i-th row is the i-th value, where they are that.
    pub(super) fn as_column(&self) -> Option<&Column> {
        match self {
            Self::Column(column) => Some(column),
            Self::Owned(column) => Some(column),
            Self::Selected(..) | Self::Constant(_) => None,
        }
    }

    /// A column of the expression's type.
    pub(crate) fn into_column(self, ty: SqlType, rows: usize) -> Result<Column> {
        match self {
            Self::Owned(column) if fits(&column, ty) => Ok(column),
            Self::Column(column) if fits(column, ty) => Ok(column.clone()),
            Self::Selected(column, rows) if fits(column, ty) => Ok(column.gather(rows)),
            values => {
                let mut out = Column::new(ty, rows);
                for i in 0..rows {
                    push_as(&mut out, values.get(i))?;
                }
                Ok(out)
            }
        }
    }
}

/// Needs the column no conversion? (A REAL expression may have been given INTEGER values by an untyped parameter.)
fn fits(column: &Column, ty: SqlType) -> bool {
    matches!(ty, SqlType::Unknown | SqlType::Vector(_)) || column.sql_type() == ty
}

/// Appends a value; INTEGER becomes REAL in a REAL column, and NUMERIC in one of those.
pub(crate) fn push_as(column: &mut Column, value: ValueRef<'_>) -> Result<()> {
    match (value, column.data()) {
        (ValueRef::Integer(v), ColumnData::Real(_)) => column.push_real(v as f64),
        (ValueRef::Numeric(v), ColumnData::Real(_)) => column.push_real(v.decimal().to_real()),
        (ValueRef::Integer(v), ColumnData::Numeric(_)) => {
            column.push_numeric(Numeric::from(v).as_ref())
        }
        _ => column.push(value),
    }
}

/// A column of BOOLEANs, one at a time.
pub(super) fn booleans(
    rows: Rows<'_>,
    mut row: impl FnMut(usize) -> Result<Option<bool>>,
) -> Result<Column> {
    let mut values = Vec::with_capacity(rows.len());
    let mut nulls = Vec::new();
    for i in 0..rows.len() {
        let value = row(i)?;
        if value.is_none() && nulls.is_empty() {
            nulls.resize(i, false);
        }
        if value.is_none() || !nulls.is_empty() {
            nulls.push(value.is_none());
        }
        values.push(value.unwrap_or(false));
    }
    Ok(Column::from_booleans(values).with_nulls(nulls))
}
