//! What a manifest tells of the values of a data file.

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Schema as ArrowSchema};
use iceberg::spec::{DataFile, Datum, Schema};

use super::scalar_of;
use crate::filter::{Extent, Known};

/// The bounds and counts of a file.
pub(crate) struct FileBounds<'a> {
    pub(crate) file: &'a DataFile,
    pub(crate) schema: &'a Schema,
    /// The same schema in Arrow.
    pub(crate) arrow: &'a ArrowSchema,
}

impl Known for FileBounds<'_> {
    fn column(&self, name: &str) -> Option<Extent> {
        let id = self.schema.field_id_by_name(name)?;
        let kind = self.arrow.field_with_name(name).ok()?.data_type();
        let file = self.file;
        let values = file.value_counts().get(&id);
        let nulls = file.null_value_counts().get(&id);
        let bound = |bound: Option<&Datum>| -> Option<ArrayRef> {
            scalar_of(&bound?.to_bytes().ok()?, kind)
        };
        Some(Extent {
            kind: kind.clone(),
            lower: bound(file.lower_bounds().get(&id)),
            upper: bound(file.upper_bounds().get(&id)),
            may_be_null: nulls.is_none_or(|nulls| *nulls > 0),
            may_be_defined: values.is_none() || values != nulls,
            may_be_nan: is_float(kind) && has_nan(file, id),
        })
    }
}

pub(super) fn is_float(kind: &DataType) -> bool {
    matches!(kind, DataType::Float32 | DataType::Float64)
}

/// Whether a column of a file may hold NaN.
pub(super) fn has_nan(file: &DataFile, field_id: i32) -> bool {
    file.nan_value_counts().get(&field_id) != Some(&0)
}
