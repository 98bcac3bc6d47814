//! `prism-ann`: the index alone, without SQL or a file.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use prism_ann::{Filter, PointStore, PrismConfig, PrismIndex};

use crate::rows::{DIM, Rows};
use crate::{Answer, Ask, Built, Peer, Result};

/// Rows asked for.
const K: usize = 10;

/// The index, and what its attribute values mean.
#[derive(Default)]
pub(crate) struct Prism {
    index: Option<PrismIndex>,
    sections: HashMap<String, u32>,
    priorities: HashMap<String, u32>,
}

impl Prism {
    fn filter(&self, name: &str, section: &str) -> Filter {
        let of = |name: &str| self.sections.get(name).copied().unwrap_or(u32::MAX);
        match name {
            "f1_ownsection" => Filter::eq(0, of(section)),
            "f2_optional_small" => {
                let optional = self.priorities.get("optional").copied();
                Filter::new(vec![(1, vec![optional.unwrap_or(u32::MAX)]), (2, vec![1])])
            }
            "f3_rare" => Filter::new(vec![(0, vec![of("xfce"), of("gnustep")])]),
            _ => Filter::none(),
        }
    }
}

impl Peer for Prism {
    fn build(&mut self, rows: &Rows, _: &Path) -> Result<Built> {
        let attributes = rows
            .attributes
            .iter()
            .map(|row| {
                vec![
                    code(&mut self.sections, &row.section),
                    code(&mut self.priorities, &row.priority),
                    u32::from(row.installed_size < 200),
                ]
            })
            .collect::<Vec<_>>();
        // One list of values for each attribute.
        let columns = (0..3)
            .map(|at| attributes.iter().map(|row: &Vec<u32>| row[at]).collect())
            .collect();
        let start = Instant::now();
        let store = PointStore::from_parts(rows.vectors.clone(), DIM, columns)?;
        self.index = Some(PrismIndex::build(store, PrismConfig::default())?);
        Ok(Built {
            load_seconds: None,
            seconds: start.elapsed().as_secs_f64(),
            file_bytes: None,
        })
    }

    fn settings(&self, filter: &str) -> Vec<String> {
        if filter == "exact" {
            return Vec::new();
        }
        [10, 16, 24, 40, 80, 160]
            .map(|ef| format!("ef={ef}"))
            .into()
    }

    fn query(&mut self, rows: &Rows, ask: &Ask<'_>) -> Result<(f64, Vec<Answer>)> {
        let index = self.index.as_ref().ok_or("not built")?;
        let ef = ask.setting.trim_start_matches("ef=").parse()?;
        let queries = &rows.queries[ask.from..][..ask.count];
        let filters: Vec<Filter> = queries
            .iter()
            .map(|query| self.filter(ask.filter, &query.section))
            .collect();
        let start = Instant::now();
        let mut answers = Vec::with_capacity(queries.len());
        for (query, filter) in queries.iter().zip(&filters) {
            let outcome = index.search(&query.vector, filter, K, ef)?;
            let ids = outcome.results.iter();
            answers.push(
                ids.filter_map(|hit| index.original_id(hit.id).map(i64::from))
                    .collect(),
            );
        }
        Ok((start.elapsed().as_secs_f64(), answers))
    }

    fn update(&mut self, _: &Rows) -> Result<Option<(f64, f64)>> {
        Ok(None)
    }

    fn open(&mut self, _: &Rows) -> Result<Option<f64>> {
        Ok(None)
    }
}

fn code(codes: &mut HashMap<String, u32>, value: &str) -> u32 {
    let next = codes.len() as u32;
    *codes.entry(value.to_owned()).or_insert(next)
}
