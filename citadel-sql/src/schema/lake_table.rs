//! A table whose rows lie in a lake.

use std::fmt;

use zeroize::Zeroizing;

use super::{ColumnNo, LakeServer, Metric};
use crate::types::{hex, unhex};

/// Where the rows of a table lie, and what is known of them. Rows that a transaction inserts wait in the table's own trees until it is
/// committed; after that, and in every snapshot, those are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LakeDef {
    pub(crate) home: LakeHome,
    /// The vector columns and how near their vectors are.
    pub(crate) vectors: Vec<(ColumnNo, Metric)>,
}

/// Who tells which metadata of a table in a lake is the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum LakeCatalog {
    /// The names of the files in its folder.
    #[default]
    Files,
    /// This database.
    Embedded,
    /// A server of the Iceberg REST protocol.
    Rest(LakeServer),
}

impl LakeCatalog {
    /// What the option says.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Files => "filesystem",
            Self::Embedded => "embedded",
            Self::Rest(_) => "rest",
        }
    }
}

/// Where an Iceberg table is, who tells which of its metadata is the newest, and what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LakeHome {
    /// Its folder: an absolute path.
    pub(crate) location: String,
    pub(crate) catalog: LakeCatalog,
    /// The key of an encrypted one.
    pub(crate) key: Option<LakeKey>,
}

/// The key of an encrypted table in a lake. It lies in the table's definition, sealed as all pages are, and in no statement that a definition
/// is told as.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LakeKey(Zeroizing<[u8; Self::BYTES]>);

impl LakeDef {
    /// How near the vectors of a column are.
    pub(crate) fn metric(&self, no: ColumnNo) -> Option<Metric> {
        let found = self.vectors.iter().find(|(column, _)| *column == no);
        found.map(|(_, metric)| *metric)
    }
}

impl LakeKey {
    pub(crate) const BYTES: usize = 32;

    pub(crate) fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The key that a user gives: 64 hexadecimal digits.
    pub(crate) fn of_digits(digits: &str) -> Option<Self> {
        let bytes = Zeroizing::new(unhex(digits)?);
        Some(Self::new(bytes.as_slice().try_into().ok()?))
    }

    /// The key as a user gives it.
    pub(crate) fn digits(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&*self.0))
    }
}

impl fmt::Debug for LakeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LakeKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_as_it_is_given_and_never_shown() {
        let key = LakeKey::new([0xA7; 32]);
        assert_eq!(LakeKey::of_digits(&key.digits()).as_ref(), Some(&key));
        assert_eq!(*key.digits(), "a7".repeat(32));
        for wrong in [
            "",
            "a7",
            &"a7".repeat(31),
            &"a7".repeat(33),
            &"g7".repeat(32),
        ] {
            assert_eq!(LakeKey::of_digits(wrong), None, "{wrong}");
        }
        let home = LakeHome {
            location: "/lake".to_owned(),
            catalog: LakeCatalog::Files,
            key: Some(key),
        };
        assert!(!format!("{home:?}").contains("a7"), "{home:?}");
    }
}
