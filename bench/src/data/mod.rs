//! The data set: 60,000 package descriptions as vectors of 384 dimensions, with attributes, queries and exact answers; and
//! a larger one made of it.

mod files;
pub(crate) mod nearest;
mod scaled;

use std::path::Path;

use crate::Result;
use files::{field, floats, records, vectors};
pub(crate) use scaled::Random;

/// Dimensions of a vector.
pub(crate) const DIM: usize = 384;
/// Exact answers kept for each query.
const TRUTH: usize = 100;

/// What a row has besides its vector.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    pub(crate) section: String,
    pub(crate) priority: String,
    /// KiB.
    pub(crate) installed_size: i64,
}

/// A query: a vector and the section of the package that it describes.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) number: usize,
    pub(crate) vector: Vec<f32>,
    pub(crate) section: String,
}

/// Which rows may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Unfiltered,
    OwnSection,
    OptionalSmall,
    Rare,
    /// All rows, and none may be missed.
    Exact,
}

impl Filter {
    /// All cases of search.
    pub(crate) const ALL: [Filter; 5] = [
        Filter::Unfiltered,
        Filter::OwnSection,
        Filter::OptionalSmall,
        Filter::Rare,
        Filter::Exact,
    ];

    /// Those that exact answers are stored for.
    const STORED: [Filter; 4] = [
        Filter::Unfiltered,
        Filter::OwnSection,
        Filter::OptionalSmall,
        Filter::Rare,
    ];

    /// The name of the case; the exact answers are stored under it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Filter::Unfiltered => "unfiltered",
            Filter::OwnSection => "f1_ownsection",
            Filter::OptionalSmall => "f2_optional_small",
            Filter::Rare => "f3_rare",
            Filter::Exact => "exact",
        }
    }

    /// The condition in SQL; `?2` is the query's section.
    pub(crate) fn condition(self) -> Option<&'static str> {
        match self {
            Filter::Unfiltered | Filter::Exact => None,
            Filter::OwnSection => Some("section = ?2"),
            Filter::OptionalSmall => Some("priority = 'optional' AND installed_size < 200"),
            Filter::Rare => Some("section IN ('xfce', 'gnustep')"),
        }
    }

    pub(crate) fn passes(self, row: &Attributes, query: &Query) -> bool {
        match self {
            Filter::Unfiltered | Filter::Exact => true,
            Filter::OwnSection => row.section == query.section,
            Filter::OptionalSmall => row.priority == "optional" && row.installed_size < 200,
            Filter::Rare => matches!(row.section.as_str(), "xfce" | "gnustep"),
        }
    }
}

/// All of it.
#[derive(Debug)]
pub(crate) struct DataSet {
    /// Row-major.
    base: Vec<f32>,
    pub(crate) attributes: Vec<Attributes>,
    pub(crate) queries: Vec<Query>,
    /// Distances of the nearest rows, ascending, for each filter and query; infinity where there is none.
    truths: [Vec<f32>; 4],
    /// Exact answers kept for each query.
    depth: usize,
}

impl DataSet {
    pub(crate) fn load(folder: &Path) -> Result<Self> {
        let base = vectors(&folder.join("pkgs_base.f16.bin"))?;
        let attributes = records(&folder.join("pkgs_meta.csv"))?
            .into_iter()
            .map(|mut record| {
                Ok(Attributes {
                    section: std::mem::take(field(&mut record, 2)?),
                    priority: std::mem::take(field(&mut record, 3)?),
                    installed_size: field(&mut record, 4)?.parse()?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let query_vectors = vectors(&folder.join("pkgs_query.f16.bin"))?;
        let queries = records(&folder.join("pkgs_query.csv"))?
            .into_iter()
            .zip(query_vectors.chunks_exact(DIM))
            .enumerate()
            .map(|(number, (mut record, vector))| {
                Ok(Query {
                    number,
                    vector: vector.to_vec(),
                    section: std::mem::take(field(&mut record, 3)?),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        if attributes.len() * DIM != base.len() {
            return Err("the vectors and the attributes are not of the same rows".into());
        }
        let truth = |filter: Filter| {
            let name = format!("gt/pkgs_{}_l2_dists.npy", filter.name());
            floats(&folder.join(name), queries.len() * TRUTH)
        };
        let truths = [
            truth(Filter::Unfiltered)?,
            truth(Filter::OwnSection)?,
            truth(Filter::OptionalSmall)?,
            truth(Filter::Rare)?,
        ];
        Ok(Self {
            base,
            attributes,
            queries,
            truths,
            depth: TRUTH,
        })
    }

    /// The real set, or one of so many rows made of it and kept in the work folder.
    pub(crate) fn of_size(folder: &Path, work: &Path, rows: Option<usize>) -> Result<Self> {
        let real = Self::load(folder)?;
        match rows {
            Some(rows) if rows > real.rows() => scaled::scaled(real, work, rows),
            Some(rows) if rows < real.rows() => {
                Err("there are no exact answers for fewer rows".into())
            }
            _ => Ok(real),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.attributes.len()
    }

    /// All vectors, row-major.
    pub(crate) fn base(&self) -> &[f32] {
        &self.base
    }

    pub(crate) fn vector(&self, row: usize) -> &[f32] {
        &self.base[row * DIM..][..DIM]
    }

    /// The part of the `k` nearest rows that an answer has, by distance: equally near rows count alike.
    pub(crate) fn recall(&self, filter: Filter, query: &Query, k: usize, answer: &[i64]) -> f64 {
        let truths = self.truth(filter, query, k);
        let wanted = truths.iter().take_while(|d| d.is_finite()).count();
        if wanted == 0 {
            return if answer.is_empty() { 1.0 } else { 0.0 };
        }
        let cut = f64::from(truths[wanted - 1]) + 1e-6;
        let hits = answer
            .iter()
            .filter_map(|id| usize::try_from(*id).ok().filter(|row| *row < self.rows()))
            .filter(|row| filter.passes(&self.attributes[*row], query))
            .filter(|row| distance(self.vector(*row), &query.vector) <= cut)
            .count();
        hits.min(wanted) as f64 / wanted as f64
    }

    fn truth(&self, filter: Filter, query: &Query, k: usize) -> &[f32] {
        let stored = match filter {
            Filter::Exact => Filter::Unfiltered,
            other => other,
        };
        &self.truths[stored as usize][query.number * self.depth..][..k]
    }

    /// How many rows an answer of at most `k` must have.
    pub(crate) fn wanted(&self, filter: Filter, query: &Query, k: usize) -> usize {
        let truths = self.truth(filter, query, k);
        truths.iter().take_while(|d| d.is_finite()).count()
    }
}

pub(crate) fn distance(a: &[f32], b: &[f32]) -> f64 {
    let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
    a.iter().zip(b).map(square).sum::<f64>().sqrt()
}
