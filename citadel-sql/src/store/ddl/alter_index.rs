//! ALTER INDEX.

use std::sync::Arc;

use citadel_txn::WriteTxn;

use super::names::refuse_taken;
use crate::bind::bound::{AlterIndex, IndexChange};
use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, IndexDef, IndexKind, SchemaChange};

/// Gives an index another name or other options. Its entries stay as they are.
///
/// # Errors
/// The name is taken; the index is not there any more; storage errors.
pub(crate) fn alter_index(txn: &mut WriteTxn, alter: &AlterIndex) -> Result<()> {
    let catalog = Catalog::load(txn)?;
    let mut index = IndexDef::clone(known(&catalog, &alter.index)?);
    match &alter.change {
        IndexChange::Rename(name) => {
            if !index.name.eq_ignore_ascii_case(name) {
                refuse_taken(&catalog, name)?;
            }
            index.name.clone_from(name);
        }
        IndexChange::Options(options) => {
            if let IndexKind::Ann(ann) = &mut index.kind {
                ann.options = *options;
            }
        }
    }
    if !index.sql.is_empty() {
        index.sql = index.statement(&alter.table);
    }
    let mut change = SchemaChange::begin(txn)?;
    change.put_index(&index)?;
    change.finish()
}

/// The index as the transaction has it.
fn known<'a>(catalog: &'a Catalog, index: &IndexDef) -> Result<&'a Arc<IndexDef>> {
    let known = catalog.index(&index.name);
    known.filter(|known| known.id == index.id).ok_or_else(|| {
        Error::sql(
            SqlState::UNDEFINED_OBJECT,
            format!("index \"{}\" does not exist", index.name),
        )
    })
}
