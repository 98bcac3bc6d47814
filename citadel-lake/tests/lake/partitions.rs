//! Partitions: each row in a file of its partition, and every operation within it.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use citadel_lake::{Filter, LakeStore, LakeTable, PartitionBy, TableDefinition};

use crate::support::counts;

const DAY_US: i64 = 86_400_000_000;

fn schema() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("word", DataType::Utf8, true),
        Field::new("day", DataType::Date32, true),
        Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, None), true),
    ])
}

fn batch(ids: std::ops::Range<i64>) -> RecordBatch {
    let words = ids.clone().map(|id| {
        (id % 7 != 0).then(|| format!("{}-{}", ["alpha", "beta", "gamma"][(id % 3) as usize], id))
    });
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(ids.clone())),
        Arc::new(words.collect::<StringArray>()),
        Arc::new(Date32Array::from_iter_values(
            ids.clone().map(|id| 19_000 + (id % 40) as i32),
        )),
        Arc::new(TimestampMicrosecondArray::from_iter_values(
            ids.map(|id| (19_000 + id % 400) * DAY_US + id),
        )),
    ];
    RecordBatch::try_new(Arc::new(schema()), columns).unwrap()
}

fn ids(table: &LakeTable) -> BTreeSet<i64> {
    let counts = counts(table);
    assert!(counts.values().all(|count| *count == 1), "no row twice");
    counts.into_keys().collect()
}

#[test]
fn every_transform_keeps_every_row_through_delete_and_compaction() {
    for (by, partitions) in [
        (PartitionBy::Identity("day".into()), 40),
        (PartitionBy::Bucket("id".into(), 8), 8),
        (PartitionBy::Bucket("word".into(), 4), 5),
        (PartitionBy::Truncate("word".into(), 2), 4),
        (PartitionBy::Truncate("id".into(), 50), 8),
        (PartitionBy::Year("at".into()), 2),
        (PartitionBy::Month("at".into()), 13),
        (PartitionBy::Day("day".into()), 40),
    ] {
        let table = LakeTable::create(
            &LakeStore::memory(),
            "t",
            TableDefinition::new(schema()).partition_by(by.clone()),
        )
        .unwrap();
        table.append(&[batch(0..200)]).unwrap();
        table.append(&[batch(200..400)]).unwrap();
        assert_eq!(ids(&table), (0..400).collect(), "{by:?}");
        assert_eq!(
            table.delete_where(&Filter::less("id", 30)).unwrap().rows,
            30
        );
        table.compact().unwrap();
        assert_eq!(ids(&table), (30..400).collect(), "{by:?}");
        let files = table.files().unwrap();
        assert_eq!(files.len(), partitions, "{by:?}");
    }
}

#[test]
fn partitions_combine_and_what_has_no_transform_is_refused() {
    let both = TableDefinition::new(schema())
        .partition_by(PartitionBy::Month("at".into()))
        .partition_by(PartitionBy::Bucket("id".into(), 2));
    let table = LakeTable::create(&LakeStore::memory(), "t", both).unwrap();
    table.append(&[batch(0..400)]).unwrap();
    assert_eq!(ids(&table), (0..400).collect());
    for by in [
        PartitionBy::Year("word".into()),
        PartitionBy::Bucket("id".into(), 0),
        PartitionBy::Identity("z".into()),
    ] {
        let definition = TableDefinition::new(schema()).partition_by(by);
        assert!(
            LakeTable::create(&LakeStore::memory(), "t", definition)
                .unwrap_err()
                .is_misuse()
        );
    }
}
