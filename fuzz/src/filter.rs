//! Any bytes as the filter columns of a segment and a predicate over them: the set of rows is what evaluation row by row says, in three-valued
//! logic; and what the segment cannot answer exactly it refuses, for a reason.

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::atomic::AtomicBool;

use citadel_vector::{
    Attribute, AttributeColumn, AttributeValue, Build, BuildConfig, Metric, Predicate, RowMajor,
    Segment, Truth,
};

use crate::input::Input;
use crate::marks;

/// Columns: integers, reals, booleans, byte strings, and one whose type the input chooses.
const COLUMNS: usize = 5;
/// Rows of one input at most, of which some have no vector.
const ROWS_MAX: usize = 200;
/// Parts of a predicate, one within the other and one after the other.
const DEPTH_MAX: u32 = 6;
const PARTS_MAX: usize = 40;

/// A row: its id, and a value for each column.
struct Row {
    id: i64,
    values: Vec<AttributeValue>,
}

/// Runs one input.
pub fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kinds = [0, 1, 2, 3, input.byte() % 5];
    // First, so that no change of a row makes it another one.
    let mut parts = PARTS_MAX;
    let predicate = predicate(&mut input, &kinds, DEPTH_MAX, &mut parts);
    let rows = rows(&mut input, &kinds);
    let segment = segment(&rows, &kinds);
    match segment.matching(&predicate) {
        Ok(set) => {
            let mut found: Vec<i64> = set.iter().map(|at| segment.row_id(at)).collect();
            assert_eq!(found.len(), set.len(), "the count is exact");
            found.sort_unstable();
            let holds = |row: &&Row| truth(&predicate, row) == Ok(Some(true));
            let mut expected: Vec<i64> = rows.iter().filter(holds).map(|row| row.id).collect();
            expected.sort_unstable();
            assert_eq!(found, expected, "{predicate:?}");
            marks::hit(match (found.len(), rows.len()) {
                (0, _) => "none matches",
                (some, all) if some == all => "all match",
                _ => "some match",
            });
        }
        Err(why) => {
            let refused = segment.can_answer(&predicate).expect_err("refused before");
            assert_eq!(refused, why);
            assert!(!fits(&predicate, &segment), "{why}: {predicate:?}");
            marks::hit("refused");
        }
    }
}

fn rows(input: &mut Input<'_>, kinds: &[u8]) -> Vec<Row> {
    let count = usize::from(input.byte()) % (ROWS_MAX + 1);
    // Runs of equal rows are a way of their own.
    let repeat = 1 + usize::from(input.byte() % 90);
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    for nth in 0..count {
        let step = i64::from(nth.is_multiple_of(7)) * 1_000 + 1;
        let id = rows.last().map_or(-50, |row| row.id + step);
        let values = match rows.last() {
            Some(last) if !nth.is_multiple_of(repeat) => last.values.clone(),
            _ => kinds.iter().map(|kind| value(input, *kind)).collect(),
        };
        rows.push(Row { id, values });
    }
    rows
}

/// A value of a kind, or NULL.
fn value(input: &mut Input<'_>, kind: u8) -> AttributeValue {
    let byte = input.byte();
    if byte.is_multiple_of(8) {
        return AttributeValue::Null;
    }
    match kind {
        0 => AttributeValue::Integer(integer(input, byte)),
        1 => AttributeValue::Real(real(input, byte)),
        2 => AttributeValue::Boolean(byte & 8 != 0),
        3 => {
            let len = usize::from(byte >> 3) % 4;
            AttributeValue::Bytes(input.take(len).to_vec())
        }
        _ => AttributeValue::Null,
    }
}

fn integer(input: &mut Input<'_>, byte: u8) -> i64 {
    match byte % 8 {
        1 => i64::MAX - i64::from(input.byte() % 3),
        2 => i64::MIN + i64::from(input.byte() % 3),
        3 => (1 << 53) - 2 + i64::from(input.byte() % 5),
        4 => i64::from(input.long()) << (input.byte() % 32),
        _ => i64::from(input.byte() as i8) / 8,
    }
}

