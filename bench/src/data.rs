//! The data set: 60,000 package descriptions as vectors of 384 dimensions, with attributes, queries and exact answers.

use std::fs;
use std::path::Path;

use half::f16;

use crate::Result;

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
}

impl Filter {
    pub(crate) const ALL: [Filter; 4] = [
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
        }
    }

    /// The condition in SQL; `?2` is the query's section.
    pub(crate) fn condition(self) -> Option<&'static str> {
        match self {
            Filter::Unfiltered => None,
            Filter::OwnSection => Some("section = ?2"),
            Filter::OptionalSmall => Some("priority = 'optional' AND installed_size < 200"),
            Filter::Rare => Some("section IN ('xfce', 'gnustep')"),
        }
    }

    pub(crate) fn passes(self, row: &Attributes, query: &Query) -> bool {
        match self {
            Filter::Unfiltered => true,
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
        })
    }

    pub(crate) fn rows(&self) -> usize {
        self.attributes.len()
    }

    pub(crate) fn vector(&self, row: usize) -> &[f32] {
        &self.base[row * DIM..][..DIM]
    }

    /// The part of the `k` nearest rows that an answer has, by distance: equally near rows count alike.
    pub(crate) fn recall(&self, filter: Filter, query: &Query, k: usize, answer: &[i64]) -> f64 {
        let truths = &self.truths[filter as usize][query.number * TRUTH..][..k];
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

    /// How many rows an answer of at most `k` must have.
    pub(crate) fn wanted(&self, filter: Filter, query: &Query, k: usize) -> usize {
        let truths = &self.truths[filter as usize][query.number * TRUTH..][..k];
        truths.iter().take_while(|d| d.is_finite()).count()
    }
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
    a.iter().zip(b).map(square).sum::<f64>().sqrt()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        format!(
            "{}: {error} (the full data set is needed; say where it is with --data)",
            path.display()
        )
        .into()
    })
}

/// Little-endian half floats.
fn vectors(path: &Path) -> Result<Vec<f32>> {
    let bytes = read(path)?;
    Ok(bytes
        .chunks_exact(2)
        .map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32())
        .collect())
}

/// The last `count` little-endian floats of a `.npy` file; what is before them is its header.
fn floats(path: &Path, count: usize) -> Result<Vec<f32>> {
    let bytes = read(path)?;
    let start = bytes
        .len()
        .checked_sub(count * 4)
        .ok_or_else(|| format!("{} is too short", path.display()))?;
    Ok(bytes[start..]
        .chunks_exact(4)
        .map(|quad| f32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]))
        .collect())
}

fn field(record: &mut [String], at: usize) -> Result<&mut String> {
    record
        .get_mut(at)
        .ok_or_else(|| format!("a CSV record without field {at}").into())
}

/// The records of a CSV file (RFC 4180) below its header.
fn records(path: &Path) -> Result<Vec<Vec<String>>> {
    let text = String::from_utf8(read(path)?)?;
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let record = records.last_mut().expect("never empty");
        let field = record.last_mut().expect("never empty");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            '\r' if !quoted => {}
            c => field.push(c),
        }
    }
    records.retain(|record| record.len() > 1);
    records.remove(0);
    Ok(records)
}
