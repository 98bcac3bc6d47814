//! Writes one table of every kind to a folder, for other engines to read: `cargo xtask interop` runs it, then `interop/check.py`.
//!
//! Beside the tables, `<name>.expected.parquet` holds the rows that each must have, made from what was put in and not from what the table
//! gives back, and `tables.json` says where the metadata of each is and how many snapshots there are.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{
    FixedSizeListBuilder, Float32Builder, Int32Builder, MapBuilder, StringBuilder,
};
use arrow_array::*;
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    Filter, LakeStore, LakeTable, Metric, PartitionBy, SchemaChange, TableDefinition, TableKey,
    VectorColumn,
};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const DIMENSION: i32 = 8;
const DAY_US: i64 = 86_400_000_000;
/// The key of the encrypted table.
const KEY: [u8; 32] = *b"a key that everyone may know. OK";

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("give a folder")?;
    let folder = Path::new(&folder);
    let store = LakeStore::local(folder)?;
    let mut lines = Vec::new();
    for (name, table, expected) in tables(&store)? {
        let file = File::create(folder.join(format!("{name}.expected.parquet")))?;
        // Lists are lists then, as they are in the table: PyArrow before 26 cannot read null ones of fixed size.
        let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true);
        let mut writer = ArrowWriter::try_new_with_options(file, expected.schema(), options)?;
        writer.write(&expected)?;
        writer.close()?;
        let key = match table.key_id() {
            Some(_) => format!(
                ", \"key\": \"{}\"",
                KEY.map(|b| format!("{b:02x}")).concat()
            ),
            None => String::new(),
        };
        lines.push(format!(
            "{{\"name\": \"{name}\", \"metadata\": \"{}\", \"snapshots\": {}{key}}}",
            table.metadata_location()?,
            table.snapshots()?.len()
        ));
    }
    std::fs::write(
        folder.join("tables.json"),
        format!("[{}]", lines.join(",\n")),
    )?;
    Ok(())
}

/// Every kind of table, and the rows that it must have.
fn tables(store: &LakeStore) -> Result<Vec<(String, LakeTable, RecordBatch)>> {
    let mut made = Vec::new();
    let create = |name: &str, definition| LakeTable::create(store, name, definition);

    let table = create("vectors", definition())?;
    table.append_idempotent("first", &[rows(0..500)?])?;
    table.append_idempotent("second", &[rows(500..1000)?])?;
    table.append_idempotent("second", &[rows(500..1000)?])?;
    made.push(("vectors".to_owned(), table, rows(0..1000)?));

    let table = create("indexed", definition())?;
    table.append(&[rows(0..2_000)?])?;
    table.append(&[rows(2_000..4_000)?])?;
    table.build_indexes()?;
    table.delete_where(&Filter::less("id", 10))?;
    made.push(("indexed".to_owned(), table, rows(10..4_000)?));

    let table = create("encrypted", definition().encrypted(TableKey::new(KEY)))?;
    table.append(&[rows(0..2_000)?])?;
    table.append(&[rows(2_000..4_000)?])?;
    table.build_indexes()?;
    table.compact()?;
    table.append(&[rows(4_000..4_100)?])?;
    made.push(("encrypted".to_owned(), table, rows(0..4_100)?));

    let table = create("many", definition())?;
    for id in 0..80 {
        table.append(&[rows(id..id + 1)?])?;
    }
    made.push(("many".to_owned(), table, rows(0..80)?));

    let table = create("deleted", definition())?;
    table.append(&[rows(0..100)?])?;
    table.append(&[rows(100..200)?])?;
    table.delete_where(&Filter::less("id", 50))?;
    table.delete_where(&Filter::greater("id", 149))?;
    table.delete_where(&Filter::equal("id", 60))?;
    let left = |id: &i64| (50..150).contains(id) && *id != 60;
    made.push(("deleted".to_owned(), table, rows((0..200).filter(left))?));

    let table = create("compacted", definition())?;
    for start in [0, 50, 100] {
        table.append(&[rows(start..start + 50)?])?;
    }
    table.delete_where(&Filter::less("id", 10))?;
    table.compact()?;
    table.append(&[rows(150..160)?])?;
    made.push(("compacted".to_owned(), table, rows(10..160)?));

    let table = create("expired", definition())?;
    for start in [0, 50, 100] {
        table.append(&[rows(start..start + 50)?])?;
    }
    table.compact()?;
    table.expire_snapshots(i64::MAX, 1)?;
    table.remove_orphans_before(i64::MAX)?;
    made.push(("expired".to_owned(), table, rows(0..150)?));

    let table = create("empty", definition())?;
    made.push(("empty".to_owned(), table, rows([])?));

    let all = types()?;
    let table = create("types", TableDefinition::new(all.schema().as_ref().clone()))?;
    table.append(std::slice::from_ref(&all))?;
    made.push(("types".to_owned(), table, all));

    made.push(evolved(store)?);
    for (name, by) in [
        ("by_identity", PartitionBy::Identity("day".into())),
        ("by_text", PartitionBy::Identity("word".into())),
        ("by_bucket", PartitionBy::Bucket("id".into(), 4)),
        ("by_word_bucket", PartitionBy::Bucket("word".into(), 4)),
        ("by_truncate", PartitionBy::Truncate("word".into(), 2)),
        ("by_year", PartitionBy::Year("at".into())),
        ("by_month", PartitionBy::Month("at".into())),
        ("by_day", PartitionBy::Day("at".into())),
        ("by_hour", PartitionBy::Hour("at".into())),
    ] {
        let first = dated(0..100)?;
        let definition = TableDefinition::new(first.schema().as_ref().clone());
        let table = create(name, definition.partition_by(by))?;
        table.append(&[first])?;
        table.append(&[dated(100..200)?])?;
        table.delete_where(&Filter::less("id", 20))?;
        made.push((name.to_owned(), table, dated(20..200)?));
    }
    Ok(made)
}

