//! The key of an encrypted table, and what is sealed with it.
//!
//! A table's key seals nothing but *data keys*: each file gets a random one, which seals that file alone and lies in it, wrapped by the
//! table's key ([`DataKey`]). So the key's holder reads all files, a file can be given away with its own key, and no file's key is any other's.
//!
//! - Data files and files of deletes are Parquet with modular encryption (`parquet`): footer and all columns under the data key, the file's
//!   name in what is authenticated, so that no file can stand in for another one.
//! - Parts of index files are sealed one by one (`blob`), bound to the file's name, to the data file that it is of, and to the part's own name.
//! - What a manifest would repeat of rows (bounds, counts of NaN) and the list of indexes (balls) is left out.
//!
//! Metadata is neither secret nor authenticated: names of columns, counts and sizes can be read, and who may write to the folder can leave out
//! files or bring back older states. They cannot change a row, make one, or move one to another file.

mod blob;
mod cipher;
mod data_key;
mod parquet;
mod table_key;

use std::collections::HashMap;

use crate::error::{LakeError, Result};

pub(crate) use blob::BlobSeal;
use data_key::DataKey;
pub(crate) use parquet::{check_modules, footer_bytes, reading, writing};
pub use table_key::TableKey;

/// The property that says that a table is encrypted, and how: the one way is `parquet`.
pub(crate) const ENCRYPTION: &str = "citadel.encryption";
/// The property that names the key.
pub(crate) const KEY_ID: &str = "citadel.encryption.key-id";

const PARQUET: &str = "parquet";

/// The properties of a table under a key.
pub(crate) fn properties(key: &TableKey) -> [(String, String); 2] {
    [(ENCRYPTION, PARQUET.to_owned()), (KEY_ID, key.id())].map(|(k, v)| (k.to_owned(), v))
}

/// Whether a table with these properties is to be read and written with this key, or without one.
///
/// What decides is the key that is held: a table that has lost its properties is not written in the clear.
///
/// # Errors
/// [`LakeError::Key`] if it is not; [`LakeError::Unsupported`] for another way to encrypt.
pub(crate) fn check(
    key: Option<&TableKey>,
    properties: &HashMap<String, String>,
    location: &str,
) -> Result<()> {
    let refuse = |reason: String| {
        Err(LakeError::Key {
            path: location.to_owned(),
            reason,
        })
    };
    match (key, properties.get(ENCRYPTION).map(String::as_str)) {
        (None, None) => Ok(()),
        (_, Some(way)) if way != PARQUET => Err(LakeError::Unsupported(format!(
            "{location}: encryption of the kind '{way}'"
        ))),
        (None, Some(_)) => refuse("the table is encrypted, and no key was given".to_owned()),
        (Some(_), None) => refuse("a key was given, and the table is not encrypted".to_owned()),
        (Some(key), Some(_)) => match properties.get(KEY_ID) {
            Some(id) if *id == key.id() => Ok(()),
            Some(id) => refuse(format!(
                "the table is encrypted under the key {id}, not under {}",
                key.id()
            )),
            None => refuse(format!("the table does not say its {KEY_ID}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_with_its_own_key_alone() {
        let (key, other) = (TableKey::new([1; 32]), TableKey::new([2; 32]));
        let sealed = HashMap::from(properties(&key));
        let plain = HashMap::new();
        check(Some(&key), &sealed, "t").unwrap();
        check(None, &plain, "t").unwrap();
        for (key, properties) in [
            (Some(&other), &sealed),
            (None, &sealed),
            (Some(&key), &plain),
        ] {
            assert!(check(key, properties, "t").unwrap_err().is_wrong_key());
        }
        let mut strange = sealed.clone();
        strange.insert(ENCRYPTION.to_owned(), "rot13".to_owned());
        assert!(
            check(Some(&key), &strange, "t")
                .unwrap_err()
                .is_unsupported()
        );
        let mut nameless = sealed;
        nameless.remove(KEY_ID);
        assert!(
            check(Some(&key), &nameless, "t")
                .unwrap_err()
                .is_wrong_key()
        );
    }
}
