//! The key of a table.

use std::fmt;

use zeroize::Zeroizing;

use super::cipher::{KEY_BYTES, random};
use crate::error::Result;

/// How many bytes of the hash name a key.
const ID_BYTES: usize = 8;

/// The key of an encrypted table: 256 bits, wiped when it is let go of.
///
/// Who holds it reads the table. It is not part of the table; where it is kept is the caller's affair.
#[derive(Clone)]
pub struct TableKey(Zeroizing<[u8; KEY_BYTES]>);

impl TableKey {
    /// A key that nobody has drawn before.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn random() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        random(&mut *bytes)?;
        Ok(Self(bytes))
    }

    /// A key that was kept.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key itself, to be kept.
    #[must_use]
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Its name, by which tables and files say which key they need: 16 digits that tell nothing of the key.
    #[must_use]
    pub fn id(&self) -> String {
        let hash = blake3::derive_key("citadel-lake 2026 name of a table key", &*self.0);
        hash[..ID_BYTES]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for TableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TableKey({})", self.id())
    }
}
