//! AND, OR, NOT and CASE: which rows an operand is evaluated for.

use super::compare::equal;
use super::node::{CaseNode, Node};
use super::truth;
use super::values::booleans;
use super::values::{Rows, Values, push_as};
use crate::batch::{Batch, Column};
use crate::error::Result;

/// Rows still open, and their places in the result.
struct Open {
    /// Rows of the batch.
    rows: Vec<u32>,
    /// Where each stands among the rows that were asked for.
    places: Vec<u32>,
}

impl Open {
    fn all(rows: Rows<'_>) -> Self {
        let numbers = 0..rows.len();
        Self {
            rows: numbers.clone().map(|i| rows.row(i)).collect(),
            places: numbers.map(|i| Rows::All(rows.len()).row(i)).collect(),
        }
    }

    fn with_capacity(rows: usize) -> Self {
        Self {
            rows: Vec::with_capacity(rows),
            places: Vec::with_capacity(rows),
        }
    }

    fn push(&mut self, from: &Self, i: usize) {
        self.rows.push(from.rows[i]);
        self.places.push(from.places[i]);
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// `NOT x`.
pub(super) fn not(operand: &Values<'_>, rows: Rows<'_>) -> Result<Column> {
    booleans(rows, |i| Ok(truth(operand.get(i))?.map(|value| !value)))
}

/// AND (`absorbing` is FALSE) or OR (TRUE): an operand is evaluated where none before it was absorbing.
pub(super) fn junction(
    operands: &[Node],
    absorbing: bool,
    input: &Batch,
    rows: Rows<'_>,
) -> Result<Column> {
    let mut result = vec![Some(!absorbing); rows.len()];
    let mut open = Open::all(rows);
    for operand in operands {
        if open.is_empty() {
            break;
        }
        let mut still = Open::with_capacity(open.rows.len());
        let values = operand.evaluate(input, Rows::Selected(&open.rows))?;
        for i in 0..open.rows.len() {
            let place = open.places[i] as usize;
            match truth(values.get(i))? {
                Some(value) if value == absorbing => {
                    result[place] = Some(absorbing);
                    continue;
                }
                Some(_) => {}
                None => result[place] = None,
            }
            still.push(&open, i);
        }
        open = still;
    }
    booleans(rows, |i| Ok(result[i]))
}

/// `CASE`: conditions in order for the rows that none before them took; each branch for its own rows only.
pub(super) fn case(node: &CaseNode, input: &Batch, rows: Rows<'_>) -> Result<Column> {
    let taken = branch_rows(node, input, rows)?;
    let results = node.branches.iter().map(|(_, then)| then);
    let mut pieces = Vec::with_capacity(taken.len());
    for (result, taken) in results.chain([&node.otherwise]).zip(&taken) {
        pieces.push(if taken.is_empty() {
            None
        } else {
            Some(result.evaluate(input, Rows::Selected(&taken.rows))?)
        });
    }
    assemble(node, &taken, &pieces, rows).map_err(|error| error.at(node.position))
}

/// The rows of each branch, and then those of ELSE.
fn branch_rows(node: &CaseNode, input: &Batch, rows: Rows<'_>) -> Result<Vec<Open>> {
    let operand = match &node.operand {
        Some(operand) => Some(operand.evaluate(input, rows)?),
        None => None,
    };
    let mut open = Open::all(rows);
    let mut taken = Vec::with_capacity(node.branches.len() + 1);
    for (when, _) in &node.branches {
        let mut matching = Open::with_capacity(0);
        let mut still = Open::with_capacity(open.rows.len());
        if !open.is_empty() {
            let values = when.evaluate(input, Rows::Selected(&open.rows))?;
            for i in 0..open.rows.len() {
                let matches = match &operand {
                    Some(operand) => equal(operand.get(open.places[i] as usize), values.get(i))
                        .map_err(|error| error.at(node.position))?,
                    None => truth(values.get(i))?,
                };
                let side = if matches == Some(true) {
                    &mut matching
                } else {
                    &mut still
                };
                side.push(&open, i);
            }
        }
        taken.push(matching);
        open = still;
    }
    taken.push(open);
    Ok(taken)
}

/// Puts the branches' values back in row order.
fn assemble(
    node: &CaseNode,
    taken: &[Open],
    pieces: &[Option<Values<'_>>],
    rows: Rows<'_>,
) -> Result<Column> {
    let mut source = vec![(0usize, 0usize); rows.len()];
    for (piece, open) in taken.iter().enumerate() {
        for (i, &place) in open.places.iter().enumerate() {
            source[place as usize] = (piece, i);
        }
    }
    let mut out = Column::new(node.ty, rows.len());
    for (piece, i) in source {
        match &pieces[piece] {
            Some(values) => push_as(&mut out, values.get(i))?,
            None => out.push_null(),
        }
    }
    Ok(out)
}
