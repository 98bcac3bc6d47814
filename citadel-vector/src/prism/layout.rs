//! In which order rows lie: by cell, then by locality.

use crate::filter::Attribute;
use crate::kernel::{BIAS, Kernels};

use super::graph::NONE;
use super::matrix::Matrix;

/// Rows of a stretch that is not ordered further.
const LEAF: usize = 32;
/// Rows from which the direction of a split is estimated.
const SAMPLE: usize = 192;
/// Most cells of a segment.
const MAX_CELLS: usize = 4_096;
/// Rows that a cell has on average at least.
const ROWS_PER_CELL: usize = 64;

/// The rows ordered so that near ones are close together: split again and again at the median of their projection onto the
/// direction in which they differ most.
pub(super) fn by_locality(matrix: &Matrix) -> Vec<u32> {
    let mut order: Vec<u32> = (0..matrix.rows() as u32).collect();
    split(matrix, &mut order);
    order
}

fn split(matrix: &Matrix, rows: &mut [u32]) {
    if rows.len() <= LEAF {
        return;
    }
    let direction = direction(matrix, rows);
    let mut products = vec![0; rows.len()];
    Kernels::active().dot_rows(matrix.as_rows(), rows, &direction, &mut products);
    let mut projected: Vec<(i32, u32)> = products.into_iter().zip(rows.iter().copied()).collect();
    let middle = rows.len() / 2;
    projected.select_nth_unstable(middle);
    let (low, high) = projected.split_at_mut(middle);
    // Selection leaves the halves in an order of its own: sort by row, so that the outcome depends on the rows alone.
    low.sort_unstable_by_key(|pair| pair.1);
    high.sort_unstable_by_key(|pair| pair.1);
    for (row, (_, from)) in rows.iter_mut().zip(projected) {
        *row = from;
    }
    let (low, high) = rows.split_at_mut(middle);
    rayon::join(|| split(matrix, low), || split(matrix, high));
}

/// A direction in which the rows differ: from one to the other of two means, found in a few rounds on a sample.
fn direction(matrix: &Matrix, rows: &[u32]) -> Vec<i8> {
    let step = rows.len().div_ceil(SAMPLE);
    let sample: Vec<u32> = rows.iter().copied().step_by(step).collect();
    let mut direction = difference(matrix, &sample[..1], &sample[sample.len() / 2..][..1]);
    let mut products = vec![0; sample.len()];
    for _ in 0..3 {
        Kernels::active().dot_rows(matrix.as_rows(), &sample, &direction, &mut products);
        let mut projected: Vec<(i32, u32)> = products
            .iter()
            .copied()
            .zip(sample.iter().copied())
            .collect();
        projected.sort_unstable();
        let sorted: Vec<u32> = projected.into_iter().map(|pair| pair.1).collect();
        let (low, high) = sorted.split_at(sorted.len() / 2);
        direction = difference(matrix, high, low);
    }
    direction
}

/// The difference of two means as signed codes, as long as they can be.
fn difference(matrix: &Matrix, plus: &[u32], minus: &[u32]) -> Vec<i8> {
    let mean = |rows: &[u32], weight: i64, sums: &mut [i64]| {
        for &row in rows {
            for (sum, &code) in sums.iter_mut().zip(matrix.row(row)) {
                *sum += weight * (i64::from(code) - i64::from(BIAS));
            }
        }
    };
    let mut sums = vec![0i64; matrix.stride()];
    // Weighted by the other side's count instead of divided by their own, to stay with integers.
    mean(plus, minus.len() as i64, &mut sums);
    mean(minus, -(plus.len() as i64), &mut sums);
    let largest = sums.iter().map(|sum| sum.abs()).max().unwrap_or(0).max(1);
    sums.iter()
        .map(|&sum| (sum * 127 / largest) as i8)
        .collect()
}

/// The number of each row's cell; cells are numbered in the order of their attribute tuples.
///
/// Columns are taken in turn as long as there are not too many cells, so that a column with many values never breaks the
/// layout: it just does not take part.
pub(super) fn cells(attributes: &[Attribute], rows: usize) -> Vec<u32> {
    let limit = (rows / ROWS_PER_CELL).clamp(1, MAX_CELLS);
    let mut cells = vec![0u32; rows];
    for codes in attributes
        .iter()
        .filter_map(|attribute| attribute.column.group_codes())
    {
        let tuples: Vec<u32> = (cells.iter().zip(codes))
            .map(|(&cell, &code)| cell << 8 | u32::from(code))
            .collect();
        let mut distinct = tuples.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() > limit {
            continue;
        }
        for (cell, tuple) in cells.iter_mut().zip(tuples) {
            *cell = distinct.partition_point(|&known| known < tuple) as u32;
        }
    }
    cells
}

/// Rows with equal codes, chained.
pub(super) struct Repeats {
    /// The next row with the same codes, or [`NONE`].
    pub(super) next: Vec<u32>,
    /// Whether an earlier row has the same codes.
    pub(super) is_repeat: Vec<bool>,
}

impl Repeats {
    /// Finds all repeats.
    pub(super) fn of(matrix: &Matrix) -> Self {
        let rows = matrix.rows();
        let mut hashed: Vec<(u64, u32)> = (0..rows as u32)
            .map(|position| (hash(matrix.row(position)), position))
            .collect();
        hashed.sort_unstable();
        let mut repeats = Self {
            next: vec![NONE; rows],
            is_repeat: vec![false; rows],
        };
        for group in hashed.chunk_by(|a, b| a.0 == b.0) {
            repeats.chain(matrix, group);
        }
        repeats
    }

    /// Chains the equal rows of a group with one hash (two different rows may share it).
    fn chain(&mut self, matrix: &Matrix, group: &[(u64, u32)]) {
        let mut ends: Vec<u32> = Vec::new();
        for &(_, position) in group {
            match ends
                .iter_mut()
                .find(|end| matrix.row(**end) == matrix.row(position))
            {
                Some(end) => {
                    self.next[*end as usize] = position;
                    self.is_repeat[position as usize] = true;
                    *end = position;
                }
                None => ends.push(position),
            }
        }
    }
}

fn hash(codes: &[u8]) -> u64 {
    let (eights, _) = codes.as_chunks::<8>();
    eights
        .iter()
        .fold(0x517c_c1b7_2722_0a95, |state: u64, eight| {
            (state.rotate_left(5) ^ u64::from_le_bytes(*eight)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
}
