//! Reading rows.

use uuid::Uuid;

use crate::codec::{Decoded, Malformed, Reader};
use crate::schema::{ColumnNo, ColumnStorage, TableDef};
use crate::types::{
    Date, Interval, NumericRef, SqlType, StoredVector, Time, Timestamp, TimestampTz, Value,
    VectorType,
};

/// A row's head, parsed; its values not yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    columns: usize,
    nulls: &'a [u8],
    values: Reader<'a>,
}

/// One column of a row. Text and vectors stay where they are in the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    /// The row is older than the column, whose default this is.
    Default(&'a Value),
    Null,
    /// Not NULL, and kept elsewhere: the row id, or a column with a tree of its own.
    Elsewhere,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
    Date(Date),
    Time(Time),
    Timestamp(Timestamp),
    TimestampTz(TimestampTz),
    Interval(Interval),
    Numeric(NumericRef<'a>),
    Uuid(Uuid),
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
            Self::Boolean(v) => Value::Boolean(v),
            Self::Integer(v) => Value::Integer(v),
            Self::Real(v) => Value::Real(v),
            Self::Text(v) => Value::Text(v.to_owned()),
            Self::Blob(v) => Value::Blob(v.to_owned()),
            Self::Date(v) => Value::Date(v),
            Self::Time(v) => Value::Time(v),
            Self::Timestamp(v) => Value::Timestamp(v),
            Self::TimestampTz(v) => Value::TimestampTz(v),
            Self::Interval(v) => Value::Interval(v),
            Self::Numeric(v) => Value::Numeric(v.to_owned()),
            Self::Uuid(v) => Value::Uuid(v),
            Self::Vector(stored) => stored.to_value(),
        })
    }
}

/// How a column lies in a row, worked out once per statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Elsewhere,
    Boolean,
    Integer,
    Real,
    Text,
    Blob,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Interval,
    Numeric,
    Uuid,
    Vector(VectorType),
}

impl Layout {
    /// How a column of a table lies in its rows.
    pub(crate) fn of(table: &TableDef, no: ColumnNo) -> Self {
        let column = table.column(no);
        if table.rowid_column == Some(no) || column.storage != ColumnStorage::Row {
            return Self::Elsewhere;
        }
        match column.ty {
            SqlType::Boolean => Self::Boolean,
            SqlType::Integer => Self::Integer,
            SqlType::Real => Self::Real,
            SqlType::Text => Self::Text,
            SqlType::Date => Self::Date,
            SqlType::Time => Self::Time,
            SqlType::Timestamp => Self::Timestamp,
            SqlType::TimestampTz => Self::TimestampTz,
            SqlType::Interval => Self::Interval,
            SqlType::Numeric => Self::Numeric,
            SqlType::Uuid => Self::Uuid,
            SqlType::Vector(vector) => Self::Vector(vector),
            SqlType::Blob | SqlType::Unknown => Self::Blob,
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
        Layout::Boolean => drop(values.byte()?),
        Layout::Integer => values.skip_varint()?,
        Layout::Real => drop(values.take(8)?),
        Layout::Text | Layout::Blob => drop(values.bytes()?),
        Layout::Date | Layout::Time => values.skip_varint()?,
        Layout::Timestamp | Layout::TimestampTz => drop(values.take(8)?),
        Layout::Numeric => {
            values.skip_varint()?;
            values.bytes()?;
        }
        Layout::Uuid => drop(values.take(16)?),
        Layout::Interval => {
            for _ in 0..3 {
                values.skip_varint()?;
            }
        }
        Layout::Vector(vector) => drop(values.take(vector.stored_bytes())?),
    }
    Ok(())
}

/// Reads a value that is there.
#[inline]
pub(crate) fn read<'a>(values: &mut Reader<'a>, layout: Layout) -> Decoded<Field<'a>> {
    Ok(match layout {
        Layout::Elsewhere => Field::Elsewhere,
        Layout::Boolean => Field::Boolean(match values.byte()? {
            0 => false,
            1 => true,
            _ => return Err(Malformed),
        }),
        Layout::Integer => Field::Integer(values.signed()?),
        Layout::Real => {
            let real = f64::from_le_bytes(values.array()?);
            if !real.is_finite() {
                return Err(Malformed);
            }
            Field::Real(real)
        }
        Layout::Text => Field::Text(values.text()?),
        Layout::Blob => Field::Blob(values.bytes()?),
        Layout::Date => {
            let days = i32::try_from(values.signed()?).ok();
            Field::Date(days.and_then(Date::from_days).ok_or(Malformed)?)
        }
        Layout::Time => {
            let micros = i64::try_from(values.varint()?).ok();
            Field::Time(micros.and_then(Time::from_micros).ok_or(Malformed)?)
        }
        Layout::Timestamp => {
            let micros = i64::from_le_bytes(values.array()?);
            Field::Timestamp(Timestamp::from_micros(micros).ok_or(Malformed)?)
        }
        Layout::TimestampTz => {
            let micros = i64::from_le_bytes(values.array()?);
            Field::TimestampTz(TimestampTz::from_micros(micros).ok_or(Malformed)?)
        }
        Layout::Numeric => {
            let scale = values.varint()?;
            Field::Numeric(NumericRef::from_bytes(values.bytes()?, scale).ok_or(Malformed)?)
        }
        Layout::Uuid => Field::Uuid(Uuid::from_bytes(values.array()?)),
        Layout::Interval => {
            let months = i32::try_from(values.signed()?).map_err(|_| Malformed)?;
            let days = i32::try_from(values.signed()?).map_err(|_| Malformed)?;
            Field::Interval(Interval::new(months, days, values.signed()?))
        }
        Layout::Vector(vector) => {
            let bytes = values.take(vector.stored_bytes())?;
            Field::Vector(StoredVector::new(vector, bytes).ok_or(Malformed)?)
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
