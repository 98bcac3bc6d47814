//! ISO 8601: `P1Y2M3DT4H5M6S`, `P2W`, and the form with fields in their places, `P0001-02-03T04:05:06`.

use super::{Bad, IntervalUnit, Quantity, Sums};

/// What stands behind the `P`.
pub(super) fn read(text: &str) -> Result<Sums, Bad> {
    let mut sums = Sums::default();
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return Err(Bad::Form),
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if date.is_empty() && time.is_none() {
        return Err(Bad::Form);
    }
    let is_placed = |text: &str| {
        !text.is_empty()
            && !text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E'))
    };
    if is_placed(date) && date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
        let units = [IntervalUnit::Year, IntervalUnit::Month, IntervalUnit::Day];
        placed(
            &mut sums,
            [&date[..4], &date[4..6], &date[6..]].into_iter(),
            &units,
        )?;
    } else if is_placed(date) && !date.starts_with('-') {
        let units = [IntervalUnit::Year, IntervalUnit::Month, IntervalUnit::Day];
        placed(&mut sums, date.split('-'), &units)?;
    } else {
        designated(&mut sums, date, |unit| match unit {
            'Y' => Some(IntervalUnit::Year),
            'M' => Some(IntervalUnit::Month),
            'W' => Some(IntervalUnit::Week),
            'D' => Some(IntervalUnit::Day),
            _ => None,
        })?;
    }
    let Some(time) = time else {
        return Ok(sums);
    };
    if time.len() == 6 && time.bytes().all(|b| b.is_ascii_digit()) {
        let units = [
            IntervalUnit::Hour,
            IntervalUnit::Minute,
            IntervalUnit::Second,
        ];
        placed(
            &mut sums,
            [&time[..2], &time[2..4], &time[4..]].into_iter(),
            &units,
        )?;
    } else if is_placed(time) {
        let units = [
            IntervalUnit::Hour,
            IntervalUnit::Minute,
            IntervalUnit::Second,
        ];
        placed(&mut sums, time.split(':'), &units)?;
    } else {
        designated(&mut sums, time, |unit| match unit {
            'H' => Some(IntervalUnit::Hour),
            'M' => Some(IntervalUnit::Minute),
            'S' => Some(IntervalUnit::Second),
            _ => None,
        })?;
    }
    Ok(sums)
}

/// Numbers, each with the letter of its unit.
fn designated(
    sums: &mut Sums,
    text: &str,
    unit_of: impl Fn(char) -> Option<IntervalUnit>,
) -> Result<(), Bad> {
    let mut rest = text;
    while !rest.is_empty() {
        // An exponent is part of the number.
        let bytes = rest.as_bytes();
        let is_exponent = |at: usize| {
            matches!(bytes[at], b'e' | b'E')
                && bytes
                    .get(at + 1)
                    .is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-'))
        };
        let mut letters = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_alphabetic());
        let at = letters.find(|at| !is_exponent(*at)).ok_or(Bad::Form)?;
        let unit = rest[at..]
            .chars()
            .next()
            .and_then(&unit_of)
            .ok_or(Bad::Form)?;
        sums.add(Quantity::read(&rest[..at])?, unit)?;
        rest = &rest[at + 1..];
    }
    Ok(())
}

/// Numbers whose units are known by their places.
fn placed<'a>(
    sums: &mut Sums,
    parts: impl Iterator<Item = &'a str>,
    units: &[IntervalUnit],
) -> Result<(), Bad> {
    let mut units = units.iter();
    for part in parts {
        let unit = units.next().ok_or(Bad::Form)?;
        sums.add(Quantity::read(part)?, *unit)?;
    }
    Ok(())
}
