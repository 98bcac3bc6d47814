//! Every type there and back.

use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_buffer::i256;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{LakeStore, LakeTable, TableDefinition};

/// A column of each kind that a table can hold, three rows with a null.
fn columns() -> Vec<(&'static str, ArrayRef)> {
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    map.keys().append_value("k");
    map.values().append_value(1);
    map.append(true).unwrap();
    map.append(false).unwrap();
    map.append(true).unwrap();
    let mut lists = ListBuilder::new(ListBuilder::new(Int32Builder::new()));
    lists.values().append_value([Some(1), None]);
    lists.append(true);
    lists.append(false);
    lists.append(true);
    let structs = StructArray::from(vec![
        (
            Arc::new(Field::new("x", DataType::Int32, true)),
            Arc::new(Int32Array::from(vec![Some(1), None, Some(3)])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("y", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![Some("a"), Some("b"), None])),
        ),
    ]);
    let dictionary: DictionaryArray<Int32Type> = [Some("x"), None, Some("x")].into_iter().collect();
    let micros = |zone: Option<&str>| {
        let array =
            TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1_700_000_000_000_001)]);
        Arc::new(array.with_timezone_opt(zone)) as ArrayRef
    };
    vec![
        (
            "boolean",
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ),
        (
            "int8",
            Arc::new(Int8Array::from(vec![Some(-128), None, Some(127)])),
        ),
        (
            "int16",
            Arc::new(Int16Array::from(vec![Some(-1), None, Some(1)])),
        ),
        (
            "int32",
            Arc::new(Int32Array::from(vec![Some(i32::MIN), None, Some(i32::MAX)])),
        ),
        (
            "int64",
            Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(i64::MAX)])),
        ),
        (
            "uint8",
            Arc::new(UInt8Array::from(vec![Some(0), None, Some(255)])),
        ),
        (
            "uint16",
            Arc::new(UInt16Array::from(vec![Some(0), None, Some(65_535)])),
        ),
        (
            "uint32",
            Arc::new(UInt32Array::from(vec![Some(0), None, Some(u32::MAX)])),
        ),
        (
            "float32",
            Arc::new(Float32Array::from(vec![Some(1.5), None, Some(f32::MIN)])),
        ),
        (
            "float64",
            Arc::new(Float64Array::from(vec![Some(1.5), None, Some(f64::MAX)])),
        ),
        (
            "utf8",
            Arc::new(StringArray::from(vec![Some("ä"), None, Some("")])),
        ),
        (
            "large_utf8",
            Arc::new(LargeStringArray::from(vec![Some("ä"), None, Some("")])),
        ),
        (
            "utf8_view",
            Arc::new(StringViewArray::from(vec![Some("ä"), None, Some("")])),
        ),
        ("dictionary", Arc::new(dictionary)),
        (
            "binary",
            Arc::new(BinaryArray::from(vec![
                Some(&b"\0\xFF"[..]),
                None,
                Some(b""),
            ])),
        ),
        (
            "fixed",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(
                    [Some([1, 2, 3]), None, Some([4, 5, 6])].into_iter(),
                    3,
                )
                .unwrap(),
            ),
        ),
        (
            "date32",
            Arc::new(Date32Array::from(vec![Some(-1), None, Some(20_000)])),
        ),
        (
            "date64",
            Arc::new(Date64Array::from(vec![
                Some(-86_400_000),
                None,
                Some(86_400_000),
            ])),
        ),
        (
            "time_s",
            Arc::new(Time32SecondArray::from(vec![Some(0), None, Some(86_399)])),
        ),
        (
            "time_us",
            Arc::new(Time64MicrosecondArray::from(vec![
                Some(0),
                None,
                Some(86_399_999_999),
            ])),
        ),
        (
            "timestamp_s",
            Arc::new(TimestampSecondArray::from(vec![Some(-1), None, Some(1)])),
        ),
        (
            "timestamp_ms",
            Arc::new(TimestampMillisecondArray::from(vec![
                Some(-1),
                None,
                Some(1),
            ])),
        ),
        ("timestamp_us", micros(None)),
        ("timestamptz_us", micros(Some("UTC"))),
        ("timestamptz_zone", micros(Some("+02:00"))),
        (
            "decimal",
            Arc::new(
                Decimal128Array::from(vec![Some(-1), None, Some(10_i128.pow(37))])
                    .with_precision_and_scale(38, 5)
                    .unwrap(),
            ),
        ),
        (
            "decimal256",
            Arc::new(
                Decimal256Array::from(vec![Some(i256::from_i128(-7)), None, Some(i256::ONE)])
                    .with_precision_and_scale(20, 2)
                    .unwrap(),
            ),
        ),
        ("list", Arc::new(lists.finish())),
        ("map", Arc::new(map.finish())),
        ("struct", Arc::new(structs)),
    ]
}

/// The values without what distinguishes our types from the given ones.
fn as_table_type(array: &ArrayRef, table: &DataType) -> ArrayRef {
    match table.is_nested() {
        true => Arc::clone(array),
        false => cast(array, table).unwrap(),
    }
}

fn shown(array: &dyn Array) -> Vec<String> {
    let options = arrow_cast::display::FormatOptions::default().with_null("null");
    let formatter = arrow_cast::display::ArrayFormatter::try_new(array, &options).unwrap();
    (0..array.len())
        .map(|row| formatter.value(row).to_string())
        .collect()
}

/// An empty table of these columns, and all that they hold.
fn table_of(columns: &[(&str, ArrayRef)]) -> (LakeTable, RecordBatch) {
    let fields = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let batch = RecordBatch::try_new(
        Arc::new(schema.clone()),
        columns.iter().map(|(_, array)| Arc::clone(array)).collect(),
    )
    .unwrap();
    let table = LakeTable::create(&LakeStore::memory(), "t", TableDefinition::new(schema)).unwrap();
    (table, batch)
}

#[test]
fn every_type_comes_back_as_it_was() {
    let columns = columns();
    let (table, batch) = table_of(&columns);
    table.append(std::slice::from_ref(&batch)).unwrap();
    // Slices must not show what lies outside of them.
    table.append(&[batch.slice(1, 2)]).unwrap();
    let read = table.scan().collect().unwrap();
    for (name, array) in &columns {
        let first = read[0].column_by_name(name).unwrap();
        let expected = as_table_type(array, first.data_type());
        assert_eq!(shown(first), shown(&expected), "{name}");
        let second = read[1].column_by_name(name).unwrap();
        assert_eq!(
            shown(second),
            shown(&expected.slice(1, 2)),
            "{name}, sliced"
        );
    }
}

#[test]
fn a_filter_on_any_type_keeps_the_row_that_it_names() {
    let columns = columns();
    let (table, batch) = table_of(&columns);
    table.append(&[batch]).unwrap();
    let read = table.scan().collect().unwrap();
    for field in table
        .schema()
        .unwrap()
        .fields()
        .iter()
        .filter(|field| !field.data_type().is_nested())
    {
        let column = read[0].column_by_name(field.name()).unwrap();
        for row in [0, 2] {
            let value = citadel_lake::Value::new(&column.slice(row, 1));
            let filter = citadel_lake::Filter::equal(field.name(), value);
            let found: usize = table
                .scan()
                .filter(filter)
                .collect()
                .unwrap()
                .iter()
                .map(RecordBatch::num_rows)
                .sum();
            assert!(found >= 1, "{} row {row}", field.name());
        }
    }
}
