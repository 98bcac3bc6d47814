//! Rows of a left and a right batch, side by side, and those of an outer join that have no partner.

use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::Outer;
use crate::error::Result;
use crate::expression::{CompiledExpr, Rows};

/// Which left row joins which right row.
#[derive(Debug)]
pub(super) struct Pairs {
    pub(super) left: Vec<u32>,
    pub(super) right: Vec<u32>,
    selected: Vec<u32>,
    /// Columns of the left and of the right.
    widths: (usize, usize),
    left_partners: Partners,
    right_partners: Partners,
}

/// For each row of a side, whether it has a partner; nothing where a row without one is not kept.
#[derive(Debug)]
struct Partners {
    are_kept: bool,
    found: Vec<bool>,
    /// The rows before have been looked at for want of one.
    at: usize,
}

impl Pairs {
    pub(super) fn new(outer: Outer, widths: (usize, usize)) -> Self {
        Self {
            left: Vec::new(),
            right: Vec::new(),
            selected: Vec::new(),
            widths,
            left_partners: Partners::new(outer.left),
            right_partners: Partners::new(outer.right),
        }
    }

    /// Goes on with other left rows.
    pub(super) fn begin_left(&mut self, rows: usize) {
        self.left_partners.begin(rows);
    }

    /// Goes on with other right rows.
    pub(super) fn begin_right(&mut self, rows: usize) {
        self.right_partners.begin(rows);
    }

    /// Is a left row kept that has no partner?
    pub(super) fn keeps_left(&self) -> bool {
        self.left_partners.are_kept
    }

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
        let (to_left, to_right) = sides(out, self.widths);
        fill(to_left, &left.columns, &self.left)?;
        fill(to_right, &right.columns, &self.right)?;
        out.rows = self.len();
        if let Some(filter) = filter {
            filter.select(out, Rows::All(out.rows), &mut self.selected)?;
            let kept = self.selected.iter().map(|&pair| pair as usize);
            self.left_partners
                .mark(kept.clone().map(|at| self.left[at]));
            self.right_partners.mark(kept.map(|at| self.right[at]));
            out.keep(&self.selected);
        } else {
            self.left_partners.mark(self.left.iter().copied());
            self.right_partners.mark(self.right.iter().copied());
        }
        Ok(out.rows > 0)
    }

    /// Puts left rows without a partner into `out`, with NULLs beside them. False: there are no more.
    pub(super) fn emit_lonely_left(
        &mut self,
        left: &Batch,
        right: &Batch,
        out: &mut Batch,
    ) -> Result<bool> {
        let rows = self.left_partners.lonely();
        let (to_left, to_right) = sides(out, self.widths);
        fill(to_left, &left.columns, &rows)?;
        pad(to_right, &right.columns, rows.len());
        out.rows = rows.len();
        Ok(!rows.is_empty())
    }

    /// Puts right rows without a partner into `out`, with NULLs beside them. False: there are no more.
    pub(super) fn emit_lonely_right(
        &mut self,
        left: &Batch,
        right: &Batch,
        out: &mut Batch,
    ) -> Result<bool> {
        let rows = self.right_partners.lonely();
        let (to_left, to_right) = sides(out, self.widths);
        pad(to_left, &left.columns, rows.len());
        fill(to_right, &right.columns, &rows)?;
        out.rows = rows.len();
        Ok(!rows.is_empty())
    }
}

impl Partners {
    fn new(are_kept: bool) -> Self {
        Self {
            are_kept,
            found: Vec::new(),
            at: 0,
        }
    }

    fn begin(&mut self, rows: usize) {
        self.at = 0;
        self.found.clear();
        if self.are_kept {
            self.found.resize(rows, false);
        }
    }

    fn mark(&mut self, rows: impl Iterator<Item = u32>) {
        if self.are_kept {
            rows.for_each(|row| self.found[row as usize] = true);
        }
    }

    /// The next rows without a partner, at most a batch.
    fn lonely(&mut self) -> Vec<u32> {
        let mut rows = Vec::new();
        while rows.len() < BATCH_ROWS && self.at < self.found.len() {
            if !self.found[self.at] {
                rows.push(self.at as u32);
            }
            self.at += 1;
        }
        rows
    }
}

fn sides(out: &mut Batch, (left, right): (usize, usize)) -> (&mut [Column], &mut [Column]) {
    out.columns.resize_with(left + right, Column::default);
    out.columns.split_at_mut(left)
}

fn fill(to: &mut [Column], from: &[Column], rows: &[u32]) -> Result<()> {
    for (to, from) in to.iter_mut().zip(from) {
        to.restart_as(from);
        to.append_rows(from, rows)?;
    }
    Ok(())
}

/// Fills columns with NULLs, of the types of others where those are known.
fn pad(to: &mut [Column], like: &[Column], rows: usize) {
    for (at, to) in to.iter_mut().enumerate() {
        match like.get(at) {
            Some(like) => to.restart_as(like),
            None => *to = Column::default(),
        }
        (0..rows).for_each(|_| to.push_null());
    }
}