fn real(input: &mut Input<'_>, byte: u8) -> f64 {
    match byte % 8 {
        1 => f64::from_bits(u64::from(input.long()) << 32 | u64::from(input.long())),
        2 => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0][usize::from(input.byte() % 4)],
        3 => 9_007_199_254_740_990.0 + f64::from(input.byte() % 5),
        4 => [9_223_372_036_854_775_808.0, -9_223_372_036_854_775_808.0]
            [usize::from(input.byte() % 2)],
        _ => f64::from(input.byte() as i8) / 16.0,
    }
}

fn segment(rows: &[Row], kinds: &[u8]) -> Segment {
    // A third of the rows, the last ones, have no vector.
    let indexed = rows.len() - rows.len() / 3;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let vectors: Vec<f32> = (0..indexed).map(|at| (at * 37 % 101) as f32).collect();
    let attribute = |column: usize| {
        let values = rows.iter().map(|row| row.values[column].clone());
        Attribute {
            name: format!("c{column}"),
            column: AttributeColumn::from_values(values).expect("values of one type"),
        }
    };
    Segment::build(Build {
        metric: Metric::L2,
        dim: 1,
        config: BuildConfig::default(),
        column: "v",
        generation: 1,
        rows: &ids[..indexed],
        vectors: &RowMajor::new(&vectors, 1),
        undefined: &ids[indexed..],
        attributes: (0..kinds.len()).map(attribute).collect(),
        progress: &|_| {},
        cancel: &AtomicBool::new(false),
    })
    .expect("rows in order, and vectors that fit")
}

/// A predicate; mostly of literals that fit their column.
fn predicate(input: &mut Input<'_>, kinds: &[u8], depth: u32, parts: &mut usize) -> Predicate {
    *parts = parts.saturating_sub(1);
    let depth = if *parts == 0 { 0 } else { depth };
    let byte = input.byte();
    let mut several = |input: &mut Input<'_>| -> Vec<Predicate> {
        let count = usize::from(byte >> 4) % 4;
        let part = |_| predicate(input, kinds, depth - 1, parts);
        (0..count).map(part).collect()
    };
    match byte % 12 {
        0 | 1 if depth > 0 => Predicate::And(several(input)),
        2 | 3 if depth > 0 => Predicate::Or(several(input)),
        4 if depth > 0 => Predicate::Not(Box::new(predicate(input, kinds, depth - 1, parts))),
        5 => Predicate::True,
        6 => Predicate::Unknown,
        7 => Predicate::IsNull(column(input)),
        8 => {
            let column = column(input);
            let count = usize::from(byte >> 4);
            let literal = |_| literal(input, kinds, column);
            Predicate::In(column, (0..count).map(literal).collect())
        }
        9 => {
            let column = column(input);
            Predicate::Eq(column, literal(input, kinds, column))
        }
        _ => {
            let column = column(input);
            let lower = bound(input, kinds, column);
            let upper = bound(input, kinds, column);
            Predicate::Range {
                column,
                lower,
                upper,
            }
        }
    }
}

/// One of the columns, the row id, or now and then one that is not there.
fn column(input: &mut Input<'_>) -> usize {
    match input.byte() % 64 {
        63 => COLUMNS,
        56..=62 => Predicate::ROW_ID,
        other => usize::from(other) % COLUMNS,
    }
}

fn literal(input: &mut Input<'_>, kinds: &[u8], column: usize) -> AttributeValue {
    let own = kinds.get(column).copied().unwrap_or(0);
    let choice = input.byte();
    let kind = match own {
        // Integers and reals compare.
        0 | 1 => choice % 2,
        own => own,
    };
    // Now and then of another type.
    let kind = if choice >= 250 { choice % 4 } else { kind };
    value(input, kind)
}

