//! A condition on rows that are known by their ids.

use citadel_txn::View;

use crate::batch::Batch;
use crate::bind::bound::{Expr, RelationNo};
use crate::error::Result;
use crate::execute::fetcher::Fetcher;
use crate::expression::{CompiledExpr, Rows};
use crate::schema::{RowId, TableDef};
use crate::types::Value;

/// Fetches what a condition needs, and decides.
#[derive(Debug)]
pub(super) struct RowFilter {
    fetcher: Fetcher,
    condition: Option<CompiledExpr>,
    batch: Batch,
    found: Vec<RowId>,
    selected: Vec<u32>,
}

impl RowFilter {
    /// The conjunction of some conditions; of none, it only asks whether the row is there.
    pub(super) fn new(
        table: &TableDef,
        relation: RelationNo,
        conjuncts: &[Expr],
        params: &[Value],
    ) -> Result<Self> {
        let mut wanted = Vec::new();
        for conjunct in conjuncts {
            conjunct.for_each_column(&mut |id| {
                if !wanted.contains(&id) {
                    wanted.push(id);
                }
            });
        }
        let fetcher = Fetcher::new(table, relation, &wanted);
        let condition = CompiledExpr::conjunction(conjuncts, fetcher.layout(), params)?;
        Ok(Self {
            fetcher,
            condition,
            batch: Batch::default(),
            found: Vec::new(),
            selected: Vec::new(),
        })
    }

    /// Appends those of the rows that are there and satisfy the condition, in order; tells how many were there.
    pub(super) fn select(
        &mut self,
        view: &dyn View,
        rows: &[RowId],
        passing: &mut Vec<RowId>,
    ) -> Result<usize> {
        self.batch.reset(self.fetcher.types());
        self.found.clear();
        for &row in rows {
            if self.fetcher.fetch(view, row, &mut self.batch)? {
                self.found.push(row);
            }
        }
        match &self.condition {
            None => passing.extend_from_slice(&self.found),
            Some(condition) => {
                let rows = Rows::All(self.batch.rows);
                condition.select(&self.batch, rows, &mut self.selected)?;
                passing.extend(self.selected.iter().map(|&at| self.found[at as usize]));
            }
        }
        Ok(self.found.len())
    }
}
