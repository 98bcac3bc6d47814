//! Distances as the model knows them: in doubles, from the components.

use citadel_sql::Value;

/// A distance operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Euclidean,
    InnerProduct,
    Cosine,
    Taxicab,
    Hamming,
    Jaccard,
}

impl Operator {
    /// Those of vectors of numbers; the last one has no index.
    pub(super) const OF_NUMBERS: [Self; 4] = [
        Self::Euclidean,
        Self::InnerProduct,
        Self::Cosine,
        Self::Taxicab,
    ];
    /// Those of bits; the last one has no index.
    pub(super) const OF_BITS: [Self; 2] = [Self::Hamming, Self::Jaccard];

    /// How it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Euclidean => "<->",
            Self::InnerProduct => "<#>",
            Self::Cosine => "<=>",
            Self::Taxicab => "<+>",
            Self::Hamming => "<~>",
            Self::Jaccard => "<%>",
        }
    }

    /// The metric of an index that serves it.
    pub(super) fn metric(self) -> Option<&'static str> {
        match self {
            Self::Euclidean => Some("l2"),
            Self::InnerProduct => Some("inner_product"),
            Self::Cosine => Some("cosine"),
            Self::Hamming => Some("hamming"),
            Self::Taxicab | Self::Jaccard => None,
        }
    }

    /// The distance, and how much an exact answer in single precision may differ from it; none where SQL says NULL.
    pub(super) fn measure(self, a: &Value, b: &Value) -> Option<Measured> {
        match (a, b) {
            (Value::Vector(a), Value::Vector(b)) => self.of_numbers(a, b),
            (Value::Bits(a), Value::Bits(b)) => {
                let pairs = || a.as_ref().iter().zip(b.as_ref().iter());
                let count = |keep: fn(bool, bool) -> bool| {
                    pairs().filter(|(a, b)| keep(*a, *b)).count() as f64
                };
                let any = count(|a, b| a | b);
                let distance = match self {
                    Self::Hamming => count(|a, b| a != b),
                    _ if any == 0.0 => 0.0,
                    _ => 1.0 - count(|a, b| a & b) / any,
                };
                Some(Measured {
                    distance,
                    slack: 1e-6,
                })
            }
            _ => None,
        }
    }

    fn of_numbers(self, a: &[f32], b: &[f32]) -> Option<Measured> {
        let pairs = || a.iter().zip(b).map(|(a, b)| (f64::from(*a), f64::from(*b)));
        let dot: f64 = pairs().map(|(a, b)| a * b).sum();
        let norm = |v: &[f32]| {
            let squares = v.iter().map(|x| f64::from(*x) * f64::from(*x));
            squares.sum::<f64>().sqrt()
        };
        let (of_a, of_b) = (norm(a), norm(b));
        let (distance, scale) = match self {
            Self::Euclidean => {
                let squares = pairs().map(|(a, b)| (a - b) * (a - b));
                (squares.sum::<f64>().sqrt(), of_a + of_b)
            }
            Self::InnerProduct => (-dot, of_a * of_b),
            Self::Cosine if of_a == 0.0 || of_b == 0.0 => return None,
            Self::Cosine => (1.0 - dot / (of_a * of_b), 1.0),
            _ => {
                let distance: f64 = pairs().map(|(a, b)| (a - b).abs()).sum();
                (distance, distance)
            }
        };
        Some(Measured {
            distance,
            slack: 4e-6 * (scale + 0.01),
        })
    }
}

/// A distance, within bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub(super) distance: f64,
    pub(super) slack: f64,
}

impl Measured {
    pub(super) fn is(self, given: f64) -> bool {
        (self.distance - given).abs() <= self.slack
    }
}
