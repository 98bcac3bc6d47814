//! One typed column of a batch.

use super::bytes::{Bytes, Texts};
use super::numerics::Numerics;
use uuid::Uuid;

use crate::error::{Error, Result, SqlState};
use crate::types::{
    ArrayRef, BitsRef, Date, Element, EnumType, EnumValue, Interval, NumericRef, ScalarType,
    SqlType, StoredVector, Time, Timestamp, TimestampTz, ValueRef, VectorType,
};

/// Values of one type, with NULLs marked apart.
///
/// A column made for [`SqlType::Unknown`], or for a vector without a dimension, holds NULLs until the first
/// value decides its type. From then on all values are of that type.
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
    /// BOOLEAN.
    Boolean(Vec<bool>),
    /// INTEGER.
    Integer(Vec<i64>),
    /// REAL.
    Real(Vec<f64>),
    /// TEXT.
    Text(Texts),
    /// BLOB.
    Blob(Bytes),
    /// DATE.
    Date(Vec<Date>),
    /// TIME.
    Time(Vec<Time>),
    /// TIMESTAMP.
    Timestamp(Vec<Timestamp>),
    /// TIMESTAMPTZ.
    TimestampTz(Vec<TimestampTz>),
    /// INTERVAL.
    Interval(Vec<Interval>),
    /// NUMERIC.
    Numeric(Numerics),
    /// UUID.
    Uuid(Vec<Uuid>),
    /// VECTOR of numbers, row-major; each row has `dim` components.
    Vector { dim: usize, values: Vec<f32> },
    /// VECTOR of bits, packed; each row has the bytes of `dim` bits.
    Bits { dim: u16, bytes: Vec<u8> },
    /// Labels of an ENUM type; a NULL has any value.
    Enum {
        ty: EnumType,
        values: Vec<Option<EnumValue>>,
    },
    /// Arrays of a type, as bytes.
    Array { element: ScalarType, arrays: Bytes },
}

impl Default for Column {
    fn default() -> Self {
        Self::new(SqlType::Unknown, 0)
    }
}

impl Column {
    /// An empty column of a type, with room for some rows.
    pub(crate) fn new(ty: SqlType, rows: usize) -> Self {
        let data = match ty {
            SqlType::Unknown | SqlType::Vector(VectorType { dim: None, .. }) => ColumnData::Null,
            SqlType::Boolean => ColumnData::Boolean(Vec::with_capacity(rows)),
            SqlType::Integer => ColumnData::Integer(Vec::with_capacity(rows)),
            SqlType::Real => ColumnData::Real(Vec::with_capacity(rows)),
            SqlType::Text => ColumnData::Text(Texts::with_capacity(rows)),
            SqlType::Blob => ColumnData::Blob(Bytes::with_capacity(rows)),
            SqlType::Date => ColumnData::Date(Vec::with_capacity(rows)),
            SqlType::Time => ColumnData::Time(Vec::with_capacity(rows)),
            SqlType::Timestamp => ColumnData::Timestamp(Vec::with_capacity(rows)),
            SqlType::TimestampTz => ColumnData::TimestampTz(Vec::with_capacity(rows)),
            SqlType::Interval => ColumnData::Interval(Vec::with_capacity(rows)),
            SqlType::Numeric => ColumnData::Numeric(Numerics::with_capacity(rows)),
            SqlType::Uuid => ColumnData::Uuid(Vec::with_capacity(rows)),
            SqlType::Vector(VectorType {
                dim: Some(dim),
                element: Element::Bit,
            }) => ColumnData::Bits {
                dim,
                bytes: Vec::with_capacity(rows * bytes_of(dim)),
            },
            SqlType::Vector(VectorType { dim: Some(dim), .. }) => ColumnData::Vector {
                dim: usize::from(dim),
                values: Vec::with_capacity(rows * usize::from(dim)),
            },
            SqlType::Enum(ty) => ColumnData::Enum {
                ty,
                values: Vec::with_capacity(rows),
            },
            SqlType::Array(element) => ColumnData::Array {
                element,
                arrays: Bytes::with_capacity(rows),
            },
        };
        Self::from_data(data, 0)
    }

