//! Triggers, made, changed and dropped.

use std::sync::Arc;

use citadel_txn::WriteTxn;

use crate::bind::bound::TriggerStatement;
use crate::error::Result;
use crate::schema::{SchemaChange, TriggerDef};

/// Does what a statement says of triggers.
///
/// # Errors
/// One is not there any more; storage errors.
pub(crate) fn define_triggers(txn: &mut WriteTxn, statement: &TriggerStatement) -> Result<()> {
    match statement {
        TriggerStatement::Create { new, replaced } => {
            let mut change = SchemaChange::begin(txn)?;
            let id = match replaced {
                Some(old) => old.id,
                None => change.new_trigger_id(),
            };
            change.put_trigger(&TriggerDef {
                id,
                ..TriggerDef::clone(new)
            })?;
            change.finish()
        }
        TriggerStatement::Replace(triggers) => replace_triggers(txn, triggers),
        TriggerStatement::Drop(triggers) => drop_triggers(txn, triggers),
    }
}

/// Gives triggers other definitions.
///
/// # Errors
/// Storage errors.
pub(crate) fn replace_triggers(txn: &mut WriteTxn, triggers: &[TriggerDef]) -> Result<()> {
    let mut change = SchemaChange::begin(txn)?;
    for trigger in triggers {
        change.put_trigger(trigger)?;
    }
    change.finish()
}

/// Drops triggers.
///
/// # Errors
/// One is not there any more; storage errors.
pub(crate) fn drop_triggers(txn: &mut WriteTxn, triggers: &[Arc<TriggerDef>]) -> Result<()> {
    let mut change = SchemaChange::begin(txn)?;
    for trigger in triggers {
        change.remove_trigger(trigger)?;
    }
    change.finish()
}
