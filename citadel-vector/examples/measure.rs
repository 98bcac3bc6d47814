//! Measures recall and speed of PRISM on the real set: `measure DIRECTORY [cosine|l2|inner] [ROWS] [FILTER|recall|sweep]`.
//!
//! `recall` sets the recall that calibration predicts from the segment's own rows beside that of the queries. A `sweep` goes
//! through shares of matching rows, by filters that have nothing to do with the query, or keep rather near or rather far rows.
//! Of the environment, `DEGREE`, `BEAM`, `WALK_BEAM`, `ALPHA` and `SCOPE` set how to build, `EFFORTS` and `ROUNDS` what to measure.
//!
//! The directory holds `pkgs_base.f16.bin`, `pkgs_meta.csv`, `pkgs_query.f16.bin` and `pkgs_query.csv`. Exact answers are computed
//! here, with the exact kernels, so that any metric and any number of rows can be measured; recall counts a row when its true
//! distance is not beyond that of the k-th exact one.
#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::error::Error;
use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use citadel_vector::*;

const DIM: usize = 384;
const K: usize = 10;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("which directory?")?;
    let metric = match arguments.next().as_deref() {
        Some("l2") => Metric::L2,
        Some("inner") => Metric::InnerProduct,
        _ => Metric::Cosine,
    };
    let limit = arguments
        .next()
        .map_or(Ok(usize::MAX), |rows| rows.parse())?;
    let set = Set::read(Path::new(&directory), limit)?;
    println!(
        "{} rows, {} queries, {}, {}",
        set.ids.len(),
        set.queries.len(),
        metric.name(),
        instruction_set()
    );

    let (start, cpu) = (Instant::now(), processor_seconds());
    let segment = set.build(metric)?;
    println!(
        "build        {:8.2} s, {:.2} s of processors",
        start.elapsed().as_secs_f64(),
        processor_seconds() - cpu
    );
    let raw = set.vectors.len() * 4;
    println!(
        "memory       {:8.2} MB, {:.3} of raw",
        segment.bytes_in_memory() as f64 / 1e6,
        segment.bytes_in_memory() as f64 / raw as f64
    );
    let start = Instant::now();
    let encoded = segment.encode(BLOCK_BYTES).ok_or("not in memory")?;
    println!(
        "encode       {:8.2} ms, {:.2} MB",
        start.elapsed().as_secs_f64() * 1e3,
        encoded.len() as f64 / 1e6
    );
    let stored = Stored::new(&segment, &encoded);
    let start = Instant::now();
    let segment = Segment::decode(&encoded.header, Residency::Whole, &stored)
        .map_err(|refusal| refusal.to_string())?;
    println!(
        "decode       {:8.2} ms",
        start.elapsed().as_secs_f64() * 1e3
    );

    let only = arguments.next();
    if only.as_deref() == Some("recall") {
        return compare_recall(&set, &segment, metric);
    }
    if only.as_deref() == Some("sweep") {
        return sweep(&set, &segment, metric);
    }
    for filter in [
        Filter::None,
        Filter::Section,
        Filter::OptionalSmall,
        Filter::Rare,
    ] {
        if only
            .as_ref()
            .is_some_and(|only| *only != format!("{filter:?}"))
        {
            continue;
        }
        measure(&set, &segment, metric, filter)?;
    }
    measure_exact(&set, &segment, metric)
}

/// Which rows a filter of a sweep keeps.
#[derive(Clone, Copy, Debug)]
enum Keep {
    Any,
    Nearest,
    Farthest,
}

/// Recall and speed by the share of matching rows.
fn sweep(set: &Set, segment: &Segment, metric: Metric) -> Outcome<()> {
    const SHARES: [f64; 10] = [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.0];
    let queries = &set.queries[..set.queries.len().min(100)];
    let params = SearchParams { ef: 24 };
    for keep in [Keep::Any, Keep::Nearest, Keep::Farthest] {
        let mut allowed = vec![Vec::new(); SHARES.len()];
        for (number, query) in queries.iter().enumerate() {
            let ranked = set.ranked(metric, query, keep, number as u64);
            for (share, allowed) in SHARES.iter().zip(&mut allowed) {
                let count = (share * ranked.len() as f64).ceil() as usize;
                let mut matching = PositionSet::empty(segment.len());
                for &row_id in &ranked[..count] {
                    let position = segment.position_of(row_id).ok_or("a row is missing")?;
                    matching.insert(position);
                }
                allowed.push(matching);
            }
        }
        for (share, allowed) in SHARES.iter().zip(&allowed) {
            sweep_share(
                set,
                segment,
                metric,
                (keep, *share),
                params,
                (queries, allowed),
            )?;
        }
    }
    Ok(())
}

