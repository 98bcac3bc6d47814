//! What a manifest says of a data file's columns: sizes, counts, and bounds.
//!
//! Bounds are taken from the rows, not from Parquet's own statistics: those may be cut short in one row group and missing in another, and
//! what is left of them together is no bound of the file.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, downcast_primitive_array};
use arrow_schema::DataType;
use iceberg::spec::{DataFileBuilder, Datum, PrimitiveType, Schema, Type};
use parquet::file::metadata::ParquetMetaData;

use super::bounds::bytes_of;

/// Texts longer than this are cut in bounds.
const CHARACTERS_MAX: usize = 64;

/// The least and the greatest value of each top-level column so far, and how many are no number.
#[derive(Default)]
pub(crate) struct Statistics {
    columns: HashMap<i32, Column>,
}

#[derive(Default)]
struct Column {
    lower: Option<ArrayRef>,
    upper: Option<ArrayRef>,
    nans: Option<u64>,
}

impl Statistics {
    pub(crate) fn add(&mut self, schema: &Schema, batch: &RecordBatch) {
        for (field, array) in schema.as_struct().fields().iter().zip(batch.columns()) {
            if matches!(*field.field_type, Type::Primitive(_)) {
                self.columns.entry(field.id).or_default().add(array);
            }
        }
    }

    /// Keeps only what Parquet counts, for a file whose values are nobody's business.
    pub(crate) fn forget_values(&mut self) {
        self.columns.clear();
    }

    /// Gives all statistics to a data file.
    pub(crate) fn give(
        &self,
        schema: &Schema,
        metadata: &ParquetMetaData,
        file: &mut DataFileBuilder,
    ) {
        let (mut sizes, mut values, mut nulls) = (HashMap::new(), HashMap::new(), HashMap::new());
        for chunk in metadata
            .row_groups()
            .iter()
            .flat_map(|group| group.columns())
        {
            let info = chunk.column_descr().self_type().get_basic_info();
            if !info.has_id() {
                continue;
            }
            *sizes.entry(info.id()).or_insert(0) += chunk.compressed_size().unsigned_abs();
            *values.entry(info.id()).or_insert(0) += chunk.num_values().unsigned_abs();
            if let Some(count) = chunk.statistics().and_then(|s| s.null_count_opt()) {
                *nulls.entry(info.id()).or_insert(0) += count;
            }
        }
        let (mut nans, mut lower, mut upper) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (&id, column) in &self.columns {
            let Some(Type::Primitive(kind)) = schema
                .field_by_id(id)
                .map(|field| field.field_type.as_ref())
            else {
                continue;
            };
            nans.extend(column.nans.map(|count| (id, count)));
            let least = column.lower.as_ref().and_then(|value| bytes_of(value, 0));
            lower.extend(least.and_then(|bytes| Some((id, datum(&lowered(bytes, kind), kind)?))));
            let greatest = column.upper.as_ref().and_then(|value| bytes_of(value, 0));
            upper
                .extend(greatest.and_then(|bytes| Some((id, datum(&raised(bytes, kind)?, kind)?))));
        }
        let offsets = metadata.row_groups().iter();
        let offsets = offsets.filter_map(|group| group.file_offset().or(first_page(group)));
        file.column_sizes(sizes)
            .value_counts(values)
            .null_value_counts(nulls)
            .nan_value_counts(nans)
            .lower_bounds(lower)
            .upper_bounds(upper)
            .split_offsets(Some(offsets.collect()));
    }
}

fn first_page(group: &parquet::file::metadata::RowGroupMetaData) -> Option<i64> {
    let first = group.columns().first()?;
    Some(
        first
            .dictionary_page_offset()
            .unwrap_or(first.data_page_offset()),
    )
}

fn datum(bytes: &[u8], kind: &PrimitiveType) -> Option<Datum> {
    Datum::try_from_bytes(bytes, kind.clone()).ok()
}

impl Column {
    fn add(&mut self, array: &ArrayRef) {
        if let Some(count) = nans(array) {
            *self.nans.get_or_insert(0) += count;
        }
        for (bound, wanted) in [
            (&mut self.lower, std::cmp::Ordering::Less),
            (&mut self.upper, std::cmp::Ordering::Greater),
        ] {
            let Some(place) = extreme(array, wanted) else {
                continue;
            };
            let candidate = array.slice(place, 1);
            let is_better = bound.as_ref().is_none_or(|bound| {
                arrow_ord::ord::make_comparator(&candidate, bound, Default::default())
                    .is_ok_and(|compare| compare(0, 0) == wanted)
            });
            if is_better {
                // A copy of the one value, so that the batch is not kept.
                *bound = arrow_select::take::take(
                    &candidate,
                    &arrow_array::UInt32Array::from(vec![0]),
                    None,
                )
                .ok();
            }
        }
    }
}

fn nans(array: &dyn Array) -> Option<u64> {
    let count = match array.data_type() {
        DataType::Float32 => array
            .as_primitive::<Float32Type>()
            .iter()
            .flatten()
            .filter(|value| value.is_nan())
            .count(),
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .iter()
            .flatten()
            .filter(|value| value.is_nan())
            .count(),
        _ => return None,
    };
    Some(count as u64)
}