fn bound(input: &mut Input<'_>, kinds: &[u8], column: usize) -> Bound<AttributeValue> {
    match input.byte() % 4 {
        0 => Bound::Unbounded,
        1 => Bound::Excluded(literal(input, kinds, column)),
        _ => Bound::Included(literal(input, kinds, column)),
    }
}

/// The values differ in type.
#[derive(Clone, Copy, Debug, PartialEq)]
struct OtherType;

/// What the predicate is of a row: true, false, or unknown.
fn truth(predicate: &Predicate, row: &Row) -> Result<Truth, OtherType> {
    match predicate {
        Predicate::True => Ok(Some(true)),
        Predicate::Unknown | Predicate::ByValue { .. } => Ok(None),
        Predicate::Eq(column, value) => compare(&cell(row, *column), value, Ordering::is_eq),
        Predicate::In(column, values) => {
            let cell = cell(row, *column);
            any(values
                .iter()
                .map(|value| compare(&cell, value, Ordering::is_eq)))
        }
        Predicate::IsNull(column) => Ok(Some(cell(row, *column) == AttributeValue::Null)),
        Predicate::Range {
            column,
            lower: Bound::Unbounded,
            upper: Bound::Unbounded,
        } => Ok(Some(cell(row, *column) != AttributeValue::Null)),
        Predicate::Range {
            column,
            lower,
            upper,
        } => {
            let cell = cell(row, *column);
            let above = match lower {
                Bound::Included(value) => compare(&cell, value, Ordering::is_ge)?,
                Bound::Excluded(value) => compare(&cell, value, Ordering::is_gt)?,
                Bound::Unbounded => Some(true),
            };
            let below = match upper {
                Bound::Included(value) => compare(&cell, value, Ordering::is_le)?,
                Bound::Excluded(value) => compare(&cell, value, Ordering::is_lt)?,
                Bound::Unbounded => Some(true),
            };
            all([Ok(above), Ok(below)].into_iter())
        }
        Predicate::And(parts) => all(parts.iter().map(|part| truth(part, row))),
        Predicate::Or(parts) => any(parts.iter().map(|part| truth(part, row))),
        Predicate::Not(inner) => Ok(truth(inner, row)?.map(|truth| !truth)),
    }
}

fn cell(row: &Row, column: usize) -> AttributeValue {
    match column {
        Predicate::ROW_ID => AttributeValue::Integer(row.id),
        column => row.values[column].clone(),
    }
}

/// True where all are, false where one is, else unknown.
fn all(truths: impl Iterator<Item = Result<Truth, OtherType>>) -> Result<Truth, OtherType> {
    let mut unknown = false;
    for truth in truths {
        match truth? {
            Some(false) => return Ok(Some(false)),
            Some(true) => {}
            None => unknown = true,
        }
    }
    Ok((!unknown).then_some(true))
}

fn any(truths: impl Iterator<Item = Result<Truth, OtherType>>) -> Result<Truth, OtherType> {
    let negated = truths.map(|truth| Ok(truth?.map(|truth| !truth)));
    Ok(all(negated)?.map(|truth| !truth))
}

/// A comparison; unknown where a side is NULL.
fn compare(
    a: &AttributeValue,
    b: &AttributeValue,
    is: fn(Ordering) -> bool,
) -> Result<Truth, OtherType> {
    use AttributeValue::{Boolean, Bytes, Integer, Null, Real};
    let order = match (a, b) {
        (Null, _) | (_, Null) => return Ok(None),
        (Integer(a), Integer(b)) => a.cmp(b),
        (Boolean(a), Boolean(b)) => a.cmp(b),
        (Bytes(a), Bytes(b)) => a.cmp(b),
        (Real(a), Real(b)) => compare_reals(*a, *b),
        (Integer(a), Real(b)) => compare_mixed(*a, *b),
        (Real(a), Integer(b)) => compare_mixed(*b, *a).reverse(),
        _ => return Err(OtherType),
    };
    Ok(Some(is(order)))
}