fn sweep_share(
    set: &Set,
    segment: &Segment,
    metric: Metric,
    (keep, share): (Keep, f64),
    params: SearchParams,
    (queries, allowed): (&[Vec<f32>], &[PositionSet]),
) -> Outcome<()> {
    let origin = Instant::now();
    let mut scratch = Scratch::new();
    let (mut best, mut found, mut stats) = (Duration::MAX, Vec::new(), Vec::new());
    for _ in 0..7 {
        found.clear();
        stats.clear();
        let start = clock(origin);
        for (query, allowed) in queries.iter().zip(allowed) {
            let mut search = segment.search(query, Some(allowed), params, &mut scratch)?;
            let prepared = Query::new(metric, query);
            let mut top = TopK::new(K);
            for candidate in search.next(params.rerank(K)) {
                let distance = prepared.distance(set.vector(candidate.row_id));
                top.push(distance, candidate.row_id);
            }
            stats.push(search.explain());
            found.push(top);
        }
        best = best.min(clock(origin) - start);
    }
    let mut hits = 0.0;
    for (found, (query, allowed)) in found.iter_mut().zip(queries.iter().zip(allowed)) {
        hits += recall(found, &set.exact(segment, metric, query, Some(allowed)));
    }
    let visited: usize = stats.iter().map(|stats| stats.visited).sum();
    let walks = (stats.iter())
        .filter(|stats| stats.regime != Regime::ScoreAll)
        .count();
    let count = queries.len();
    println!(
        "{keep:?} {share:7.4}: recall {:.4}, {:6.1} us, {:6} scored, {walks} of {count} walk",
        hits / count as f64,
        best.as_secs_f64() * 1e6 / count as f64,
        visited / count,
    );
    Ok(())
}

/// Exact answers from codes: speed, rows measured with their vectors, and that they are exact.
fn measure_exact(set: &Set, segment: &Segment, metric: Metric) -> Outcome<()> {
    let origin = Instant::now();
    let mut scratch = Scratch::new();
    let (mut measured, mut kept, mut wrong) = (0, 0, 0);
    let queries = &set.queries[..set.queries.len().min(200)];
    // Answers are checked afterwards: reading all vectors in between would empty the cache.
    let mut answers = Vec::new();
    let start = clock(origin);
    for query in queries {
        let prepared = Query::new(metric, query);
        let mut top = TopK::new(K);
        let bounded = segment.bounded(query, None, K, &mut scratch)?;
        kept += bounded.len();
        for row in bounded {
            let beyond = |worst: Neighbor| worst.distance < Some(row.at_least);
            if top.bound().is_some_and(beyond) {
                break;
            }
            top.push(prepared.distance(set.vector(row.row_id)), row.row_id);
            measured += 1;
        }
        answers.push(top);
    }
    let spent = clock(origin) - start;
    for (query, mut top) in queries.iter().zip(answers) {
        let found: Vec<f32> = top.drain_sorted().filter_map(|row| row.distance).collect();
        wrong += usize::from(found != set.exact(segment, metric, query, None));
    }
    println!(
        "exact from codes: {:.0} QPS, {} rows kept, {} measured, {wrong} wrong answers",
        queries.len() as f64 / spent.as_secs_f64(),
        kept / queries.len(),
        measured / queries.len()
    );
    Ok(())
}

#[derive(Clone, Copy, Debug)]
enum Filter {
    None,
    Section,
    OptionalSmall,
    Rare,
}

