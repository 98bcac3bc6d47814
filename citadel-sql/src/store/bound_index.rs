//! What a btree index is on, as expressions over the rows of a relation.

use super::row_text;
use crate::bind::bound::{Expr, RelationNo};
use crate::error::Result;
use crate::schema::{BTreeIndex, IndexKey, TableDef};

/// The bound form of a btree index; constants are folded.
#[derive(Clone, Debug)]
pub(crate) struct BoundIndex {
    /// The parts of its key, in order.
    pub(crate) keys: Vec<Expr>,
    /// What is TRUE for the rows that it is of.
    pub(crate) condition: Option<Expr>,
}

impl BoundIndex {
    /// Over the rows of a relation.
    ///
    /// # Errors
    /// The text of an expression means nothing to this version.
    pub(crate) fn bind(table: &TableDef, btree: &BTreeIndex, relation: RelationNo) -> Result<Self> {
        let read = |text| row_text::read(table, text, relation);
        let keys = btree.keys.iter().map(|key| match key {
            IndexKey::Column(no) => Ok(row_text::column(table, *no, relation)),
            IndexKey::Expression(expression) => read(&expression.text),
        });
        Ok(Self {
            keys: keys.collect::<Result<_>>()?,
            condition: btree.condition.as_ref().map(read).transpose()?,
        })
    }
}
