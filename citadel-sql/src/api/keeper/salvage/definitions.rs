//! The definitions that can still be read.

use citadel_txn::Salvage;

use crate::schema::{
    Comment, DefinitionReader, SCHEMA_TREE, SequenceDef, TableDef, TriggerDef, ViewDef,
};
use crate::types::{Domain, EnumType};

/// What is left of the definitions.
pub(super) struct Definitions {
    pub(super) tables: Vec<TableDef>,
    pub(super) views: Vec<ViewDef>,
    pub(super) sequences: Vec<SequenceDef>,
    pub(super) enums: Vec<EnumType>,
    pub(super) domains: Vec<Domain>,
    pub(super) comments: Vec<Comment>,
    pub(super) triggers: Vec<TriggerDef>,
    /// Definitions that do not decode, or whose table is gone.
    pub(super) malformed: u64,
}

impl Definitions {
    pub(super) fn read(source: &Salvage) -> Self {
        let mut reader = DefinitionReader::default();
        let mut malformed = 0;
        for entry in source.entries(SCHEMA_TREE) {
            malformed += u64::from(reader.add(&entry.key, &entry.value).is_err());
        }
        let read = reader.finish();
        Self {
            tables: read.tables,
            views: read.views,
            sequences: read.sequences,
            enums: read.enums,
            domains: read.domains,
            comments: read.comments,
            triggers: read.triggers,
            malformed,
        }
    }
}
