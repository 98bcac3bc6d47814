//! Encrypted tables: nothing of a row lies in any file in the clear, nothing is read without the key, and no file stands in for another. What
//! other tables promise is tried in both forms where it is promised (`Form::each`).

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    Filter, IndexKind, LakeError, LakeStore, LakeTable, Metric, PartitionBy, SchemaChange,
    TableDefinition, TableKey, VectorColumn,
};
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::support::{DIMENSION, Form, counts, definition, key, once, rows, vectors_of};

fn store(inner: &Arc<InMemory>) -> LakeStore {
    LakeStore::new(Arc::clone(inner) as Arc<dyn ObjectStore>, "memory://x")
}

fn table(form: Form) -> (Arc<InMemory>, LakeTable) {
    let inner = Arc::new(InMemory::new());
    let table = LakeTable::create(&store(&inner), "t", form.define(definition())).unwrap();
    (inner, table)
}

/// All objects and their bytes.
fn objects(inner: &InMemory) -> Vec<(Path, Vec<u8>)> {
    futures::executor::block_on(async {
        let listed: Vec<_> = inner.list(None).try_collect().await.unwrap();
        let mut found = Vec::new();
        for object in listed {
            let bytes = inner.get(&object.location).await.unwrap().bytes().await;
            found.push((object.location, bytes.unwrap().to_vec()));
        }
        found
    })
}

fn data_files(inner: &InMemory) -> Vec<(Path, Vec<u8>)> {
    let of_rows = |path: &Path| path.as_ref().contains("/data/");
    let mut found = objects(inner);
    found.retain(|(path, _)| of_rows(path));
    found
}

fn put(inner: &InMemory, path: &Path, bytes: &[u8]) {
    let payload = PutPayload::from(bytes.to_vec());
    futures::executor::block_on(inner.put(path, payload)).unwrap();
}

/// Reads with a handle that remembers nothing.
fn read(inner: &Arc<InMemory>) -> Result<usize, LakeError> {
    let table = LakeTable::open_encrypted(&store(inner), "t", key())?;
    let batches = table.scan().collect()?;
    Ok(batches.iter().map(RecordBatch::num_rows).sum())
}

/// What is looked for: of texts, of numbers, of vectors.
const TEXT: &str = "canary-Qx7wZ-";
const NUMBER: i64 = 0x5EC2_E7CA_4A27_1D3B;
const REAL: f64 = 1.234_567_890_123e-87;
const COMPONENTS: [f32; DIMENSION as usize] =
    [0.671_283_5, -0.313_571_9, 0.512_345_6, -0.431_298_7];

/// Where a marker lies in the clear.
fn leaks(objects: &[(Path, Vec<u8>)]) -> Vec<String> {
    let vector: Vec<u8> = COMPONENTS.iter().flat_map(|c| c.to_le_bytes()).collect();
    let mut markers = vec![
        ("text", TEXT.as_bytes().to_vec()),
        ("number", NUMBER.to_le_bytes().to_vec()),
        ("real", REAL.to_le_bytes().to_vec()),
        ("vector", vector),
    ];
    for component in COMPONENTS {
        markers.push(("component", format!("{}", component.abs()).into_bytes()));
    }
    let mut found = Vec::new();
    for (path, bytes) in objects {
        for (what, marker) in &markers {
            if bytes.windows(marker.len()).any(|window| window == marker) {
                found.push(format!("{what} in {path}"));
            }
        }
    }
    found
}

