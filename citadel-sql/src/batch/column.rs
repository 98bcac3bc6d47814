//! One typed column of a batch.

use crate::types::{SqlType, Value, ValueRef};

/// Values of one type, with NULLs marked apart.
///
/// A column made for [`SqlType::Unknown`] holds NULLs until the first value decides its type.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    data: ColumnData,
    /// `nulls[i]`: row i is NULL (its slot in `data` is a filler). Empty while no row is NULL.
    nulls: Vec<bool>,
    len: usize,
}

/// The values of a column; slots of NULL rows hold zero, empty or zeros.
#[derive(Clone, Debug)]
pub(crate) enum ColumnData {
    /// Only NULLs so far.
    Null,
    Boolean(Vec<bool>),
    Integer(Vec<i64>),
    Real(Vec<f64>),
    Text(Bytes),
    Blob(Bytes),
    /// Row-major; each row has `dim` components.
    Vector {
        dim: usize,
        values: Vec<f32>,
    },
}

/// Byte strings end to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bytes {
    /// Where each string ends.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Bytes {
    fn with_capacity(rows: usize) -> Self {
        Self {
            ends: Vec::with_capacity(rows),
            bytes: Vec::new(),
        }
    }

    /// Appends one string.
    pub(crate) fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends
            .push(u32::try_from(self.bytes.len()).expect("a batch holds less than 4 GiB"));
    }

    /// The string of a row.
    pub(crate) fn get(&self, row: usize) -> &[u8] {
        let start = if row == 0 {
            0
        } else {
            self.ends[row - 1] as usize
        };
        &self.bytes[start..self.ends[row] as usize]
    }
}

impl Column {
    /// An empty column of a type.
    pub(crate) fn new(ty: SqlType, rows: usize) -> Self {
        let data = match ty {
            SqlType::Unknown => ColumnData::Null,
            SqlType::Boolean => ColumnData::Boolean(Vec::with_capacity(rows)),
            SqlType::Integer => ColumnData::Integer(Vec::with_capacity(rows)),
            SqlType::Real => ColumnData::Real(Vec::with_capacity(rows)),
            SqlType::Text => ColumnData::Text(Bytes::with_capacity(rows)),
            SqlType::Blob => ColumnData::Blob(Bytes::with_capacity(rows)),
            SqlType::Vector(dim) => match dim {
                Some(dim) => ColumnData::Vector {
                    dim: usize::from(dim),
                    values: Vec::with_capacity(rows * usize::from(dim)),
                },
                None => ColumnData::Null,
            },
        };
        Self {
            data,
            nulls: Vec::new(),
            len: 0,
        }
    }

    /// Rows in the column.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The values, for kernels that work on whole columns.
    pub(crate) fn data(&self) -> &ColumnData {
        &self.data
    }

    /// Is the row NULL?
    pub(crate) fn is_null(&self, row: usize) -> bool {
        matches!(self.data, ColumnData::Null) || self.nulls.get(row).copied().unwrap_or(false)
    }

    /// Is any row NULL?
    pub(crate) fn has_nulls(&self) -> bool {
        self.len > 0 && (matches!(self.data, ColumnData::Null) || !self.nulls.is_empty())
    }

    /// The value of a row.
    pub(crate) fn get(&self, row: usize) -> ValueRef<'_> {
        if self.is_null(row) {
            return ValueRef::Null;
        }
        match &self.data {
            ColumnData::Null => ValueRef::Null,
            ColumnData::Boolean(v) => ValueRef::Boolean(v[row]),
            ColumnData::Integer(v) => ValueRef::Integer(v[row]),
            ColumnData::Real(v) => ValueRef::Real(v[row]),
            ColumnData::Text(v) => ValueRef::Text(
                std::str::from_utf8(v.get(row)).expect("only whole strings are pushed"),
            ),
            ColumnData::Blob(v) => ValueRef::Blob(v.get(row)),
            ColumnData::Vector { dim, values } => {
                ValueRef::Vector(&values[row * dim..(row + 1) * dim])
            }
        }
    }
}
