//! How precisely an index knows the vectors of a column.

use std::fmt;
use std::str::FromStr;

use crate::error::{LakeError, Result};

/// What the indexes of a vector column hold of each component of a vector, at least.
///
/// By it a search tells which of the candidates of an index are worth reading; distances are always those of the stored vectors. A column
/// that does not say it has what the kind of its index needs: PRISM a byte for each component, IVF-PQ a quarter of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// Four bytes: the vectors themselves, in the index file as well as in the data file.
    F32,
    /// Two bytes.
    F16,
    /// One byte: in a PRISM graph its own codes, beside the lists of IVF-PQ a copy.
    I8,
}

impl Precision {
    fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::I8 => "i8",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Precision {
    type Err = LakeError;

    fn from_str(text: &str) -> Result<Self> {
        [Self::F32, Self::F16, Self::I8]
            .into_iter()
            .find(|precision| precision.name() == text)
            .ok_or_else(|| LakeError::misuse(format!("no precision '{text}'")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for precision in [Precision::F32, Precision::F16, Precision::I8] {
            let name = precision.to_string();
            assert_eq!(name.parse::<Precision>().unwrap(), precision);
        }
        assert!("f64".parse::<Precision>().unwrap_err().is_misuse());
    }
}