/// Does all that writes files, with rows full of markers; the columns' names have a marker of their own.
fn written(form: Form, kind: IndexKind) -> Vec<(Path, Vec<u8>)> {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("name_of_a_column", DataType::Utf8, true),
        Field::new("real", DataType::Float64, true),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
    ]);
    let vector = VectorColumn::new("emb", DIMENSION as usize, Metric::L2).index(kind);
    let definition = TableDefinition::new(schema)
        .vector(vector)
        .index_filter("id")
        .index_filter("name_of_a_column");
    let inner = Arc::new(InMemory::new());
    let table = LakeTable::create(&store(&inner), "t", form.define(definition)).unwrap();
    let batch = |from: i64, count: i64| {
        let ids = from..from + count;
        let texts = ids.clone().map(|id| format!("{TEXT}{id}"));
        let vectors = ids.clone().map(|_| Some(COMPONENTS.to_vec()));
        let columns: [(&str, ArrayRef); 4] = [
            (
                "id",
                Arc::new(Int64Array::from_iter_values(
                    ids.clone().map(|id| NUMBER + id),
                )),
            ),
            (
                "name_of_a_column",
                Arc::new(StringArray::from_iter_values(texts)),
            ),
            (
                "real",
                Arc::new(Float64Array::from_iter_values(ids.map(|_| REAL))),
            ),
            ("emb", vectors_of(vectors)),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    };
    table.append(&[batch(0, 1_500)]).unwrap();
    table
        .appending()
        .indexed()
        .commit(&[batch(2_000, 1_200)])
        .unwrap();
    table.build_indexes().unwrap();
    table.delete_where(&Filter::equal("id", NUMBER)).unwrap();
    table
        .delete_where(&Filter::equal(
            "name_of_a_column",
            format!("{TEXT}5").as_str(),
        ))
        .unwrap();
    table.compact().unwrap();
    table.build_indexes().unwrap();
    table
        .change_schema(&[SchemaChange::RenameColumn {
            from: "real".into(),
            to: "other".into(),
        }])
        .unwrap();
    objects(&inner)
}

#[test]
fn nothing_of_a_row_lies_in_any_file_in_the_clear() {
    for kind in [IndexKind::Prism, IndexKind::IvfPq] {
        let found = leaks(&written(Form::Encrypted, kind));
        assert!(found.is_empty(), "{kind:?}: {found:#?}");
        // The same search finds them where they are.
        let found = leaks(&written(Form::Clear, kind));
        for place in [
            "text in t/data/",
            "text in t/index/",
            "text in t/metadata/",
            "number in t/metadata/",
            "real in t/metadata/",
            "component in t/metadata/",
        ] {
            let is_found = found.iter().any(|leak| leak.starts_with(place));
            assert!(is_found, "{kind:?}: no {place} among {found:#?}");
        }
    }
    let found = written(Form::Encrypted, IndexKind::Prism);
    let is_named = |bytes: &[u8]| {
        bytes
            .windows(16)
            .any(|window| window == b"name_of_a_column")
    };
    let names = found
        .iter()
        .filter(|(path, _)| path.as_ref().ends_with(".metadata.json"));
    assert!(names.clone().count() > 0 && names.clone().all(|(_, bytes)| is_named(bytes)));
}

#[test]
fn a_table_opens_with_its_key_alone() {
    let (inner, table) = table(Form::Encrypted);
    table.append(&[rows(0..10)]).unwrap();
    let store = store(&inner);
    assert_eq!(read(&inner).unwrap(), 10);
    assert_eq!(table.key_id().unwrap(), key().id());
    let told = LakeTable::open(&store, "t").unwrap_err();
    assert!(
        told.is_wrong_key() && told.to_string().contains("encrypted"),
        "{told}"
    );
    let metadata = table.metadata_location().unwrap();
    assert!(
        LakeTable::open_metadata(&store, &metadata)
            .unwrap_err()
            .is_wrong_key()
    );
    let told = LakeTable::open_encrypted(&store, "t", TableKey::random().unwrap()).unwrap_err();
    assert!(
        told.is_wrong_key() && told.to_string().contains(&key().id()),
        "{told}"
    );
    // None of these says that there is no table; this does.
    let told = LakeTable::open_encrypted(&store, "u", key()).unwrap_err();
    assert!(told.is_no_table(), "{told}");
    LakeTable::create(&store, "u", definition()).unwrap();
    assert!(
        LakeTable::open_encrypted(&store, "u", key())
            .unwrap_err()
            .is_wrong_key()
    );
    assert!(!format!("{:?} {table:?}", key()).contains("7, 7"));
}