/// NaN equals itself and is above all; the two zeros are one.
fn compare_reals(a: f64, b: f64) -> Ordering {
    let numbers = a.partial_cmp(&b);
    numbers.unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Without rounding: the integer's floor and what is left of the real.
fn compare_mixed(integer: i64, real: f64) -> Ordering {
    if real.is_nan() || real >= 9_223_372_036_854_775_808.0 {
        return Ordering::Less;
    }
    if real < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    let floor = real.floor();
    let whole = integer.cmp(&(floor as i64));
    whole.then(match real > floor {
        true => Ordering::Less,
        false => Ordering::Equal,
    })
}

/// Whether every column is there, and every literal is one that it can be compared with.
fn fits(predicate: &Predicate, segment: &Segment) -> bool {
    use citadel_vector::AttributeType as Type;
    let compares = |column: usize, value: &AttributeValue| {
        let kind = match (column, segment.attributes().get(column)) {
            (Predicate::ROW_ID, _) => Type::Integer,
            (_, Some(attribute)) => attribute.column.kind(),
            (_, None) => return false,
        };
        match value {
            AttributeValue::Null => true,
            _ if kind == Type::Nulls => true,
            AttributeValue::Integer(_) | AttributeValue::Real(_) => {
                matches!(kind, Type::Integer | Type::Real)
            }
            AttributeValue::Boolean(_) => kind == Type::Boolean,
            AttributeValue::Bytes(_) => kind == Type::Bytes,
        }
    };
    let exists = |column: usize| compares(column, &AttributeValue::Null);
    match predicate {
        Predicate::True | Predicate::Unknown | Predicate::ByValue { .. } => true,
        Predicate::Eq(column, value) => compares(*column, value),
        Predicate::In(column, values) => {
            exists(*column) && values.iter().all(|value| compares(*column, value))
        }
        Predicate::IsNull(column) => exists(*column),
        Predicate::Range {
            column,
            lower,
            upper,
        } => {
            let sides = [lower, upper].into_iter().all(|bound| match bound {
                Bound::Included(value) | Bound::Excluded(value) => compares(*column, value),
                Bound::Unbounded => true,
            });
            exists(*column) && sides
        }
        Predicate::And(parts) | Predicate::Or(parts) => {
            parts.iter().all(|part| fits(part, segment))
        }
        Predicate::Not(inner) => fits(inner, segment),
    }
}

/// Rows of every type, in long runs and short ones, under comparisons of each column, and those under AND, OR and NOT.
pub fn seeds() -> Vec<Vec<u8>> {
    // Equal to, one of two, within bounds, NULL; of each column and of the row id.
    let comparisons = (0..5_u8).chain([56]).flat_map(|column| {
        [
            vec![9, column, 1, 5, 17],
            vec![0x28, column, 1, 5, 17, 0, 13, 40],
            vec![10, column, 2, 1, 5, 9, 2, 1, 13, 77],
            vec![7, column],
        ]
    });
    let comparisons: Vec<Vec<u8>> = comparisons.collect();
    let mut predicates = comparisons.clone();
    for (nth, some) in comparisons.windows(3).enumerate() {
        let (head, parts) = [(0x24, 2), (0x26, 2), (0x32, 3), (4, 1)][nth % 4];
        let parts = some.iter().take(parts).flatten().copied();
        predicates.push([head].into_iter().chain(parts).collect());
    }
    let mut seeds: Vec<Vec<u8>> = predicates.into_iter().enumerate().map(seed).collect();
    seeds.push(Vec::new());
    seeds
}

/// A predicate over a table of its own.
fn seed((nth, predicate): (usize, Vec<u8>)) -> Vec<u8> {
    let (count, repeat) = [(40, 0), (200, 80), (7, 1), (130, 6)][nth % 4];
    let len = usize::from(count) * 12 / (1 + usize::from(repeat));
    let noise = (0..len).map(|at| (at * 89 + nth * 53 + at / 7 * 31) as u8);
    let mut bytes = vec![nth as u8];
    bytes.extend(predicate);
    bytes.extend([count, repeat]);
    bytes.extend(noise);
    bytes
}
