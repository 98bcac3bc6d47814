//! The rows and queries, from the folder that `citadel-bench` wrote.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::Result;

/// Dimensions of a vector.
pub(crate) const DIM: usize = 384;

/// Attributes of a row.
pub(crate) struct Attributes {
    pub(crate) section: String,
    pub(crate) priority: String,
    pub(crate) installed_size: i64,
}

/// A query and its own section.
pub(crate) struct Query {
    pub(crate) vector: Arc<[f32]>,
    pub(crate) section: String,
}

/// All of it.
pub(crate) struct Rows {
    /// Row-major.
    pub(crate) vectors: Vec<f32>,
    pub(crate) attributes: Vec<Attributes>,
    pub(crate) queries: Vec<Query>,
}

impl Rows {
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let attributes = fs::read_to_string(folder.join("attributes.tsv"))?
            .lines()
            .map(|line| {
                let mut fields = line.split('\t');
                let mut next = || fields.next().ok_or("a row with too few attributes");
                Ok(Attributes {
                    section: next()?.to_owned(),
                    priority: next()?.to_owned(),
                    installed_size: next()?.parse()?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let sections = fs::read_to_string(folder.join("query_sections.txt"))?;
        let queries = floats(&folder.join("queries.f32"))?
            .chunks_exact(DIM)
            .zip(sections.lines())
            .map(|(vector, section)| Query {
                vector: vector.into(),
                section: section.to_owned(),
            })
            .collect();
        Ok(Self {
            vectors: floats(&folder.join("base.f32"))?,
            attributes,
            queries,
        })
    }

    pub(crate) fn vector(&self, row: usize) -> &[f32] {
        &self.vectors[row * DIM..][..DIM]
    }
}

fn floats(path: &Path) -> Result<Vec<f32>> {
    Ok(fs::read(path)?
        .chunks_exact(4)
        .map(|quad| f32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]))
        .collect())
}
