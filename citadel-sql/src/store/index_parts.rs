//! What an index is on, for batches of rows.

use super::row_text;
use crate::batch::Batch;
use crate::error::Result;
use crate::expression::{CompiledExpr, Rows as Chosen, Values};
use crate::schema::{BTreeIndex, ColumnNo, IndexKey, RowText, TableDef};

/// What the entries of an index are computed from, for batches of rows.
pub(crate) struct IndexParts {
    keys: Vec<CompiledExpr>,
    condition: Option<CompiledExpr>,
}

impl IndexParts {
    /// Over batches of these columns.
    ///
    /// # Errors
    /// What the index computes means nothing to this version.
    pub(crate) fn of(table: &TableDef, btree: &BTreeIndex, columns: &[ColumnNo]) -> Result<Self> {
        let compile = |text: &RowText| row_text::compile(table, text, columns);
        let keys = btree.keys.iter().map(|key| match key {
            IndexKey::Column(no) => row_text::compile_column(table, *no, columns),
            IndexKey::Expression(expression) => compile(&expression.text),
        });
        Ok(Self {
            keys: keys.collect::<Result<_>>()?,
            condition: btree.condition.as_ref().map(compile).transpose()?,
        })
    }

    /// The rows that have an entry.
    ///
    /// # Errors
    /// The condition fails for a row.
    pub(crate) fn select(&self, batch: &Batch, selected: &mut Vec<u32>) -> Result<()> {
        match &self.condition {
            Some(condition) => condition.select(batch, Chosen::All(batch.rows), selected),
            None => {
                selected.clear();
                selected.extend((0..).take(batch.rows));
                Ok(())
            }
        }
    }

    /// The parts of the keys of some rows. Of others nothing is computed that might fail.
    ///
    /// # Errors
    /// An expression fails for a row.
    pub(crate) fn keys<'a>(
        &'a self,
        batch: &'a Batch,
        selected: &'a [u32],
    ) -> Result<Vec<Values<'a>>> {
        let keys = self.keys.iter();
        keys.map(|key| key.evaluate(batch, Chosen::Selected(selected)))
            .collect()
    }
}
