//! usearch: an HNSW index in memory.

use std::sync::Arc;

use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use super::{Answer, Engine};
use crate::Result;
use crate::data::{DIM, DataSet, Filter, Query};

/// Edges per node.
const CONNECTIVITY: usize = 16;
/// Search width while building.
const EXPANSION_ADD: usize = 128;

/// The index, and the attributes that its filters look at.
pub(crate) struct Usearch {
    index: Arc<Index>,
    data: Arc<DataSet>,
    expansion_search: usize,
}

impl Usearch {
    /// Builds on so many threads.
    pub(crate) fn build(data: &Arc<DataSet>, threads: usize) -> Result<Self> {
        let options = IndexOptions {
            dimensions: DIM,
            metric: MetricKind::L2sq,
            quantization: ScalarKind::F32,
            connectivity: CONNECTIVITY,
            expansion_add: EXPANSION_ADD,
            ..IndexOptions::default()
        };
        let index = Index::new(&options)?;
        index.reserve_capacity_and_threads(data.rows(), threads)?;
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|first| {
                    let index = &index;
                    scope.spawn(move || {
                        (first..data.rows())
                            .step_by(threads)
                            .try_for_each(|row| index.add(row as u64, data.vector(row)))
                    })
                })
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().expect("a builder does not panic"))
        })?;
        Ok(Self {
            index: Arc::new(index),
            data: Arc::clone(data),
            expansion_search: 64,
        })
    }

    /// The same index, searched with another width.
    pub(crate) fn with_expansion(&self, expansion_search: usize) -> Self {
        Self {
            index: Arc::clone(&self.index),
            data: Arc::clone(&self.data),
            expansion_search,
        }
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.index.memory_usage()
    }
}

impl Engine for Usearch {
    fn name(&self) -> &'static str {
        "usearch"
    }

    fn params(&self) -> String {
        format!(
            "f32 M={CONNECTIVITY} efc={EXPANSION_ADD} ef={}",
            self.expansion_search
        )
    }

    fn answer(&mut self, queries: &[Query], filter: Filter, k: usize) -> Result<Vec<Answer>> {
        self.index.change_expansion_search(self.expansion_search);
        let mut answers = Vec::with_capacity(queries.len());
        for query in queries {
            let found = if filter == Filter::Unfiltered {
                self.index.search(&query.vector, k)?
            } else {
                let passes = |row: u64| filter.passes(&self.data.attributes[row as usize], query);
                self.index.filtered_search(&query.vector, k, passes)?
            };
            answers.push(found.keys.iter().map(|key| *key as i64).collect());
        }
        Ok(answers)
    }
}
