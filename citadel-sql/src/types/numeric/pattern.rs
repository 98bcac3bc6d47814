//! `to_char` of numbers: by patterns like `FM999,999.00`.

use super::{Decimal, Rounding, round_to, text};
use crate::error::{Error, Result, SqlState};

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    /// `9`, or `0`: with zeros from here on.
    Digit {
        zero: bool,
    },
    Point,
    Comma,
    /// `S`: the sign, beside the number.
    Sign,
    /// `SG`, `MI`, `PL`: the sign, here.
    SignHere(Here),
    /// `PR`: negative numbers in angle brackets.
    Brackets,
    Currency,
    /// `TH`, `th`
    Ordinal {
        upper: bool,
    },
    /// `V`: the digits behind it shift the number.
    Shift,
    /// `RN`, `rn`
    Roman {
        upper: bool,
    },
    /// `EEEE`
    Exponent,
    Text(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Here {
    Both,
    Minus,
    Plus,
}

/// A pattern, and what it says of the whole number.
struct Pattern {
    nodes: Vec<Node>,
    is_bare: bool,
    /// Places before the point and behind it.
    before: usize,
    after: usize,
    /// The place of the first `0` before the point.
    zeros_from: Option<usize>,
    /// Places behind `V`.
    shift: usize,
    has_sign: bool,
    brackets: bool,
}

/// The number as the pattern says.
pub(crate) fn print(pattern: &str, number: &Decimal) -> Result<String> {
    let pattern = Pattern::read(pattern)?;
    if pattern.nodes.contains(&Node::Exponent) {
        return Ok(pattern.scientific(number));
    }
    if let Some(Node::Roman { upper }) = pattern
        .nodes
        .iter()
        .find(|node| matches!(node, Node::Roman { .. }))
    {
        return Ok(pattern.roman(number, *upper));
    }
    Ok(pattern.plain(number))
}

fn wrong(message: &str) -> Error {
    Error::sql(SqlState::SYNTAX_ERROR, message)
}

impl Pattern {
    fn read(pattern: &str) -> Result<Self> {
        let mut all = Self {
            nodes: Vec::new(),
            is_bare: false,
            before: 0,
            after: 0,
            zeros_from: None,
            shift: 0,
            has_sign: false,
            brackets: false,
        };
        let (mut has_point, mut has_shift) = (false, false);
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let head = |len: usize| rest.get(..len).unwrap_or("").to_ascii_uppercase();
            let (node, len) = if head(4) == "EEEE" {
                (Some(Node::Exponent), 4)
            } else if first == '"' {
                rest = all.quoted(&rest[1..]);
                continue;
            } else if first == '\\' && rest[1..].starts_with('"') {
                (Some(Node::Text('"')), 2)
            } else {
                match head(2).as_str() {
                    "FM" => {
                        all.is_bare = true;
                        (None, 2)
                    }
                    "PR" => {
                        all.brackets = true;
                        (Some(Node::Brackets), 2)
                    }
                    "SG" => (Some(Node::SignHere(Here::Both)), 2),
                    "MI" => (Some(Node::SignHere(Here::Minus)), 2),
                    "PL" => (Some(Node::SignHere(Here::Plus)), 2),
                    "TH" => (
                        Some(Node::Ordinal {
                            upper: first == 'T',
                        }),
                        2,
                    ),
                    "RN" => (
                        Some(Node::Roman {
                            upper: first == 'R',
                        }),
                        2,
                    ),
                    _ => match first.to_ascii_uppercase() {
                        '9' | '0' => (Some(Node::Digit { zero: first == '0' }), 1),
                        '.' | 'D' => (Some(Node::Point), 1),
                        ',' | 'G' => (Some(Node::Comma), 1),
                        'S' => {
                            all.has_sign = true;
                            (Some(Node::Sign), 1)
                        }
                        'L' => (Some(Node::Currency), 1),
                        'V' => (Some(Node::Shift), 1),
                        _ => (Some(Node::Text(first)), first.len_utf8()),
                    },
                }
            };
            match &node {
                Some(Node::Point) if has_point || has_shift => {
                    return Err(wrong(
                        "a pattern of a number has one point, and none with V",
                    ));
                }
                Some(Node::Point) => has_point = true,
                Some(Node::Shift) => has_shift = true,
                Some(Node::Digit { .. }) if has_point => all.after += 1,
                Some(Node::Digit { zero }) => {
                    if *zero && all.zeros_from.is_none() {
                        all.zeros_from = Some(all.before);
                    }
                    all.before += 1;
                    all.shift += usize::from(has_shift);
                }
                _ => {}
            }
            all.has_sign |= matches!(node, Some(Node::SignHere(_)));
            all.nodes.extend(node);
            rest = &rest[len..];
        }
        Ok(all)
    }

    /// The characters up to the closing quote.
    fn quoted<'a>(&mut self, text: &'a str) -> &'a str {
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return &text[at + 1..],
                '\\' => self.nodes.extend(chars.next().map(|(_, c)| Node::Text(c))),
                c => self.nodes.push(Node::Text(c)),
            }
        }
        ""
    }

    fn plain(&self, number: &Decimal) -> String {
        let shifted = match self.shift {
            0 => number.clone(),
            places => {
                let power = Decimal::from(10_i128.pow(u32::try_from(places.min(38)).unwrap_or(0)));
                number.times(&power)
            }
        };
        let scale = i64::try_from(self.after).unwrap_or(0);
        let rounded = round_to(&shifted, scale, Rounding::Nearest);
        let is_negative = rounded.is_negative();
        let digits = text::print(&rounded.abs());
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        // A zero before a fraction takes no place.
        let whole = if whole == "0" && self.after > 0 {
            ""
        } else {
            whole
        };
        let mut line = Line {
            pattern: self,
            is_negative,
            is_over: whole.len() > self.before,
            first: self
                .before
                .saturating_sub(whole.len().max(usize::from(self.after == 0))),
            whole,
            fraction: if self.is_bare {
                trimmed(fraction, self)
            } else {
                fraction
            },
            out: String::new(),
            place: 0,
            behind: None,
            has_begun: false,
        };
        line.write();
        line.out
    }

    fn scientific(&self, number: &Decimal) -> String {
        let value = number.to_real();
        let text = format!("{value:.*e}", self.after);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        let space = if value < 0.0 || self.is_bare { "" } else { " " };
        format!("{space}{mantissa}e{sign}{:02}", exponent.abs())
    }

    fn roman(&self, number: &Decimal, upper: bool) -> String {
        const PARTS: [(i64, &str); 13] = [
            (1000, "M"),
            (900, "CM"),
            (500, "D"),
            (400, "CD"),
            (100, "C"),
            (90, "XC"),
            (50, "L"),
            (40, "XL"),
            (10, "X"),
            (9, "IX"),
            (5, "V"),
            (4, "IV"),
            (1, "I"),
        ];
        const WIDTH: usize = 15;
        let number = number.to_integer(Rounding::Nearest).unwrap_or(0);
        let mut text = String::new();
        if (1..4000).contains(&number) {
            let mut rest = number;
            for (value, letters) in PARTS {
                while rest >= value {
                    text.push_str(letters);
                    rest -= value;
                }
            }
        } else {
            text = "#".repeat(WIDTH);
        }
        let text = if upper {
            text
        } else {
            text.to_ascii_lowercase()
        };
        if self.is_bare {
            text
        } else {
            format!("{text:>WIDTH$}")
        }
    }
}

