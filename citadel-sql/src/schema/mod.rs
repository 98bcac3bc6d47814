//! What tables and indexes are, and the catalog that a statement is bound against.
//!
//! Definitions are records of a well-known tree, changed in the same transaction as the data they describe
//! ([`SchemaChange`]); a [`Catalog`] is all of them at one snapshot. What definitions *mean* for trees (rows, keys)
//! is the business of `store`.

mod ann_options;
mod btree_encoding;
mod catalog;
mod column_default;
mod comment;
mod encoded_value;
mod encoding;
mod foreign_key;
mod indexed;
mod key_graph;
mod lake_server;
mod lake_table;
mod materialized;
mod metric;
mod recall;
mod row_text;
mod schema_tree;
mod sequence;
mod sequence_tree;
mod statement;
mod statistics;
mod table;
mod trigger;
mod view;

pub(crate) use ann_options::{AnnOptions, MIN_SEGMENT_ROWS};
pub(crate) use catalog::{Catalog, SchemaVersion};
pub(crate) use column_default::{ColumnDefault, ColumnSequences, DefaultText, Identity};
pub(crate) use comment::{Comment, CommentOn, Commented};
pub(crate) use encoded_value::DOMAIN_DEPTH_MAX;
pub(crate) use foreign_key::{ForeignKeyDef, KeyAction, KeyTiming};
pub(crate) use indexed::{IndexKey, Indexed, IndexedExpression, IndexedVector};
pub(crate) use key_graph::KeyGraph;
pub(crate) use lake_server::{LakeServer, LakeToken};
pub(crate) use lake_table::{LakeCatalog, LakeDef, LakeHome, LakeKey};
pub(crate) use materialized::Materialized;
pub use metric::Metric;
pub(crate) use recall::AnnSettings;
pub use recall::Recall;
pub(crate) use row_text::RowText;
pub(crate) use schema_tree::{DefinitionReader, SCHEMA_TREE, SchemaChange};
pub(crate) use sequence::{IntegerWidth, SequenceDef, SequenceId, SequenceOptions, SequenceState};
pub(crate) use sequence_tree::{
    SEQUENCE_TREE, put_sequence_state, remove_sequence_state, sequence_state,
};
pub(crate) use statement::{domain_statement, quoted, readable};
pub(crate) use statistics::{ColumnStatistics, Distinct, IndexStatistics, TableStatistics};
pub(crate) use table::{
    AnnIndex, BTreeIndex, CheckDef, ColumnDef, ColumnNo, ColumnStorage, IndexDef, IndexId,
    IndexKind, IndexOrigin, RowId, TableDef, TableId, TreeUse,
};
pub(crate) use trigger::{
    TriggerDef, TriggerEvent, TriggerEvents, TriggerId, TriggerLevel, TriggerSet, TriggerTiming,
};
pub(crate) use view::{ViewDef, ViewId};