fn definition() -> TableDefinition {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
    ]);
    let column = VectorColumn::new("emb", DIMENSION as usize, Metric::Cosine);
    TableDefinition::new(schema).vector(column.embedding_model("sample@1"))
}

fn rows(ids: impl IntoIterator<Item = i64>) -> Result<RecordBatch> {
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut vectors = FixedSizeListBuilder::new(Float32Builder::new(), DIMENSION);
    for id in &ids {
        for at in 0..i64::from(DIMENSION) {
            vectors
                .values()
                .append_value(((id * 37 + at * 101) % 97) as f32 / 7.0 - 6.0);
        }
        vectors.append(id % 13 != 5);
    }
    let texts: StringArray = ids
        .iter()
        .map(|id| (id % 3 != 0).then(|| format!("row {id}")))
        .collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(ids)),
        Arc::new(texts),
        Arc::new(vectors.finish()),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(
        [("id", false), ("text", true), ("emb", true)]
            .into_iter()
            .zip(columns)
            .map(|((name, nullable), column)| (name, column, nullable)),
    )?)
}

fn dated(ids: std::ops::Range<i64>) -> Result<RecordBatch> {
    let words = ids
        .clone()
        .map(|id| (id % 7 != 0).then(|| ["älpha", "beta", "gamma/x y"][(id % 3) as usize]));
    let hours = ids.clone().map(|id| (id * 900 - 50_000) * DAY_US / 24);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(ids.clone()))),
        ("word", Arc::new(words.collect::<StringArray>())),
        (
            "day",
            Arc::new(Date32Array::from_iter_values(
                ids.map(|id| (id % 5) as i32 - 2),
            )),
        ),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from_iter_values(hours)),
        ),
    ];
    let nullable = columns
        .into_iter()
        .map(|(name, column)| (name, column, true));
    Ok(RecordBatch::try_from_iter_with_nullable(nullable)?)
}

