//! Collations: how TEXT is compared and ordered.
//!
//! A collation is a mapping of a text to its *key*: two texts are alike where their keys are equal, and in the order of the
//! bytes of their keys. So whatever compares, sorts, groups or indexes keys needs to know of nothing but bytes, and another
//! collation is another mapping here.

use std::borrow::Cow;

/// A collation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Collation {
    /// By bytes, which is by code points: `"C"`.
    #[default]
    Binary,
    /// The letters A to Z are those from a to z; all else by bytes. SQLite's.
    NoCase,
    /// Spaces at the end are none; all else by bytes. SQLite's.
    RTrim,
    /// One that the program added to its connection, by its number there. No table has it.
    Added(u16),
}

/// All by name; the first name of a collation is its usual one.
const NAMES: [(&str, Collation); 6] = [
    ("C", Collation::Binary),
    ("binary", Collation::Binary),
    ("POSIX", Collation::Binary),
    ("ucs_basic", Collation::Binary),
    ("nocase", Collation::NoCase),
    ("rtrim", Collation::RTrim),
];

impl Collation {
    /// The collation of a name, ASCII case folded.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut names = NAMES.iter();
        let found = names.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, collation)| *collation)
    }

    /// Its usual name; one that was added has none here.
    pub(crate) fn name(self) -> &'static str {
        let found = NAMES.iter().find(|(_, collation)| *collation == self);
        found.map_or("C", |(name, _)| name)
    }

    /// All names, for suggestions.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// What stands for a text where it is compared.
    pub(crate) fn key(self, text: &str) -> Cow<'_, str> {
        match self {
            // Its keys are made by the program's own function.
            Self::Binary | Self::Added(_) => Cow::Borrowed(text),
            Self::NoCase if text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                Cow::Owned(text.to_ascii_lowercase())
            }
            Self::NoCase => Cow::Borrowed(text),
            Self::RTrim => Cow::Borrowed(text.trim_end_matches(' ')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_what_is_alike_and_what_comes_first() {
        let alike = |collation: Collation, a: &str, b: &str| collation.key(a) == collation.key(b);
        assert!(alike(Collation::NoCase, "Straße", "sTRAßE"));
        // No letter but those of ASCII is folded.
        assert!(!alike(Collation::NoCase, "É", "é"));
        assert!(!alike(Collation::NoCase, "a ", "a"));
        assert!(alike(Collation::RTrim, "a  ", "a"));
        assert!(!alike(Collation::RTrim, "a\t", "a"));
        assert!(!alike(Collation::RTrim, " a", "a"));
        assert!(alike(Collation::RTrim, "  ", ""));
        assert!(!alike(Collation::Binary, "a", "A"));
        // `_` is between the letters of both cases.
        assert!(Collation::NoCase.key("Z") > Collation::NoCase.key("_"));
        assert!(Collation::Binary.key("Z") < Collation::Binary.key("_"));
    }

    #[test]
    fn names_lead_to_collations_and_back() {
        for name in Collation::names() {
            let collation = Collation::named(&name.to_ascii_uppercase()).unwrap();
            assert_eq!(Collation::named(collation.name()), Some(collation));
        }
        assert_eq!(Collation::named("nocase "), None);
        assert_eq!(Collation::default().name(), "C");
    }
}
