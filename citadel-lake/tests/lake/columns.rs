//! Columns: by name when written, by field id when read, checked always.

use std::sync::Arc;

use crate::support::{counts, definition, once, rows, vector, vectors_of};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{Filter, LakeError, LakeStore, LakeTable, SchemaChange, TableDefinition};

fn table(columns: &[(&str, DataType)]) -> LakeTable {
    let fields = columns
        .iter()
        .map(|(name, kind)| Field::new(*name, kind.clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    LakeTable::create(&LakeStore::memory(), "t", TableDefinition::new(schema)).unwrap()
}

fn numbers(columns: &[(&str, &[i64])]) -> RecordBatch {
    let columns = columns.iter().map(|(name, values)| {
        (
            *name,
            Arc::new(Int64Array::from(values.to_vec())) as ArrayRef,
            true,
        )
    });
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// The values of a column over all batches.
fn column(batches: &[RecordBatch], name: &str) -> Vec<Option<i64>> {
    let arrays = batches
        .iter()
        .map(|batch| batch.column_by_name(name).unwrap());
    arrays
        .flat_map(|array| array.as_primitive::<Int64Type>().iter())
        .collect()
}

#[test]
fn columns_may_come_in_another_order_with_each_batch() {
    let table = table(&[("a", DataType::Int64), ("b", DataType::Int64)]);
    table
        .append(&[numbers(&[("a", &[1]), ("b", &[10])])])
        .unwrap();
    table
        .append(&[
            numbers(&[("b", &[20]), ("a", &[2])]),
            numbers(&[("a", &[3]), ("b", &[30])]),
        ])
        .unwrap();
    let read = table.scan().collect().unwrap();
    assert_eq!(column(&read, "a"), [Some(1), Some(2), Some(3)]);
    assert_eq!(column(&read, "b"), [Some(10), Some(20), Some(30)]);
    let read = table
        .scan()
        .columns(&["b"])
        .filter(Filter::equal("a", 2))
        .collect()
        .unwrap();
    assert_eq!(read[0].num_columns(), 1);
    assert_eq!(column(&read, "b"), [Some(20)]);
}

#[test]
fn a_schema_changes_by_id_and_every_file_stays_readable() {
    let table = table(&[("a", DataType::Int64), ("b", DataType::Int64)]);
    table
        .append(&[numbers(&[("a", &[1]), ("b", &[10])])])
        .unwrap();
    let first = table.current_snapshot().unwrap().unwrap();
    table
        .change_schema(&[
            SchemaChange::RenameColumn {
                from: "b".into(),
                to: "c".into(),
            },
            SchemaChange::AddColumn(Field::new("d", DataType::Int64, true)),
        ])
        .unwrap();
    table
        .append(&[numbers(&[("d", &[200]), ("c", &[20]), ("a", &[2])])])
        .unwrap();
    let read = table.scan().collect().unwrap();
    assert_eq!(column(&read, "c"), [Some(10), Some(20)]);
    assert_eq!(column(&read, "d"), [None, Some(200)]);
    // A dropped column does not come back when another one takes its name.
    table
        .change_schema(&[SchemaChange::DropColumn("c".into())])
        .unwrap();
    table
        .change_schema(&[SchemaChange::AddColumn(Field::new(
            "c",
            DataType::Int64,
            true,
        ))])
        .unwrap();
    table
        .append(&[numbers(&[("a", &[3]), ("c", &[33])])])
        .unwrap();
    let read = table.scan().collect().unwrap();
    assert_eq!(column(&read, "c"), [None, None, Some(33)]);
    // The first snapshot has the columns that it had.
    let read = table.scan().snapshot(first).collect().unwrap();
    assert_eq!(column(&read, "b"), [Some(10)]);
    assert!(read[0].column_by_name("d").is_none());
}

#[test]
fn a_widened_column_keeps_its_older_values() {
    let table = table(&[("n", DataType::Int32), ("x", DataType::Float32)]);
    let narrow =
        RecordBatch::try_from_iter([("n", Arc::new(Int32Array::from(vec![7])) as ArrayRef)]);
    table.append(&[narrow.unwrap()]).unwrap();
    for (name, to) in [("n", DataType::Int64), ("x", DataType::Float64)] {
        let change = SchemaChange::WidenColumn {
            name: name.into(),
            to,
        };
        table.change_schema(&[change]).unwrap();
    }
    table.append(&[numbers(&[("n", &[i64::MAX])])]).unwrap();
    let read = table.scan().collect().unwrap();
    assert_eq!(column(&read, "n"), [Some(7), Some(i64::MAX)]);
    // The bounds of the older file are shorter, and still prune.
    let read = table.scan().filter(Filter::greater("n", 8)).read().unwrap();
    assert_eq!(read.files(), 1);
    let narrower = SchemaChange::WidenColumn {
        name: "n".into(),
        to: DataType::Int32,
    };
    assert!(table.change_schema(&[narrower]).unwrap_err().is_misuse());
}

#[test]
fn what_cannot_be_changed_is_refused_and_changes_nothing() {
    let table = table(&[("a", DataType::Int64)]);
    let before = table.metadata_location().unwrap();
    for change in [
        SchemaChange::DropColumn("z".into()),
        SchemaChange::DropColumn("a".into()),
        SchemaChange::AddColumn(Field::new("A", DataType::Int64, true)),
        SchemaChange::AddColumn(Field::new("b", DataType::Int64, false)),
        SchemaChange::RenameColumn {
            from: "a".into(),
            to: String::new(),
        },
    ] {
        assert!(table.change_schema(&[change]).unwrap_err().is_misuse());
    }
    assert_eq!(table.metadata_location().unwrap(), before);
}

#[test]
fn vectors_of_another_dimension_or_not_finite_are_refused_on_every_path() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    let with = |vector: Vec<f32>| {
        let good = rows([1]);
        let mut columns = good.columns().to_vec();
        let element = Arc::new(Field::new("item", DataType::Float32, true));
        let values = arrow_array::Float32Array::from(vector);
        let offsets = arrow_buffer::OffsetBuffer::from_lengths([values.len()]);
        columns[2] = Arc::new(arrow_array::ListArray::new(
            element,
            offsets,
            Arc::new(values),
            None,
        ));
        RecordBatch::try_from_iter(["id", "text", "emb"].into_iter().zip(columns)).unwrap()
    };
    for bad in [
        vec![1.0; 3],
        vec![1.0; 5],
        vec![],
        vec![1.0, 2.0, f32::NAN, 4.0],
        vec![f32::INFINITY; 4],
    ] {
        let batches = [rows([0]), with(bad)];
        for error in [
            table.append(&batches).unwrap_err(),
            table.append_idempotent("b", &batches).unwrap_err(),
            table.append_on(None, &batches).unwrap_err(),
            table
                .appending()
                .embedding_model("emb", "m")
                .commit(&batches)
                .unwrap_err(),
        ] {
            assert!(matches!(error, LakeError::Vector { .. }), "{error}");
        }
    }
    assert_eq!(table.current_snapshot().unwrap(), None);
    table.append_idempotent("b", &[with(vec![1.0; 4])]).unwrap();
}

#[test]
fn vectors_are_lists_of_floats_and_may_be_null() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    let vectors = [Some(vector(1)), None, Some(vector(3))];
    let mut columns = rows([1, 2, 3]).columns().to_vec();
    columns[2] = vectors_of(vectors.into_iter());
    let batch = RecordBatch::try_from_iter_with_nullable(
        [("id", false), ("text", true), ("emb", true)]
            .into_iter()
            .zip(columns)
            .map(|((name, nullable), column)| (name, column, nullable)),
    );
    table.append(&[batch.unwrap()]).unwrap();
    let read = table.scan().columns(&["emb"]).collect().unwrap();
    let lists = read[0].column(0).as_list::<i32>();
    assert!(lists.is_null(1));
    for row in [0, 2] {
        let values = lists
            .value(row)
            .as_primitive::<Float32Type>()
            .values()
            .to_vec();
        assert_eq!(values, vector(row as i64 + 1));
    }
    let declared = table.vectors().unwrap();
    assert_eq!(
        (declared[0].name.as_str(), declared[0].dimension),
        ("emb", 4)
    );
}

#[test]
fn another_embedding_model_is_an_error_unless_it_is_allowed() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    let by = |model: &str| table.appending().embedding_model("emb", model);
    by("m@1").commit(&[rows([1])]).unwrap();
    by("m@1").commit(&[rows([2])]).unwrap();
    table.append(&[rows([3])]).unwrap();
    let error = by("m@2").commit(&[rows([4])]).unwrap_err();
    assert!(matches!(error, LakeError::Vector { .. }), "{error}");
    by("m@2").allow_model_change().commit(&[rows([5])]).unwrap();
    assert_eq!(
        table.vectors().unwrap()[0].embedding_model.as_deref(),
        Some("m@2")
    );
    assert_eq!(counts(&table), once([1, 2, 3, 5]));
}

