//! Copies of vectors that an index holds beside its codes, so that fewer of the stored ones are read.
//!
//! A search through an index names more rows than are wanted, each to be measured by its stored vector. Copies, of the precision that the
//! column asks for, tell within which bounds the distance of each lies; a row that those leave out is not read. The bounds count how far a
//! copy is from its vector, and what a distance that is computed in `f32` may be off, so the nearest of the candidates stay the same.
//!
//! For cosine, copies are of vectors brought to unit length. As bytes, little-endian:
//!
//! ```text
//! form 1 | element u8: 0 f32, 1 f16, 2 i8 | unit u8: 1 for cosine | dimension u32 | rows u64
//!        | for each row of the data file: how far the copy is off f32 | of i8: the step f32 | its components
//!        | BLAKE3 of all that precedes
//! ```

use bytes::Bytes;
use citadel_vector::Element;
use half::f16;

use crate::schema::{Metric, Precision};

const FORM: u8 = 1;
const HEAD: usize = 1 + 1 + 1 + 4 + 8;
const HASH: usize = 32;

/// The smallest difference of numbers near one in `f32`, by which each operation may be off.
const ROUNDING: f64 = f32::EPSILON as f64;
/// What squares that are too small for `f32` may take from a distance.
const VANISHING: f64 = 1e-18;
/// Longer vectors, and distances, may have squares that are too large for `f32`.
const LENGTH_MAX: f64 = 1e18;
/// Between what a distance of which nothing is known lies.
const UNBOUNDED: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// A copy of the vector of each row of a data file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Copies {
    precision: Precision,
    unit: bool,
    dim: usize,
    rows: u64,
    bytes: Bytes,
}

