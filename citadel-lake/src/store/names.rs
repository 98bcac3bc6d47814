//! Names of the files of a table.
//!
//! `metadata/vN.metadata.json` is the only name that two writers can both want. All others carry a UUIDv7: unique, and in the order of time.

use uuid::Uuid;

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Data,
    Deletes,
    Manifest,
    ManifestList,
    Ledger,
    Index,
    IndexList,
    /// Table metadata, and the how manieth it is.
    Metadata(u64),
}

/// A name that no other writer draws, as a path below the table.
pub(crate) fn fresh(name: Name) -> String {
    let id = Uuid::now_v7();
    match name {
        Name::Data => format!("data/{id}.parquet"),
        Name::Deletes => format!("data/{id}-deletes.parquet"),
        Name::Manifest => format!("metadata/{id}-m.avro"),
        Name::ManifestList => format!("metadata/snap-{id}.avro"),
        Name::Ledger => format!("metadata/{id}-ledger.json"),
        Name::Index => format!("index/{id}.puffin"),
        Name::IndexList => format!("metadata/{id}-indexes.json"),
        Name::Metadata(number) => format!("metadata/{number:05}-{id}.metadata.json"),
    }
}