impl Filter {
    fn predicate(self, section: &str) -> Option<Predicate> {
        let text = |value: &str| AttributeValue::Bytes(value.into());
        match self {
            Self::None => None,
            Self::Section => Some(Predicate::Eq(0, text(section))),
            Self::OptionalSmall => Some(Predicate::And(vec![
                Predicate::Eq(1, text("optional")),
                Predicate::Range {
                    column: 2,
                    lower: Bound::Unbounded,
                    upper: Bound::Excluded(AttributeValue::Integer(200)),
                },
            ])),
            Self::Rare => Some(Predicate::In(0, vec![text("xfce"), text("gnustep")])),
        }
    }
}

/// A number from the environment.
fn setting(name: &str) -> Option<f64> {
    std::env::var(name).ok()?.parse().ok()
}

fn measure(set: &Set, segment: &Segment, metric: Metric, filter: Filter) -> Outcome<()> {
    let origin = Instant::now();
    let predicates: Vec<Option<Predicate>> = set
        .sections
        .iter()
        .map(|section| filter.predicate(section))
        .collect();
    let start = clock(origin);
    let allowed: Vec<Option<PositionSet>> = predicates
        .iter()
        .map(|predicate| {
            predicate
                .as_ref()
                .map(|predicate| segment.matching(predicate))
                .transpose()
        })
        .collect::<Result<_, _>>()?;
    let filtering = (clock(origin) - start) / set.queries.len() as u32;
    let exact: Vec<Vec<f32>> = set
        .queries
        .iter()
        .zip(&allowed)
        .map(|(query, allowed)| set.exact(segment, metric, query, allowed.as_ref()))
        .collect();
    println!(
        "{filter:?}: predicate {:.2} us",
        filtering.as_secs_f64() * 1e6
    );
    println!("    ef rerank   recall     QPS  +filter  visited  expanded regime");
    let efforts = std::env::var("EFFORTS").unwrap_or("16 24 32 48 64 96 128 192".into());
    let rounds = setting("ROUNDS").map_or(9, |rounds| rounds as usize);
    for ef in efforts.split(' ') {
        let ef = ef.parse()?;
        let params = SearchParams { ef };
        let mut scratch = Scratch::new();
        let (mut best, mut found) = (Duration::MAX, Vec::new());
        let (mut visited, mut expanded, mut regime) = (0, 0, None);
        for _ in 0..rounds {
            found.clear();
            (visited, expanded) = (0, 0);
            let start = clock(origin);
            for (query, allowed) in set.queries.iter().zip(&allowed) {
                let mut search = segment.search(query, allowed.as_ref(), params, &mut scratch)?;
                let prepared = Query::new(metric, query);
                let mut top = TopK::new(K);
                for candidate in search.next(params.rerank(K)) {
                    top.push(
                        prepared.distance(set.vector(candidate.row_id)),
                        candidate.row_id,
                    );
                }
                let stats = search.explain();
                visited += stats.visited;
                expanded += stats.expanded;
                regime = Some(stats.regime);
                found.push(top);
            }
            best = best.min(clock(origin) - start);
        }
        let recall: f64 = found
            .iter_mut()
            .zip(&exact)
            .map(|(found, exact)| recall(found, exact))
            .sum();
        let per_query = best.as_secs_f64() / set.queries.len() as f64;
        let regime = regime.ok_or("no queries")?;
        println!(
            "{ef:6} {:6}   {:.4} {:7.0}  {:7.0}  {:7}  {:8} {:?}",
            params.rerank(K),
            recall / set.queries.len() as f64,
            1.0 / per_query,
            1.0 / (per_query + filtering.as_secs_f64()),
            visited / set.queries.len(),
            expanded / set.queries.len(),
            regime,
        );
    }
    Ok(())
}

