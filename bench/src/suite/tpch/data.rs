//! The rows: the same for every engine, and of no table of anybody else's.

use super::client::Value;
use crate::row::mix;

/// How many rows there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    suppliers: i64,
}

impl Scale {
    /// A tenth of TPC-H's.
    pub(super) const TENTH: Self = Self { suppliers: 1_000 };
    /// A tenth of that.
    pub(super) const HUNDREDTH: Self = Self { suppliers: 100 };

    fn customers(self) -> i64 {
        self.suppliers * 15
    }

    fn parts(self) -> i64 {
        self.suppliers * 20
    }

    fn orders(self) -> i64 {
        self.suppliers * 150
    }

    /// Lines of orders: four of each.
    pub(super) fn lines(self) -> i64 {
        self.orders() * LINES
    }

    /// Each table with its rows, those that are referred to first.
    pub(super) fn tables(self) -> Vec<(&'static str, Box<dyn Iterator<Item = Vec<Value>>>)> {
        vec![
            ("region", Box::new((0..5).map(region))),
            ("nation", Box::new((0..NATIONS).map(nation))),
            ("supplier", Box::new((1..=self.suppliers).map(supplier))),
            ("customer", Box::new((1..=self.customers()).map(customer))),
            ("part", Box::new((1..=self.parts()).map(part))),
            (
                "partsupp",
                Box::new((0..self.parts() * 4).map(move |n| self.partsupp(n))),
            ),
            (
                "orders",
                Box::new((1..=self.orders()).map(move |n| self.order(n))),
            ),
            (
                "lineitem",
                Box::new((0..self.lines()).map(move |n| self.line(n))),
            ),
        ]
    }

    /// The supplier of a part, of which each has four.
    fn supplier_of(self, part: i64, place: i64) -> i64 {
        1 + (part + place * (self.suppliers / 4 + 1)) % self.suppliers
    }

    fn partsupp(self, n: i64) -> Vec<Value> {
        let part = 1 + n / 4;
        vec![
            int(part),
            int(self.supplier_of(part, n % 4)),
            int(chance(n, 31, 10_000)),
            Value::Real(chance(n, 32, 400_000) as f64 / 400.0),
        ]
    }

    fn order(self, id: i64) -> Vec<Value> {
        let customer = 1 + chance(id, 41, self.customers() * 2 / 3);
        let comment = match chance(id, 44, 50) {
            0 => "with special requests",
            _ => "as usual",
        };
        vec![
            int(id),
            int(customer),
            date(ordered(id)),
            text(pick(
                id,
                43,
                &["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NONE", "5-LOW"],
            )),
            text(comment),
        ]
    }

    fn line(self, n: i64) -> Vec<Value> {
        let order = 1 + n / LINES;
        let part = 1 + chance(n, 51, self.parts());
        let shipped = ordered(order) + 1 + chance(n, 53, 120);
        let committed = ordered(order) + 30 + chance(n, 54, 60);
        let received = shipped + 1 + chance(n, 55, 30);
        let (until, qty) = (DAYS * 4 / 7, 1 + chance(n, 56, 50));
        let flag = match received <= until {
            true => pick(n, 57, &["R", "A"]),
            false => "N",
        };
        vec![
            int(order),
            int(1 + n % LINES),
            int(part),
            int(self.supplier_of(part, chance(n, 52, 4))),
            int(qty),
            Value::Real(qty as f64 * (900 + part % 1_000) as f64),
            Value::Real(chance(n, 58, 11) as f64 / 100.0),
            Value::Real(chance(n, 59, 9) as f64 / 100.0),
            text(flag),
            text(if shipped > until { "O" } else { "F" }),
            date(shipped),
            date(committed),
            date(received),
            text(pick(
                n,
                60,
                &["MAIL", "SHIP", "RAIL", "AIR", "AIR REG", "TRUCK", "FOB"],
            )),
        ]
    }
}

const NATIONS: i64 = 25;
const LINES: i64 = 4;
/// Days on which something is ordered, from 1992 on.
const DAYS: i64 = 2_400;

fn region(id: i64) -> Vec<Value> {
    vec![
        int(id),
        text(["NORTH", "EAST", "SOUTH", "WEST", "MIDDLE"][id as usize]),
    ]
}

fn nation(id: i64) -> Vec<Value> {
    vec![int(id), text(&format!("NATION {id}")), int(id % 5)]
}

fn supplier(id: i64) -> Vec<Value> {
    vec![
        int(id),
        text(&format!("Supplier {id}")),
        int(chance(id, 1, NATIONS)),
        Value::Real((chance(id, 2, 1_100_000) - 100_000) as f64 / 100.0),
    ]
}

fn customer(id: i64) -> Vec<Value> {
    let nation = chance(id, 11, NATIONS);
    let segments = [
        "BUILDING",
        "MACHINES",
        "HOUSEHOLD",
        "FURNITURE",
        "AUTOMOBILES",
    ];
    vec![
        int(id),
        text(&format!("Customer {id}")),
        int(nation),
        text(&format!("{}-{}", nation + 10, 100 + chance(id, 12, 900))),
        Value::Real((chance(id, 13, 1_100_000) - 100_000) as f64 / 100.0),
        text(pick(id, 14, &segments)),
    ]
}

fn part(id: i64) -> Vec<Value> {
    let kinds = ["PROMO", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "STANDARD"];
    let kind = pick(id, 22, &kinds);
    let metal = pick(id, 23, &["BRASS", "STEEL", "TIN", "COPPER", "NICKEL"]);
    vec![
        int(id),
        text(&format!(
            "{} part {id}",
            pick(id, 21, &["green", "red", "forest", "grey"])
        )),
        text(&format!("Brand {}", 11 + chance(id, 24, 45))),
        text(&format!("{kind} {metal}")),
        int(1 + chance(id, 25, 50)),
        text(pick(id, 26, &["SM CASE", "MED BOX", "LG BOX", "JUMBO BAG"])),
    ]
}

/// The day on which an order was given.
fn ordered(order: i64) -> i64 {
    chance(order, 42, DAYS - 151)
}

/// A number below another one, by the row and by what it is for.
fn chance(row: i64, what: u64, below: i64) -> i64 {
    (mix(mix(what) ^ row as u64) % below as u64) as i64
}

fn pick<'a>(row: i64, what: u64, of: &[&'a str]) -> &'a str {
    of[chance(row, what, of.len() as i64) as usize]
}

/// A day after the last of 1991.
fn date(day: i64) -> Value {
    let (mut year, mut left) = (1992, day);
    loop {
        let days = 365 + i64::from(year % 4 == 0);
        if left < days {
            break;
        }
        left -= days;
        year += 1;
    }
    let mut month = 1;
    for days in [
        31,
        28 + i64::from(year % 4 == 0),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
    ] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    text(&format!("{year}-{month:02}-{:02}", left + 1))
}

fn int(value: i64) -> Value {
    Value::Integer(value)
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}