impl Copies {
    /// Copies of row-major vectors at some places of a file, ascending. The other rows have none, and are never asked for.
    pub(super) fn of(
        precision: Precision,
        metric: Metric,
        dim: usize,
        rows: u64,
        (places, vectors): (&[i64], &[f32]),
    ) -> Self {
        let unit = metric == Metric::Cosine;
        let mut bytes = vec![FORM, element_code(precision), u8::from(unit)];
        bytes.extend((dim as u32).to_le_bytes());
        bytes.extend(rows.to_le_bytes());
        let stride = stride(precision, dim);
        let mut next = 0;
        for (place, vector) in places.iter().zip(vectors.chunks_exact(dim)) {
            bytes.resize(
                bytes.len() + (place.unsigned_abs() - next) as usize * stride,
                0,
            );
            copy(precision, unit, vector, &mut bytes);
            next = place.unsigned_abs() + 1;
        }
        bytes.resize(HEAD + rows as usize * stride, 0);
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        Self {
            precision,
            unit,
            dim,
            rows,
            bytes: bytes.into(),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }

    /// Reads copies; what is wrong with the bytes, if they are none.
    pub(super) fn decode(bytes: &Bytes) -> Result<Self, String> {
        let body = bytes.len().checked_sub(HASH).filter(|body| *body >= HEAD);
        let body = body.ok_or("copies that are cut short")?;
        if blake3::hash(&bytes[..body]).as_bytes() != &bytes[body..] {
            return Err("copies that were changed".to_owned());
        }
        let precision = match (bytes[0], bytes[1]) {
            (FORM, 0) => Precision::F32,
            (FORM, 1) => Precision::F16,
            (FORM, 2) => Precision::I8,
            _ => return Err("copies of a later form".to_owned()),
        };
        let number = |at: usize, width: usize| {
            let digits = bytes[at..at + width].iter().rev();
            digits.fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let (dim, rows) = (number(3, 4) as usize, number(7, 8));
        let wanted = (stride(precision, dim) as u64).checked_mul(rows);
        if wanted != Some((body - HEAD) as u64) {
            return Err(format!("copies of another number than {rows}"));
        }
        Ok(Self {
            precision,
            unit: bytes[2] == 1,
            dim,
            rows,
            bytes: bytes.clone(),
        })
    }

    /// Are these copies of so many vectors of this dimension, made for this metric?
    pub(super) fn fit(&self, metric: citadel_vector::Metric, dim: usize, rows: u64) -> bool {
        let unit = metric == citadel_vector::Metric::Cosine;
        (self.unit, self.dim, self.rows) == (unit, dim, rows)
    }

    /// Of some places, those whose rows may be among the `k` nearest of them and not beyond `worst`.
    pub(super) fn narrow(
        &self,
        (metric, query): (Metric, &[f32]),
        k: usize,
        worst: Option<f32>,
        places: Vec<u64>,
    ) -> Vec<u64> {
        let asked = Asked::of(metric, query);
        let mut components = Vec::with_capacity(self.dim);
        let bounds = places.iter().map(|place| match *place < self.rows {
            true => {
                let off = self.read(*place, &mut components);
                asked.bounds(&components, off)
            }
            // Whoever reads the row finds out.
            false => UNBOUNDED,
        });
        let bounds: Vec<(f64, f64)> = bounds.collect();
        let mut farthest: Vec<f64> = bounds.iter().map(|(_, far)| *far).collect();
        let mut limit = worst.map_or(f64::INFINITY, f64::from);
        if k > 0 && farthest.len() > k {
            let (_, kth, _) = farthest.select_nth_unstable_by(k - 1, f64::total_cmp);
            limit = limit.min(*kth);
        }
        let kept = places.into_iter().zip(bounds);
        kept.filter(|(_, (near, _))| *near <= limit)
            .map(|(place, _)| place)
            .collect()
    }

    /// Reads the copy of a row, and how far it is off.
    fn read(&self, place: u64, components: &mut Vec<f32>) -> f64 {
        let stride = stride(self.precision, self.dim);
        let from = HEAD + place as usize * stride;
        let row = &self.bytes[from..from + stride];
        let float =
            |at: usize| f32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
        match self.precision {
            Precision::F32 => Element::F32.decode(&row[4..], components),
            Precision::F16 => Element::F16.decode(&row[4..], components),
            Precision::I8 => {
                let step = float(4);
                Element::I8.decode(&row[8..], components);
                components.iter_mut().for_each(|code| *code *= step);
            }
        }
        f64::from(float(0))
    }
}

fn element_code(precision: Precision) -> u8 {
    match precision {
        Precision::F32 => 0,
        Precision::F16 => 1,
        Precision::I8 => 2,
    }
}

/// Bytes of a row.
fn stride(precision: Precision, dim: usize) -> usize {
    match precision {
        Precision::F32 => 4 + 4 * dim,
        Precision::F16 => 4 + 2 * dim,
        Precision::I8 => 4 + 4 + dim,
    }
}

/// Adds the copy of a vector.
fn copy(precision: Precision, unit: bool, vector: &[f32], out: &mut Vec<u8>) {
    let scale = match unit {
        true => 1.0 / length(vector.iter().map(|c| f64::from(*c))),
        false => 1.0,
    };
    let wanted = vector.iter().map(|c| f64::from(*c) * scale);
    let start = out.len();
    out.extend([0; 4]);
    let copied: Vec<f32> = match precision {
        Precision::F32 => {
            let copied: Vec<f32> = wanted.clone().map(|c| c as f32).collect();
            out.extend(copied.iter().flat_map(|c| c.to_le_bytes()));
            copied
        }
        Precision::F16 => {
            let copied: Vec<f16> = wanted.clone().map(f16::from_f64).collect();
            out.extend(copied.iter().flat_map(|c| c.to_le_bytes()));
            copied.into_iter().map(f16::to_f32).collect()
        }
        Precision::I8 => {
            let largest = wanted
                .clone()
                .fold(0.0f64, |largest, c| largest.max(c.abs()));
            let step = (largest / 127.0) as f32;
            let code = |c: f64| match step > 0.0 {
                true => (c / f64::from(step)).round().clamp(-127.0, 127.0) as i8,
                false => 0,
            };
            let codes: Vec<i8> = wanted.clone().map(code).collect();
            out.extend(step.to_le_bytes());
            out.extend(codes.iter().map(|code| *code as u8));
            codes
                .into_iter()
                .map(|code| f32::from(code) * step)
                .collect()
        }
    };
    let apart = wanted.zip(copied).map(|(c, copy)| c - f64::from(copy));
    // What does not fit is infinite, and infinitely far off: its bounds leave nothing out.
    let off = (length(apart) * (1.0 + 1e-9)) as f32;
    out[start..start + 4].copy_from_slice(&off.next_up().to_le_bytes());
}

fn length(components: impl Iterator<Item = f64>) -> f64 {
    components.map(|c| c * c).sum::<f64>().sqrt()
}

/// What is asked of copies.
struct Asked<'q> {
    metric: Metric,
    query: &'q [f32],
    norm: f64,
}

impl<'q> Asked<'q> {
    fn of(metric: Metric, query: &'q [f32]) -> Self {
        let norm = length(query.iter().map(|c| f64::from(*c)));
        Self {
            metric,
            query,
            norm,
        }
    }

    /// Between what the distance of a vector lies as it is computed, by its copy and how far that is off.
    fn bounds(&self, copy: &[f32], off: f64) -> (f64, f64) {
        let pairs = || {
            self.query
                .iter()
                .zip(copy)
                .map(|(q, c)| (f64::from(*q), f64::from(*c)))
        };
        let dot = || pairs().map(|(q, c)| q * c).sum::<f64>();
        let rounding = (self.query.len() + 16) as f64 * ROUNDING;
        let (near, far, is_large) = match self.metric {
            Metric::Cosine => {
                let middle = 1.0 - dot() / self.norm;
                let slack = off + 4.0 * rounding;
                (middle - slack, middle + slack, false)
            }
            Metric::L2 => {
                let apart = length(pairs().map(|(q, c)| q - c));
                let near = (apart - off).max(0.0) * (1.0 - rounding) - VANISHING;
                let far = (apart + off) * (1.0 + rounding) + VANISHING;
                (near, far, far > LENGTH_MAX)
            }
            Metric::InnerProduct => {
                let longest = length(copy.iter().map(|c| f64::from(*c))) + off;
                let slack = self.norm * (off + longest * rounding) + VANISHING;
                let is_large = self.norm.max(longest) > LENGTH_MAX;
                (-dot() - slack, slack - dot(), is_large)
            }
        };
        match near.is_finite() && far.is_finite() && !is_large {
            true => (near, far),
            false => UNBOUNDED,
        }
    }
}

#[cfg(test)]
mod tests {
    use citadel_vector::Query;

