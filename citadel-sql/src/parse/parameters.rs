//! The parameters of a statement: which number each spelling means.

use crate::error::{Error, Result, SqlState};

/// The highest number of a parameter.
const PARAMETERS_MAX: usize = 32_766;

/// Names by number from 0; a parameter without a name has `None`.
#[derive(Clone, Debug, Default)]
pub(super) struct ParameterNames {
    names: Vec<Option<String>>,
}

impl ParameterNames {
    /// Takes note of a placeholder in the order of the text, and gives its number from 0.
    ///
    /// `?` is one more than the highest so far, `?3` and `$3` the third, `:q`, `@q` and `$q` the one of that name.
    pub(super) fn declare(&mut self, placeholder: &str) -> Result<usize> {
        let spelling = Spelling::of(placeholder)?;
        let index = match spelling {
            Spelling::Next => self.names.len(),
            Spelling::Numbered(index) => index,
            Spelling::Named => self.place_of(placeholder).unwrap_or(self.names.len()),
        };
        if index >= PARAMETERS_MAX {
            return Err(Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!("a statement has at most {PARAMETERS_MAX} parameters"),
            ));
        }
        if index >= self.names.len() {
            self.names.resize(index + 1, None);
        }
        if matches!(spelling, Spelling::Named) {
            self.names[index] = Some(placeholder.to_owned());
        }
        Ok(index)
    }

    /// The number of a placeholder that was declared.
    pub(super) fn lookup(&self, placeholder: &str) -> Option<usize> {
        match Spelling::of(placeholder).ok()? {
            Spelling::Next => None,
            Spelling::Numbered(index) => (index < self.names.len()).then_some(index),
            Spelling::Named => self.place_of(placeholder),
        }
    }

    pub(super) fn into_names(self) -> Vec<Option<String>> {
        self.names
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        self.names
            .iter()
            .position(|known| known.as_deref() == Some(name))
    }
}

enum Spelling {
    /// `?`
    Next,
    /// `?3`, `$3`: from 0.
    Numbered(usize),
    /// `:q`, `@q`, `$q`
    Named,
}

impl Spelling {
    fn of(placeholder: &str) -> Result<Self> {
        let bad = || {
            Error::sql(
                SqlState::SYNTAX_ERROR,
                format!("\"{placeholder}\" is not a parameter"),
            )
            .hint("parameters are written ?, ?1, $1, :name, @name")
        };
        let (sign, rest) = placeholder.split_at_checked(1).ok_or_else(bad)?;
        match (sign, rest) {
            ("?", "") => Ok(Self::Next),
            ("?" | "$", rest) if rest.bytes().all(|b| b.is_ascii_digit()) => {
                let number: usize = rest.parse().map_err(|_| bad())?;
                number.checked_sub(1).map(Self::Numbered).ok_or_else(bad)
            }
            (":" | "@" | "$", rest)
                if rest.starts_with(|c: char| c.is_alphabetic() || c == '_') =>
            {
                Ok(Self::Named)
            }
            _ => Err(bad()),
        }
    }
}
