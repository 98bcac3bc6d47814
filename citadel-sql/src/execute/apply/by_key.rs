//! Answers from a table: the query is run once for all keys.

use std::cmp::Ordering;

use super::answer::{answer, meets, too_many_rows};
use super::later::{Later, with_params};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{BinaryOp, SubqueryKind};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::row_keys::KeyTable;
use crate::types::{Value, ValueRef, compare};

/// The answers for all keys.
pub(in crate::execute) struct ByKeyAnswers {
    kind: SubqueryKind,
    /// What makes the table; taken then.
    plans: Option<(Later, Option<Later>)>,
    keys: KeyTable,
    values: Values,
    /// Of a key that is not there.
    otherwise: Value,
}

/// What is known of each key.
enum Values {
    /// That it is there.
    Exists,
    /// Its value, and whether there are more.
    Scalar { first: Column, has_more: Vec<bool> },
    /// Keys with their values, and whether one was NULL.
    Members {
        members: KeyTable,
        has_null: Vec<bool>,
    },
    /// For comparisons by order.
    Extremes {
        op: BinaryOp,
        extremes: Vec<Extremes>,
    },
}

/// The least and the greatest value of a key; NULL if all are.
#[derive(Default)]
struct Extremes {
    least: Value,
    greatest: Value,
    has_null: bool,
}

impl ByKeyAnswers {
    pub(super) fn new(kind: SubqueryKind, plan: Later, otherwise: Option<Later>) -> Self {
        Self {
            kind,
            plans: Some((plan, otherwise)),
            keys: KeyTable::default(),
            values: Values::new(kind),
            otherwise: match kind {
                SubqueryKind::Scalar => Value::Null,
                SubqueryKind::Exists | SubqueryKind::Any(_) => Value::Boolean(false),
            },
        }
    }

    /// The answers for rows by their keys, and then the operand.
    pub(super) fn answer(
        &mut self,
        reads: &[Column],
        rows: usize,
        params: &[Value],
        context: &ExecContext<'_>,
    ) -> Result<Column> {
        let keys = match self.kind {
            SubqueryKind::Any(_) => reads.len().saturating_sub(1),
            SubqueryKind::Scalar | SubqueryKind::Exists => reads.len(),
        };
        if let Some((plan, otherwise)) = self.plans.take() {
            self.fill(&plan, keys, params, context)?;
            if let Some(plan) = otherwise {
                self.otherwise = answer(&plan, self.kind, ValueRef::Null, params, context)?;
            }
        }
        let mut answers = Column::default();
        for row in 0..rows {
            let key = match is_null(&reads[..keys], row) {
                true => None,
                false => self.keys.find(&reads[..keys], row),
            };
            let value = match key {
                None => self.otherwise.as_ref(),
                Some(key) => self.values.get(key as usize, reads, row)?,
            };
            answers.push(value)?;
        }
        Ok(answers)
    }

    fn fill(
        &mut self,
        plan: &Later,
        keys: usize,
        params: &[Value],
        context: &ExecContext<'_>,
    ) -> Result<()> {
        let mut rows = plan.start(params)?;
        let mut context = with_params(context, params);
        let mut batch = Batch::default();
        while rows.next(&mut context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            for row in 0..batch.rows {
                // Nothing equals NULL.
                if is_null(&batch.columns[..keys], row) {
                    continue;
                }
                let next = self.keys.len();
                let key = self.keys.insert(&batch.columns[..keys], row) as usize;
                self.values.add(key, key == next, &batch.columns, row)?;
            }
        }
        Ok(())
    }
}

impl Values {
    fn new(kind: SubqueryKind) -> Self {
        match kind {
            SubqueryKind::Exists => Self::Exists,
            SubqueryKind::Scalar => Self::Scalar {
                first: Column::default(),
                has_more: Vec::new(),
            },
            SubqueryKind::Any(BinaryOp::Eq) => Self::Members {
                members: KeyTable::default(),
                has_null: Vec::new(),
            },
            SubqueryKind::Any(op) => Self::Extremes {
                op,
                extremes: Vec::new(),
            },
        }
    }

    /// Takes note of a row: its key's columns, and then the value.
    fn add(&mut self, key: usize, is_new: bool, columns: &[Column], row: usize) -> Result<()> {
        let value = columns
            .last()
            .map_or(ValueRef::Null, |column| column.get(row));
        match self {
            Self::Exists => {}
            Self::Scalar { first, has_more } if is_new => {
                first.push(value)?;
                has_more.push(false);
            }
            Self::Scalar { has_more, .. } => has_more[key] = true,
            Self::Members { members, has_null } => {
                if is_new {
                    has_null.push(false);
                }
                if value.is_null() {
                    has_null[key] = true;
                } else {
                    members.insert(columns, row);
                }
            }
            Self::Extremes { extremes, .. } => {
                if is_new {
                    extremes.push(Extremes::default());
                }
                extremes[key].add(value);
            }
        }
        Ok(())
    }

    /// The answer for a row whose key is there.
    fn get(&mut self, key: usize, reads: &[Column], row: usize) -> Result<ValueRef<'_>> {
        let truth = match self {
            Self::Exists => Some(true),
            Self::Scalar { has_more, .. } if has_more[key] => return Err(too_many_rows()),
            Self::Scalar { first, .. } => return Ok(first.get(key)),
            Self::Members { members, has_null } => {
                let is_unknown = reads.last().is_none_or(|operand| operand.is_null(row));
                if is_unknown {
                    None
                } else if members.find(reads, row).is_some() {
                    Some(true)
                } else if has_null[key] {
                    None
                } else {
                    Some(false)
                }
            }
            Self::Extremes { op, extremes } => {
                let operand = reads
                    .last()
                    .map_or(ValueRef::Null, |column| column.get(row));
                extremes[key].any(*op, operand)
            }
        };
        Ok(truth.map_or(ValueRef::Null, ValueRef::Boolean))
    }
}

impl Extremes {
    fn add(&mut self, value: ValueRef<'_>) {
        if value.is_null() {
            self.has_null = true;
            return;
        }
        if self.least.is_null() || compare(value, self.least.as_ref()) == Some(Ordering::Less) {
            self.least = value.to_owned();
        }
        if self.greatest.is_null()
            || compare(value, self.greatest.as_ref()) == Some(Ordering::Greater)
        {
            self.greatest = value.to_owned();
        }
    }

    /// Is the comparison TRUE for one of the values?
    fn any(&self, op: BinaryOp, operand: ValueRef<'_>) -> Option<bool> {
        let any = [&self.least, &self.greatest]
            .into_iter()
            .filter_map(|value| meets(op, operand, value.as_ref()))
            .reduce(|a, b| a || b);
        match any {
            Some(false) if self.has_null => None,
            any => any,
        }
    }
}

fn is_null(columns: &[Column], row: usize) -> bool {
    columns.iter().any(|column| column.is_null(row))
}
