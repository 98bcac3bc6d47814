//! Patterns, cut into fields and what stands between them.

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Field(Field),
    Text(char),
}

/// A field, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: Key,
    pub(super) case: Case,
    /// `FM` before it: no padding.
    pub(super) is_bare: bool,
    pub(super) ordinal: Option<Case>,
}

/// The letters of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    /// The first is a capital.
    Title,
}

/// What a field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `AM`; with points in it or without.
    Meridiem {
        points: bool,
    },
    /// `BC`
    Era {
        points: bool,
    },
    Century,
    DayName,
    DayAbbreviation,
    DayOfYear,
    Day,
    DayOfWeek,
    IsoDayOfYear,
    IsoDayOfWeek,
    /// So many digits of seconds.
    Fraction(u8),
    Hour24,
    Hour12,
    IsoWeek,
    /// The last so many digits.
    IsoYear(u8),
    Year(u8),
    /// `Y,YYY`
    YearWithComma,
    Julian,
    Minute,
    Month,
    MonthName,
    MonthAbbreviation,
    Quarter,
    RomanMonth,
    SecondOfDay,
    Second,
    ZoneName,
    ZoneHour,
    ZoneMinute,
    ZoneOffset,
    Week,
    WeekOfMonth,
}

impl Key {
    /// Is it written in digits alone?
    pub(super) fn is_number(self) -> bool {
        !matches!(
            self,
            Self::Meridiem { .. }
                | Self::Era { .. }
                | Self::DayName
                | Self::DayAbbreviation
                | Self::MonthName
                | Self::MonthAbbreviation
                | Self::RomanMonth
                | Self::ZoneName
        )
    }
}

/// All names of fields; of two that begin alike, the longer comes first.
const NAMES: &[(&str, Key)] = &[
    ("A.D.", Key::Era { points: true }),
    ("A.M.", Key::Meridiem { points: true }),
    ("AD", Key::Era { points: false }),
    ("AM", Key::Meridiem { points: false }),
    ("B.C.", Key::Era { points: true }),
    ("BC", Key::Era { points: false }),
    ("CC", Key::Century),
    ("DAY", Key::DayName),
    ("DDD", Key::DayOfYear),
    ("DD", Key::Day),
    ("DY", Key::DayAbbreviation),
    ("D", Key::DayOfWeek),
    ("FF1", Key::Fraction(1)),
    ("FF2", Key::Fraction(2)),
    ("FF3", Key::Fraction(3)),
    ("FF4", Key::Fraction(4)),
    ("FF5", Key::Fraction(5)),
    ("FF6", Key::Fraction(6)),
    ("HH24", Key::Hour24),
    ("HH12", Key::Hour12),
    ("HH", Key::Hour12),
    ("IDDD", Key::IsoDayOfYear),
    ("ID", Key::IsoDayOfWeek),
    ("IW", Key::IsoWeek),
    ("IYYY", Key::IsoYear(4)),
    ("IYY", Key::IsoYear(3)),
    ("IY", Key::IsoYear(2)),
    ("I", Key::IsoYear(1)),
    ("J", Key::Julian),
    ("MI", Key::Minute),
    ("MM", Key::Month),
    ("MONTH", Key::MonthName),
    ("MON", Key::MonthAbbreviation),
    ("MS", Key::Fraction(3)),
    ("OF", Key::ZoneOffset),
    ("P.M.", Key::Meridiem { points: true }),
    ("PM", Key::Meridiem { points: false }),
    ("Q", Key::Quarter),
    ("RM", Key::RomanMonth),
    ("SSSSS", Key::SecondOfDay),
    ("SSSS", Key::SecondOfDay),
    ("SS", Key::Second),
    ("TZH", Key::ZoneHour),
    ("TZM", Key::ZoneMinute),
    ("TZ", Key::ZoneName),
    ("US", Key::Fraction(6)),
    ("WW", Key::Week),
    ("W", Key::WeekOfMonth),
    ("Y,YYY", Key::YearWithComma),
    ("YYYY", Key::Year(4)),
    ("YYY", Key::Year(3)),
    ("YY", Key::Year(2)),
    ("Y", Key::Year(1)),
];

/// Cuts a pattern into its pieces.
pub(super) fn nodes(pattern: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            rest = quoted(&rest[1..], &mut nodes);
            continue;
        }
        let (is_bare, after) = prefixes(rest);
        if let Some((key, case, after)) = field(after) {
            let (ordinal, after) = suffix(after);
            nodes.push(Node::Field(Field {
                key,
                case,
                is_bare,
                ordinal,
            }));
            rest = after;
            continue;
        }
        if is_bare || after.len() < rest.len() {
            rest = after;
            continue;
        }
        // A backslash makes a quote a character.
        let is_escaped = first == '\\' && rest[1..].starts_with('"');
        let (taken, len) = if is_escaped {
            ('"', 2)
        } else {
            (first, first.len_utf8())
        };
        nodes.push(Node::Text(taken));
        rest = &rest[len..];
    }
    nodes
}

/// The characters up to the closing quote.
fn quoted<'a>(text: &'a str, nodes: &mut Vec<Node>) -> &'a str {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return &text[at + 1..],
            '\\' => nodes.extend(chars.next().map(|(_, c)| Node::Text(c))),
            c => nodes.push(Node::Text(c)),
        }
    }
    ""
}

/// `FM`, which leaves padding out, and those that change nothing here.
fn prefixes(text: &str) -> (bool, &str) {
    let mut is_bare = false;
    let mut rest = text;
    loop {
        let head = rest.get(..2).unwrap_or("");
        if head.eq_ignore_ascii_case("FM") {
            is_bare = true;
        } else if !(head.eq_ignore_ascii_case("TM") || head.eq_ignore_ascii_case("FX")) {
            return (is_bare, rest);
        }
        rest = &rest[2..];
    }
}

fn field(text: &str) -> Option<(Key, Case, &str)> {
    let (name, key) = NAMES.iter().find(|(name, _)| {
        let head = text.get(..name.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(name))
    })?;
    let (head, rest) = text.split_at(name.len());
    let letters: Vec<char> = head.chars().filter(char::is_ascii_alphabetic).collect();
    let case = match letters.as_slice() {
        [first, ..] if first.is_ascii_lowercase() => Case::Lower,
        [_, second, ..] if second.is_ascii_lowercase() => Case::Title,
        _ => Case::Upper,
    };
    Some((*key, case, rest))
}

/// `TH` or `th`.
fn suffix(text: &str) -> (Option<Case>, &str) {
    match text.get(..2) {
        Some("TH") => (Some(Case::Upper), &text[2..]),
        Some("th") => (Some(Case::Lower), &text[2..]),
        _ => (None, text),
    }
}