#[test]
fn nothing_to_append_is_the_current_snapshot() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    assert_eq!(table.append(&[]).unwrap().snapshot_id, None);
    let first = table.append(&[rows([1])]).unwrap();
    let location = table.metadata_location().unwrap();
    assert_eq!(
        table.append(&[rows([])]).unwrap().snapshot_id,
        first.snapshot_id
    );
    assert_eq!(table.metadata_location().unwrap(), location);
}

#[test]
fn the_table_is_read_as_it_was_by_snapshot_and_by_time() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    for id in 0..3 {
        table.append(&[rows([id])]).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    for (at, snapshot) in table.snapshots().unwrap().iter().enumerate() {
        let count = |scan: citadel_lake::Scan| {
            crate::support::counts_in(&scan.columns(&["id"]).collect().unwrap()).len()
        };
        assert_eq!(count(table.scan().snapshot(snapshot.id)), at + 1);
        assert_eq!(count(table.scan().as_of(snapshot.time_ms)), at + 1);
        assert_eq!(table.files_at(snapshot.id).unwrap().len(), at + 1);
    }
    assert!(table.scan().snapshot(1).read().unwrap_err().is_misuse());
    assert!(table.scan().as_of(0).read().unwrap_err().is_misuse());
}

#[test]
fn a_scan_reads_one_snapshot_whatever_is_committed_meanwhile() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[rows(0..3)]).unwrap();
    let batches = table.scan().columns(&["id"]).read().unwrap();
    table.append(&[rows(3..6)]).unwrap();
    let read: Vec<_> = batches.map(Result::unwrap).collect();
    assert_eq!(crate::support::counts_in(&read), once(0..3));
}

