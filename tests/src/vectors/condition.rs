//! Conditions: as SQL, and what they are of a row.

use super::model::Row;
use crate::sim::Random;

/// A truth value; none is unknown.
type Truth = Option<bool>;

type Test = dyn Fn(i64, &Row) -> Truth;

/// A condition on a row.
pub(super) struct Condition {
    pub(super) sql: String,
    test: Box<Test>,
}

/// Texts of `topic`, one of them the beginning of another.
pub(super) const TOPICS: [&str; 6] = ["a", "ab", "b", "Bc", "", "é"];

impl Condition {
    fn new(sql: impl Into<String>, test: impl Fn(i64, &Row) -> Truth + 'static) -> Self {
        Self {
            sql: sql.into(),
            test: Box::new(test),
        }
    }

    /// Whether a row satisfies it.
    pub(super) fn holds(&self, id: i64, row: &Row) -> bool {
        (self.test)(id, row) == Some(true)
    }

    /// Draws one, of so many levels at most; `ids` is about where row ids end.
    pub(super) fn draw(random: &mut Random, ids: i64, depth: u32) -> Self {
        if depth == 0 || random.one_in(3) {
            return leaf(random, ids);
        }
        let left = Self::draw(random, ids, depth - 1);
        if random.one_in(5) {
            let sql = format!("NOT ({})", left.sql);
            return Self::new(sql, move |id, row| (left.test)(id, row).map(|truth| !truth));
        }
        let right = Self::draw(random, ids, depth - 1);
        let (word, decides) = match random.below(2) {
            0 => ("AND", false),
            _ => ("OR", true),
        };
        let sql = format!("({}) {word} ({})", left.sql, right.sql);
        Self::new(sql, move |id, row| {
            match ((left.test)(id, row), (right.test)(id, row)) {
                (Some(a), _) | (_, Some(a)) if a == decides => Some(decides),
                (Some(_), Some(_)) => Some(!decides),
                _ => None,
            }
        })
    }
}

fn leaf(random: &mut Random, ids: i64) -> Condition {
    match random.below(14) {
        0 | 1 => number(random, "size", |_, row| row.size.map(|v| v as f64), 24),
        2 => number(random, "price", |_, row| row.price, 12),
        3 => number(random, "kk", |_, row| row.kk.map(|v| v as f64), 60),
        4 => number(random, "id", |id, _| Some(id as f64), ids),
        5 => number(random, "u", |_, row| row.u.map(|v| v as f64), ids),
        6 | 7 => topic(random),
        8 => boolean(random),
        9 => note(random),
        10 => members(random, ids),
        11 => {
            let rest = random.below(3) as i64;
            Condition::new(format!("size % 3 = {rest}"), move |_, row| {
                row.size.map(|size| size % 3 == rest)
            })
        }
        12 => Condition::new("size > kk", |_, row| Some(row.size? > row.kk?)),
        _ => match random.below(4) {
            0 => Condition::new("v IS NULL", |_, row| {
                Some(row.vectors[0] == citadel_sql::Value::Null)
            }),
            1 => Condition::new("w IS NOT NULL", |_, row| {
                Some(row.vectors[1] != citadel_sql::Value::Null)
            }),
            2 => Condition::new("NULL", |_, _| None),
            _ => Condition::new("TRUE", |_, _| Some(true)),
        },
    }
}

