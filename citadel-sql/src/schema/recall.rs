//! How many of the true neighbours an approximate search is to find.

use std::fmt;

use super::AnnIndex;

/// A share of the true nearest rows, above 0 and at most 1, to a millionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recall(u32);

const MILLION: u32 = 1_000_000;

impl Recall {
    /// What is asked for where nobody says.
    pub const DEFAULT: Self = Self(980_000);

    /// All of them: the exact plan.
    pub const EXACT: Self = Self(MILLION);

    /// A share, rounded to a millionth; `None` if that is not above 0 and at most 1.
    pub fn new(share: f64) -> Option<Self> {
        let millionths = (share * f64::from(MILLION)).round();
        if millionths >= 1.0 && millionths <= f64::from(MILLION) {
            // In range, so nothing is cut off.
            return Some(Self(millionths as u32));
        }
        None
    }

    /// As a number.
    pub fn share(self) -> f64 {
        f64::from(self.0) / f64::from(MILLION)
    }

    pub(crate) fn millionths(self) -> u32 {
        self.0
    }

    pub(crate) fn of_millionths(millionths: u64) -> Option<Self> {
        let millionths = u32::try_from(millionths).ok()?;
        (1..=MILLION)
            .contains(&millionths)
            .then_some(Self(millionths))
    }
}

impl fmt::Display for Recall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.share())
    }
}

/// What a session says of searches through an ann index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AnnSettings {
    /// `ann_recall`; `None`: what the index says.
    pub(crate) recall: Option<Recall>,
    /// `ann_exact`.
    pub(crate) exact: bool,
}

impl AnnSettings {
    /// What a search through an index is to find.
    pub(crate) fn asked(&self, index: &AnnIndex) -> Recall {
        self.recall
            .or(index.options.recall)
            .unwrap_or(Recall::DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shares_are_recalls() {
        for share in [0.0, -0.5, 1.000_001, f64::NAN, f64::INFINITY, 1e-9] {
            assert_eq!(Recall::new(share), None, "{share}");
        }
        for share in [0.5, 0.95, 0.98, 0.999, 1.0] {
            let recall = Recall::new(share).unwrap();
            assert_eq!(recall.share(), share);
            assert_eq!(recall.to_string(), share.to_string());
            let known = Recall::of_millionths(u64::from(recall.millionths()));
            assert_eq!(known, Some(recall));
        }
        assert_eq!(Recall::of_millionths(0), None);
        assert_eq!(Recall::of_millionths(u64::MAX), None);
    }
}