    /// A column of values without NULLs.
    pub(crate) fn from_integers(values: Vec<i64>) -> Self {
        let len = values.len();
        Self::from_data(ColumnData::Integer(values), len)
    }

    /// A column of values without NULLs.
    pub(crate) fn from_reals(values: Vec<f64>) -> Self {
        let len = values.len();
        Self::from_data(ColumnData::Real(values), len)
    }

    /// A column of values without NULLs.
    pub(crate) fn from_booleans(values: Vec<bool>) -> Self {
        let len = values.len();
        Self::from_data(ColumnData::Boolean(values), len)
    }

    pub(super) fn from_data(data: ColumnData, len: usize) -> Self {
        Self {
            data,
            nulls: Vec::new(),
            len,
        }
    }

    /// Marks NULLs: `nulls` is empty (none) or has one flag for each row.
    pub(crate) fn with_nulls(mut self, nulls: Vec<bool>) -> Self {
        debug_assert!(nulls.is_empty() || nulls.len() == self.len);
        self.nulls = if nulls.contains(&true) {
            nulls
        } else {
            Vec::new()
        };
        self
    }

    /// Rows in the column.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The values, for kernels that work on whole columns.
    pub(crate) fn data(&self) -> &ColumnData {
        &self.data
    }

    /// The NULL flags: empty while no row is NULL. Meaningless for [`ColumnData::Null`], whose rows all are.
    pub(crate) fn nulls(&self) -> &[bool] {
        &self.nulls
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
            ColumnData::Text(v) => ValueRef::Text(v.get(row)),
            ColumnData::Blob(v) => ValueRef::Blob(v.get(row)),
            ColumnData::Date(v) => ValueRef::Date(v[row]),
            ColumnData::Time(v) => ValueRef::Time(v[row]),
            ColumnData::Timestamp(v) => ValueRef::Timestamp(v[row]),
            ColumnData::TimestampTz(v) => ValueRef::TimestampTz(v[row]),
            ColumnData::Interval(v) => ValueRef::Interval(v[row]),
            ColumnData::Numeric(v) => ValueRef::Numeric(v.get(row)),
            ColumnData::Uuid(v) => ValueRef::Uuid(v[row]),
            ColumnData::Vector { dim, values } => {
                ValueRef::Vector(&values[row * dim..(row + 1) * dim])
            }
            ColumnData::Bits { dim, bytes } => {
                let width = bytes_of(*dim);
                ValueRef::Bits(BitsRef::new(&bytes[row * width..(row + 1) * width], *dim))
            }
            ColumnData::Enum { values, .. } => values[row].map_or(ValueRef::Null, ValueRef::Enum),
            ColumnData::Array { element, arrays } => {
                ValueRef::Array(ArrayRef::from_valid(*element, arrays.get(row)))
            }
        }
    }

    /// Bytes of memory that the values take, used or not.
    pub(super) fn heap_bytes(&self) -> usize {
        let values = match &self.data {
            ColumnData::Null => 0,
            ColumnData::Boolean(v) => v.capacity(),
            ColumnData::Integer(v) => v.capacity() * size_of::<i64>(),
            ColumnData::Real(v) => v.capacity() * size_of::<f64>(),
            ColumnData::Text(v) => v.heap_bytes(),
            ColumnData::Blob(v) => v.heap_bytes(),
            ColumnData::Date(v) => v.capacity() * size_of::<Date>(),
            ColumnData::Time(v) => v.capacity() * size_of::<Time>(),
            ColumnData::Timestamp(v) => v.capacity() * size_of::<Timestamp>(),
            ColumnData::TimestampTz(v) => v.capacity() * size_of::<TimestampTz>(),
            ColumnData::Interval(v) => v.capacity() * size_of::<Interval>(),
            ColumnData::Numeric(v) => v.heap_bytes(),
            ColumnData::Uuid(v) => v.capacity() * size_of::<Uuid>(),
            ColumnData::Vector { values, .. } => values.capacity() * size_of::<f32>(),
            ColumnData::Bits { bytes, .. } => bytes.capacity(),
            ColumnData::Enum { values, .. } => values.capacity() * size_of::<Option<EnumValue>>(),
            ColumnData::Array { arrays, .. } => arrays.heap_bytes(),
        };
        values + self.nulls.capacity()
    }

    /// Forgets all rows; keeps the type and the memory.
    pub(crate) fn clear(&mut self) {
        match &mut self.data {
            ColumnData::Null => {}
            ColumnData::Boolean(v) => v.clear(),
            ColumnData::Integer(v) => v.clear(),
            ColumnData::Real(v) => v.clear(),
            ColumnData::Text(v) => v.clear(),
            ColumnData::Blob(v) => v.clear(),
            ColumnData::Date(v) => v.clear(),
            ColumnData::Time(v) => v.clear(),
            ColumnData::Timestamp(v) => v.clear(),
            ColumnData::TimestampTz(v) => v.clear(),
            ColumnData::Interval(v) => v.clear(),
            ColumnData::Numeric(v) => v.clear(),
            ColumnData::Uuid(v) => v.clear(),
            ColumnData::Vector { values, .. } => values.clear(),
            ColumnData::Bits { bytes, .. } => bytes.clear(),
            ColumnData::Enum { values, .. } => values.clear(),
            ColumnData::Array { arrays, .. } => arrays.clear(),
        }
        self.nulls.clear();
        self.len = 0;
    }

    /// Forgets all rows, and takes values of another column's type from now on.
    pub(crate) fn restart_as(&mut self, other: &Self) {
        self.clear();
        if self.sql_type() != other.sql_type() {
            *self = Self::new(other.sql_type(), 0);
        }
    }

    /// Keeps the first rows.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if rows >= self.len {
            return;
        }
        match &mut self.data {
            ColumnData::Null => {}
            ColumnData::Boolean(v) => v.truncate(rows),
            ColumnData::Integer(v) => v.truncate(rows),
            ColumnData::Real(v) => v.truncate(rows),
            ColumnData::Text(v) => v.truncate(rows),
            ColumnData::Blob(v) => v.truncate(rows),
            ColumnData::Date(v) => v.truncate(rows),
            ColumnData::Time(v) => v.truncate(rows),
            ColumnData::Timestamp(v) => v.truncate(rows),
            ColumnData::TimestampTz(v) => v.truncate(rows),
            ColumnData::Interval(v) => v.truncate(rows),
            ColumnData::Numeric(v) => v.truncate(rows),
            ColumnData::Uuid(v) => v.truncate(rows),
            ColumnData::Vector { dim, values } => values.truncate(*dim * rows),
            ColumnData::Bits { dim, bytes } => bytes.truncate(bytes_of(*dim) * rows),
            ColumnData::Enum { values, .. } => values.truncate(rows),
            ColumnData::Array { arrays, .. } => arrays.truncate(rows),
        }
        self.nulls.truncate(rows);
        self.len = rows;
    }

    /// Appends a NULL.
    pub(crate) fn push_null(&mut self) {
        match &mut self.data {
            ColumnData::Null => {
                self.len += 1;
                return;
            }
            ColumnData::Boolean(v) => v.push(false),
            ColumnData::Integer(v) => v.push(0),
            ColumnData::Real(v) => v.push(0.0),
            ColumnData::Text(v) => v.push(""),
            ColumnData::Blob(v) => v.push(&[]),
            ColumnData::Date(v) => v.push(Date::INFINITY),
            ColumnData::Time(v) => v.push(Time::of_moment(0)),
            ColumnData::Timestamp(v) => v.push(Timestamp::INFINITY),
            ColumnData::TimestampTz(v) => v.push(TimestampTz::INFINITY),
            ColumnData::Interval(v) => v.push(Interval::default()),
            ColumnData::Numeric(v) => v.push_zero(),
            ColumnData::Uuid(v) => v.push(Uuid::nil()),
            ColumnData::Vector { dim, values } => values.resize(values.len() + *dim, 0.0),
            ColumnData::Bits { dim, bytes } => bytes.resize(bytes.len() + bytes_of(*dim), 0),
            ColumnData::Enum { values, .. } => values.push(None),
            ColumnData::Array { arrays, .. } => arrays.push(&[]),
        }
        if self.nulls.is_empty() {
            self.nulls.resize(self.len, false);
        }
        self.nulls.push(true);
        self.len += 1;
    }

    fn pushed(&mut self) {
        if !self.nulls.is_empty() {
            self.nulls.push(false);
        }
        self.len += 1;
    }

    /// A first value decides the type of a column that had none.
    #[cold]
    fn decide(&mut self, ty: SqlType) {
        if matches!(self.data, ColumnData::Null) {
            let rows = self.len;
            *self = Self::new(ty, rows + 1);
            for _ in 0..rows {
                self.push_null();
            }
        }
    }

    #[cold]
    fn mismatch(&self, given: SqlType) -> Error {
        let message = match (self.sql_type(), given) {
            (
                SqlType::Vector(VectorType {
                    dim: Some(a),
                    element,
                }),
                SqlType::Vector(VectorType {
                    dim: Some(b),
                    element: given,
                }),
            ) if element == given => {
                format!("vectors of different dimensions {a} and {b} in one column")
            }
            (have, given) => format!("values of types {have} and {given} in one column"),
        };
        Error::sql(SqlState::DATATYPE_MISMATCH, message)
    }

    /// The type of the values; [`SqlType::Unknown`] while there are only NULLs.
    pub(crate) fn sql_type(&self) -> SqlType {
        match &self.data {
            ColumnData::Null => SqlType::Unknown,
            ColumnData::Boolean(_) => SqlType::Boolean,
            ColumnData::Integer(_) => SqlType::Integer,
            ColumnData::Real(_) => SqlType::Real,
            ColumnData::Text(_) => SqlType::Text,
            ColumnData::Blob(_) => SqlType::Blob,
            ColumnData::Date(_) => SqlType::Date,
            ColumnData::Time(_) => SqlType::Time,
            ColumnData::Timestamp(_) => SqlType::Timestamp,
            ColumnData::TimestampTz(_) => SqlType::TimestampTz,
            ColumnData::Interval(_) => SqlType::Interval,
            ColumnData::Numeric(_) => SqlType::Numeric,
            ColumnData::Uuid(_) => SqlType::Uuid,
            ColumnData::Vector { dim, .. } => SqlType::Vector(VectorType {
                dim: u16::try_from(*dim).ok(),
                element: Element::F32,
            }),
            ColumnData::Bits { dim, .. } => SqlType::Vector(VectorType::new(*dim, Element::Bit)),
            ColumnData::Enum { ty, .. } => SqlType::Enum(*ty),
            ColumnData::Array { element, .. } => SqlType::Array(*element),
        }
    }

    /// Appends a BOOLEAN. An error if the column is of another type; so for all `push_*`.
    pub(crate) fn push_boolean(&mut self, value: bool) -> Result<()> {
        if let ColumnData::Boolean(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Boolean(value))
    }

    /// Appends an INTEGER.
    pub(crate) fn push_integer(&mut self, value: i64) -> Result<()> {
        if let ColumnData::Integer(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Integer(value))
    }

    /// Appends a REAL.
    pub(crate) fn push_real(&mut self, value: f64) -> Result<()> {
        if let ColumnData::Real(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Real(value))
    }

    /// Appends a TEXT.
    pub(crate) fn push_text(&mut self, value: &str) -> Result<()> {
        if let ColumnData::Text(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Text(value))
    }

    /// Appends a BLOB.
    pub(crate) fn push_blob(&mut self, value: &[u8]) -> Result<()> {
        if let ColumnData::Blob(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Blob(value))
    }

    /// Appends a DATE.
    pub(crate) fn push_date(&mut self, value: Date) -> Result<()> {
        if let ColumnData::Date(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Date(value))
    }

    /// Appends a TIME.
    pub(crate) fn push_time(&mut self, value: Time) -> Result<()> {
        if let ColumnData::Time(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Time(value))
    }

    /// Appends a TIMESTAMP.
    pub(crate) fn push_timestamp(&mut self, value: Timestamp) -> Result<()> {
        if let ColumnData::Timestamp(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Timestamp(value))
    }

    /// Appends a TIMESTAMPTZ.
    pub(crate) fn push_timestamptz(&mut self, value: TimestampTz) -> Result<()> {
        if let ColumnData::TimestampTz(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::TimestampTz(value))
    }

    /// Appends an INTERVAL.
    pub(crate) fn push_interval(&mut self, value: Interval) -> Result<()> {
        if let ColumnData::Interval(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Interval(value))
    }

    /// Appends a NUMERIC.
    pub(crate) fn push_numeric(&mut self, value: NumericRef<'_>) -> Result<()> {
        if let ColumnData::Numeric(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Numeric(value))
    }

    /// Appends a UUID.
    pub(crate) fn push_uuid(&mut self, value: Uuid) -> Result<()> {
        if let ColumnData::Uuid(v) = &mut self.data {
            v.push(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Uuid(value))
    }

    /// Appends a VECTOR; of the dimension of the column, or it is an error.
    pub(crate) fn push_vector(&mut self, value: &[f32]) -> Result<()> {
        if let ColumnData::Vector { dim, values } = &mut self.data
            && *dim == value.len()
        {
            values.extend_from_slice(value);
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Vector(value))
    }

    /// Appends a VECTOR of bits; of the dimension of the column, or it is an error.
    pub(crate) fn push_bits(&mut self, value: BitsRef<'_>) -> Result<()> {
        if let ColumnData::Bits { dim, bytes } = &mut self.data
            && usize::from(*dim) == value.dim()
        {
            bytes.extend_from_slice(value.as_bytes());
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Bits(value))
    }

    /// Appends a label of an ENUM type.
    pub(crate) fn push_enum(&mut self, value: EnumValue) -> Result<()> {
        if let ColumnData::Enum { ty, values } = &mut self.data
            && *ty == value.enum_type()
        {
            values.push(Some(value));
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Enum(value))
    }

    /// Appends an array; its elements are of the column's type, or it is an error.
    pub(crate) fn push_array(&mut self, value: ArrayRef<'_>) -> Result<()> {
        if let ColumnData::Array { element, arrays } = &mut self.data
            && *element == value.element_type()
        {
            arrays.push(value.as_bytes());
            self.pushed();
            return Ok(());
        }
        self.push_first(ValueRef::Array(value))
    }

    /// Appends a VECTOR as rows and vector trees hold it; of the dimension of the column, or it is an error.
    pub(crate) fn push_stored_vector(&mut self, stored: StoredVector<'_>) -> Result<()> {
        match &mut self.data {
            ColumnData::Vector { dim, values }
                if *dim == stored.dim() && stored.element != Element::Bit =>
            {
                stored.append_to(values);
            }
            ColumnData::Bits { dim, bytes }
                if usize::from(*dim) == stored.dim() && stored.element == Element::Bit =>
            {
                bytes.extend_from_slice(stored.bytes);
            }
            _ => return Err(self.mismatch(stored.to_value().sql_type())),
        }
        self.pushed();
        Ok(())
    }

    /// Appends a value of any type.
    pub(crate) fn push(&mut self, value: ValueRef<'_>) -> Result<()> {
        match value {
            ValueRef::Null => {
                self.push_null();
                Ok(())
            }
            ValueRef::Boolean(v) => self.push_boolean(v),
            ValueRef::Integer(v) => self.push_integer(v),
            ValueRef::Real(v) => self.push_real(v),
            ValueRef::Text(v) => self.push_text(v),
            ValueRef::Blob(v) => self.push_blob(v),
            ValueRef::Date(v) => self.push_date(v),
            ValueRef::Time(v) => self.push_time(v),
            ValueRef::Timestamp(v) => self.push_timestamp(v),
            ValueRef::TimestampTz(v) => self.push_timestamptz(v),
            ValueRef::Interval(v) => self.push_interval(v),
            ValueRef::Numeric(v) => self.push_numeric(v),
            ValueRef::Uuid(v) => self.push_uuid(v),
            ValueRef::Vector(v) => self.push_vector(v),
            ValueRef::Bits(v) => self.push_bits(v),
            ValueRef::Enum(v) => self.push_enum(v),
            ValueRef::Array(v) => self.push_array(v),
        }
    }

    /// The value that decides the type, or one that does not fit.
    #[cold]
    fn push_first(&mut self, value: ValueRef<'_>) -> Result<()> {
        if !matches!(self.data, ColumnData::Null) {
            return Err(self.mismatch(value.sql_type()));
        }
        self.decide(value.sql_type());
        if matches!(self.data, ColumnData::Null) {
            return Err(self.mismatch(value.sql_type()));
        }
        self.push(value)
    }

    /// Appends the rows of another column.
    pub(crate) fn append(&mut self, other: &Self) -> Result<()> {
        if !matches!(other.data, ColumnData::Null) {
            self.decide(other.sql_type());
        }
        match (&mut self.data, &other.data) {
            (_, ColumnData::Null) => {
                (0..other.len).for_each(|_| self.push_null());
                return Ok(());
            }
            (ColumnData::Boolean(a), ColumnData::Boolean(b)) => a.extend_from_slice(b),
            (ColumnData::Integer(a), ColumnData::Integer(b)) => a.extend_from_slice(b),
            (ColumnData::Real(a), ColumnData::Real(b)) => a.extend_from_slice(b),
            (ColumnData::Text(a), ColumnData::Text(b)) => a.append(b),
            (ColumnData::Blob(a), ColumnData::Blob(b)) => a.append(b),
            (ColumnData::Date(a), ColumnData::Date(b)) => a.extend_from_slice(b),
            (ColumnData::Time(a), ColumnData::Time(b)) => a.extend_from_slice(b),
            (ColumnData::Timestamp(a), ColumnData::Timestamp(b)) => a.extend_from_slice(b),
            (ColumnData::TimestampTz(a), ColumnData::TimestampTz(b)) => a.extend_from_slice(b),
            (ColumnData::Interval(a), ColumnData::Interval(b)) => a.extend_from_slice(b),
            (ColumnData::Numeric(a), ColumnData::Numeric(b)) => a.append(b),
            (ColumnData::Uuid(a), ColumnData::Uuid(b)) => a.extend_from_slice(b),
            (
                ColumnData::Vector { dim, values },
                ColumnData::Vector {
                    dim: other_dim,
                    values: other_values,
                },
            ) if dim == other_dim => values.extend_from_slice(other_values),
            (
                ColumnData::Bits { dim, bytes },
                ColumnData::Bits {
                    dim: other_dim,
                    bytes: other_bytes,
                },
            ) if dim == other_dim => bytes.extend_from_slice(other_bytes),
            (
                ColumnData::Array { element, arrays },
                ColumnData::Array {
                    element: other_element,
                    arrays: other_arrays,
                },
            ) if element == other_element => arrays.append(other_arrays),
            (
                ColumnData::Enum { ty, values },
                ColumnData::Enum {
                    ty: other_ty,
                    values: other_values,
                },
            ) if ty == other_ty => values.extend_from_slice(other_values),
            _ => return Err(self.mismatch(other.sql_type())),
        }
        if !other.nulls.is_empty() || !self.nulls.is_empty() {
            self.nulls.resize(self.len, false);
            self.nulls.extend_from_slice(&other.nulls);
            self.nulls.resize(self.len + other.len, false);
        }
        self.len += other.len;
        Ok(())
    }

    /// Appends some rows of another column, in the order given (a row may be given more than once).
    pub(crate) fn append_rows(&mut self, other: &Self, rows: &[u32]) -> Result<()> {
        if matches!(other.data, ColumnData::Null) {
            rows.iter().for_each(|_| self.push_null());
            return Ok(());
        }
        self.decide(other.sql_type());
        match (&mut self.data, &other.data) {
            (ColumnData::Boolean(a), ColumnData::Boolean(b)) => gather(a, b, rows),
            (ColumnData::Integer(a), ColumnData::Integer(b)) => gather(a, b, rows),
            (ColumnData::Real(a), ColumnData::Real(b)) => gather(a, b, rows),
            (ColumnData::Date(a), ColumnData::Date(b)) => gather(a, b, rows),
            (ColumnData::Time(a), ColumnData::Time(b)) => gather(a, b, rows),
            (ColumnData::Timestamp(a), ColumnData::Timestamp(b)) => gather(a, b, rows),
            (ColumnData::TimestampTz(a), ColumnData::TimestampTz(b)) => gather(a, b, rows),
            (ColumnData::Interval(a), ColumnData::Interval(b)) => gather(a, b, rows),
            (ColumnData::Numeric(a), ColumnData::Numeric(b)) => {
                rows.iter().for_each(|&row| a.push(b.get(row as usize)));
            }
            (ColumnData::Uuid(a), ColumnData::Uuid(b)) => gather(a, b, rows),
            (ColumnData::Text(a), ColumnData::Text(b)) => {
                rows.iter().for_each(|&row| a.push(b.get(row as usize)));
            }
            (ColumnData::Blob(a), ColumnData::Blob(b)) => {
                rows.iter().for_each(|&row| a.push(b.get(row as usize)));
            }
            (
                ColumnData::Vector { dim, values },
                ColumnData::Vector {
                    dim: other_dim,
                    values: from,
                },
            ) if dim == other_dim => {
                for &row in rows {
                    let at = row as usize * *dim;
                    values.extend_from_slice(&from[at..at + *dim]);
                }
            }
            (
                ColumnData::Bits { dim, bytes },
                ColumnData::Bits {
                    dim: other_dim,
                    bytes: from,
                },
            ) if dim == other_dim => {
                let width = bytes_of(*dim);
                for &row in rows {
                    let at = row as usize * width;
                    bytes.extend_from_slice(&from[at..at + width]);
                }
            }
            (
                ColumnData::Array { element, arrays },
                ColumnData::Array {
                    element: other_element,
                    arrays: from,
                },
            ) if element == other_element => {
                rows.iter()
                    .for_each(|&row| arrays.push(from.get(row as usize)));
            }
            (
                ColumnData::Enum { ty, values },
                ColumnData::Enum {
                    ty: other_ty,
                    values: from,
                },
            ) if ty == other_ty => gather(values, from, rows),
            _ => return Err(self.mismatch(other.sql_type())),
        }
        if !other.nulls.is_empty() || !self.nulls.is_empty() {
            self.nulls.resize(self.len, false);
            let nulls = &mut self.nulls;
            nulls.extend(rows.iter().map(|&row| other.is_null(row as usize)));
        }
        self.len += rows.len();
        Ok(())
    }

    /// Some rows, in the order given, as a new column.
    pub(crate) fn gather(&self, rows: &[u32]) -> Self {
        let mut out = Self::new(self.sql_type(), rows.len());
        out.append_rows(self, rows)
            .expect("a column takes values of its own type");
        out
    }
}