/// A fraction without the zeros that only `9`s would have made.
fn trimmed<'a>(fraction: &'a str, pattern: &Pattern) -> &'a str {
    let point = pattern.nodes.iter().position(|node| *node == Node::Point);
    let behind = pattern.nodes.iter().skip(point.unwrap_or(usize::MAX));
    let digits = behind.filter_map(|node| match node {
        Node::Digit { zero } => Some(*zero),
        _ => None,
    });
    let kept = digits.collect::<Vec<_>>().iter().rposition(|zero| *zero);
    let least = kept.map_or(0, |at| at + 1).min(fraction.len());
    let end = fraction.trim_end_matches('0').len().max(least);
    &fraction[..end]
}

/// A number while it is written.
struct Line<'a> {
    pattern: &'a Pattern,
    is_negative: bool,
    /// It has more digits than places.
    is_over: bool,
    /// The place of its first digit.
    first: usize,
    whole: &'a str,
    fraction: &'a str,
    out: String,
    /// How many places before the point were passed.
    place: usize,
    /// How many behind it.
    behind: Option<usize>,
    /// The sign is written, or digits are.
    has_begun: bool,
}

impl Line<'_> {
    fn write(&mut self) {
        let nodes = &self.pattern.nodes;
        let last_digit = nodes
            .iter()
            .rposition(|node| matches!(node, Node::Digit { .. } | Node::Point));
        for (at, node) in nodes.iter().enumerate() {
            match node {
                Node::Digit { .. } => self.digit(),
                Node::Point => {
                    self.begin();
                    self.out.push('.');
                    self.behind = Some(0);
                }
                Node::Comma => {
                    if self.has_begun {
                        self.out.push(',');
                    } else {
                        self.pad();
                    }
                }
                Node::Sign => {
                    // Behind the digits, it stands where it is.
                    if last_digit.is_none_or(|last| at > last) {
                        self.out.push(if self.is_negative { '-' } else { '+' });
                    }
                }
                Node::SignHere(here) => match (here, self.is_negative) {
                    (Here::Both | Here::Minus, true) => self.out.push('-'),
                    (Here::Both | Here::Plus, false) => self.out.push('+'),
                    _ => self.pad(),
                },
                Node::Ordinal { upper } => {
                    if !self.is_negative && self.pattern.after == 0 {
                        let ending = ordinal(self.whole);
                        let ending = if *upper {
                            ending.to_ascii_uppercase()
                        } else {
                            ending.to_owned()
                        };
                        self.out.push_str(&ending);
                    }
                }
                Node::Currency => self.out.push(' '),
                Node::Text(c) => self.out.push(*c),
                Node::Brackets | Node::Shift | Node::Exponent | Node::Roman { .. } => {}
            }
            if Some(at) == last_digit {
                self.begin();
                self.close();
            }
        }
    }

    fn pad(&mut self) {
        if !self.pattern.is_bare {
            self.out.push(' ');
        }
    }

    /// The sign, right before the first digit.
    fn begin(&mut self) {
        if std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        let nodes = &self.pattern.nodes;
        let digit = nodes
            .iter()
            .position(|node| matches!(node, Node::Digit { .. }));
        let sign = nodes.iter().position(|node| *node == Node::Sign);
        let leads = sign.is_some_and(|sign| digit.is_none_or(|digit| sign < digit));
        match (self.is_negative, self.pattern.brackets) {
            _ if leads => self.out.push(if self.is_negative { '-' } else { '+' }),
            _ if self.pattern.has_sign => {}
            (true, true) => self.out.push('<'),
            (true, false) => self.out.push('-'),
            (false, _) => self.pad(),
        }
    }

    fn close(&mut self) {
        if self.pattern.brackets {
            if self.is_negative {
                self.out.push('>');
            } else {
                self.pad();
            }
        }
    }

    fn digit(&mut self) {
        if let Some(at) = self.behind {
            self.behind = Some(at + 1);
            match self.fraction.as_bytes().get(at) {
                Some(_) if self.is_over => self.out.push('#'),
                Some(digit) => self.out.push(char::from(*digit)),
                None => {}
            }
            return;
        }
        let at = self.place;
        self.place += 1;
        let has_zeros = self.pattern.zeros_from.is_some_and(|from| at >= from);
        if self.is_over {
            self.begin();
            self.out.push('#');
        } else if at >= self.first {
            self.begin();
            let digit = self.whole.as_bytes().get(at - self.first);
            self.out.push(digit.map_or('0', |digit| char::from(*digit)));
        } else if has_zeros {
            self.begin();
            self.out.push('0');
        } else {
            self.pad();
        }
    }
}

