//! ALTER INDEX.

use super::Binder;
use super::ann_options::{AnnOption, unknown_option};
use super::bound::{AlterIndex, IndexChange, Statement};
use crate::ast;
use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnOptions, IndexDef, IndexKind, IndexOrigin};

impl Binder<'_> {
    pub(super) fn alter_index(&mut self, alter: &ast::AlterIndex) -> Result<Statement> {
        if alter.if_exists && self.catalog.index(&alter.name.name).is_none() {
            return Ok(Statement::Nothing);
        }
        let index = self.index(&alter.name)?;
        let Some(table) = self.catalog.table_of(&index).cloned() else {
            return Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                format!("index \"{}\" has no table", index.name),
            ));
        };
        let change = match &alter.change {
            ast::IndexChange::Rename(to) => {
                if self.is_taken(to) && !to.name.eq_ignore_ascii_case(&index.name) {
                    return Err(super::create_table::taken(to));
                }
                if index.origin != IndexOrigin::Statement {
                    return Err(Error::unsupported("renaming the index of a constraint")
                        .at(alter.name.position));
                }
                IndexChange::Rename(to.name.clone())
            }
            ast::IndexChange::Set(options) => {
                let mut changed = ann_options(&index, alter)?;
                for option in options {
                    AnnOption::of(&option.name)?.set(&mut changed, option)?;
                }
                IndexChange::Options(changed)
            }
            ast::IndexChange::Reset(names) => {
                let mut changed = ann_options(&index, alter)?;
                for name in names {
                    AnnOption::of(name)?.reset(&mut changed);
                }
                IndexChange::Options(changed)
            }
        };
        Ok(Statement::AlterIndex(AlterIndex {
            table,
            index,
            change,
        }))
    }
}

/// The options of an ann index; a btree index has none.
fn ann_options(index: &IndexDef, alter: &ast::AlterIndex) -> Result<AnnOptions> {
    match &index.kind {
        IndexKind::Ann(ann) => Ok(ann.options),
        IndexKind::BTree(_) => {
            let first = match &alter.change {
                ast::IndexChange::Set(options) => options.first().map(|option| &option.name),
                ast::IndexChange::Reset(names) => names.first(),
                ast::IndexChange::Rename(_) => None,
            };
            Err(unknown_option(first.unwrap_or(&alter.name), "btree"))
        }
    }
}