/// What is asked for, what is chosen for it, and what the queries get.
fn compare_recall(set: &Set, segment: &Segment, metric: Metric) -> Outcome<()> {
    for curve in segment.calibration().curves() {
        println!("k = {}, {} queries", curve.k(), curve.queries());
        for point in curve.points() {
            let (recall, visited) = (curve.recall(point), curve.visited(point));
            let ef = point.ef();
            println!(
                "{ef:6}   {:.4} >= {:.4}  {visited:7.0}",
                recall.mean, recall.bound
            );
        }
    }
    println!(" asked     ef rerank   bound  recall");
    for asked in [0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995] {
        let effort = segment.effort(K, asked, false);
        let params = SearchParams { ef: effort.ef };
        let mut scratch = Scratch::new();
        let mut sum = 0.0;
        for query in &set.queries {
            let mut search = segment.search(query, None, params, &mut scratch)?;
            let prepared = Query::new(metric, query);
            let mut top = TopK::new(K);
            for candidate in search.next(effort.candidates) {
                let distance = prepared.distance(set.vector(candidate.row_id));
                top.push(distance, candidate.row_id);
            }
            sum += recall(&mut top, &set.exact(segment, metric, query, None));
        }
        let (ef, candidates) = (effort.ef, effort.candidates);
        let bound = effort.recall.map_or(1.0, |recall| recall.bound);
        let recall = sum / set.queries.len() as f64;
        println!("{asked:6} {ef:6} {candidates:6}  {:.4}  {recall:.4}", bound);
    }
    Ok(())
}

/// Time that all threads have run, where the system tells (in ticks of 10 ms).
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.split(' ').skip(13).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Time that has passed. (The time that a thread has run is told in ticks, on some systems of milliseconds.)
fn clock(origin: Instant) -> Duration {
    origin.elapsed()
}

/// The share of the exact neighbours' distances that the found ones reach.
fn recall(found: &mut TopK, exact: &[f32]) -> f64 {
    let Some(&last) = exact.last() else {
        return 1.0;
    };
    let hits = found
        .drain_sorted()
        .filter(|neighbor| {
            neighbor
                .distance
                .is_some_and(|distance| distance <= last + 1e-6)
        })
        .count();
    hits as f64 / exact.len() as f64
}

struct Set {
    ids: Vec<i64>,
    vectors: Vec<f32>,
    attributes: Vec<Attribute>,
    queries: Vec<Vec<f32>>,
    sections: Vec<String>,
}

impl Set {
    fn read(directory: &Path, limit: usize) -> Outcome<Self> {
        let mut vectors = halves(&std::fs::read(directory.join("pkgs_base.f16.bin"))?);
        let rows = (vectors.len() / DIM).min(limit);
        vectors.truncate(rows * DIM);
        let queries = halves(&std::fs::read(directory.join("pkgs_query.f16.bin"))?);
        let meta = columns(
            &directory.join("pkgs_meta.csv"),
            &["section", "priority", "installed_size"],
        )?;
        let mut query_meta = columns(&directory.join("pkgs_query.csv"), &["section"])?;
        let text = |values: &[String]| {
            AttributeColumn::from_values(
                values[..rows]
                    .iter()
                    .map(|value| AttributeValue::Bytes(value.clone().into())),
            )
        };
        let sizes: Vec<AttributeValue> = meta[2][..rows]
            .iter()
            .map(|size| size.parse().map(AttributeValue::Integer))
            .collect::<Result<_, _>>()?;
        let attribute = |name: &str, column| Attribute {
            name: name.into(),
            column,
        };
        Ok(Self {
            ids: (0..rows as i64).collect(),
            vectors,
            attributes: vec![
                attribute("section", text(&meta[0])?),
                attribute("priority", text(&meta[1])?),
                attribute("installed_size", AttributeColumn::from_values(sizes)?),
            ],
            queries: queries.chunks_exact(DIM).map(<[f32]>::to_vec).collect(),
            sections: query_meta.swap_remove(0),
        })
    }

    fn build(&self, metric: Metric) -> Outcome<Segment> {
        let mut config = BuildConfig::default();
        if let Some(degree) = setting("DEGREE") {
            config.degree = degree as usize;
        }
        if let Some(beam) = setting("BEAM") {
            config.beam = beam as usize;
        }
        if let Some(beam) = setting("WALK_BEAM") {
            config.walk_beam = beam as usize;
        }
        if let Some(alpha) = setting("ALPHA") {
            config.alpha = alpha as f32;
        }
        if let Some(scope) = setting("SCOPE") {
            config.scope = scope as usize;
        }
        Ok(Segment::build(Build {
            metric,
            dim: DIM,
            config,
            column: "embedding",
            generation: 1,
            rows: &self.ids,
            vectors: &RowMajor::new(&self.vectors, DIM),
            undefined: &[],
            attributes: self.attributes.clone(),
            progress: &|_| {},
            cancel: &AtomicBool::new(false),
        })?)
    }

