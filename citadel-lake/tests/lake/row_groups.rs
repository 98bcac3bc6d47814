//! A scan reads only the row groups that may hold what it looks for, by bounds and by bloom filters; whatever it leaves out, the rows are the same.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{Filter, LakeStore, LakeTable, Operator, TableDefinition, Value};

const ROWS: i64 = 20_000;

/// A word that is in no order.
fn word(id: i64) -> String {
    format!("{:016x}", (id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn rows() -> RecordBatch {
    let ids = 0..ROWS;
    let sparse = ids.clone().map(|id| (id < 5_000).then_some(id % 7));
    let measures = ids
        .clone()
        .map(|id| if id == 9_000 { f64::NAN } else { id as f64 });
    let columns: [(&str, ArrayRef); 4] = [
        ("id", Arc::new(Int64Array::from_iter_values(ids.clone()))),
        (
            "word",
            Arc::new(StringArray::from_iter_values(ids.clone().map(word))),
        ),
        ("sparse", Arc::new(Int64Array::from_iter(sparse))),
        (
            "measure",
            Arc::new(Float64Array::from_iter_values(measures)),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

/// A table of one file with many row groups.
fn table(store: &LakeStore, name: &str, has_bloom_filters: bool) -> LakeTable {
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("word", DataType::Utf8, true),
        Field::new("sparse", DataType::Int64, true),
        Field::new("measure", DataType::Float64, true),
    ]);
    let mut definition =
        TableDefinition::new(schema).property("write.parquet.row-group-size-bytes", "1000");
    if has_bloom_filters {
        for column in ["id", "word"] {
            let key = format!("write.parquet.bloom-filter-enabled.column.{column}");
            definition = definition.property(key, "true");
        }
    }
    let table = LakeTable::create(store, name, definition).unwrap();
    table.append(&[rows()]).unwrap();
    table
}

/// The ids that satisfy a condition, and how many row groups were read of how many.
fn found(table: &LakeTable, filter: &Filter) -> (Vec<i64>, (usize, usize)) {
    let mut batches = table
        .scan()
        .columns(&["id"])
        .filter(filter.clone())
        .read()
        .unwrap();
    let mut ids = Vec::new();
    for batch in batches.by_ref() {
        ids.extend(
            batch
                .unwrap()
                .column(0)
                .as_primitive::<Int64Type>()
                .values(),
        );
    }
    (ids, batches.row_groups())
}

#[test]
fn bounds_rule_out_row_groups() {
    let table = table(&LakeStore::memory(), "t", false);
    let (all, (read, groups)) = found(&table, &Filter::All(Vec::new()));
    assert_eq!((all.len() as i64, read), (ROWS, groups));
    assert!(groups >= 15, "{groups} row groups");

    let (ids, (read, _)) = found(&table, &Filter::equal("id", 12_345_i64));
    assert_eq!((ids, read), (vec![12_345], 1));
    let ends = Filter::less("id", 3_i64).or(Filter::greater("id", ROWS - 3));
    let (ids, (read, _)) = found(&table, &ends);
    assert_eq!((ids, read), (vec![0, 1, 2, ROWS - 2, ROWS - 1], 2));
    let (ids, (read, _)) = found(&table, &Filter::equal("sparse", 3_i64));
    assert_eq!(ids.len(), 714);
    assert!(
        read <= 5,
        "groups of nulls alone hold nothing that is equal: {read}"
    );
    let (ids, (read, _)) = found(&table, &Filter::IsNull("id".to_owned()));
    assert_eq!((ids.len(), read), (0, 0));
    let (ids, (read, _)) = found(&table, &Filter::equal("word", word(777).as_str()));
    assert_eq!((ids, read), (vec![777], groups), "words are everywhere");
}

#[test]
fn a_nan_is_found_beyond_all_bounds() {
    let table = table(&LakeStore::memory(), "t", false);
    let (ids, _) = found(&table, &Filter::greater("measure", 1e9));
    assert_eq!(ids, [9_000]);
}

#[test]
fn bloom_filters_rule_out_row_groups() {
    let table = table(&LakeStore::memory(), "t", true);
    let filter = Filter::equal("word", word(777).as_str());
    let (ids, (read, groups)) = found(&table, &filter);
    assert_eq!(ids, [777]);
    assert!(read <= 3, "{read} of {groups}");
    let (ids, (read, _)) = found(&table, &Filter::equal("word", "no such word"));
    assert!(ids.is_empty() && read <= 3, "{read} of {groups}");
    let words = [word(5), word(15_000)].map(|word| Value::from(word.as_str()));
    let (ids, (read, _)) = found(&table, &Filter::In("word".to_owned(), words.to_vec()));
    assert_eq!(ids, [5, 15_000]);
    assert!(read <= 5, "{read} of {groups}");
}

#[test]
fn deletes_find_their_rows_in_the_groups_that_are_left() {
    for has_bloom_filters in [false, true] {
        let table = table(&LakeStore::memory(), "t", has_bloom_filters);
        let gone = [17, 9_999, ROWS - 1];
        for id in gone {
            let filter = Filter::equal("word", word(id).as_str());
            assert_eq!(table.delete_where(&filter).unwrap().rows, 1);
        }
        let range = Filter::compare("id", Operator::GreaterOrEqual, 10_000_i64)
            .and(Filter::less("id", 10_100_i64));
        assert_eq!(table.delete_where(&range).unwrap().rows, 100);
        let (ids, _) = found(&table, &Filter::All(Vec::new()));
        let left = (0..ROWS).filter(|id| !gone.contains(id) && !(10_000..10_100).contains(id));
        assert_eq!(ids, left.collect::<Vec<_>>());
        let (ids, _) = found(&table, &Filter::equal("id", 10_050_i64));
        assert!(ids.is_empty());
    }
}