#[test]
fn a_handle_with_a_key_never_writes_in_the_clear() {
    let (inner, table) = table(Form::Encrypted);
    table.append(&[rows(0..10)]).unwrap();
    let before = data_files(&inner).len();
    // Somebody takes the property away from the newest version.
    let mut found = objects(&inner).into_iter();
    let newest = found.find(|(path, _)| path.as_ref() == "t/metadata/v2.metadata.json");
    let (path, bytes) = newest.unwrap();
    let text = String::from_utf8(bytes)
        .unwrap()
        .replace("citadel.encryption", "citadel.nothing");
    put(&inner, &path, text.as_bytes());
    let told = table.append(&[rows(10..20)]).unwrap_err();
    assert!(told.is_wrong_key(), "{told}");
    assert!(read(&inner).unwrap_err().is_wrong_key());
    assert_eq!(data_files(&inner).len(), before);
}

#[test]
fn a_file_of_another_name_or_in_the_clear_is_refused() {
    let (inner, table) = table(Form::Encrypted);
    table.append(&[rows(10..20)]).unwrap();
    table.append(&[rows(10..20)]).unwrap();
    let files = data_files(&inner);
    let [(first, one), (second, two)] = files.as_slice() else {
        panic!("{} files", files.len());
    };
    // Of one size, so that nothing but the seal can tell.
    assert_eq!(one.len(), two.len());
    put(&inner, first, two);
    let told = read(&inner).unwrap_err();
    assert!(
        told.is_corrupt() && told.to_string().contains("another file"),
        "{told}"
    );
    put(&inner, second, one);
    assert!(read(&inner).unwrap_err().is_corrupt());
    put(&inner, first, one);
    put(&inner, second, two);
    assert_eq!(read(&inner).unwrap(), 20);
    // The name in the footer may be written over; the seal remains.
    let (a, b) = (first.filename().unwrap(), second.filename().unwrap());
    let at = one
        .windows(a.len())
        .rposition(|window| window == a.as_bytes())
        .unwrap();
    let mut renamed = one.clone();
    renamed[at..at + b.len()].copy_from_slice(b.as_bytes());
    put(&inner, second, &renamed);
    assert!(read(&inner).unwrap_err().is_corrupt());
    // A file of a table in the clear, of the same rows and padded to the same size.
    let (plain, clear) = self::table(Form::Clear);
    clear.append(&[rows(10..20)]).unwrap();
    let (_, mut clear) = data_files(&plain).pop().unwrap();
    let missing = two.len().checked_sub(clear.len()).unwrap();
    clear.splice(4..4, vec![0; missing]);
    put(&inner, second, &clear);
    let told = read(&inner).unwrap_err();
    assert!(
        told.is_corrupt() && told.to_string().contains("not encrypted"),
        "{told}"
    );
}

#[test]
fn a_file_of_another_table_under_the_same_name_is_refused() {
    let (inner, table) = table(Form::Encrypted);
    table.append(&[rows(0..10)]).unwrap();
    let (path, bytes) = data_files(&inner).pop().unwrap();
    let (theirs, other) = {
        let inner = Arc::new(InMemory::new());
        let definition = definition().encrypted(TableKey::new([8; 32]));
        let table = LakeTable::create(&store(&inner), "t", definition).unwrap();
        table.append(&[rows(0..10)]).unwrap();
        data_files(&inner).pop().unwrap()
    };
    assert_eq!(other.len(), bytes.len());
    // Even its name is made to fit.
    let (a, b) = (theirs.filename().unwrap(), path.filename().unwrap());
    let at = other
        .windows(a.len())
        .rposition(|window| window == a.as_bytes())
        .unwrap();
    let mut other = other;
    other[at..at + b.len()].copy_from_slice(b.as_bytes());
    put(&inner, &path, &other);
    let told = read(&inner).unwrap_err();
    assert!(told.is_wrong_key(), "{told}");
}