/// A comparison of a number, whole or not, with one that may lie beyond its values.
fn number(
    random: &mut Random,
    column: &str,
    value: fn(i64, &Row) -> Option<f64>,
    end: i64,
) -> Condition {
    let mut literal = || {
        let whole = random.below(end as usize + 4) as i64 - 1;
        match random.one_in(4) {
            true => whole as f64 + 0.5,
            false => whole as f64,
        }
    };
    let (a, b) = (literal(), literal());
    let integers = random.one_in(2);
    let text = |x: f64| match x.fract() == 0.0 && integers {
        true => format!("{x:.0}"),
        false => format!("{x:?}"),
    };
    match random.below(9) {
        0 => Condition::new(format!("{column} = {}", text(a)), move |id, row| {
            value(id, row).map(|v| v == a)
        }),
        1 => Condition::new(format!("{column} <> {}", text(a)), move |id, row| {
            value(id, row).map(|v| v != a)
        }),
        2 => Condition::new(format!("{} > {column}", text(a)), move |id, row| {
            value(id, row).map(|v| v < a)
        }),
        3 => Condition::new(format!("{column} <= {}", text(a)), move |id, row| {
            value(id, row).map(|v| v <= a)
        }),
        4 => Condition::new(format!("{column} > {}", text(a)), move |id, row| {
            value(id, row).map(|v| v > a)
        }),
        5 => Condition::new(format!("{column} IS NULL"), move |id, row| {
            Some(value(id, row).is_none())
        }),
        6 => Condition::new(
            format!("{column} IS DISTINCT FROM {}", text(a)),
            move |id, row| Some(value(id, row) != Some(a)),
        ),
        7 => Condition::new(
            format!("{column} NOT IN ({}, {}, NULL)", text(a), text(b)),
            move |id, row| {
                let v = value(id, row)?;
                (v == a || v == b).then_some(false)
            },
        ),
        _ => Condition::new(
            format!("{column} BETWEEN {} AND {}", text(a.min(b)), text(a.max(b))),
            move |id, row| value(id, row).map(|v| a.min(b) <= v && v <= a.max(b)),
        ),
    }
}

fn topic(random: &mut Random) -> Condition {
    let mut one = || TOPICS[random.below(TOPICS.len())];
    let (a, b) = (one(), one());
    let of = |test: fn(&str, &str, &str) -> bool| {
        move |_: i64, row: &Row| row.topic.as_deref().map(|topic| test(topic, a, b))
    };
    match random.below(6) {
        0 => Condition::new(format!("topic = '{a}'"), of(|t, a, _| t == a)),
        1 => Condition::new(
            format!("topic IN ('{a}', '{b}')"),
            of(|t, a, b| t == a || t == b),
        ),
        2 => Condition::new(format!("topic LIKE '{a}%'"), of(|t, a, _| t.starts_with(a))),
        3 => Condition::new(format!("topic < '{a}'"), of(|t, a, _| t < a)),
        4 => Condition::new("topic IS NOT NULL", |_, row| Some(row.topic.is_some())),
        _ => Condition::new(format!("topic <> '{a}'"), of(|t, a, _| t != a)),
    }
}

fn boolean(random: &mut Random) -> Condition {
    match random.below(5) {
        0 => Condition::new("ok", |_, row| row.ok),
        1 => Condition::new("NOT ok", |_, row| row.ok.map(|ok| !ok)),
        2 => Condition::new("ok IS TRUE", |_, row| Some(row.ok == Some(true))),
        3 => Condition::new("ok IS NOT FALSE", |_, row| Some(row.ok != Some(false))),
        _ => Condition::new("ok IS UNKNOWN", |_, row| Some(row.ok.is_none())),
    }
}

/// What only the row tells.
fn note(random: &mut Random) -> Condition {
    let digit = random.below(10).to_string();
    match random.below(2) {
        0 => Condition::new(format!("note = 'n{digit}'"), move |_, row| {
            row.note.as_ref().map(|note| note[1..] == digit)
        }),
        _ => Condition::new(format!("note LIKE '%{digit}'"), move |_, row| {
            row.note.as_ref().map(|note| note.ends_with(&digit))
        }),
    }
}

/// A few by key, or most by what they are not.
fn members(random: &mut Random, ids: i64) -> Condition {
    let some: Vec<i64> = (0..1 + random.below(6))
        .map(|_| random.below(ids as usize + 1) as i64)
        .collect();
    let list: Vec<String> = some.iter().map(i64::to_string).collect();
    let list = list.join(", ");
    match random.below(3) {
        0 => Condition::new(format!("id IN ({list})"), move |id, _| {
            Some(some.contains(&id))
        }),
        1 => Condition::new(format!("id NOT IN ({list})"), move |id, _| {
            Some(!some.contains(&id))
        }),
        _ => Condition::new(format!("kk IN ({list})"), move |_, row| {
            row.kk.map(|kk| some.contains(&kk))
        }),
    }
}
