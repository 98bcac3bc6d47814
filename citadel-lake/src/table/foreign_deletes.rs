//! Deletes as other writers make them, read here: by equality, and by places in many files at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use iceberg::spec::{
    DataContentType, DataFile, DataFileBuilder, DataFileFormat, Operation as Kind, Struct,
};
use parquet::arrow::{ArrowWriter, PARQUET_FIELD_ID_META_KEY};

use super::{LakeTable, PartitionBy, TableDefinition};
use crate::catalog::Head;
use crate::commit::{Change, FileChange, NewFile, Operation, commit};
use crate::error::Result;
use crate::metadata::Place;
use crate::schema::{Metric, SchemaChange, VectorColumn};
use crate::store::LakeStore;
use crate::{Filter, Operator};

fn definition() -> TableDefinition {
    let element = Arc::new(Field::new("element", DataType::Float32, false));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("emb", DataType::List(element), true),
    ]);
    TableDefinition::new(schema).vector(VectorColumn::new("emb", 2, Metric::L2))
}

fn rows(ids: std::ops::Range<i64>) -> RecordBatch {
    let texts = ids
        .clone()
        .map(|id| (id % 5 != 4).then(|| format!("t{}", id % 5)));
    let vectors = ids.clone().map(|id| Some([Some(id as f32), Some(0.0)]));
    let columns: [(&str, ArrayRef); 3] = [
        ("id", Arc::new(Int64Array::from_iter_values(ids))),
        ("text", Arc::new(texts.collect::<StringArray>())),
        (
            "emb",
            Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(vectors)),
        ),
    ];
    let columns = columns.map(|(name, column)| (name, column, name != "id"));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// Adds a file as it is.
struct Adding(DataFile);

impl Operation for Adding {
    fn plan(&mut self, _: &Place, _: &Head) -> Result<Option<Change>> {
        Ok(Some(Change {
            updates: Vec::new(),
            files: Some(FileChange {
                kind: Kind::Delete,
                added: vec![NewFile {
                    file: self.0.clone(),
                    spec_id: 0,
                    sequence: None,
                }],
                removed: HashSet::new(),
                summary: Vec::new(),
            }),
        }))
    }
}