/// Bytes of so many bits.
pub(super) fn bytes_of(dim: u16) -> usize {
    Element::Bit.bytes_of(usize::from(dim))
}

fn gather<T: Copy>(to: &mut Vec<T>, from: &[T], rows: &[u32]) {
    to.extend(rows.iter().map(|&row| from[row as usize]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::testing::{TYPES, of_type};
    use crate::types::{Bits, Value};
    use proptest::prelude::*;

    fn column_of(values: &[Value]) -> Column {
        let mut column = Column::default();
        for value in values {
            column.push(value.as_ref()).unwrap();
        }
        column
    }

    fn values(column: &Column) -> Vec<Value> {
        (0..column.len())
            .map(|row| column.get(row).to_owned())
            .collect()
    }

    fn of_type_list(ty: SqlType) -> impl Strategy<Value = Vec<Value>> {
        let value = prop_oneof![1 => Just(Value::Null), 3 => of_type(ty)];
        proptest::collection::vec(value, 0..20)
    }

    fn one_type() -> impl Strategy<Value = Vec<Value>> {
        let nullable = |s: BoxedStrategy<Value>| {
            proptest::collection::vec(prop_oneof![1 => Just(Value::Null), 3 => s], 0..20)
        };
        let others = prop::sample::select(TYPES.to_vec()).prop_flat_map(of_type_list);
        prop_oneof![
            others,
            nullable(any::<bool>().prop_map(Value::Boolean).boxed()),
            nullable(any::<i64>().prop_map(Value::Integer).boxed()),
            nullable((-1e9..1e9).prop_map(Value::Real).boxed()),
            nullable("[a-zäß]{0,5}".prop_map(Value::Text).boxed()),
            nullable(
                proptest::collection::vec(any::<u8>(), 0..5)
                    .prop_map(Value::Blob)
                    .boxed()
            ),
            nullable(
                proptest::collection::vec(-1.0f32..1.0, 3)
                    .prop_map(Value::Vector)
                    .boxed()
            ),
            nullable(
                proptest::collection::vec(any::<bool>(), 11)
                    .prop_map(|bits| Value::Bits(bits.into_iter().collect()))
                    .boxed()
            ),
        ]
    }

    proptest! {
        #[test]
        fn holds_what_was_pushed(rows in one_type()) {
            let mut column = column_of(&rows);
            prop_assert_eq!(values(&column), rows.clone());
            column.truncate(rows.len() / 2);
            prop_assert_eq!(values(&column), rows[..rows.len() / 2].to_vec());
            column.clear();
            prop_assert!(column.len() == 0 && !column.has_nulls());
        }

        #[test]
        fn appends_and_gathers(rows in one_type(), split in 0usize..20, picks in proptest::collection::vec(0u32..20, 0..30)) {
            let split = split.min(rows.len());
            let (mut left, right) = (column_of(&rows[..split]), column_of(&rows[split..]));
            left.append(&right).unwrap();
            prop_assert_eq!(values(&left), rows.clone());
            let picks: Vec<u32> = picks.into_iter().filter(|&p| (p as usize) < rows.len()).collect();
            let picked: Vec<Value> = picks.iter().map(|&p| rows[p as usize].clone()).collect();
            prop_assert_eq!(values(&left.gather(&picks)), picked.clone());
            left.append_rows(&right.gather(&[]), &[]).unwrap();
            let gathered = column_of(&rows).gather(&picks);
            left.append(&gathered).unwrap();
            prop_assert_eq!(values(&left), [rows, picked].concat());
        }
    }

    #[test]
    fn refuses_another_type_and_another_dimension() {
        let mut column = column_of(&[Value::Null, Value::Integer(1)]);
        assert!(column.push_text("x").is_err());
        let mut vectors = Column::new(SqlType::vector(2), 1);
        assert!(vectors.push_vector(&[1.0]).is_err());
        let stored =
            |dim, bytes| StoredVector::new(VectorType::new(dim, Element::F16), bytes).unwrap();
        assert!(vectors.push_stored_vector(stored(3, &[0; 6])).is_err());
        vectors.push_stored_vector(stored(2, &[0; 4])).unwrap();
        assert_eq!(vectors.get(0), ValueRef::Vector(&[0.0, 0.0]));
        let bits: Bits = [true, false].into_iter().collect();
        assert!(vectors.push_bits(bits.as_ref()).is_err());
    }
}
