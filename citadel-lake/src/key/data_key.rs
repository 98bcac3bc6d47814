//! The key of a file, and how it lies in the file: as *key material*.
//!
//! The material is the JSON that parquet-java and Arrow C++ write when a key management service wraps data keys and the wrapped key is kept in
//! the file itself. The service's part is ours: `wrappedDEK` is base64 of nonce, ciphertext and tag of AES-256-GCM under the table's key, with
//! the bytes of `masterKeyID` as additional data. So a reader of theirs needs a client that does that one step.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::TableKey;
use super::cipher::{KEY_BYTES, open, random, seal};
use crate::error::{LakeError, Result};

const TYPE: &str = "PKMT1";
/// What those writers put where no service has to be told from another.
const DEFAULT: &str = "DEFAULT";

/// The key of one file.
#[derive(Clone)]
pub(crate) struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    key_material_type: String,
    internal_storage: bool,
    is_footer_key: bool,
    #[serde(rename = "kmsInstanceID", default)]
    kms_instance_id: String,
    #[serde(rename = "kmsInstanceURL", default)]
    kms_instance_url: String,
    #[serde(rename = "masterKeyID")]
    master_key_id: String,
    #[serde(rename = "wrappedDEK")]
    wrapped_dek: String,
    double_wrapping: bool,
}

impl DataKey {
    /// A new key, and its material.
    pub(crate) fn new(table: &TableKey) -> Result<(Self, String)> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        random(&mut *bytes)?;
        let id = table.id();
        let wrapped = seal(table.bytes(), id.as_bytes(), &*bytes)?;
        let material = Material {
            key_material_type: TYPE.to_owned(),
            internal_storage: true,
            is_footer_key: true,
            kms_instance_id: DEFAULT.to_owned(),
            kms_instance_url: DEFAULT.to_owned(),
            master_key_id: id,
            wrapped_dek: STANDARD.encode(wrapped),
            double_wrapping: false,
        };
        let text = serde_json::to_string(&material);
        let text = text.map_err(|error| LakeError::misuse(error.to_string()))?;
        Ok((Self(bytes), text))
    }

    /// The key of a file that has this material.
    ///
    /// # Errors
    /// [`LakeError::Key`] if it was wrapped by another table's key; [`LakeError::Corrupt`] if it is no material.
    pub(crate) fn of(table: &TableKey, path: &str, material: &[u8]) -> Result<Self> {
        let damaged = |reason: &str| LakeError::corrupt(path, format!("its key: {reason}"));
        let material: Material =
            serde_json::from_slice(material).map_err(|error| damaged(&error.to_string()))?;
        if material.key_material_type != TYPE || material.double_wrapping {
            return Err(damaged("it is wrapped in another way"));
        }
        let id = table.id();
        if material.master_key_id != id {
            return Err(LakeError::Key {
                path: path.to_owned(),
                reason: format!(
                    "the file is encrypted under the key {}, not under {id}",
                    material.master_key_id
                ),
            });
        }
        let wrapped = STANDARD.decode(&material.wrapped_dek);
        let wrapped = wrapped.map_err(|error| damaged(&error.to_string()))?;
        let opened = open(table.bytes(), id.as_bytes(), &wrapped).map(Zeroizing::new);
        let opened = opened.ok_or_else(|| damaged("it was changed"))?;
        let bytes = <[u8; KEY_BYTES]>::try_from(opened.as_slice());
        let bytes = bytes.map_err(|_| damaged("it is of another length"))?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_is_unwrapped_by_its_table_alone() {
        let table = TableKey::random().unwrap();
        let (key, text) = DataKey::new(&table).unwrap();
        let found = DataKey::of(&table, "f", text.as_bytes()).unwrap();
        assert_eq!(found.bytes(), key.bytes());
        let other = TableKey::random().unwrap();
        let error = DataKey::of(&other, "f", text.as_bytes()).err().unwrap();
        assert!(error.is_wrong_key(), "{error}");
        // The same name, and another key.
        let lying = text.replace(&table.id(), &other.id());
        let error = DataKey::of(&other, "f", lying.as_bytes()).err().unwrap();
        assert!(error.is_corrupt(), "{error}");
        for damaged in ["", "{}", "[]", &text[..text.len() / 2]] {
            let error = DataKey::of(&table, "f", damaged.as_bytes()).err().unwrap();
            assert!(error.is_corrupt(), "{damaged}: {error}");
        }
    }

    #[test]
    fn the_material_has_the_names_that_others_look_for() {
        let (_, text) = DataKey::new(&TableKey::new([1; 32])).unwrap();
        for part in [
            r#""keyMaterialType":"PKMT1""#,
            r#""internalStorage":true"#,
            r#""isFooterKey":true"#,
            r#""kmsInstanceID":"DEFAULT""#,
            r#""kmsInstanceURL":"DEFAULT""#,
            r#""masterKeyID":""#,
            r#""wrappedDEK":""#,
            r#""doubleWrapping":false"#,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
