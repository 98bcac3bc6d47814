//! Parquet's modular encryption: what its writer and reader are given.
//!
//! ```text
//! PARE │ modules │ crypto metadata │ sealed footer │ length (4) │ PARE
//!        module: length (4) │ nonce (12) │ ciphertext │ tag (16)
//! ```
//!
//! The crypto metadata is in the clear: the algorithm with the *prefix*, which is the file's name and goes into what all modules
//! authenticate, and the key material. It is read here first, since Parquet's reader takes lengths of modules on faith and would panic at some.

use std::sync::Arc;

use parquet::encryption::decrypt::FileDecryptionProperties;
use parquet::encryption::encrypt::FileEncryptionProperties;

use super::cipher::{NONCE_BYTES, TAG_BYTES};
use super::{DataKey, TableKey};
use crate::error::{LakeError, Result};

/// The last bytes of a file: the length of what is before them, and the magic.
const FOOTER_TAIL: usize = 8;

const MAGIC_SEALED: &[u8] = b"PARE";
const MAGIC_PLAIN: &[u8] = b"PAR1";

/// What a file is written with: a key of its own.
pub(crate) fn writing(table: &TableKey, file: &str) -> Result<Arc<FileEncryptionProperties>> {
    let (key, material) = DataKey::new(table)?;
    FileEncryptionProperties::builder(key.bytes().to_vec())
        .with_footer_key_metadata(material.into_bytes())
        .with_aad_prefix(name(file).as_bytes().to_vec())
        // Other readers take it from the file; ours compares it with the name.
        .with_aad_prefix_storage(true)
        .build()
        .map_err(LakeError::rows)
}

/// How many bytes at a file's end are its footer, by the last ones of them.
///
/// # Errors
/// It is a file in the clear, or none of Parquet.
pub(crate) fn footer_bytes(path: &str, end: &[u8]) -> Result<usize> {
    let tail = end.last_chunk::<FOOTER_TAIL>();
    let tail = tail.ok_or_else(|| LakeError::corrupt(path, "too short"))?;
    let (length, magic) = tail.split_at(4);
    if magic == MAGIC_PLAIN {
        return Err(LakeError::corrupt(
            path,
            "it is not encrypted, and lies in an encrypted table",
        ));
    }
    if magic != MAGIC_SEALED {
        return Err(LakeError::corrupt(path, "no Parquet file"));
    }
    let length = length
        .iter()
        .rev()
        .fold(0, |n, byte| n << 8 | *byte as usize);
    Ok(length + FOOTER_TAIL)
}

/// What a file with this footer is read with.
///
/// # Errors
/// [`LakeError::Key`] for a file under another table's key; [`LakeError::Corrupt`] for one that is damaged, or another file under this name.
pub(crate) fn reading(
    table: &TableKey,
    path: &str,
    footer: &[u8],
) -> Result<Arc<FileDecryptionProperties>> {
    let body = footer.len().saturating_sub(FOOTER_TAIL);
    let read = CryptoMetadata::read(&footer[..body]);
    let read = read.ok_or_else(|| LakeError::corrupt(path, "no footer of an encrypted file"))?;
    let name = name(path);
    if read.prefix != name.as_bytes() {
        let reason = format!(
            "it was written as {}, and lies in another file's place",
            String::from_utf8_lossy(read.prefix)
        );
        return Err(LakeError::corrupt(path, reason));
    }
    let key = DataKey::of(table, path, read.material)?;
    FileDecryptionProperties::builder(key.bytes().to_vec())
        .with_aad_prefix(name.as_bytes().to_vec())
        .build()
        .map_err(|error| LakeError::corrupt(path, error))
}

/// Whether bytes are modules from end to end, so that the reader may rely on the lengths before them.
pub(crate) fn check_modules(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Some((length, rest)) = bytes.split_first_chunk::<4>() else {
            return false;
        };
        let length = u32::from_le_bytes(*length) as usize;
        if length < NONCE_BYTES + TAG_BYTES || length > rest.len() {
            return false;
        }
        bytes = &rest[length..];
    }
    true
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The clear part of a footer.
struct CryptoMetadata<'b> {
    prefix: &'b [u8],
    material: &'b [u8],
}

