//! WITH RECURSIVE: rows, and what is made of them, until nothing new comes.

use std::sync::{Arc, Mutex, PoisonError};

use super::apply::{Later, with_params};
use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::row_keys::KeyTable;
use super::spill::{Held, HeldReader, Holder};
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::RelationNo;
use crate::error::{Error, Result, SqlState};
use crate::plan::RecursiveUnion;
use crate::types::Value;

/// The rows that a recursion goes on with, as its step reads them.
#[derive(Clone)]
pub(super) struct Working {
    no: RelationNo,
    rows: Arc<Mutex<Held>>,
}

impl Working {
    pub(super) fn new(no: RelationNo) -> Self {
        Self {
            no,
            rows: Arc::default(),
        }
    }

    /// Rows that are there already.
    pub(super) fn of(no: RelationNo, rows: Arc<Vec<Batch>>) -> Self {
        Self {
            no,
            rows: Arc::new(Mutex::new(Held::of(rows))),
        }
    }

    pub(super) fn set(&self, rows: Vec<Batch>) {
        self.hold(Held::of(Arc::new(rows)));
    }

    fn hold(&self, rows: Held) {
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = rows;
    }

    fn reader(&self) -> HeldReader {
        let rows = self.rows.lock();
        rows.unwrap_or_else(PoisonError::into_inner).reader()
    }
}

/// Batches of fewer rows are gathered: most steps give a row or two, and all that reads them takes its time for each batch.
const FEW_ROWS: usize = 64;

/// Gives the rows of its input and then those of each run of the step.
pub(super) struct RecursiveUnionOp {
    /// What gives rows now: the input, and then the step again and again.
    running: Option<BoxedOperator>,
    /// It is the step.
    is_step: bool,
    step: Later,
    working: Working,
    params: Vec<Value>,
    /// All rows that there were, where each is given once.
    known: Option<KeyTable>,
    /// Given since the step began.
    fresh: Holder,
    /// Bytes that were written of such rows.
    spilled: u64,
    /// What came last.
    rows: Batch,
    /// It was not given yet.
    is_waiting: bool,
}

impl RecursiveUnionOp {
    pub(super) fn new(
        first: BoxedOperator,
        step: Later,
        working: Working,
        plan: &RecursiveUnion,
        params: &[Value],
    ) -> Self {
        Self {
            running: Some(first),
            is_step: false,
            step,
            working,
            params: params.to_vec(),
            known: (!plan.all).then(KeyTable::default),
            fresh: Holder::default(),
            spilled: 0,
            rows: Batch::default(),
            is_waiting: false,
        }
    }

    /// The next rows that there were not before, of the input or of one run of the step. False: there are none.
    fn advance(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        while let Some(mut running) = self.running.take() {
            context.check_interrupt()?;
            let mut inner = with_params(context, &self.params);
            if running.next(&mut inner, &mut self.rows, BATCH_ROWS)? {
                self.running = Some(running);
                self.keep_new();
                if self.rows.rows > 0 {
                    self.fresh.push(&self.rows, context)?;
                    return Ok(true);
                }
            } else if !self.fresh.is_empty() {
                let (rows, bytes) = self.fresh.take()?;
                self.spilled += bytes;
                self.working.hold(rows);
                let goes_on = std::mem::replace(&mut self.is_step, true) && running.rewind();
                self.running = Some(match goes_on {
                    true => running,
                    false => {
                        // The step's columns may hold NULLs alone, or another one's values.
                        self.rows.columns.clear();
                        self.step.start(&self.params)?
                    }
                });
            }
        }
        Ok(false)
    }

    /// Leaves the rows that there were not before.
    fn keep_new(&mut self) {
        let (Some(known), rows) = (&mut self.known, &mut self.rows) else {
            return;
        };
        let is_new = |row: &u32| {
            let next = known.len();
            known.insert(&rows.columns, *row as usize) as usize == next
        };
        let new: Vec<u32> = (0u32..).take(rows.rows).filter(is_new).collect();
        rows.keep(&new);
    }
}

impl Operator for RecursiveUnionOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        out.rows = 0;
        while std::mem::take(&mut self.is_waiting) || self.advance(context)? {
            if out.rows == 0 && self.rows.rows >= FEW_ROWS {
                std::mem::swap(out, &mut self.rows);
                return Ok(true);
            }
            if out.rows + self.rows.rows > BATCH_ROWS {
                self.is_waiting = true;
                return Ok(true);
            }
            out.append(&self.rows)?;
            if out.rows >= wanted {
                return Ok(true);
            }
        }
        Ok(out.rows > 0)
    }

    fn report(&self) -> Vec<(String, String)> {
        match self.spilled {
            0 => Vec::new(),
            bytes => vec![("Spilled".to_owned(), format!("{bytes} bytes"))],
        }
    }
}

/// Gives the working rows of a recursion.
pub(super) struct WorkTableOp {
    working: Working,
    rows: HeldReader,
}

impl WorkTableOp {
    pub(super) fn new(no: RelationNo, around: &[Working]) -> Result<Self> {
        let working = around.iter().rfind(|working| working.no == no);
        let working = working.ok_or_else(|| {
            Error::sql(
                SqlState::INTERNAL_ERROR,
                "the step of a recursion runs outside of it",
            )
        })?;
        Ok(Self {
            rows: working.reader(),
            working: working.clone(),
        })
    }
}

impl Operator for WorkTableOp {
    fn next(&mut self, _: &mut ExecContext<'_>, out: &mut Batch, _: usize) -> Result<bool> {
        self.rows.next(out)
    }

    fn rewind(&mut self) -> bool {
        self.rows = self.working.reader();
        true
    }
}
