//! The part of the bound tree that defines tables.

use std::sync::Arc;

use super::bound::{
    AlterSequence, AlteredKey, DroppedKey, Expr, NewForeignKey, NewSequence, RelationNo,
};
use crate::schema::{
    CheckDef, ColumnDefault, ColumnNo, ColumnSequences, DefaultText, IndexDef, LakeCatalog,
    LakeDef, LakeKey, Metric, RowText, TableDef, TriggerDef, ViewDef,
};
use crate::types::{Collation, Limit, SqlType, Value};

/// CREATE TABLE, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct CreateTable {
    pub(crate) name: String,
    pub(crate) columns: Vec<NewColumn>,
    /// In key order. One INTEGER column alone is the row id.
    pub(crate) primary_key: Vec<ColumnNo>,
    /// The name of the primary key's constraint, where one was given.
    pub(crate) key_name: Option<String>,
    pub(crate) unique: Vec<NewUnique>,
    pub(crate) checks: Vec<NewCheck>,
    pub(crate) foreign_keys: Vec<NewForeignKey>,
    /// Empty: it is made of the definition.
    pub(crate) sql: String,
    /// Its rows lie in a lake. Without columns: those of the table that is there.
    pub(crate) lake: Option<NewLake>,
    /// It is a materialized view.
    pub(crate) materialized: Option<NewMaterialized>,
}

/// A materialized view, to be made or filled anew.
#[derive(Clone, Debug)]
pub(crate) struct NewMaterialized {
    /// As the user wrote it.
    pub(crate) query: String,
    /// The one that is there.
    pub(crate) refreshed: Option<Arc<TableDef>>,
}

/// A table in a lake, to be made or opened.
#[derive(Clone, Debug)]
pub(crate) struct NewLake {
    /// An absolute path.
    pub(crate) location: String,
    pub(crate) catalog: LakeCatalog,
    /// The metadata from which an embedded table goes on.
    pub(crate) metadata: Option<String>,
    /// How near vectors are, where the table is made.
    pub(crate) metric: Option<Metric>,
    /// The kind of vector indexes.
    pub(crate) index: Option<String>,
    /// How precisely those know the vectors.
    pub(crate) precision: Option<String>,
    /// What makes the vectors.
    pub(crate) embedding_model: Option<String>,
    pub(crate) partition_by: Vec<PartitionKey>,
    /// Columns whose values go into bloom filters.
    pub(crate) bloom_filters: Vec<String>,
    pub(crate) encryption: NewEncryption,
    /// The columns' metrics: known when it is made or opened.
    pub(crate) opened: Option<Arc<LakeDef>>,
}

/// How the files of a table in a lake are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NewEncryption {
    /// Not at all.
    Clear,
    /// By a key that is drawn when the table is made.
    NewKey,
    /// By this key.
    Key(LakeKey),
}

/// How rows are told apart in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartitionKey {
    pub(crate) column: String,
    pub(crate) transform: PartitionTransform,
}

/// What is made of a column's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartitionTransform {
    Identity,
    Bucket(u32),
    Truncate(u32),
    Year,
    Month,
    Day,
    Hour,
}

/// A column to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewColumn {
    pub(crate) name: String,
    pub(crate) ty: SqlType,
    pub(crate) limit: Option<Limit>,
    pub(crate) not_null: bool,
    pub(crate) default: NewDefault,
    /// That it has already.
    pub(crate) sequences: ColumnSequences,
    pub(crate) generated: Option<Generated>,
    /// How its texts are compared.
    pub(crate) collation: Collation,
    /// AUTOINCREMENT, which it is to get.
    pub(crate) counts: bool,
}

/// The default of a column to be made.
#[derive(Clone, Debug)]
pub(crate) enum NewDefault {
    /// Of the column's type.
    Value(Value),
    /// Computed for each row: what the catalog is to keep, and the same as a value for the column.
    Computed { text: DefaultText, value: Box<Expr> },
    /// As the catalog has it.
    Kept(DefaultText),
    /// The next number of a sequence that is made with the column.
    Sequence(NewSequence),
}

impl Default for NewDefault {
    fn default() -> Self {
        Self::Value(Value::Null)
    }
}

