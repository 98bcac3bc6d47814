//! What tables and indexes are, and the catalog that a statement is bound against.

mod table;

pub(crate) use table::{
    AnnIndex, BTreeIndex, ColumnDef, ColumnNo, ColumnStorage, IndexDef, IndexId, IndexKind,
    IndexOrigin, RowId, TableDef, TableId,
};
