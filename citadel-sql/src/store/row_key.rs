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

/// The first row whose key is not before a cut of a tree of rows: a key, or the beginning of one.
///
/// # Errors
/// The cut is longer than a key.
pub(crate) fn first_behind(cut: &[u8]) -> Result<RowId> {
    let mut key = [0; 8];
    let beginning = key.get_mut(..cut.len()).ok_or_else(corrupt)?;
    beginning.copy_from_slice(cut);
    decode(&key)
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
        fn a_cut_is_between_the_rows_beside_it(id: i64, other: i64, len in 0usize..=8) {
            let cut = &encode(RowId(id))[..len];
            let first = first_behind(cut).unwrap();
            prop_assert_eq!(encode(RowId(other)).as_slice() < cut, other < first.0);
        }

        #[test]
        fn other_lengths_are_no_row_ids(key in prop::collection::vec(any::<u8>(), 0..12)) {
            prop_assert_eq!(decode(&key).is_ok(), key.len() == 8);
        }
    }
}
