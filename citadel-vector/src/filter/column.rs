//! One filter column in memory: a key for each row, and what the keys mean.

use std::ops::Bound;

use super::attribute::{AttributeType, AttributeValue, MixedTypes};
use super::number::{integer_range, real_range};
use super::position_set::clear_range;
use super::ranges::KeyRanges;
use super::scan;

/// The values of one filter column, one for each row of a segment.
///
/// Strings are dictionary codes; so are numbers with few distinct values; other numbers are kept plain. Codes count from one in
/// the order of the values; code zero is NULL.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeColumn {
    pub(super) kind: AttributeType,
    pub(super) keys: Keys,
    pub(super) dictionary: Dictionary,
    /// Stretches of equal codes, where they are few: then a comparison costs one step for each of them, not for each row.
    runs: Option<Vec<Run>>,
}

/// One key for each row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Keys {
    /// Codes of at most 255 values.
    Narrow(Vec<u8>),
    /// Codes of at most 65,535 values.
    Medium(Vec<u16>),
    /// Codes of more values.
    Wide(Vec<u32>),
    /// Numbers themselves, and a bitmap of the rows that are not NULL.
    Plain { keys: Vec<i64>, present: Vec<u64> },
}

/// What codes stand for, ascending.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Dictionary {
    /// Keys are plain.
    None,
    /// Keys of numbers.
    Numbers(Vec<i64>),
    /// Byte strings, one after the other; `ends[i]` is where string `i` ends.
    Bytes { ends: Vec<u64>, bytes: Vec<u8> },
}

/// A stretch of rows with one code.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    end: usize,
    code: u32,
}

/// A value's type does not fit the column's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TypeMismatch {
    pub(super) column: AttributeType,
    pub(super) value: AttributeType,
}

impl AttributeColumn {
    /// Takes the values of a column, in row order.
    ///
    /// # Errors
    ///
    /// If two values have different types.
    pub fn from_values(
        values: impl IntoIterator<Item = AttributeValue>,
    ) -> Result<Self, MixedTypes> {
        let values: Vec<AttributeValue> = values.into_iter().collect();
        let kind = common_type(&values)?;
        let column = match kind {
            AttributeType::Bytes => Self::from_byte_strings(&values),
            _ => Self::from_numbers(kind, &values),
        };
        Ok(column)
    }

    fn from_byte_strings(values: &[AttributeValue]) -> Self {
        let strings: Vec<Option<&[u8]>> = values
            .iter()
            .map(|value| match value {
                AttributeValue::Bytes(bytes) => Some(bytes.as_slice()),
                _ => None,
            })
            .collect();
        let (codes, distinct) = rank(&strings);
        let mut ends = Vec::with_capacity(distinct.len());
        let mut bytes = Vec::new();
        for string in distinct {
            bytes.extend_from_slice(string);
            ends.push(bytes.len() as u64);
        }
        let keys = Keys::from_codes(&codes, ends.len());
        Self::new(
            AttributeType::Bytes,
            keys,
            Dictionary::Bytes { ends, bytes },
        )
    }

    fn from_numbers(kind: AttributeType, values: &[AttributeValue]) -> Self {
        let numbers: Vec<Option<i64>> = values.iter().map(AttributeValue::number_key).collect();
        let (codes, distinct) = rank(&numbers);
        let coded_bytes = 2 * numbers.len() + 8 * distinct.len();
        if distinct.len() <= usize::from(u8::MAX)
            || distinct.len() <= usize::from(u16::MAX) && coded_bytes < 8 * numbers.len()
        {
            let keys = Keys::from_codes(&codes, distinct.len());
            return Self::new(kind, keys, Dictionary::Numbers(distinct));
        }
        let mut present = vec![0u64; numbers.len().div_ceil(64)];
        for (row, number) in numbers.iter().enumerate() {
            present[row / 64] |= u64::from(number.is_some()) << (row % 64);
        }
        let keys = numbers.iter().map(|key| key.unwrap_or(0)).collect();
        Self::new(kind, Keys::Plain { keys, present }, Dictionary::None)
    }

    /// Puts a column together and finds its runs.
    pub(super) fn new(kind: AttributeType, keys: Keys, dictionary: Dictionary) -> Self {
        let runs = keys.runs();
        Self {
            kind,
            keys,
            dictionary,
            runs,
        }
    }