fn evolved(store: &LakeStore) -> Result<(String, LakeTable, RecordBatch)> {
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int32, false),
        Field::new("old", DataType::Utf8, true),
        Field::new("gone", DataType::Int64, true),
    ]);
    let table = LakeTable::create(store, "evolved", TableDefinition::new(schema))?;
    table.append(&[RecordBatch::try_from_iter([
        ("gone", Arc::new(Int64Array::from(vec![7])) as ArrayRef),
        ("old", Arc::new(StringArray::from(vec!["a"]))),
        ("id", Arc::new(Int32Array::from(vec![1]))),
    ])?])?;
    table.change_schema(&[
        SchemaChange::RenameColumn {
            from: "old".into(),
            to: "new".into(),
        },
        SchemaChange::DropColumn("gone".into()),
        SchemaChange::WidenColumn {
            name: "id".into(),
            to: DataType::Int64,
        },
    ])?;
    table.change_schema(&[SchemaChange::AddColumn(Field::new(
        "gone",
        DataType::Float64,
        true,
    ))])?;
    table.append(&[RecordBatch::try_from_iter([
        ("gone", Arc::new(Float64Array::from(vec![0.5])) as ArrayRef),
        ("new", Arc::new(StringArray::from(vec!["b"]))),
        ("id", Arc::new(Int64Array::from(vec![1_i64 << 40]))),
    ])?])?;
    let expected = RecordBatch::try_from_iter([
        (
            "id",
            Arc::new(Int64Array::from(vec![1, 1 << 40])) as ArrayRef,
        ),
        ("new", Arc::new(StringArray::from(vec!["a", "b"]))),
        ("gone", Arc::new(Float64Array::from(vec![None, Some(0.5)]))),
    ])?;
    Ok(("evolved".to_owned(), table, expected))
}

/// A column of every type.
fn types() -> Result<RecordBatch> {
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    map.keys().append_value("k");
    map.values().append_value(1);
    map.append(true)?;
    map.append(false)?;
    let structs = StructArray::from(vec![
        (
            Arc::new(Field::new("x", DataType::Int32, true)),
            Arc::new(Int32Array::from(vec![Some(1), None])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("y", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![Some("a"), Some("b")])),
        ),
    ]);
    let inner = ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([
        Some([Some(1), None]),
        None,
    ]);
    let nested = ListArray::try_new(
        Arc::new(Field::new("item", inner.data_type().clone(), true)),
        arrow_buffer::OffsetBuffer::from_lengths([2, 0]),
        Arc::new(inner),
        None,
    )?;
    let stamp = |zone: Option<&str>| {
        let array = TimestampMicrosecondArray::from(vec![Some(-1), Some(1_700_000_000_000_001)]);
        Arc::new(array.with_timezone_opt(zone)) as ArrayRef
    };
    let fixed = FixedSizeBinaryArray::try_from_iter([[1_u8, 2, 3], [4, 5, 6]].into_iter())?;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![1, 2]))),
        (
            "boolean",
            Arc::new(BooleanArray::from(vec![Some(true), None])),
        ),
        ("small", Arc::new(Int8Array::from(vec![Some(-128), None]))),
        (
            "int",
            Arc::new(Int32Array::from(vec![Some(i32::MIN), None])),
        ),
        (
            "long",
            Arc::new(Int64Array::from(vec![Some(i64::MAX), None])),
        ),
        (
            "float",
            Arc::new(Float32Array::from(vec![Some(1.5), Some(f32::MIN)])),
        ),
        (
            "double",
            Arc::new(Float64Array::from(vec![Some(-0.0), None])),
        ),
        (
            "text",
            Arc::new(StringArray::from(vec![Some("ä\u{10FFFF}"), Some("")])),
        ),
        (
            "long_text",
            Arc::new(StringArray::from(vec!["é".repeat(200), "z".repeat(200)])),
        ),
        (
            "binary",
            Arc::new(BinaryArray::from(vec![Some(&b"\0\xFF"[..]), None])),
        ),
        ("fixed", Arc::new(fixed)),
        (
            "date",
            Arc::new(Date32Array::from(vec![Some(-1), Some(20_000)])),
        ),
        (
            "time",
            Arc::new(Time64MicrosecondArray::from(vec![
                Some(0),
                Some(86_399_999_999),
            ])),
        ),
        (
            "millis",
            Arc::new(TimestampMillisecondArray::from(vec![Some(-1), None])),
        ),
        ("timestamp", stamp(None)),
        ("timestamptz", stamp(Some("UTC"))),
        (
            "decimal",
            Arc::new(
                Decimal128Array::from(vec![Some(-1), Some(10_i128.pow(20))])
                    .with_precision_and_scale(30, 5)?,
            ),
        ),
        ("nested", Arc::new(nested)),
        ("map", Arc::new(map.finish())),
        ("struct", Arc::new(structs)),
    ];
    let nullable = columns
        .into_iter()
        .map(|(name, column)| (name, column, name != "id"));
    Ok(RecordBatch::try_from_iter_with_nullable(nullable)?)
}