impl NewDefault {
    /// Is nothing said?
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Value(Value::Null))
    }

    /// The value, where it is the same for all rows; else NULL.
    pub(crate) fn constant(&self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Computed { .. } | Self::Kept(_) | Self::Sequence(_) => Value::Null,
        }
    }

    /// As the catalog keeps it, but for a sequence that is not there yet.
    pub(crate) fn definition(&self) -> ColumnDefault {
        match self {
            Self::Value(value) => ColumnDefault::Value(value.clone()),
            Self::Computed { text, .. } | Self::Kept(text) => ColumnDefault::Computed(text.clone()),
            Self::Sequence(_) => ColumnDefault::default(),
        }
    }

    /// One that the catalog has.
    pub(crate) fn kept(default: &ColumnDefault) -> Self {
        match default {
            ColumnDefault::Value(value) => Self::Value(value.clone()),
            ColumnDefault::Computed(text) => Self::Kept(text.clone()),
        }
    }
}

/// What a column's value is computed from.
#[derive(Clone, Debug)]
pub(crate) enum Generated {
    /// Over the columns of the relation: the table's rows.
    New(RelationNo, Box<Expr>),
    /// As the catalog has it, over the columns as they were.
    Kept(RowText),
}

/// A UNIQUE constraint to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewUnique {
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<ColumnNo>,
    /// Is a NULL like no other?
    pub(crate) nulls_distinct: bool,
}

/// A CHECK constraint to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewCheck {
    pub(crate) name: Option<String>,
    /// Over the columns of the relation: the table's rows.
    pub(crate) relation: RelationNo,
    pub(crate) condition: Expr,
}

/// ALTER TABLE, checked: what the table becomes.
#[derive(Clone, Debug)]
pub(crate) struct AlterTable {
    pub(crate) table: Arc<TableDef>,
    pub(crate) name: String,
    pub(crate) columns: Vec<AlteredColumn>,
    pub(crate) primary_key: Vec<ColumnNo>,
    pub(crate) key_name: Option<String>,
    /// Indexes that stay, and their names.
    pub(crate) indexes: Vec<(Arc<IndexDef>, String)>,
    pub(crate) unique: Vec<NewUnique>,
    pub(crate) checks: Vec<AlteredCheck>,
    pub(crate) foreign_keys: Vec<AlteredKey>,
    /// Constraints of other tables that go with what they refer to.
    pub(crate) dropped_keys: Vec<DroppedKey>,
    /// Sequences of identity columns that become others.
    pub(crate) sequences: Vec<AlterSequence>,
    /// The row id that comes next at the earliest, of a table with AUTOINCREMENT.
    pub(crate) restart: Option<i64>,
    /// Views that go with a dropped column.
    pub(crate) views: Vec<Arc<ViewDef>>,
    /// Materialized views that go likewise.
    pub(crate) dropped_tables: Vec<Arc<TableDef>>,
    /// Triggers of the table, with its new name.
    pub(crate) renamed_triggers: Vec<TriggerDef>,
    /// Triggers that go with what they use.
    pub(crate) dropped_triggers: Vec<Arc<TriggerDef>>,
}

/// A column of a table that is altered.
#[derive(Clone, Debug)]
pub(crate) struct AlteredColumn {
    pub(crate) column: NewColumn,
    pub(crate) source: ColumnSource,
}

/// What rows that are there have in a column.
#[derive(Clone, Debug)]
pub(crate) enum ColumnSource {
    /// What they had.
    Kept(ColumnNo),
    /// The default.
    Added,
    /// What is computed from what they had, in the place of a column. Over the columns of the relation.
    Computed {
        from: ColumnNo,
        relation: RelationNo,
        value: Box<Expr>,
    },
}

impl ColumnSource {
    /// The column that it was.
    pub(crate) fn origin(&self) -> Option<ColumnNo> {
        match self {
            Self::Kept(no) | Self::Computed { from: no, .. } => Some(*no),
            Self::Added => None,
        }
    }
}

/// A CHECK constraint of a table that is altered.
#[derive(Clone, Debug)]
pub(crate) enum AlteredCheck {
    /// One that stays, over the columns as they were.
    Kept(CheckDef),
    /// One over the columns as they become.
    New(NewCheck),
}

impl AlterTable {
    /// Where a column that was there goes.
    pub(crate) fn moved(&self, no: ColumnNo) -> Option<ColumnNo> {
        let at = self
            .columns
            .iter()
            .position(|column| column.source.origin() == Some(no));
        u16::try_from(at?).ok().map(ColumnNo)
    }
}