    /// The type of the values.
    pub fn kind(&self) -> AttributeType {
        self.kind
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.keys {
            Keys::Narrow(codes) => codes.len(),
            Keys::Medium(codes) => codes.len(),
            Keys::Wide(codes) => codes.len(),
            Keys::Plain { keys, .. } => keys.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Distinct values that are not NULL, where the column has a dictionary.
    pub fn distinct(&self) -> Option<usize> {
        match &self.dictionary {
            Dictionary::None => None,
            dictionary => Some(dictionary.len()),
        }
    }

    /// Bytes that the column holds in memory.
    pub fn bytes_in_memory(&self) -> usize {
        let keys = match &self.keys {
            Keys::Narrow(codes) => codes.len(),
            Keys::Medium(codes) => codes.len() * 2,
            Keys::Wide(codes) => codes.len() * 4,
            Keys::Plain { keys, present } => (keys.len() + present.len()) * 8,
        };
        let dictionary = match &self.dictionary {
            Dictionary::None => 0,
            Dictionary::Numbers(numbers) => numbers.len() * 8,
            Dictionary::Bytes { ends, bytes } => ends.len() * 8 + bytes.len(),
        };
        keys + dictionary + self.runs.as_ref().map_or(0, |runs| runs.len() * 16)
    }

    /// Codes of a column with at most 255 distinct values, by which rows can be grouped; `None` for any other column.
    pub(crate) fn group_codes(&self) -> Option<&[u8]> {
        match &self.keys {
            Keys::Narrow(codes) => Some(codes),
            _ => None,
        }
    }

    /// The column with its rows in another order: row `i` is today's row `order[i]`.
    pub(crate) fn reordered(&self, order: &[u32]) -> Self {
        let keys = match &self.keys {
            Keys::Narrow(codes) => Keys::Narrow(pick(codes, order)),
            Keys::Medium(codes) => Keys::Medium(pick(codes, order)),
            Keys::Wide(codes) => Keys::Wide(pick(codes, order)),
            Keys::Plain { keys, present } => {
                let mut moved = vec![0u64; present.len()];
                for (row, &from) in order.iter().enumerate() {
                    let bit = present[from as usize / 64] >> (from % 64) & 1;
                    moved[row / 64] |= bit << (row % 64);
                }
                Keys::Plain {
                    keys: pick(keys, order),
                    present: moved,
                }
            }
        };
        Self::new(self.kind, keys, self.dictionary.clone())
    }

    /// Feeds everything that the column means into a fingerprint.
    pub(crate) fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        let mut bytes = Vec::new();
        self.encode(&mut bytes);
        hasher.update(&bytes);
    }

    /// Keys between two bounds, or `None` if there are none. NULL bounds are the caller's business.
    pub(super) fn between(
        &self,
        lower: Bound<&AttributeValue>,
        upper: Bound<&AttributeValue>,
    ) -> Result<Option<(i64, i64)>, TypeMismatch> {
        self.check(lower)?;
        self.check(upper)?;
        if let Dictionary::Bytes { .. } = self.dictionary {
            return Ok(self.byte_codes_between(lower, upper));
        }
        let (lower, upper) = (
            lower.map(AttributeValue::as_number),
            upper.map(AttributeValue::as_number),
        );
        let range = match self.kind {
            AttributeType::Real => real_range(lower, upper),
            _ => integer_range(lower, upper),
        };
        Ok(match (&self.dictionary, range) {
            (Dictionary::Numbers(numbers), Some((low, high))) => {
                let first = numbers.partition_point(|&key| key < low);
                let last = numbers.partition_point(|&key| key <= high);
                code_range(first, last)
            }
            _ => range,
        })
    }

    fn byte_codes_between(
        &self,
        lower: Bound<&AttributeValue>,
        upper: Bound<&AttributeValue>,
    ) -> Option<(i64, i64)> {
        let count = self.dictionary.len();
        let first = match lower {
            Bound::Included(value) => self.strings_before(|string| string < byte_string(value)),
            Bound::Excluded(value) => self.strings_before(|string| string <= byte_string(value)),
            Bound::Unbounded => 0,
        };
        let last = match upper {
            Bound::Included(value) => self.strings_before(|string| string <= byte_string(value)),
            Bound::Excluded(value) => self.strings_before(|string| string < byte_string(value)),
            Bound::Unbounded => count,
        };
        code_range(first, last)
    }

    /// How many strings of the dictionary satisfy a test that holds for a prefix of them.
    fn strings_before(&self, test: impl Fn(&[u8]) -> bool) -> usize {
        let Dictionary::Bytes { ends, bytes } = &self.dictionary else {
            return 0;
        };
        let (mut low, mut high) = (0, ends.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = if middle == 0 { 0 } else { ends[middle - 1] };
            if test(&bytes[start as usize..ends[middle] as usize]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Whether the column can be compared with the bound.
    pub(super) fn check(&self, bound: Bound<&AttributeValue>) -> Result<(), TypeMismatch> {
        use AttributeType::{Integer, Nulls, Real};
        let (Bound::Included(value) | Bound::Excluded(value)) = bound else {
            return Ok(());
        };
        match (self.kind, value.kind()) {
            (Nulls, _) | (_, None) => Ok(()),
            (Integer | Real, Some(Integer | Real)) => Ok(()),
            (column, Some(kind)) if column == kind => Ok(()),
            (column, Some(value)) => Err(TypeMismatch { column, value }),
        }
    }

    /// Clears the bits of rows that are NULL or whose key is not in the ranges.
    pub(super) fn keep(&self, ranges: &KeyRanges, words: &mut [u64]) {
        match &self.keys {
            Keys::Plain { keys, present } => {
                keep_present(present, words);
                scan::keep(keys, ranges, words);
            }
            _ => self.keep_codes(&ranges.from(1), words),
        }
    }

    /// Clears the bits of rows that are not NULL (or, inverted, of rows that are).
    pub(super) fn keep_nulls(&self, inverted: bool, words: &mut [u64]) {
        match &self.keys {
            _ if inverted => self.keep(&KeyRanges::all(), words),
            Keys::Plain { present, .. } => {
                for (word, present) in words.iter_mut().zip(present) {
                    *word &= !present;
                }
            }
            _ => self.keep_codes(&KeyRanges::new(vec![(0, 0)]), words),
        }
    }

    /// Clears the bits of rows whose code is not in the ranges; the code of NULL is zero. Plain keys have no codes: all are
    /// cleared.
    pub(super) fn keep_codes(&self, ranges: &KeyRanges, words: &mut [u64]) {
        match (&self.keys, &self.runs) {
            (Keys::Plain { .. }, _) => words.fill(0),
            (_, Some(runs)) => keep_runs(runs, ranges, words),
            (Keys::Narrow(codes), _) => scan::keep(codes, ranges, words),
            (Keys::Medium(codes), _) => scan::keep(codes, ranges, words),
            (Keys::Wide(codes), _) => scan::keep(codes, ranges, words),
        }
    }

    /// Relative cost of a comparison, to evaluate cheap ones first.
    pub(super) fn cost(&self) -> usize {
        match (&self.keys, &self.runs) {
            (_, Some(runs)) => runs.len(),
            (Keys::Narrow(codes), _) => codes.len(),
            (Keys::Medium(codes), _) => codes.len() * 2,
            (Keys::Wide(codes), _) => codes.len() * 4,
            (Keys::Plain { keys, .. }, _) => keys.len() * 8,
        }
    }
}

impl Keys {
    fn from_codes(codes: &[u32], distinct: usize) -> Self {
        if distinct <= usize::from(u8::MAX) {
            Self::Narrow(codes.iter().map(|&code| code as u8).collect())
        } else if distinct <= usize::from(u16::MAX) {
            Self::Medium(codes.iter().map(|&code| code as u16).collect())
        } else {
            Self::Wide(codes.to_vec())
        }
    }

    fn runs(&self) -> Option<Vec<Run>> {
        match self {
            Self::Narrow(codes) => find_runs(codes),
            Self::Medium(codes) => find_runs(codes),
            Self::Wide(codes) => find_runs(codes),
            Self::Plain { .. } => None,
        }
    }
}

impl Dictionary {
    /// Distinct values.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Numbers(numbers) => numbers.len(),
            Self::Bytes { ends, .. } => ends.len(),
        }
    }
}

/// Rows for each run below which scanning beats walking the runs.
const ROWS_PER_RUN: usize = 64;

fn find_runs<T: Copy + PartialEq + Into<u32>>(codes: &[T]) -> Option<Vec<Run>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for stretch in codes.chunk_by(|a, b| a == b) {
        if runs.len() >= codes.len() / ROWS_PER_RUN {
            return None;
        }
        start += stretch.len();
        runs.push(Run {
            end: start,
            code: stretch[0].into(),
        });
    }
    Some(runs)
}

fn keep_runs(runs: &[Run], ranges: &KeyRanges, words: &mut [u64]) {
    let mut start = 0;
    for run in runs {
        if !ranges.contains(i64::from(run.code)) {
            clear_range(words, start, run.end);
        }
        start = run.end;
    }
}

fn keep_present(present: &[u64], words: &mut [u64]) {
    for (word, present) in words.iter_mut().zip(present) {
        *word &= present;
    }
}

fn pick<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
    order.iter().map(|&row| values[row as usize]).collect()
}

