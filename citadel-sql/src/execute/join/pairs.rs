//! Rows of a left and a right batch, side by side.

use crate::batch::{Batch, Column};
use crate::error::Result;
use crate::expression::{CompiledExpr, Rows};

/// Which left row joins which right row.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) left: Vec<u32>,
    pub(super) right: Vec<u32>,
    selected: Vec<u32>,
}

impl Pairs {
    pub(super) fn clear(&mut self) {
        self.left.clear();
        self.right.clear();
    }

    pub(super) fn push(&mut self, left: u32, right: u32) {
        self.left.push(left);
        self.right.push(right);
    }

    pub(super) fn len(&self) -> usize {
        self.left.len()
    }

    /// Puts the pairs that meet the filter into `out`: columns of the left and then of the right. False: none did.
    pub(super) fn emit(
        &mut self,
        left: &Batch,
        right: &Batch,
        filter: Option<&CompiledExpr>,
        out: &mut Batch,
    ) -> Result<bool> {
        let columns = left.columns.len() + right.columns.len();
        out.columns.resize_with(columns, Column::default);
        let (to_left, to_right) = out.columns.split_at_mut(left.columns.len());
        fill(to_left, &left.columns, &self.left)?;
        fill(to_right, &right.columns, &self.right)?;
        out.rows = self.len();
        if let Some(filter) = filter {
            filter.select(out, Rows::All(out.rows), &mut self.selected)?;
            out.keep(&self.selected);
        }
        Ok(out.rows > 0)
    }
}

fn fill(to: &mut [Column], from: &[Column], rows: &[u32]) -> Result<()> {
    for (to, from) in to.iter_mut().zip(from) {
        to.restart_as(from);
        to.append_rows(from, rows)?;
    }
    Ok(())
}
