//! RETURNING.

use super::Binder;
use super::bound::{ColumnId, Images, RelationNo, Returning};
use super::change::table_scope;
use super::expr::{Aggregation, ExprBinder};
use super::scope::Scope;
use crate::ast;
use crate::error::{Error, Result};
use crate::schema::TableDef;

/// What is done with the rows that RETURNING tells of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Changing {
    /// They are there then: `new` is the table's own name for them.
    Written,
    /// They were there before: `old` is.
    Deleted,
    /// Either.
    Merged,
}

impl Binder<'_> {
    /// RETURNING of a change of a table, over the table and what stands beside it.
    pub(super) fn returning(
        &mut self,
        items: &[ast::SelectItem],
        (table, relation): (&TableDef, RelationNo),
        scope: &Scope,
        changing: Changing,
    ) -> Result<Returning> {
        if items.is_empty() {
            return Ok(Returning::default());
        }
        let mut scope = scope.clone();
        let images = Images {
            old: match changing {
                Changing::Deleted => relation,
                _ => self.new_relation()?,
            },
            new: match changing {
                Changing::Written => relation,
                _ => self.new_relation()?,
            },
            action: self.new_relation()?,
        };
        for (name, no) in [("old", images.old), ("new", images.new)] {
            if scope.has_relation(name) {
                continue;
            }
            match no == relation {
                true => scope.add_name(name, no),
                false => scope = scope.join(table_scope(table, no, name).hidden())?,
            }
        }
        if changing == Changing::Merged {
            scope.set_merge_action(ColumnId {
                relation: images.action,
                column: 0,
            });
        }
        let mut binder = ExprBinder::new(self, &scope, Aggregation::Refused("RETURNING"));
        let items = binder.items(items)?.into_iter().map(|item| item.output);
        let returning = Returning {
            output: items.collect(),
            images: Some(images),
        };
        let mut outputs = returning.output.iter();
        match outputs.find(|output| output.expr.has_subquery()) {
            Some(asking) => {
                Err(Error::unsupported("a query in RETURNING").at(asking.expr.position))
            }
            None => Ok(returning),
        }
    }
}
