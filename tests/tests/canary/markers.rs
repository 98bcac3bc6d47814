//! What must not be found.

/// In a row, by a literal.
pub(crate) const ROW: &str = "canary-row-6f1d9be2c35a4708e19b2";
/// In a row, by a parameter.
pub(crate) const PARAMETER: &str = "canary-parameter-a94be07c51f3d82";
/// In a value of many pages.
pub(crate) const LARGE: &str = "canary-large-value-3c7e0b95d1f64";
/// In a BLOB.
pub(crate) const BLOB: &str = "canary-blob-d0e41f7a93b85c62f7ae";
/// In a comment of a statement, and in a literal of one that stores nothing.
pub(crate) const TEXT: &str = "canary-statement-text-7b20f9c4e1";
/// In a row that is rolled back.
pub(crate) const ROLLED_BACK: &str = "canary-rolled-back-e85c1a07f4d9b";
/// In a row that is deleted.
pub(crate) const DELETED: &str = "canary-deleted-row-1b9d64e0c7fa3";
/// In a column that a vector index keeps as a filter.
pub(crate) const TOPIC: &str = "canary-filter-topic-5fa80e3c92b7";
/// A table.
pub(crate) const TABLE: &str = "canary_table_name_84c0e5b7a2f19d";
/// A column.
pub(crate) const COLUMN: &str = "canary_column_name_2e7f1a90b6d4c";
/// An index.
pub(crate) const INDEX: &str = "canary_index_name_c91b5e08d37fa2";
/// The passphrase.
pub(crate) const PASSPHRASE: &str = "canary-passphrase-90d2e6b41fc7a5";
/// Another one, that takes its place.
pub(crate) const NEW_PASSPHRASE: &str = "canary-new-passphrase-4a8e1d7b03";
/// A vector: 32 bytes that no other vector has.
pub(crate) const VECTOR: [f32; 8] = [
    1.234_567,
    -98.765_43,
    0.001_357_9,
    24_680.25,
    -7.301_59,
    271.828,
    0.577_215,
    -1_618.125,
];

/// One marker.
pub(crate) struct Marker {
    /// What it marks.
    pub(crate) name: &'static str,
    codings: Vec<Vec<u8>>,
}

impl Marker {
    fn text(name: &'static str, text: &str) -> Self {
        let utf16 = || text.encode_utf16();
        Self {
            name,
            codings: vec![
                text.as_bytes().to_vec(),
                text.to_uppercase().into_bytes(),
                utf16().flat_map(u16::to_le_bytes).collect(),
                utf16().flat_map(u16::to_be_bytes).collect(),
            ],
        }
    }

    fn vector(name: &'static str, vector: &[f32]) -> Self {
        let doubles = || vector.iter().map(|v| f64::from(*v));
        Self {
            name,
            codings: vec![
                vector.iter().flat_map(|v| v.to_le_bytes()).collect(),
                vector.iter().flat_map(|v| v.to_be_bytes()).collect(),
                doubles().flat_map(f64::to_le_bytes).collect(),
                doubles().flat_map(f64::to_be_bytes).collect(),
            ],
        }
    }

    /// The bytes that it may be written as.
    pub(crate) fn codings(&self) -> &[Vec<u8>] {
        &self.codings
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Marker> {
    let texts = [
        ("row", ROW),
        ("parameter", PARAMETER),
        ("large", LARGE),
        ("blob", BLOB),
        ("text", TEXT),
        ("rolled back", ROLLED_BACK),
        ("deleted", DELETED),
        ("topic", TOPIC),
        ("table", TABLE),
        ("column", COLUMN),
        ("index", INDEX),
        ("passphrase", PASSPHRASE),
        ("new passphrase", NEW_PASSPHRASE),
    ];
    let mut markers: Vec<Marker> = texts
        .into_iter()
        .map(|(name, text)| Marker::text(name, text))
        .collect();
    markers.push(Marker::vector("vector", &VECTOR));
    markers
}
