//! Words and the standard's numbers: `1 year -2 days 3:04:05 ago`, `1-2 3 4:05:06`.

use super::{Bad, IntervalUnit, Quantity, Sums};
use crate::types::temporal::{HOUR, MINUTE, SECOND};

enum Token<'a> {
    /// `-1.5`
    Number(&'a str),
    /// `1-2`: years and months.
    Months(&'a str),
    /// `-4:05:06.7`
    Time(&'a str),
    Word(&'a str),
}

/// Reads the whole text. A number without a unit is of `bare`, or of days where a time follows; `1:02` may have minutes and
/// seconds.
pub(super) fn read(text: &str, bare: IntervalUnit, minutes_first: bool) -> Result<Sums, Bad> {
    let text = text.strip_prefix('@').unwrap_or(text);
    let mut tokens = tokens(text)?.into_iter().peekable();
    let mut sums = Sums::default();
    let mut count = 0;
    let mut is_ago = false;
    // Each unit is said once.
    let mut seen = 0;
    let mut once = |bits: u16| match seen & bits {
        0 => {
            seen |= bits;
            Ok(())
        }
        _ => Err(Bad::Form),
    };
    while let Some(token) = tokens.next() {
        if is_ago {
            return Err(Bad::Form);
        }
        count += 1;
        match token {
            Token::Number(number) => {
                let unit = match tokens.peek() {
                    Some(Token::Word(word)) => match IntervalUnit::of_word(word) {
                        Some(unit) => {
                            tokens.next();
                            unit
                        }
                        None if word.eq_ignore_ascii_case("ago") => bare,
                        None => return Err(Bad::Form),
                    },
                    Some(Token::Time(_)) => IntervalUnit::Day,
                    // The standard's `1 2` of DAY TO HOUR.
                    Some(Token::Number(_)) if bare == IntervalUnit::Hour && count == 1 => {
                        IntervalUnit::Day
                    }
                    Some(Token::Number(_) | Token::Months(_)) => return Err(Bad::Form),
                    None => bare,
                };
                once(unit.bits(number.contains('.')))?;
                sums.add(Quantity::read(number)?, unit)?;
            }
            Token::Months(text) => {
                once(IntervalUnit::Year.bits(false) | IntervalUnit::Month.bits(false))?;
                months(&mut sums, text)?;
            }
            Token::Time(text) => {
                let clock = IntervalUnit::Hour.bits(false) | IntervalUnit::Minute.bits(false);
                once(clock | IntervalUnit::Second.bits(true))?;
                time(&mut sums, text, minutes_first)?;
            }
            Token::Word(word) if word.eq_ignore_ascii_case("ago") && count > 1 => is_ago = true,
            Token::Word(_) => return Err(Bad::Form),
        }
    }
    if count == 0 {
        return Err(Bad::Form);
    }
    Ok(if is_ago { sums.negated() } else { sums })
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, Bad> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let Some(first) = rest.chars().next() else {
            return Ok(tokens);
        };
        if first.is_ascii_alphabetic() {
            let end = run(rest, 0, |b| b.is_ascii_alphabetic());
            tokens.push(Token::Word(&rest[..end]));
            rest = &rest[end..];
            continue;
        }
        let signed = usize::from(matches!(first, '+' | '-'));
        let mut end = run(rest, signed, |b| b.is_ascii_digit() || b == b'.');
        if end == signed {
            return Err(Bad::Form);
        }
        let after = |at: usize| rest.as_bytes().get(at).copied().unwrap_or(0);
        let token = match after(end) {
            b':' => {
                end = run(rest, end, |b| b.is_ascii_digit() || b == b':' || b == b'.');
                Token::Time(&rest[..end])
            }
            b'-' if after(end + 1).is_ascii_digit() => {
                end = run(rest, end + 1, |b| b.is_ascii_digit());
                Token::Months(&rest[..end])
            }
            b'e' | b'E'
                if after(end + 1).is_ascii_digit() || matches!(after(end + 1), b'-' | b'+') =>
            {
                end = run(rest, end + 2, |b| b.is_ascii_digit());
                Token::Number(&rest[..end])
            }
            _ => Token::Number(&rest[..end]),
        };
        tokens.push(token);
        rest = &rest[end..];
    }
}

fn run(text: &str, from: usize, is_in: impl Fn(u8) -> bool) -> usize {
    let bytes = &text.as_bytes()[from..];
    from + bytes.iter().take_while(|b| is_in(**b)).count()
}

/// `-1-2`: the sign is of both.
fn months(sums: &mut Sums, text: &str) -> Result<(), Bad> {
    let (is_negative, text) = signed(text);
    let (years, months) = text.split_once('-').ok_or(Bad::Form)?;
    let months: i128 = months.parse().map_err(|_| Bad::Range)?;
    let years: i128 = years.parse().map_err(|_| Bad::Form)?;
    if months >= 12 {
        return Err(Bad::Range);
    }
    let total = years * 12 + months;
    sums.months += if is_negative { -total } else { total };
    sums.finish().map(drop).ok_or(Bad::Range)
}

/// `-4:05:06.7`: the sign is of all; `10:20.5` has minutes and seconds.
fn time(sums: &mut Sums, text: &str, minutes_first: bool) -> Result<(), Bad> {
    let (is_negative, text) = signed(text);
    let (whole, after) = text.split_once('.').unwrap_or((text, ""));
    if !after.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Bad::Form);
    }
    let mut numbers = Vec::with_capacity(3);
    for (at, part) in whole.split(':').enumerate() {
        let number = match part {
            "" if at == 2 => 0,
            part => part.parse::<i64>().map_err(|_| Bad::Form)?,
        };
        numbers.push(number);
    }
    let (hours, minutes, seconds) = match numbers[..] {
        [minutes, seconds] if minutes_first || !after.is_empty() => (0, minutes, seconds),
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return Err(Bad::Form),
    };
    if minutes >= 60 || seconds > 60 {
        return Err(Bad::Range);
    }
    let micros = i128::from(hours) * i128::from(HOUR)
        + i128::from(minutes * MINUTE + seconds * SECOND)
        + i128::from(crate::types::temporal::read::fraction(after));
    sums.micros += if is_negative { -micros } else { micros };
    sums.finish().map(drop).ok_or(Bad::Range)
}

fn signed(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}