/// The place of the least or greatest value that is neither null nor NaN.
fn extreme(array: &ArrayRef, wanted: std::cmp::Ordering) -> Option<usize> {
    fn best<V: PartialOrd>(
        values: impl Iterator<Item = Option<V>>,
        wanted: std::cmp::Ordering,
    ) -> Option<usize> {
        let mut best: Option<(usize, V)> = None;
        for (at, value) in values.enumerate() {
            let Some(value) = value else { continue };
            // A NaN compares with nothing, itself included.
            if value.partial_cmp(&value).is_none() {
                continue;
            }
            if best
                .as_ref()
                .is_none_or(|(_, best)| value.partial_cmp(best) == Some(wanted))
            {
                best = Some((at, value));
            }
        }
        best.map(|(at, _)| at)
    }
    let array = array.as_ref();
    downcast_primitive_array!(
        array => best(array.iter(), wanted),
        DataType::Boolean => best(array.as_boolean().iter(), wanted),
        DataType::Utf8 => best(array.as_string::<i32>().iter(), wanted),
        DataType::LargeBinary => best(array.as_binary::<i64>().iter(), wanted),
        DataType::FixedSizeBinary(_) => best(array.as_fixed_size_binary().iter(), wanted),
        _ => None
    )
}

/// A lower bound that is as low or lower, and short. The sign of zero is not known to all readers, so zero is the lower one.
fn lowered(bytes: Vec<u8>, kind: &PrimitiveType) -> Vec<u8> {
    match kind {
        PrimitiveType::String => cut(&bytes).to_vec(),
        PrimitiveType::Binary => bytes[..bytes.len().min(CHARACTERS_MAX)].to_vec(),
        _ => zero(bytes, kind, 0x80),
    }
}

/// An upper bound that is as high or higher, and short; `None` if there is none.
fn raised(bytes: Vec<u8>, kind: &PrimitiveType) -> Option<Vec<u8>> {
    match kind {
        PrimitiveType::String => {
            let short = cut(&bytes);
            if short.len() == bytes.len() {
                return Some(bytes);
            }
            let mut characters: Vec<char> = std::str::from_utf8(short).ok()?.chars().collect();
            while let Some(last) = characters.pop() {
                // Over the gap of the surrogates.
                let after =
                    (u32::from(last) + 1..=u32::from(last) + 0x801).find_map(char::from_u32);
                if let Some(after) = after {
                    characters.push(after);
                    return Some(characters.into_iter().collect::<String>().into_bytes());
                }
            }
            None
        }
        PrimitiveType::Binary if bytes.len() > CHARACTERS_MAX => {
            let mut short = bytes[..CHARACTERS_MAX].to_vec();
            while let Some(last) = short.pop() {
                if last < 0xFF {
                    short.push(last + 1);
                    return Some(short);
                }
            }
            None
        }
        _ => Some(zero(bytes, kind, 0)),
    }
}

fn zero(mut bytes: Vec<u8>, kind: &PrimitiveType, sign: u8) -> Vec<u8> {
    let is_float = matches!(kind, PrimitiveType::Float | PrimitiveType::Double);
    if is_float
        && let Some((last, rest)) = bytes.split_last_mut()
        && *last & 0x7F == 0
        && rest.iter().all(|byte| *byte == 0)
    {
        *last = sign;
    }
    bytes
}

/// The first characters of a text.
fn cut(text: &[u8]) -> &[u8] {
    let end = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.char_indices().nth(CHARACTERS_MAX))
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_bounds_are_still_bounds() {
        let kind = PrimitiveType::String;
        for text in [
            "é".repeat(100),
            "\u{D7FF}".repeat(70),
            "\u{10FFFF}".repeat(63) + "zzz",
            "a".into(),
        ] {
            let low = lowered(text.clone().into_bytes(), &kind);
            let high = raised(text.clone().into_bytes(), &kind).unwrap();
            assert!(low.as_slice() <= text.as_bytes() && text.as_bytes() <= high.as_slice());
            assert!(low.len() <= 4 * CHARACTERS_MAX);
        }
        assert_eq!(raised("\u{10FFFF}".repeat(65).into_bytes(), &kind), None);
        assert_eq!(raised(vec![0xFF; 65], &PrimitiveType::Binary), None);
        assert_eq!(raised(vec![1; 65], &PrimitiveType::Binary).unwrap()[63], 2);
    }

    #[test]
    fn both_zeros_lie_between_the_bounds_of_either() {
        let kind = PrimitiveType::Double;
        for zero in [0.0_f64, -0.0] {
            let bytes = zero.to_le_bytes().to_vec();
            assert_eq!(lowered(bytes.clone(), &kind), (-0.0_f64).to_le_bytes());
            assert_eq!(raised(bytes, &kind).unwrap(), 0.0_f64.to_le_bytes());
        }
        let one = 1.0_f64.to_le_bytes().to_vec();
        assert_eq!(lowered(one.clone(), &kind), one);
    }
}