impl<'b> CryptoMetadata<'b> {
    /// Reads it in Thrift's compact form, in which structs, binaries and booleans are all there is; one sealed module must follow.
    fn read(footer: &'b [u8]) -> Option<Self> {
        const STRUCT_1: u8 = 0x1C;
        const BINARY_NEXT: u8 = 0x18;
        const STOP: u8 = 0;
        let mut from = Compact(footer);
        // FileCryptoMetaData.encryption_algorithm, and of that AES_GCM_V1.
        from.expect(STRUCT_1)?;
        from.expect(STRUCT_1)?;
        from.expect(BINARY_NEXT)?;
        let prefix = from.binary()?;
        from.expect(BINARY_NEXT)?;
        from.binary()?;
        // Whether readers must bring the prefix.
        if let Some(0x11 | 0x12) = from.0.first() {
            from.byte()?;
        }
        from.expect(STOP)?;
        from.expect(STOP)?;
        from.expect(BINARY_NEXT)?;
        let material = from.binary()?;
        from.expect(STOP)?;
        let (length, sealed) = from.0.split_first_chunk::<4>()?;
        let is_one = u32::from_le_bytes(*length) as usize == sealed.len();
        (is_one && check_modules(from.0)).then_some(Self { prefix, material })
    }
}

/// Bytes that are left.
struct Compact<'b>(&'b [u8]);

impl<'b> Compact<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.byte()? == byte).then_some(())
    }

    fn binary(&mut self) -> Option<&'b [u8]> {
        let mut length = 0usize;
        // Four bytes of seven bits: longer than any footer.
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                let (binary, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                return Some(binary);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footer(prefix: &str, material: &str) -> Vec<u8> {
        let mut bytes = vec![0x1C, 0x1C];
        let binary = |bytes: &mut Vec<u8>, value: &[u8]| {
            bytes.push(0x18);
            bytes.extend([(value.len() & 0x7F) as u8 | 0x80, (value.len() >> 7) as u8]);
            bytes.extend(value);
        };
        binary(&mut bytes, prefix.as_bytes());
        binary(&mut bytes, &[1; 8]);
        bytes.extend([0x12, 0, 0]);
        binary(&mut bytes, material.as_bytes());
        bytes.push(0);
        bytes.extend(40u32.to_le_bytes());
        bytes.extend([9; 40]);
        let length = bytes.len() as u32;
        bytes.extend(length.to_le_bytes());
        bytes.extend(b"PARE");
        bytes
    }

    #[test]
    fn a_footer_is_read_under_its_own_name() {
        let table = TableKey::new([1; 32]);
        let (_, material) = DataKey::new(&table).unwrap();
        let sound = footer("a.parquet", &material);
        assert_eq!(footer_bytes("x", &sound).unwrap(), sound.len());
        reading(&table, "t/data/a.parquet", &sound).unwrap();
        let moved = reading(&table, "t/data/b.parquet", &sound).unwrap_err();
        assert!(moved.is_corrupt() && moved.to_string().contains("a.parquet"));
        let other = reading(&TableKey::new([2; 32]), "a.parquet", &sound).unwrap_err();
        assert!(other.is_wrong_key(), "{other}");
        // Cut or changed anywhere it is an error or the same; never a panic.
        for at in 0..sound.len() {
            let _ = reading(&table, "a.parquet", &sound[at..]);
            let _ = reading(&table, "a.parquet", &sound[..at]);
            for bit in [0x01, 0x80] {
                let mut changed = sound.clone();
                changed[at] ^= bit;
                let _ = reading(&table, "a.parquet", &changed);
            }
        }
    }

    #[test]
    fn a_plain_file_is_none_of_the_table() {
        let error = footer_bytes("x", b"....PAR1").unwrap_err();
        assert!(error.to_string().contains("not encrypted"), "{error}");
        assert!(footer_bytes("x", b"....PARK").unwrap_err().is_corrupt());
        assert!(footer_bytes("x", b"PAR1").unwrap_err().is_corrupt());
    }

    #[test]
    fn modules_follow_each_other_to_the_end() {
        let module = |length: u32| [length.to_le_bytes().to_vec(), vec![0; 28]].concat();
        let sound = [module(28), module(28)].concat();
        assert!(check_modules(&sound) && check_modules(&[]));
        for cut in 1..sound.len() {
            assert_eq!(check_modules(&sound[..cut]), cut == 32, "{cut}");
        }
        for length in [0, 12, 27, 29, u32::MAX] {
            assert!(!check_modules(&module(length)), "{length}");
        }
    }
}
