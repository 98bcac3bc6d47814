//! What the tests of tables share: rows, counts of them, and a store that fails.

pub(crate) mod bench;
pub(crate) mod fault;
#[cfg(feature = "rest")]
pub(crate) mod rest_server;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{FixedSizeListBuilder, Float32Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    LakeError, LakeStore, LakeTable, Metric, TableDefinition, TableKey, VectorColumn,
};

/// Components of the vectors of these tests.
pub(crate) const DIMENSION: i32 = 4;

/// A table of ids, texts and vectors.
pub(crate) fn definition() -> TableDefinition {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
    ]);
    TableDefinition::new(schema).vector(VectorColumn::new(
        "emb",
        DIMENSION as usize,
        Metric::Cosine,
    ))
}

/// What a promise holds for: tables in the clear, and encrypted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Clear,
    Encrypted,
}

impl Form {
    /// Tries a promise in both.
    pub(crate) fn each(promise: impl Fn(Self)) {
        for form in [Self::Clear, Self::Encrypted] {
            promise(form);
        }
    }

    pub(crate) fn define(self, definition: TableDefinition) -> TableDefinition {
        match self {
            Self::Clear => definition,
            Self::Encrypted => definition.encrypted(key()),
        }
    }

    pub(crate) fn open(self, store: &LakeStore) -> Result<LakeTable, LakeError> {
        match self {
            Self::Clear => LakeTable::open(store, "t"),
            Self::Encrypted => LakeTable::open_encrypted(store, "t", key()),
        }
    }
}

/// The key of encrypted tables.
pub(crate) fn key() -> TableKey {
    TableKey::new([7; 32])
}

/// Rows with these ids.
pub(crate) fn rows(ids: impl IntoIterator<Item = i64>) -> RecordBatch {
    let ids: Vec<i64> = ids.into_iter().collect();
    let texts = ids.iter().map(|id| format!("row {id}"));
    let vectors = ids.iter().map(|id| Some(vector(*id)));
    RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from(ids.clone())) as ArrayRef),
        ("text", Arc::new(StringArray::from_iter_values(texts))),
        ("emb", vectors_of(vectors)),
    ])
    .unwrap()
}

/// Rows with these ids whose vectors are spread over the space.
pub(crate) fn spread_rows(ids: impl IntoIterator<Item = i64>) -> RecordBatch {
    let ids: Vec<i64> = ids.into_iter().collect();
    let vectors = ids.iter().map(|id| (id % 50 != 49).then(|| spread(*id)));
    let mut columns = rows(ids.clone()).columns().to_vec();
    columns[2] = vectors_of(vectors);
    let names = [("id", false), ("text", true), ("emb", true)];
    let columns = names.into_iter().zip(columns);
    RecordBatch::try_from_iter_with_nullable(columns.map(|((n, null), c)| (n, c, null))).unwrap()
}

/// A vector that has nothing in common with those of other ids.
pub(crate) fn spread(id: i64) -> Vec<f32> {
    let mut state = id as u64;
    let mut next = || {
        state = (state ^ (state >> 29))
            .wrapping_mul(0xBF58_476D_1CE4_E5B9)
            .wrapping_add(0x9E37_79B9);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..DIMENSION).map(|_| next()).collect()
}

/// The vector of an id.
pub(crate) fn vector(id: i64) -> Vec<f32> {
    (0..DIMENSION)
        .map(|at| ((id * 7 + i64::from(at) * 13) % 31) as f32 + 0.5)
        .collect()
}

/// A column of vectors.
pub(crate) fn vectors_of(vectors: impl Iterator<Item = Option<Vec<f32>>>) -> ArrayRef {
    let mut builder = FixedSizeListBuilder::new(Float32Builder::new(), DIMENSION);
    for vector in vectors {
        let filler = vec![0.0; DIMENSION as usize];
        builder
            .values()
            .append_slice(vector.as_ref().unwrap_or(&filler));
        builder.append(vector.is_some());
    }
    Arc::new(builder.finish())
}

/// How often each id is in the table.
pub(crate) fn counts(table: &LakeTable) -> BTreeMap<i64, usize> {
    counts_in(&table.scan().columns(&["id"]).collect().unwrap())
}

/// How often each id is in batches whose first column it is.
pub(crate) fn counts_in(batches: &[RecordBatch]) -> BTreeMap<i64, usize> {
    let mut counts = BTreeMap::new();
    for batch in batches {
        for id in batch.column(0).as_primitive::<Int64Type>().values() {
            *counts.entry(*id).or_insert(0) += 1;
        }
    }
    counts
}

/// Each of these ids once.
pub(crate) fn once(ids: impl IntoIterator<Item = i64>) -> BTreeMap<i64, usize> {
    ids.into_iter().map(|id| (id, 1)).collect()
}