#[test]
fn files_are_left_out_by_their_bounds_and_no_row_is() {
    let table = table(&[
        ("n", DataType::Int64),
        ("x", DataType::Float64),
        ("s", DataType::Utf8),
    ]);
    for file in 0..10_i64 {
        let numbers: Vec<i64> = (file * 10..file * 10 + 10).collect();
        let floats = numbers.iter().map(|n| match n % 10 {
            9 => f64::NAN,
            _ => *n as f64,
        });
        let batch = RecordBatch::try_from_iter([
            ("n", Arc::new(Int64Array::from(numbers.clone())) as ArrayRef),
            ("x", Arc::new(floats.collect::<Float64Array>())),
            (
                "s",
                Arc::new(StringArray::from_iter_values(
                    numbers.iter().map(|n| format!("{n:0100}")),
                )),
            ),
        ]);
        table.append(&[batch.unwrap()]).unwrap();
    }
    let text = format!("{:0100}", 42);
    for (filter, files, found) in [
        (Filter::equal("n", 42), 1, 1),
        (Filter::less("n", 10), 1, 10),
        (Filter::greater("n", 89).and(Filter::less("n", 95)), 1, 5),
        (Filter::equal("n", 3).or(Filter::equal("n", 77)), 2, 2),
        (
            Filter::In("n".into(), vec![5.into(), 6.into(), 55.into()]),
            2,
            3,
        ),
        (Filter::Not(Box::new(Filter::less("n", 95))), 10, 5),
        // NaN is above all numbers: it satisfies this in every file.
        (Filter::greater("x", 1e9), 10, 10),
        // All these texts are alike for longer than a bound is.
        (Filter::equal("s", text.as_str()), 10, 1),
        (Filter::IsNull("n".into()), 0, 0),
        (Filter::equal("n", 1000), 0, 0),
        (Filter::All(vec![]), 10, 100),
        (Filter::Any(vec![]), 0, 0),
    ] {
        let scan = table.scan().filter(filter.clone()).read().unwrap();
        assert_eq!(scan.files(), files, "{filter:?}");
        let rows: usize = scan.map(|batch| batch.unwrap().num_rows()).sum();
        assert_eq!(rows, found, "{filter:?}");
    }
    // A constant that is no value of the column's type would be another comparison.
    assert!(
        table
            .scan()
            .filter(Filter::equal("n", 1.5))
            .read()
            .unwrap_err()
            .is_misuse()
    );
    assert!(
        table
            .scan()
            .filter(Filter::equal("z", 1))
            .read()
            .unwrap_err()
            .is_misuse()
    );
}

#[test]
fn reserved_properties_and_bad_definitions_are_refused() {
    let store = LakeStore::memory();
    let refused = |definition| LakeTable::create(&store, "t", definition).unwrap_err();
    assert!(refused(definition().property("citadel.ledger", "[]")).is_misuse());
    assert!(refused(TableDefinition::new(Schema::empty())).is_misuse());
    let none = citadel_lake::VectorColumn::new("z", 4, citadel_lake::Metric::L2);
    assert!(refused(definition().vector(none)).is_misuse());
    let text = citadel_lake::VectorColumn::new("text", 4, citadel_lake::Metric::L2);
    assert!(refused(definition().vector(text)).is_misuse());
    assert!(
        LakeTable::create(&store, "../t", definition())
            .unwrap_err()
            .is_misuse()
    );
    assert!(LakeTable::open(&store, "t").unwrap_err().is_no_table());
}
