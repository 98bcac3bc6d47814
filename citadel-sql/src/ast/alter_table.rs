//! ALTER TABLE.

use super::{
    ColumnDefinition, DropBehavior, Expr, Identifier, SequenceColumn, SequenceOption,
    TableConstraint,
};
use crate::types::{Limit, SqlType};

/// `ALTER TABLE [IF EXISTS] name …, …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlterTable {
    pub(crate) name: Identifier,
    pub(crate) if_exists: bool,
    /// ALTER MATERIALIZED VIEW; its actions are names alone.
    pub(crate) materialized: bool,
    pub(crate) actions: Vec<TableAction>,
}

/// What ALTER TABLE changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TableAction {
    /// `RENAME TO name`
    Rename(Identifier),
    RenameColumn {
        from: Identifier,
        to: Identifier,
    },
    RenameConstraint {
        from: Identifier,
        to: Identifier,
    },
    AddColumn {
        column: Box<ColumnDefinition>,
        if_not_exists: bool,
    },
    DropColumn {
        column: Identifier,
        if_exists: bool,
        behavior: DropBehavior,
    },
    /// `ALTER COLUMN a SET DEFAULT value`; without a value, `DROP DEFAULT`.
    SetDefault {
        column: Identifier,
        value: Option<Expr>,
    },
    /// `ALTER COLUMN a ADD GENERATED … AS IDENTITY`
    AddIdentity {
        column: Identifier,
        identity: SequenceColumn,
    },
    /// `ALTER COLUMN a DROP IDENTITY [IF EXISTS]`
    DropIdentity {
        column: Identifier,
        if_exists: bool,
    },
    /// `ALTER COLUMN a {SET GENERATED … | SET option | RESTART [WITH n]} …`
    SetIdentity {
        column: Identifier,
        /// `GENERATED ALWAYS` (true) or `BY DEFAULT`, where that is said.
        always: Option<bool>,
        options: Vec<SequenceOption>,
    },
    /// `ALTER COLUMN a SET NOT NULL | DROP NOT NULL`
    SetNotNull {
        column: Identifier,
        not_null: bool,
    },
    /// `ALTER COLUMN a [SET DATA] TYPE t [USING value]`
    SetType {
        column: Identifier,
        /// As in [`ColumnDefinition`](super::ColumnDefinition).
        named: Option<Identifier>,
        ty: SqlType,
        limit: Option<Limit>,
        using: Option<Expr>,
    },
    AddConstraint(TableConstraint),
    DropConstraint {
        name: Identifier,
        if_exists: bool,
        behavior: DropBehavior,
    },
}
