//! Ours: the lake writer as a library, with the indexes that it makes of itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{FixedSizeListArray, Float32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{LakeStore, LakeTable, Metric, TableDefinition, VectorColumn};

use super::writer::{Way, Writer};
use crate::Result;
use crate::data::{DIM, DataSet, Query};
use crate::engine::{Answer, K, Outcome};
use crate::timing::timed;

/// The name of the table in its store.
const TABLE: &str = "rows";

/// The rows, and the tables made of them.
pub(super) struct Citadel {
    data: Arc<DataSet>,
    open: HashMap<PathBuf, LakeTable>,
}

impl Citadel {
    pub(super) fn new(data: &Arc<DataSet>) -> Self {
        Self {
            data: Arc::clone(data),
            open: HashMap::new(),
        }
    }

    fn schema() -> Arc<Schema> {
        Arc::new(Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("section", DataType::Utf8, false),
            Field::new("emb", vectors(), false),
        ]))
    }

    /// The rows in so many batches.
    fn batches(&self, commits: usize) -> Result<Vec<RecordBatch>> {
        let rows = self.data.rows();
        let edge = |part: usize| rows * part / commits;
        (0..commits)
            .map(|part| self.batch(edge(part), edge(part + 1)))
            .collect()
    }

    fn batch(&self, first: usize, last: usize) -> Result<RecordBatch> {
        let ids = Int64Array::from_iter_values((first..last).map(|row| row as i64));
        let sections = self.data.attributes[first..last].iter();
        let sections = StringArray::from_iter_values(sections.map(|row| &row.section));
        let floats = Float32Array::from(self.data.base()[first * DIM..last * DIM].to_vec());
        let DataType::FixedSizeList(element, size) = vectors() else {
            return Err("vectors are lists".into());
        };
        let emb = FixedSizeListArray::try_new(element, size, Arc::new(floats), None)?;
        let columns: Vec<arrow_array::ArrayRef> =
            vec![Arc::new(ids), Arc::new(sections), Arc::new(emb)];
        Ok(RecordBatch::try_new(Self::schema(), columns)?)
    }
}

fn vectors() -> DataType {
    DataType::FixedSizeList(
        Arc::new(Field::new("element", DataType::Float32, false)),
        DIM as i32,
    )
}

impl Writer for Citadel {
    fn name(&self) -> &str {
        crate::SUBJECT
    }

    fn version(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("citadel-lake {version}: index auto, files and folders synced at each commit")
    }

    fn append(&mut self, folder: &Path, way: Way, commits: usize) -> Result<f64> {
        let batches = self.batches(commits)?;
        let (seconds, appended) = timed(|| -> Result<_> {
            let column = VectorColumn::new("emb", DIM, Metric::L2);
            let definition = TableDefinition::new(Self::schema().as_ref().clone()).vector(column);
            let table = LakeTable::create(&LakeStore::local(folder)?, TABLE, definition)?;
            let mut jobs = Vec::new();
            for batch in &batches {
                let batch = std::slice::from_ref(batch);
                match way {
                    Way::Indexed => _ = table.appending().indexed().commit(batch)?,
                    Way::Deferred => jobs.push(table.append_deferred(batch)?.job),
                }
            }
            Ok((table, jobs))
        });
        let (table, jobs) = appended?;
        for job in jobs {
            job.wait()?;
        }
        self.open.insert(folder.to_owned(), table);
        Ok(seconds)
    }

    fn search(&mut self, folder: &Path, queries: &[Query]) -> Result<Outcome> {
        let table = self.open.get(folder).ok_or("a table that is not there")?;
        let (seconds, answers) = timed(|| queries.iter().map(|q| found(table, q)).collect());
        let answers: Result<Vec<Answer>> = answers;
        Ok(Outcome {
            seconds,
            answers: answers?,
        })
    }

    fn oneshot_ms(&mut self, folder: &Path, query: &Query) -> Result<f64> {
        let (seconds, answer) = timed(|| -> Result<Answer> {
            let table = LakeTable::open(&LakeStore::local(folder)?, TABLE)?;
            found(&table, query)
        });
        answer?;
        Ok(seconds * 1_000.0)
    }
}

fn found(table: &LakeTable, query: &Query) -> Result<Answer> {
    let rows = table
        .search("emb", &query.vector)
        .k(K)
        .columns(&["id"])
        .run()?;
    let ids = rows.column(0).as_primitive::<Int64Type>();
    Ok(ids.values().to_vec())
}
