//! A row id as a key: 8 bytes, big-endian, sign bit flipped, so that bytes are ordered as numbers are.

use crate::codec::{Decoded, Malformed};
use crate::error::{Error, Result};
use crate::schema::RowId;

/// The key of a row.
#[inline]
pub(crate) fn encode(id: RowId) -> [u8; 8] {
    (id.0 ^ i64::MIN).to_be_bytes()
}

/// The row of a key.
///
/// # Errors
/// The key is not one that [`encode`] makes.
#[inline]
pub(crate) fn decode(key: &[u8]) -> Result<RowId> {
    parse(key).map_err(|Malformed| corrupt())
}

/// The row of a key, for callers that know better what is damaged.
#[inline]
pub(super) fn parse(key: &[u8]) -> Decoded<RowId> {
    let bytes = <[u8; 8]>::try_from(key).map_err(|_| Malformed)?;
    Ok(RowId(i64::from_be_bytes(bytes) ^ i64::MIN))
}

#[cold]
fn corrupt() -> Error {
    Error::Corrupt("a key is not a row id".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn key_order_is_row_id_order([a, b] in any::<[i64; 2]>()) {
            prop_assert_eq!(encode(RowId(a)).cmp(&encode(RowId(b))), a.cmp(&b));
            prop_assert_eq!(parse(&encode(RowId(a))), Ok(RowId(a)));
        }

        #[test]
        fn other_lengths_are_no_row_ids(key in prop::collection::vec(any::<u8>(), 0..12)) {
            prop_assert_eq!(decode(&key).is_ok(), key.len() == 8);
        }
    }
}
