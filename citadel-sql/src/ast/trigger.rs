//! Triggers.

use super::{Identifier, Query, StatementKind};
use crate::schema::{TriggerEvents, TriggerLevel, TriggerTiming};

/// CREATE TRIGGER.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateTrigger {
    pub(crate) name: Identifier,
    pub(crate) or_replace: bool,
    pub(crate) if_not_exists: bool,
    pub(crate) timing: TriggerTiming,
    pub(crate) events: TriggerEvents,
    /// `UPDATE OF`; empty: all columns.
    pub(crate) of: Vec<Identifier>,
    /// A table or a view.
    pub(crate) table: Identifier,
    /// `REFERENCING OLD TABLE AS`
    pub(crate) old_table: Option<Identifier>,
    /// `REFERENCING NEW TABLE AS`
    pub(crate) new_table: Option<Identifier>,
    pub(crate) level: TriggerLevel,
    /// The condition, as a query that gives it.
    pub(crate) when: Option<Box<Query>>,
    pub(crate) body: Vec<TriggerStep>,
}

/// One statement of a trigger.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TriggerStep {
    /// SELECT, INSERT, UPDATE, DELETE or MERGE.
    Run(StatementKind),
    /// `SET NEW.column = expression, …`; the expressions as queries that give them.
    Set(Vec<(Identifier, Box<Query>)>),
}

/// DROP TRIGGER.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DropTrigger {
    pub(crate) name: Identifier,
    /// `None`: the only one of that name.
    pub(crate) table: Option<Identifier>,
    pub(crate) if_exists: bool,
}

/// `ALTER TRIGGER`, and what ALTER TABLE does with triggers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlterTrigger {
    pub(crate) table: Identifier,
    pub(crate) change: TriggerChange,
}

/// What becomes of triggers of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TriggerChange {
    /// `ALTER TRIGGER name ON table RENAME TO name`
    Rename { name: Identifier, to: Identifier },
    /// `ALTER TABLE table {ENABLE | DISABLE} TRIGGER …`
    Switch { which: TriggerSwitch, enabled: bool },
}

/// Which triggers are switched on or off.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TriggerSwitch {
    All,
    One(Identifier),
}
