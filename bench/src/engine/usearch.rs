//! usearch: an HNSW index in memory. It has no filter columns: its filter is a function that is asked for each row.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use super::{Ask, Built, Engine, K, Outcome};
use crate::Result;
use crate::data::{DIM, DataSet, Filter};
use crate::timing::timed;

/// Edges per node.
const CONNECTIVITY: usize = 16;
/// Search width while building.
const EXPANSION_ADD: usize = 200;
/// Widths of the walk.
const WIDTHS: [usize; 11] = [10, 16, 24, 32, 48, 64, 96, 128, 192, 320, 512];

/// The index, and the attributes that its filters look at.
pub(crate) struct Usearch {
    data: Arc<DataSet>,
    index: Index,
    path: PathBuf,
    threads: usize,
}

impl Usearch {
    /// Empty; it will build on so many threads.
    pub(crate) fn new(path: &Path, data: &Arc<DataSet>, threads: usize) -> Result<Self> {
        Ok(Self {
            data: Arc::clone(data),
            index: empty()?,
            path: path.to_owned(),
            threads,
        })
    }

    fn fill(&self) -> Result<()> {
        let Self {
            index,
            data,
            threads,
            ..
        } = self;
        index.reserve_capacity_and_threads(data.rows(), *threads)?;
        let filled: std::result::Result<(), _> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..*threads)
                .map(|first| {
                    scope.spawn(move || {
                        (first..data.rows())
                            .step_by(*threads)
                            .try_for_each(|row| index.add(row as u64, data.vector(row)))
                    })
                })
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().expect("a builder does not panic"))
        });
        Ok(filled?)
    }

    fn file(&self) -> Result<&str> {
        Ok(self.path.to_str().ok_or("a path that is not text")?)
    }
}

/// Half floats, which lose nothing here: the vectors are made of them.
fn empty() -> Result<Index> {
    let options = IndexOptions {
        dimensions: DIM,
        metric: MetricKind::L2sq,
        quantization: ScalarKind::F16,
        connectivity: CONNECTIVITY,
        expansion_add: EXPANSION_ADD,
        ..IndexOptions::default()
    };
    Ok(Index::new(&options)?)
}

impl Engine for Usearch {
    fn name(&self) -> &str {
        "usearch"
    }

    fn version(&self) -> String {
        let (version, simd) = (usearch::version(), self.index.hardware_acceleration());
        format!("usearch {version}: f16 M={CONNECTIVITY} efc={EXPANSION_ADD}, {simd}")
    }

    fn build(&mut self) -> Result<Built> {
        let (seconds, filled) = timed(|| self.fill());
        filled?;
        self.index.save(self.file()?)?;
        Ok(Built {
            seconds: Some(seconds),
            memory_bytes: Some(self.index.memory_usage() as f64),
            file_bytes: Some(std::fs::metadata(&self.path)?.len() as f64),
            ..Built::default()
        })
    }

    fn settings(&mut self, filter: Filter) -> Result<Vec<String>> {
        Ok(match filter {
            Filter::Exact => Vec::new(),
            _ => WIDTHS.map(|width| format!("ef={width}")).into(),
        })
    }

    fn ask(&mut self, ask: &Ask<'_>) -> Result<Outcome> {
        let width = ask.setting.trim_start_matches("ef=").parse()?;
        self.index.change_expansion_search(width);
        let mut answers = Vec::with_capacity(ask.queries.len());
        let (seconds, done) = timed(|| -> Result<()> {
            for query in ask.queries {
                let found = if ask.filter == Filter::Unfiltered {
                    self.index.search(&query.vector, K)?
                } else {
                    let rows = &self.data.attributes;
                    let passes = |row: u64| ask.filter.passes(&rows[row as usize], query);
                    self.index.filtered_search(&query.vector, K, passes)?
                };
                answers.push(found.keys.iter().map(|key| *key as i64).collect());
            }
            Ok(())
        });
        done?;
        Ok(Outcome { seconds, answers })
    }

    fn open_ms(&mut self) -> Result<Option<f64>> {
        let (seconds, found) = timed(|| -> Result<()> {
            let index = empty()?;
            index.view(self.file()?)?;
            index.search(&self.data.queries[0].vector, K)?;
            Ok(())
        });
        found?;
        Ok(Some(seconds * 1_000.0))
    }
}
