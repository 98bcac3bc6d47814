//! CREATE VIEW and DROP VIEW.

use citadel_txn::WriteTxn;

use super::names::refuse_taken;
use crate::bind::bound::CreateView;
use crate::error::Result;
use crate::schema::{Catalog, SchemaChange, ViewDef};

/// Keeps the definition of a view, in the place of the one that it replaces.
///
/// # Errors
/// The name is taken; storage errors.
pub(crate) fn create_view(txn: &mut WriteTxn, new: &CreateView) -> Result<()> {
    if new.replaced.is_none() {
        refuse_taken(&Catalog::load(txn)?, &new.name)?;
    }
    let mut change = SchemaChange::begin(txn)?;
    let id = match &new.replaced {
        Some(old) => old.id,
        None => change.new_view_id(),
    };
    let view = ViewDef {
        id,
        name: new.name.clone(),
        sql: new.sql.clone(),
    };
    change.put_view(&view)?;
    change.finish()
}

/// Drops a view with its triggers.
///
/// # Errors
/// It is not there any more; storage errors.
pub(crate) fn drop_view(txn: &mut WriteTxn, view: &ViewDef) -> Result<()> {
    let mut change = SchemaChange::begin(txn)?;
    change.remove_view(view)?;
    change.remove_triggers_of(view.id.0)?;
    change.finish()
}
