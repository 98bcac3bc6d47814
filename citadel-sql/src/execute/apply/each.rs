//! Answers by running the query, once for each set of values that it reads.

use super::answer::answer;
use super::later::{Later, set};
use crate::batch::Column;
use crate::bind::bound::SubqueryKind;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::row_keys::KeyTable;
use crate::types::{Value, ValueRef};

/// How many answers are kept for further rows with the same values.
const KEPT_MAX: usize = 1 << 16;

/// Runs a query for each set of values, and remembers what it answered.
pub(in crate::execute) struct EachAnswers {
    kind: SubqueryKind,
    plan: Later,
    /// Those that take the values.
    parameters: Vec<usize>,
    known: KeyTable,
    answers: Column,
}

impl EachAnswers {
    pub(super) fn new(kind: SubqueryKind, plan: Later, parameters: Vec<usize>) -> Self {
        Self {
            kind,
            plan,
            parameters,
            known: KeyTable::default(),
            answers: Column::default(),
        }
    }

    /// The answers for rows by the values of the parameters, and then of the operand.
    pub(super) fn answer(
        &mut self,
        reads: &[Column],
        rows: usize,
        params: &mut Vec<Value>,
        context: &ExecContext<'_>,
    ) -> Result<Column> {
        if self.known.len() >= KEPT_MAX {
            self.known = KeyTable::default();
            self.answers.clear();
        }
        let mut places = Vec::with_capacity(rows);
        for row in 0..rows {
            let place = self.known.insert(reads, row);
            if place as usize == self.answers.len() {
                for (parameter, column) in self.parameters.iter().zip(reads) {
                    set(params, *parameter, column.get(row).to_owned());
                }
                let operand = reads.get(self.parameters.len());
                let operand = operand.map_or(ValueRef::Null, |column| column.get(row));
                let value = answer(&self.plan, self.kind, operand, params, context)?;
                self.answers.push(value.as_ref())?;
            }
            places.push(place);
        }
        Ok(self.answers.gather(&places))
    }
}
