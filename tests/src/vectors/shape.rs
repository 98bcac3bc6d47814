//! What the table of one database looks like, and what its vectors are drawn from.

use std::fmt;

use citadel_sql::{Bits, Element, Value};

use super::measure::Operator;
use crate::sim::Random;

/// The two vector columns.
pub(super) const VECTORS: [&str; 2] = ["v", "w"];

/// Rows of small tables, whose segments are searched whole.
const SMALL: usize = 260;
/// Rows of large tables, whose segments are worth a walk.
const LARGE: usize = 3_600;
/// One database in so many is large.
const LARGE_EVERY: usize = 5;

/// What one database is like.
#[derive(Clone, Debug)]
pub struct Shape {
    pub(super) columns: [VectorColumn; 2],
    /// Rows that its table tends to.
    pub(super) rows: usize,
    /// Bytes of a page.
    pub(super) page_size: u32,
    /// Whether indexes are folded in the background.
    pub(super) background: bool,
    /// Whether commits are promised to last only in groups.
    pub(super) normal: bool,
}

/// What a vector column holds: vectors around a few centres.
#[derive(Clone)]
pub(super) struct VectorColumn {
    pub(super) element: Element,
    pub(super) dim: u16,
    centres: Vec<Vec<f32>>,
}

impl fmt::Debug for VectorColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql_type())
    }
}

impl Shape {
    /// Draws one.
    pub(super) fn draw(random: &mut Random) -> Self {
        let large = random.one_in(LARGE_EVERY);
        let rows = match large {
            true => LARGE,
            // Now and then hardly anything.
            false if random.one_in(8) => 3,
            false => 20 + random.below(SMALL),
        };
        let dims: &[u16] = match large {
            true => &[8, 12, 16, 24],
            false => &[1, 2, 3, 8, 17, 32, 300],
        };
        Self {
            columns: [(); 2].map(|()| VectorColumn::draw(random, dims)),
            rows,
            page_size: match large {
                true => [4096, 8192][random.below(2)],
                false => [512, 1024, 4096, 8192][random.below(4)],
            },
            background: random.one_in(2),
            normal: random.one_in(5),
        }
    }

    /// Whether it is one of the large ones.
    pub(super) fn is_large(&self) -> bool {
        self.rows == LARGE
    }
}

impl VectorColumn {
    fn draw(random: &mut Random, dims: &[u16]) -> Self {
        let elements = [
            Element::F32,
            Element::F32,
            Element::F16,
            Element::I8,
            Element::Bit,
        ];
        let element = elements[random.below(elements.len())];
        let dim = match element {
            Element::Bit => [8, 33, 64, 96][random.below(4)],
            _ => dims[random.below(dims.len())],
        };
        let centre = |random: &mut Random| (0..dim).map(|_| 2.0 * unit(random)).collect();
        let count = 1 + random.below(12);
        Self {
            element,
            dim,
            centres: (0..count).map(|_| centre(random)).collect(),
        }
    }

    /// The type in SQL.
    pub(super) fn sql_type(&self) -> String {
        match self.element {
            Element::F32 => format!("VECTOR({})", self.dim),
            other => format!("VECTOR({}, {})", self.dim, other.name()),
        }
    }

    /// The operators that there are for it.
    pub(super) fn operators(&self) -> &'static [Operator] {
        match self.element {
            Element::Bit => &Operator::OF_BITS,
            _ => &Operator::OF_NUMBERS,
        }
    }

    /// A vector that the column stores without rounding; now and then NULL, or nothing but zeros.
    pub(super) fn stored(&self, random: &mut Random) -> Value {
        if random.one_in(30) {
            return Value::Null;
        }
        self.vector(random)
    }

    /// A vector to store or to look for.
    pub(super) fn vector(&self, random: &mut Random) -> Value {
        let zero = random.one_in(50);
        let centre = &self.centres[random.below(self.centres.len())];
        let mut component = |centre: &f32| match zero {
            true => 0.0,
            false => self.rounded(centre + 0.7 * unit(random)),
        };
        let components = centre.iter().map(&mut component);
        match self.element {
            Element::Bit => Value::Bits(components.map(|x| x > 0.0).collect::<Bits>()),
            _ => Value::Vector(components.collect()),
        }
    }

    fn rounded(&self, x: f32) -> f32 {
        match self.element {
            Element::F16 => (x * 64.0).round() / 64.0,
            Element::I8 => (x * 40.0).round(),
            _ => x,
        }
    }
}

/// Between -1 and 1.
fn unit(random: &mut Random) -> f32 {
    let bits = random.bits() >> 40;
    bits as f32 / (1u32 << 23) as f32 - 1.0
}
