//! Apache Iceberg tables as a library: Arrow in, Arrow out, written so that nothing is lost.
//!
//! A table is a folder in an object store (a local folder, memory, or any store that can create an object only where there is none). Other
//! engines read the same folder; several writers may write it at once, in any number of processes, without a lock and without a server.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch};
//! use arrow_schema::{DataType, Field, Schema};
//! use citadel_lake::{LakeStore, LakeTable, TableDefinition};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = LakeStore::memory();
//! let schema = Schema::new(vec![Field::new("id", DataType::Int64, false)]);
//! let table = LakeTable::create(&store, "shop/orders", TableDefinition::new(schema))?;
//!
//! let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
//! let batch = RecordBatch::try_from_iter([("id", ids)])?;
//! table.append_idempotent("import of Monday", &[batch.clone()])?;
//! table.append_idempotent("import of Monday", &[batch])?; // stored already
//!
//! let rows: usize = table.scan().collect()?.iter().map(RecordBatch::num_rows).sum();
//! assert_eq!(rows, 3);
//! # Ok(())
//! # }
//! ```
//!
//! # Words
//!
//! A *version* is one file of metadata, which describes the whole table. The newest is the table's state; who tells which that is, is the
//! table's *catalog*: the folder itself (`metadata/vN.metadata.json`, of which the greatest N is the newest), or a cell of somebody
//! else's ([`Pointer`]). A *snapshot* is a set of data files, named by a *manifest list* and its *manifests*. An *append*, a *delete* and a *compaction* each make one snapshot; a
//! change of the schema makes a version without one. Older snapshots stay readable until they are expired.
//!
//! # What always holds
//!
//! 1. A file is written once, under a name that holds a UUIDv7, and never changed. The only name that two writers can both want is the next
//!    version's, and the store gives it to one of them. The version hint is the one exception, and nobody relies on it.
//! 2. All changes go through one function (`commit`): load the newest version; let the operation check everything that happened since it
//!    looked; write manifests; have the catalog replace that version by the next; if another writer was faster, begin again on top of that.
//! 3. A call that returns success has been published. One that fails has changed nothing, except for [`LakeError::Unknown`], which says so.
//! 4. Only the store's own word that there is no version means that there is no table. A version that cannot be read is an error, and an
//!    older one never stands in for it.
//! 5. A batch id is stored at most once: the ledger is looked at inside the commit, is a part of what is committed, and survives compaction
//!    and expiry.
//! 6. Every row that is written passes one gate (`schema::align`): columns by name, casts without loss, vectors of the right dimension and
//!    finite.
//! 7. A field id is given once. Files are read by field id, so columns may be reordered, renamed, added, dropped and widened.
//! 8. Files are named by metadata only after they are written and synced, so a crash leaves files that nobody names, never names without
//!    files.
//!
//! # Where things are
//!
//! `store` is all that touches an object store, `metadata` reads the state of a table, `catalog` tells which is the newest, `commit` changes it. `schema` maps types and holds the
//! gate, `data` writes and reads Parquet, `filter` and `scan` choose files and rows, `index` is the vector index
//! beside a data file, `key` seals the files of an encrypted table, `search` ranks rows, `watch` ends long calls. `table` puts them together as [`LakeTable`]. `file`
//! reads and writes Parquet files that belong to no table.

#![forbid(unsafe_code)]

mod catalog;
mod commit;
mod data;
mod error;
mod file;
mod filter;
mod index;
mod key;
mod metadata;
mod runtime;
mod scan;
mod schema;
mod search;
mod store;
mod table;
mod watch;

pub use catalog::{Pointer, Swapped};
#[cfg(feature = "rest")]
pub use catalog::{RestCatalog, RestOptions};
pub use error::{LakeError, Result};
pub use file::{ParquetFile, ParquetRows, ParquetWriter};
pub use filter::{Filter, Operator, Value};
pub use key::TableKey;
pub use scan::{Batches, Scan};
pub use schema::{IndexKind, Metric, Precision, SchemaChange, VectorColumn, is_uuid, uuid_field};
pub use search::{Search, SearchReport};
pub use store::LakeStore;
pub use table::{
    Append, Appended, Compacted, Deferred, DeletedRows, FileContent, FileInfo, IndexInfo, IndexJob,
    IndexState, LakeTable, PartitionBy, SnapshotInfo, Staged, TableDefinition,
};
pub use watch::{Step, Watch};
