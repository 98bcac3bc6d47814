//! The few arguments of the campaigns' programs: `--name value`, all of them numbers or words.

use std::collections::BTreeMap;
use std::str::FromStr;

/// What was given.
#[derive(Clone, Debug, Default)]
pub struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// Reads the program's arguments.
    ///
    /// # Errors
    /// One that is not known, or has no value.
    pub fn from_env(known: &[&str]) -> Result<Self, String> {
        Self::parse(std::env::args().skip(1), known)
    }

    /// Reads arguments.
    ///
    /// # Errors
    /// One that is not known, or has no value.
    pub fn parse(
        arguments: impl IntoIterator<Item = String>,
        known: &[&str],
    ) -> Result<Self, String> {
        let mut given = BTreeMap::new();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let name = argument
                .strip_prefix("--")
                .filter(|name| known.contains(name));
            let Some(name) = name else {
                return Err(format!(
                    "no argument '{argument}'; there are: --{}",
                    known.join(" --")
                ));
            };
            let value = arguments.next().ok_or(format!("--{name} needs a value"))?;
            given.insert(name.to_owned(), value);
        }
        Ok(Self(given))
    }

    /// A word, if it was given.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A number, or what it is if it was not given.
    ///
    /// # Panics
    /// Where it is no number.
    pub fn number(&self, name: &str, otherwise: u64) -> u64 {
        match self.word(name) {
            Some(word) => {
                u64::from_str(word).unwrap_or_else(|_| panic!("--{name} is no number: {word}"))
            }
            None => otherwise,
        }
    }
}