    use super::*;

    const METRICS: [Metric; 3] = [Metric::Cosine, Metric::L2, Metric::InnerProduct];
    const PRECISIONS: [Precision; 3] = [Precision::F32, Precision::F16, Precision::I8];

    fn random(state: &mut u64, count: usize, scale: f32) -> Vec<f32> {
        let mut next = || {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((*state >> 40) as f32 / (1 << 23) as f32 - 1.0) * scale
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn no_computed_distance_is_outside_of_the_bounds() {
        let mut state = 7;
        let mut copy = Vec::new();
        for round in 0..240 {
            let dim = [1, 3, 32, 384][round % 4];
            let scale = [1e-6, 1e-3, 1.0, 1e5, 1e9][round / 4 % 5];
            let vectors = random(&mut state, 12 * dim, scale);
            // One is the query itself, where the bounds are the narrowest.
            let queries = [random(&mut state, dim, scale), vectors[..dim].to_vec()];
            let places: Vec<i64> = (0..12).map(|at| at * 2 + 1).collect();
            for (metric, precision) in METRICS.iter().flat_map(|m| PRECISIONS.map(|p| (*m, p))) {
                let copies = Copies::of(precision, metric, dim, 30, (&places, &vectors));
                for query in &queries {
                    let asked = Asked::of(metric, query);
                    let measured = Query::new(metric.measured(), query);
                    for (place, vector) in places.iter().zip(vectors.chunks_exact(dim)) {
                        let off = copies.read(place.unsigned_abs(), &mut copy);
                        let (near, far) = asked.bounds(&copy, off);
                        let distance = f64::from(measured.distance(vector).unwrap());
                        assert!(
                            near <= distance && distance <= far,
                            "{metric} {precision} {dim} {scale}: {near} {distance} {far}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_nearest_are_kept_and_most_others_are_not() {
        const DIM: usize = 24;
        let mut state = 3;
        let vectors = random(&mut state, 200 * DIM, 1.0);
        let places: Vec<i64> = (0..200).collect();
        for (metric, precision) in METRICS.iter().flat_map(|m| PRECISIONS.map(|p| (*m, p))) {
            let copies = Copies::of(precision, metric, DIM, 200, (&places, &vectors));
            let query = random(&mut state, DIM, 1.0);
            let measured = Query::new(metric.measured(), &query);
            let mut by_distance: Vec<(f32, u64)> = vectors
                .chunks_exact(DIM)
                .map(|vector| measured.distance(vector).unwrap())
                .zip(0..)
                .collect();
            by_distance.sort_by(|a, b| a.0.total_cmp(&b.0));
            let narrow = |worst| copies.narrow((metric, &query), 10, worst, (0..200).collect());
            let kept = narrow(None);
            for (_, place) in &by_distance[..10] {
                assert!(kept.contains(place), "{metric} {precision}");
            }
            assert!(kept.len() <= 30, "{metric} {precision}: {}", kept.len());
            // Where nearer ones are known, fewer are of interest.
            let kept = narrow(Some(by_distance[2].0));
            for (_, place) in &by_distance[..3] {
                assert!(kept.contains(place), "{metric} {precision}");
            }
            assert!(kept.len() <= 15, "{metric} {precision}: {}", kept.len());
        }
    }

    #[test]
    fn what_does_not_fit_leaves_nothing_out() {
        let vectors = [1e9, -1e9, 1.0, 0.0];
        let copies = Copies::of(Precision::F16, Metric::L2, 2, 2, (&[0, 1], &vectors));
        let kept = copies.narrow((Metric::L2, &[1.0, 0.0]), 1, Some(0.5), vec![0, 1]);
        assert_eq!(kept, [0, 1]);
    }

    #[test]
    fn bytes_are_read_as_they_were_written_or_not_at_all() {
        for precision in PRECISIONS {
            let vectors = [0.5, 0.25, -1.0, 3.0];
            let copies = Copies::of(precision, Metric::L2, 2, 4, (&[1, 3], &vectors));
            let bytes = Bytes::from(copies.encode());
            let read = Copies::decode(&bytes).unwrap();
            assert_eq!(read, copies);
            assert!(read.fit(citadel_vector::Metric::L2, 2, 4));
            assert!(!read.fit(citadel_vector::Metric::Cosine, 2, 4));
            assert!(!read.fit(citadel_vector::Metric::L2, 2, 5));
            for at in 0..bytes.len() {
                let mut changed = bytes.to_vec();
                changed[at] ^= 1;
                assert!(Copies::decode(&changed.into()).is_err(), "{at}");
                assert!(Copies::decode(&bytes.slice(..at)).is_err(), "{at}");
            }
        }
    }
}