#[test]
fn a_changed_or_cut_file_is_an_error_or_the_same_rows() {
    let (inner, table) = table(Form::Encrypted);
    table.append(&[rows(0..40)]).unwrap();
    table.delete_where(&Filter::less("id", 5)).unwrap();
    assert_eq!(read(&inner).unwrap(), 35);
    for (path, bytes) in data_files(&inner) {
        let mut refused = 0;
        let mut tried = 0;
        for at in (0..bytes.len())
            .step_by(5)
            .chain(bytes.len().saturating_sub(12)..bytes.len())
        {
            let mut changed = bytes.clone();
            // Lengths of modules become short, and long.
            changed[at] ^= [0x01, 0x80, 0xFF, 0x1C][at % 4];
            put(&inner, &path, &changed);
            tried += 1;
            match read(&inner) {
                Ok(rows) => assert_eq!(rows, 35, "{path} at {at}"),
                Err(error) => {
                    assert!(error.is_corrupt() || error.is_wrong_key(), "{at}: {error}");
                    refused += 1;
                }
            }
            if at % 25 == 0 {
                put(&inner, &path, &bytes[..at]);
                assert!(read(&inner).is_err(), "{path} cut at {at}");
            }
        }
        // What is not read may change: the index of pages of a column, the first magic.
        assert!(refused * 10 >= tried * 7, "{refused} of {tried}");
        put(&inner, &path, &bytes);
    }
    assert_eq!(read(&inner).unwrap(), 35);
}

#[test]
fn lengths_of_modules_are_not_taken_on_faith() {
    let (inner, table) = table(Form::Encrypted);
    table.append(&[rows(0..40)]).unwrap();
    let (path, bytes) = data_files(&inner).pop().unwrap();
    // The first module follows the magic.
    for length in [0u32, 4, 12, 27, 28, 1 << 20, u32::MAX] {
        let mut changed = bytes.clone();
        changed[4..8].copy_from_slice(&length.to_le_bytes());
        put(&inner, &path, &changed);
        let told = read(&inner).unwrap_err();
        assert!(told.is_corrupt(), "{length}: {told}");
    }
}

#[test]
fn partitions_would_tell_their_values_and_are_refused() {
    let by = PartitionBy::Identity("text".into());
    let definition = Form::Encrypted.define(definition()).partition_by(by);
    let told = LakeTable::create(&LakeStore::memory(), "t", definition).unwrap_err();
    assert!(told.is_unsupported(), "{told}");
    for name in ["citadel.encryption", "citadel.encryption.key-id"] {
        let definition = self::definition().property(name, "parquet");
        let told = LakeTable::create(&LakeStore::memory(), "t", definition).unwrap_err();
        assert!(told.is_misuse(), "{told}");
    }
}

#[test]
fn counts_stay_and_files_are_pruned_by_their_footers() {
    let (inner, table) = table(Form::Encrypted);
    for (start, first) in [(0, 1.0), (1_000, -1.0)] {
        let mut columns = rows(start..start + 50).columns().to_vec();
        columns[2] = vectors_of((0..50).map(|_| Some(vec![first, 1.0, 1.0, 1.0])));
        let names = ["id", "text", "emb"];
        let batch = RecordBatch::try_from_iter(names.into_iter().zip(columns)).unwrap();
        table.append(&[batch]).unwrap();
    }
    let files = table.files().unwrap();
    assert!(
        files.iter().all(|file| file.nulls.get(&2) == Some(&0)),
        "{files:?}"
    );
    let fresh = LakeTable::open_encrypted(&store(&inner), "t", key()).unwrap();
    let query = [2.0; DIMENSION as usize];
    let (found, report) = fresh.search("emb", &query).k(3).run_reporting().unwrap();
    assert_eq!(
        (found.num_rows(), report.files_pruned),
        (3, 1),
        "{report:?}"
    );
    assert_eq!(counts(&fresh), once((0..50).chain(1_000..1_050)));
}