    fn vector(&self, row_id: i64) -> &[f32] {
        &self.vectors[row_id as usize * DIM..][..DIM]
    }

    /// All rows, those that a filter keeps longest first.
    fn ranked(&self, metric: Metric, query: &[f32], keep: Keep, number: u64) -> Vec<i64> {
        let query = Query::new(metric, query);
        let mut ranked: Vec<(f32, i64)> = (self.ids.iter())
            .map(|&row_id| {
                let mixed = (row_id as u64 ^ number << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let chance = (mixed >> 40) as f32 / (1u64 << 24) as f32;
                let distance = || query.distance(self.vector(row_id)).unwrap_or(f32::MAX);
                // Not a sharp edge: there, neighbours would be equally far, and no rank among them means anything.
                let key = match keep {
                    Keep::Any => chance,
                    Keep::Nearest => distance() + 0.3 * chance,
                    Keep::Farthest => 0.3 * chance - distance(),
                };
                (key, row_id)
            })
            .collect();
        ranked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(_, row_id)| row_id).collect()
    }

    /// The exact `K` least distances, ascending.
    fn exact(
        &self,
        segment: &Segment,
        metric: Metric,
        query: &[f32],
        allowed: Option<&PositionSet>,
    ) -> Vec<f32> {
        let query = Query::new(metric, query);
        let mut top = TopK::new(K);
        let positions = allowed.map_or_else(|| PositionSet::all(segment.len()), PositionSet::clone);
        for position in positions.iter() {
            let row_id = segment.row_id(position);
            top.push(query.distance(self.vector(row_id)), row_id);
        }
        top.drain_sorted()
            .filter_map(|neighbor| neighbor.distance)
            .collect()
    }
}

/// Little-endian half floats as floats.
fn halves(bytes: &[u8]) -> Vec<f32> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs
        .iter()
        .map(|&pair| half(u16::from_le_bytes(pair)))
        .collect()
}

fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f32::from(bits & 0x3ff);
    match bits >> 10 & 0x1f {
        0 => sign * fraction * 2f32.powi(-24),
        31 => f32::NAN,
        exponent => sign * (1.0 + fraction / 1024.0) * 2f32.powi(i32::from(exponent) - 15),
    }
}

/// The named columns of a CSV file with a header.
fn columns(path: &Path, names: &[&str]) -> Outcome<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(path)?;
    let mut records = records(&text).into_iter();
    let header = records.next().ok_or("an empty file")?;
    let places: HashMap<&str, usize> = header
        .iter()
        .enumerate()
        .map(|(index, name)| (name.as_str(), index))
        .collect();
    let mut found = vec![Vec::new(); names.len()];
    for record in records {
        for (name, column) in names.iter().zip(&mut found) {
            let place = places.get(name).ok_or("a column is missing")?;
            column.push(record.get(*place).ok_or("a short record")?.clone());
        }
    }
    Ok(found)
}

/// RFC 4180 records.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                field.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    records
}

/// Bytes of a block: a page of 8 KiB, less its seal.
const BLOCK_BYTES: usize = 8_152;

/// A segment in bytes, to be read again.
struct Stored {
    sections: Vec<(SectionTag, Vec<u8>)>,
    blocks: HashMap<(BlockKind, u32), Vec<u8>>,
}

impl Stored {
    fn new(segment: &Segment, encoded: &EncodedSegment) -> Self {
        let block = |(kind, no)| {
            let mut bytes = Vec::new();
            segment.write_block(encoded, kind, no, &mut bytes);
            ((kind, no), bytes)
        };
        Self {
            sections: encoded.sections.clone(),
            blocks: encoded.blocks().map(block).collect(),
        }
    }
}

impl SegmentStore for Stored {
    type Error = &'static str;

    fn section(&self, tag: SectionTag, _: usize) -> Result<Vec<u8>, &'static str> {
        let section = self.sections.iter().find(|section| section.0 == tag);
        section.map(|section| section.1.clone()).ok_or("missing")
    }

    fn block(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), &'static str> {
        read(self.blocks.get(&(kind, block)).ok_or("missing")?);
        Ok(())
    }
}