fn code_range(first: usize, last: usize) -> Option<(i64, i64)> {
    (first < last).then_some((first as i64 + 1, last as i64))
}

/// The common type of all values that are not NULL.
fn common_type(values: &[AttributeValue]) -> Result<AttributeType, MixedTypes> {
    let mut kinds = values
        .iter()
        .enumerate()
        .filter_map(|(index, value)| Some((index, value.kind()?)));
    let Some((_, expected)) = kinds.next() else {
        return Ok(AttributeType::Nulls);
    };
    match kinds.find(|&(_, found)| found != expected) {
        Some((index, found)) => Err(MixedTypes {
            index,
            expected,
            found,
        }),
        None => Ok(expected),
    }
}

/// Codes of values (zero for `None`, else one more than the value's rank) and the distinct values, ascending.
fn rank<T: Ord + Copy>(values: &[Option<T>]) -> (Vec<u32>, Vec<T>) {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_by_key(|&row| values[row as usize]);
    let mut codes = vec![0; values.len()];
    let mut distinct: Vec<T> = Vec::new();
    for row in order {
        if let Some(value) = values[row as usize] {
            if distinct.last() != Some(&value) {
                distinct.push(value);
            }
            codes[row as usize] = distinct.len() as u32;
        }
    }
    (codes, distinct)
}

/// A literal that [`AttributeColumn::check`] has let pass, as a byte string.
fn byte_string(value: &AttributeValue) -> &[u8] {
    match value {
        AttributeValue::Bytes(bytes) => bytes,
        _ => &[],
    }
}
