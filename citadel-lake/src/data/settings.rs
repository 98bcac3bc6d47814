//! What a table's properties say of its data files.

use std::collections::HashMap;

/// A file is closed when it is about as large, unless the table says otherwise.
const TARGET_BYTES: u64 = 128 << 20;
/// A row group holds about as many bytes before compression, unless the table says otherwise: what a reader must hold at once.
const GROUP_BYTES: u64 = 32 << 20;
/// How often a bloom filter says "maybe" of a value that is not there, unless the table says otherwise.
const BLOOM_FALSE_POSITIVES: f64 = 0.01;
/// Columns with a bloom filter have this property, with their name behind it.
const BLOOM_ENABLED: &str = "write.parquet.bloom-filter-enabled.column.";

/// Iceberg's own properties that are heeded.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) target_bytes: u64,
    pub(crate) group_bytes: u64,
    /// Columns whose values go into bloom filters.
    pub(crate) bloom_filters: Vec<String>,
    pub(crate) bloom_false_positives: f64,
}

impl Settings {
    pub(crate) fn of(properties: &HashMap<String, String>) -> Self {
        let number = |key: &str| properties.get(key)?.parse::<f64>().ok();
        let bytes = |key: &str| {
            let bytes: Option<u64> = properties.get(key)?.parse().ok();
            bytes.filter(|bytes| *bytes > 0)
        };
        let mut bloom_filters: Vec<String> = properties
            .iter()
            .filter(|(_, value)| value.eq_ignore_ascii_case("true"))
            .filter_map(|(key, _)| key.strip_prefix(BLOOM_ENABLED))
            .map(str::to_owned)
            .collect();
        bloom_filters.sort();
        Self {
            target_bytes: bytes("write.target-file-size-bytes").unwrap_or(TARGET_BYTES),
            group_bytes: bytes("write.parquet.row-group-size-bytes").unwrap_or(GROUP_BYTES),
            bloom_filters,
            bloom_false_positives: number("write.parquet.bloom-filter-fpp")
                .filter(|part| *part > 0.0 && *part < 1.0)
                .unwrap_or(BLOOM_FALSE_POSITIVES),
        }
    }
}