fn ordinal(digits: &str) -> &'static str {
    let bytes = digits.as_bytes();
    let last = |back: usize| bytes.len().checked_sub(back).map_or(b'0', |at| bytes[at]);
    match (last(2), last(1)) {
        (b'1', _) => "th",
        (_, b'1') => "st",
        (_, b'2') => "nd",
        (_, b'3') => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::Numeric;

    fn shown(pattern: &str, number: &str) -> String {
        let number = number.parse::<Numeric>().unwrap().as_ref().decimal();
        print(pattern, &number).unwrap()
    }

    #[test]
    fn as_postgresql_shows_them() {
        for (pattern, number, expected) in [
            ("99.99", "0.1", "   .10"),
            ("FM9.99", "-0.1", "-.1"),
            ("0.9", "0.1", " 0.1"),
            ("9990999.9", "12", "    0012.0"),
            ("FM9990999.9", "12", "0012."),
            ("999", "485", " 485"),
            ("999", "-485", "-485"),
            ("9 9 9", "485", " 4 8 5"),
            ("9,999", "1485", " 1,485"),
            ("9G999", "1485", " 1,485"),
            ("999.999", "148.5", " 148.500"),
            ("FM999.999", "148.5", "148.5"),
            ("FM999.990", "148.5", "148.500"),
            ("999D999", "148.5", " 148.500"),
            ("999S", "-485", "485-"),
            ("999MI", "-485", "485-"),
            ("999MI", "485", "485 "),
            ("FM999MI", "485", "485"),
            ("SG999", "485", "+485"),
            ("9SG99", "-485", "4-85"),
            ("999PR", "-485", "<485>"),
            ("999PR", "485", " 485 "),
            ("RN", "485", "        CDLXXXV"),
            ("FMRN", "485", "CDLXXXV"),
            ("999th", "482", " 482nd"),
            ("99V999", "12", " 12000"),
            ("99V999", "12.4", " 12400"),
            ("99V9", "12.45", " 125"),
            ("9.99EEEE", "1234", " 1.23e+03"),
            ("99", "485", " ##"),
            ("S999", "485", "+485"),
            ("\"n: \"999", "485", "n:  485"),
            ("0", "0", " 0"),
            ("9", "0", " 0"),
        ] {
            assert_eq!(shown(pattern, number), expected, "{pattern} {number}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(pattern in "[09.,DGSLVPRMIFNTHE\" ]{0,12}", units: i64, scale in 0_u16..12) {
            let number = Numeric::from_units(i128::from(units), scale).unwrap();
            let _ = print(&pattern, &number.as_ref().decimal());
        }
    }
}