/// Commits a file of deletes with these columns, of which the names and field ids are given.
fn delete(
    table: &LakeTable,
    content: DataContentType,
    columns: Vec<(&str, i32, ArrayRef)>,
    partition: Struct,
) {
    let fields = columns.iter().map(|(name, id, column)| {
        let id = (PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string());
        Field::new(*name, column.data_type().clone(), true).with_metadata(HashMap::from([id]))
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let ids: Vec<i32> = columns.iter().map(|(_, id, _)| *id).collect();
    let arrays = columns.into_iter().map(|(_, _, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, None).unwrap();
    writer.write(&batch).unwrap();
    let bytes = writer.into_inner().unwrap();
    let place = &table.place;
    let name = format!("data/{}-foreign.parquet", uuid::Uuid::now_v7());
    let mut file = DataFileBuilder::default();
    file.content(content)
        .file_path(place.uri(&name))
        .file_format(DataFileFormat::Parquet)
        .partition(partition)
        .partition_spec_id(0)
        .record_count(batch.num_rows() as u64)
        .file_size_in_bytes(bytes.len() as u64);
    if content == DataContentType::EqualityDeletes {
        file.equality_ids(Some(ids));
    }
    place.store.create_fresh(&place.path(&name), bytes).unwrap();
    commit(place, &mut Adding(file.build().unwrap())).unwrap();
}

fn ids(table: &LakeTable) -> Vec<i64> {
    let batches = table.scan().columns(&["id"]).collect().unwrap();
    let columns = batches
        .iter()
        .map(|batch| batch.column(0).as_primitive::<Int64Type>());
    let mut ids: Vec<i64> = columns.flat_map(|ids| ids.values().to_vec()).collect();
    ids.sort_unstable();
    ids
}

fn nearest(table: &LakeTable, k: usize) -> Vec<i64> {
    let found = table
        .search("emb", &[0.0, 0.0])
        .k(k)
        .columns(&["id"])
        .run()
        .unwrap();
    found
        .column(0)
        .as_primitive::<Int64Type>()
        .values()
        .to_vec()
}

fn longs(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

const EQUALITY: DataContentType = DataContentType::EqualityDeletes;

#[test]
fn rows_deleted_by_equality_are_gone_for_every_reader() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    table.append(&[rows(0..1_500)]).unwrap();
    table.append(&[rows(1_500..1_600)]).unwrap();
    table.build_indexes().unwrap();
    let before = table.current_snapshot().unwrap().unwrap();
    delete(
        &table,
        EQUALITY,
        vec![("id", 1, longs(&[0, 3, 1_550, 77_777]))],
        Struct::empty(),
    );
    // Rows that come later are not concerned, and a combination means all of its values.
    table.append(&[rows(0..2)]).unwrap();
    let both = vec![
        ("text", 2, texts(&[Some("t1"), None, Some("t1")])),
        ("id", 1, longs(&[1, 4, 7])),
    ];
    delete(&table, EQUALITY, both, Struct::empty());
    let gone = [0, 3, 1_550, 1, 4];
    let mut left: Vec<i64> = (0..1_600).filter(|id| !gone.contains(id)).collect();
    left.insert(0, 0);
    assert_eq!(ids(&table), left);
    assert_eq!(nearest(&table, 4), [0, 2, 5, 6]);
    let old = table
        .scan()
        .snapshot(before)
        .columns(&["id"])
        .collect()
        .unwrap();
    assert_eq!(old.iter().map(RecordBatch::num_rows).sum::<usize>(), 1_600);
    // Deletes of our own lie on top, and compaction makes all of them superfluous.
    let fifth = Filter::equal("id", 5);
    assert_eq!(table.delete_where(&fifth).unwrap().rows, 1);
    let first = Filter::compare("id", Operator::LessOrEqual, 1);
    assert_eq!(table.delete_where(&first).unwrap().rows, 1);
    left.retain(|id| *id > 1 && *id != 5);
    assert_eq!(ids(&table), left);
    table.compact().unwrap();
    assert_eq!(ids(&table), left);
    assert_eq!(nearest(&table, 2), [2, 6]);
    table.append(&[rows(3..4)]).unwrap();
    assert_eq!(nearest(&table, 2), [2, 3]);
}

#[test]
fn an_equality_delete_of_a_partition_concerns_that_alone() {
    let definition = definition().partition_by(PartitionBy::Identity("text".into()));
    let table = LakeTable::create(&LakeStore::memory(), "t", definition).unwrap();
    table.append(&[rows(0..20)]).unwrap();
    let partition = Struct::from_iter([Some(iceberg::spec::Literal::string("t2"))]);
    delete(
        &table,
        EQUALITY,
        vec![("id", 1, longs(&[1, 2, 7, 8]))],
        partition,
    );
    let left: Vec<i64> = (0..20).filter(|id| ![2, 7].contains(id)).collect();
    assert_eq!(ids(&table), left);
}

#[test]
fn places_deleted_in_many_files_at_once_are_gone() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    table.append(&[rows(0..10)]).unwrap();
    table.append(&[rows(10..20)]).unwrap();
    let files = table.files().unwrap();
    let paths = files.iter().flat_map(|file| [Some(file.path.as_str()); 2]);
    let columns = vec![
        (
            "file_path",
            2_147_483_546,
            texts(&paths.collect::<Vec<_>>()),
        ),
        ("pos", 2_147_483_545, longs(&[0, 9, 4, 5])),
    ];
    delete(
        &table,
        DataContentType::PositionDeletes,
        columns,
        Struct::empty(),
    );
    let left: Vec<i64> = (0..20).filter(|id| ![0, 9, 14, 15].contains(id)).collect();
    assert_eq!(ids(&table), left);
    table.compact().unwrap();
    assert_eq!(ids(&table), left);
}

#[test]
fn a_delete_by_a_column_that_is_gone_is_refused_when_read() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    table.append(&[rows(0..10)]).unwrap();
    delete(
        &table,
        EQUALITY,
        vec![("text", 2, texts(&[Some("t1")]))],
        Struct::empty(),
    );
    assert_eq!(ids(&table).len(), 8);
    let dropped = SchemaChange::DropColumn("text".to_owned());
    table.change_schema(&[dropped]).unwrap();
    let error = table.scan().collect().unwrap_err();
    assert!(
        error.is_unsupported() && error.to_string().contains("field 2"),
        "{error}"
    );
}
